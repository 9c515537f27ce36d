/**
 * `npm run bench -- seeing [--json] [--trial] [ids…]`: networks for pictures on the native device. Every row of the issue "Seeing" with
 * its bar. Takes three quarters of an hour; nothing else should run. Pictures are read from SMILODON_DATA; `mnist-time` needs Debian's
 * python3-torch. `--trial` leaves the history as it is.
 */
import "../src/runtime/registry.node.ts";
import { setDevice } from "../src/index.ts";
import { emitRows, printRows, type Row } from "./harness/row.ts";
import { catsDogs, cifar10, mnist } from "./seeing/accuracy.ts";
import { mnistTime } from "./seeing/mnistTime.ts";
import { cacheCost, decodeRate } from "./seeing/reading.ts";

/** Rows by their ids, in the order in which they are measured. */
const measurements: Readonly<Record<string, () => Promise<Row>>> = {
  "decode-rate": decodeRate,
  "cache-cost": cacheCost,
  mnist,
  "mnist-time": mnistTime,
  "cats-dogs": catsDogs,
  cifar10,
};

const given = process.argv.slice(2);
const only = given.filter((argument) => !argument.startsWith("-"));
const unknown = only.filter((id) => !(id in measurements));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(", ")}. Rows: ${Object.keys(measurements).join(", ")}\n`);
  process.exit(2);
}

setDevice("native");
for (const [id, measure] of Object.entries(measurements)) {
  if (only.length > 0 && !only.includes(id)) continue;
  process.stderr.write(`measuring ${id} …\n`);
  try {
    const rows = [await measure()];
    if (given.includes("--trial")) printRows(rows, given.includes("--json"));
    else emitRows(rows, given.includes("--json"));
  } catch (error) {
    process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
process.exit();
