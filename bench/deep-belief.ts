/**
 * `npm run bench -- deep-belief [--json] [--trial] [ids…]`: the convolutional deep belief network, every row of its issue with its bar.
 * Takes about twenty minutes; nothing else should run meanwhile. Real pictures are read from SMILODON_DATA (`natural-images`,
 * `mnist`, `caltech101`), PyTorch is Debian's.
 */
import "../src/runtime/registry.node.ts";
import { setDevice } from "../src/index.ts";
import { measurements } from "./deepBelief/measurements.ts";
import { emitRows, printRows } from "./harness/row.ts";

const given = process.argv.slice(2);
const json = given.includes("--json");
const only = given.filter((argument) => !argument.startsWith("-"));
const known = measurements.flatMap(({ ids }) => ids);
const unknown = only.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(", ")}. Rows: ${known.join(", ")}\n`);
  process.exit(2);
}

process.env["SMILODON_THREADS"] ??= "2";
setDevice("native");
for (const { ids, measure } of measurements) {
  if (only.length > 0 && !ids.some((id) => only.includes(id))) continue;
  process.stderr.write(`measuring ${ids.join(", ")} …\n`);
  try {
    const rows = await measure();
    if (given.includes("--trial")) printRows(rows, json);
    else emitRows(rows, json);
  } catch (error) {
    process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
process.exit();
