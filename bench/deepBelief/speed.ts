/** A step of CD-1 here and in PyTorch, in turns, on the same patches from the same weights. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compile, type Tensor, tensor } from "../../src/index.ts";
import { BoltzmannLayer, ContrastiveDivergence } from "../../src/systems/deepBelief/index.ts";
import { holdContest } from "../harness/contest.ts";
import type { Row } from "../harness/row.ts";
import { noise } from "../native/problem.ts";

/** Patches of 70 × 70 are trimmed so that detection units make whole blocks, as in the authors' recipe. */
const [count, groups, kernel, size] = [64, 24, 10, 69];
const threads = 2;
const python = process.env["SMILODON_PYTHON"] ?? "/usr/bin/python3";
/** What two runs that draw other numbers may differ by in the error of their reconstructions. */
const tolerance = 0.02;

/** The row `speed`. @throws Error where the two do not compute the same. */
export async function measureSpeed(): Promise<Row> {
  const patches = noise(1, [count, 1, size, size], 0.5);
  const filters = noise(2, [groups, 1, kernel, kernel], 0.02);
  const folder = mkdtempSync(join(tmpdir(), "smilodon-bench-"));
  const file = join(folder, "numbers");
  writeFileSync(file, Buffer.concat([patches, filters].map(({ data }) => new Uint8Array(data.buffer))));
  const script = fileURLToPath(new URL("contrastive.py", import.meta.url));
  const sizes = [threads, count, groups, kernel, size].map(String);
  const peer = spawn(python, [script, ...sizes, file], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  const ask = async (burst: number): Promise<{ milliseconds: number; error: number }> => {
    peer.stdin.write(`${JSON.stringify({ burst })}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${python} ended. Debian's package python3-torch is needed.`);
    return JSON.parse(value);
  };
  try {
    const own = prepare(tensor(patches.data).reshape(patches.shape), tensor(filters.data).reshape(filters.shape));
    const [ours, theirs] = [await own(), (await ask(1)).error];
    if (Math.abs(ours - theirs) > tolerance * theirs) throw new Error(`Errors of ${ours} and, in PyTorch, ${theirs}.`);
    const torch = {
      run: () => ask(1),
      burst: async (runs: number) => (await ask(runs)).milliseconds,
      restMilliseconds: 50,
    };
    const { times, best } = await holdContest([{ run: own }, torch], { seconds: 20 });
    const [value = Number.NaN, other = Number.NaN] = times;
    return {
      bench: "deep-belief",
      id: "speed",
      value,
      unit: "ms",
      better: "lower",
      peers: [{ name: "torch", value: other }],
      ratio: best?.ratio ?? null,
      interval: best?.interval ?? null,
      bar: 2,
      met: (best?.ratio ?? 0) >= 2,
    };
  } finally {
    peer.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function prepare(patches: Tensor, filters: Tensor): () => Promise<number> {
  const layer = new BoltzmannLayer({ channels: 1, groups, kernel, visible: "gaussian" });
  layer.weight.assign(filters);
  const learning = new ContrastiveDivergence(layer);
  const step = compile((visible: Tensor) => learning.step(visible).error);
  return () => step(patches).item();
}
