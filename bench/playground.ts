/**
 * `npm run bench -- playground [--json] [ids…]`: the playground as its visitors have it, in Chromium. Every row of the issue
 * "The playground", each with its bar. Takes about three minutes; nothing else should run meanwhile. `--trial` prints rows and
 * does not remember them.
 */
import { emitRows, printRows } from "./harness/row.ts";
import { measurements } from "./playground/measurements.ts";
import { Stage } from "./playground/stage.ts";

const json = process.argv.includes("--json");
const isTrial = process.argv.includes("--trial");
const only = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));

const known = measurements.map(({ id }) => id);
const unknown = only.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(", ")}. Rows: ${known.join(", ")}\n`);
  process.exit(2);
}
await using stage = await Stage.open();
for (const { id, measure } of measurements) {
  if (only.length > 0 && !only.includes(id)) continue;
  process.stderr.write(`measuring ${id} …\n`);
  try {
    const row = await measure(stage);
    if (isTrial) printRows([row], json);
    else emitRows([row], json);
  } catch (error) {
    process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
