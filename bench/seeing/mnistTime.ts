/**
 * Seconds from the start of a program to 99 % on MNIST: ours and PyTorch's, the same network, optimizer and batches in f32, by turns.
 * As a user's second run has it: kernels and modules that were compiled once are on disk, of both. Takes about five minutes.
 */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measurePaired } from "../harness/paired.ts";
import type { Row } from "../harness/row.ts";
import { dataPath } from "./pictures.ts";

const python = process.env["SMILODON_PYTHON"] ?? "/usr/bin/python3";
const rounds = 3;
const bar = 1.5;

/** The row. */
export async function mnistTime(): Promise<Row> {
  const ours = fileURLToPath(new URL("mnistOurs.ts", import.meta.url));
  const theirs = fileURLToPath(new URL("mnistTorch.py", import.meta.url));
  // Both look once into their caches, and fill them
  run(process.execPath, [ours, "0", "100"]);
  run(python, [theirs, "0", dataPath("mnist"), "100"]);
  let round = 0;
  const {
    ours: value,
    peer,
    ratio,
    interval,
  } = await measurePaired(
    rounds,
    // Both with the same seed; another one each time, since luck decides when a network gets there
    async () => run(process.execPath, [ours, String(round)]),
    async () => run(python, [theirs, String(round++), dataPath("mnist")]),
  );
  return {
    bench: "seeing",
    id: "mnist-time",
    value,
    unit: "s to 99 %",
    better: "lower",
    peers: [{ name: "torch", value: peer }],
    ratio,
    interval,
    bar,
    met: ratio >= bar,
  };
}

/** Seconds from start to end of a program that ends when it has reached the mark. */
function run(program: string, given: readonly string[]): number {
  const threads = { OMP_NUM_THREADS: "2", SMILODON_THREADS: "2" };
  // Python keeps what it compiled by itself
  const modules = { NODE_COMPILE_CACHE: join(tmpdir(), "smilodon-bench-modules") };
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(program, given, {
    env: { ...process.env, ...threads, ...modules },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.slice(-500)}`);
  process.stderr.write(`  ${stdout.trim()}\n`);
  return (performance.now() - began) / 1000;
}
