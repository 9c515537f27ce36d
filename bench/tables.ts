/**
 * `npm run bench -- tables [--json]`: tables from beginning to end, by the command line as users run it. Every row of
 * the issue "Your own table", each with its bar. Takes about a quarter of an hour; nothing else should run meanwhile. Real
 * tables are read from the folder `tabular` of SMILODON_DATA.
 */
import { emitRows, type Row } from "./harness/row.ts";
import { measurements } from "./tables/measurements.ts";

const json = process.argv.includes("--json");
const only = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));

const known = measurements.flatMap(({ ids }) => ids);
const unknown = only.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(", ")}. Rows: ${known.join(", ")}\n`);
  process.exit(2);
}
for (const { ids, measure } of measurements) {
  if (only.length > 0 && !ids.some((id) => only.includes(id))) continue;
  process.stderr.write(`measuring ${ids.join(", ")} …\n`);
  try {
    const rows: readonly Row[] = await measure();
    emitRows(rows, json);
  } catch (error) {
    process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
