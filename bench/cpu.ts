/**
 * `npm run bench -- cpu [--json] [ids…]`: the engine beside its peers on the processor. Every row of the issue "One
 * step, one launch" whose operations exist, each with its bar. Takes about ten minutes; nothing else should run meanwhile.
 *
 * A row is a few lines in its family under `cpu/`; an operation is a line in `cpu/ours.ts` and in each of `peers/`.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { convolutionRows } from "./cpu/convolution.ts";
import { elementwiseRows } from "./cpu/elementwise.ts";
import { matmulRows } from "./cpu/matmul.ts";
import { type Measurement, usualThreads } from "./cpu/measurement.ts";
import { memoryRows } from "./cpu/memory.ts";
import { ours } from "./cpu/ours.ts";
import { startPeers } from "./cpu/peers.ts";
import { reductionRows } from "./cpu/reductions.ts";
import { smallRows } from "./cpu/small.ts";
import { trainingRows } from "./cpu/training.ts";
import type { Library } from "./harness/library.ts";
import { emitRows, printRows, type Row } from "./harness/row.ts";

const families = [matmulRows, convolutionRows, elementwiseRows, reductionRows, trainingRows, smallRows, memoryRows];

const given = process.argv.slice(2);
const json = given.includes("--json");
/** Set where this process measures single rows for another one. */
const forParent = given.find((argument) => argument.startsWith("--threads="));
/** For trying the benchmark out: rows are printed and not remembered. */
const isTrial = given.includes("--trial");
const threads = forParent === undefined ? usualThreads : Number(forParent.split("=")[1]);
const only = given.filter((argument) => !argument.startsWith("-"));
const all: readonly Measurement[] = families.flat();

const unknown = only.filter((id) => !all.some(({ ids }) => ids.includes(id)));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(", ")}. Rows: ${all.flatMap(({ ids }) => ids).join(", ")}\n`);
  process.exit(2);
}

let peers: Promise<readonly Library[]> | undefined;
await ours.start(threads);
for (const measurement of all) {
  if (only.length > 0 && !measurement.ids.some((id) => only.includes(id))) continue;
  process.stderr.write(`measuring ${measurement.ids.join(", ")} …\n`);
  try {
    report(await measure(measurement));
  } catch (error) {
    process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
// Peers leave threads behind that nobody ends
process.exit();

async function measure(measurement: Measurement): Promise<readonly Row[]> {
  const wanted = measurement.threads ?? usualThreads;
  if (wanted !== threads) return measureApart(measurement.ids, wanted);
  return measurement.measure(() => (peers ??= startPeers(threads)));
}

/** The number of threads is chosen when libraries start, so another number needs another process. */
function measureApart(ids: readonly string[], wanted: number): Row[] {
  const args = [fileURLToPath(import.meta.url), ...ids, "--json", `--threads=${wanted}`];
  const { stdout, status } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The process with threads: ${wanted} ended with ${status}.`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function report(rows: readonly Row[]): void {
  if (forParent === undefined && !isTrial) emitRows(rows, json);
  else printRows(rows, json);
}
