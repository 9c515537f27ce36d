/**
 * `npm run bench -- seeing [--json] [--trial] [ids…]`: networks for pictures on the native device. Every row of the issue "Seeing" with
 * its bar. Takes three quarters of an hour; nothing else should run. Pictures are read from SMILODON_DATA; `mnist-time` needs Debian's
 * python3-torch. `--trial` leaves the history as it is.
 */
import "../src/runtime/registry.node.ts";
import { setDevice } from "../src/index.ts";
import { emitRows, printRows, type Row } from "./harness/row.ts";
import { catsDogs, cifar10, mnist } from "./seeing/accuracy.ts";
import { measureExplanations } from "./seeing/explain.ts";
import { mnistTime } from "./seeing/mnistTime.ts";
import { cacheCost, decodeRate } from "./seeing/reading.ts";
import { sketchMeasurements } from "./seeing/sketches.ts";

/** What is measured, in this order. */
const measurements: readonly { readonly ids: readonly string[]; measure(): Promise<readonly Row[]> }[] = [
  { ids: ["decode-rate"], measure: async () => [await decodeRate()] },
  { ids: ["cache-cost"], measure: async () => [await cacheCost()] },
  { ids: ["mnist"], measure: async () => [await mnist()] },
  { ids: ["mnist-time"], measure: async () => [await mnistTime()] },
  { ids: ["explain-exact", "explain-residual"], measure: measureExplanations },
  ...sketchMeasurements,
  { ids: ["cats-dogs"], measure: async () => [await catsDogs()] },
  { ids: ["cifar10"], measure: async () => [await cifar10()] },
];

const given = process.argv.slice(2);
const only = given.filter((argument) => !argument.startsWith("-"));
const known = measurements.flatMap(({ ids }) => ids);
const unknown = only.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(", ")}. Rows: ${known.join(", ")}\n`);
  process.exit(2);
}

setDevice("native");
for (const { ids, measure } of measurements) {
  if (only.length > 0 && !ids.some((id) => only.includes(id))) continue;
  process.stderr.write(`measuring ${ids.join(", ")} …\n`);
  try {
    const rows = await measure();
    if (given.includes("--trial")) printRows(rows, given.includes("--json"));
    else emitRows(rows, given.includes("--json"));
  } catch (error) {
    process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
process.exit();
