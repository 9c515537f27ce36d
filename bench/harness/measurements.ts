/** The loop of a bench: what is measured, in order, and the rows that were asked for. */
import { emitRows, printRows, type Row } from "./row.ts";

/** Rows that are measured together. */
export interface Measurement {
  readonly ids: readonly string[];
  measure(): Promise<readonly Row[]>;
}

/**
 * Measures the rows that the command line names, or all. `--json` prints rows as JSON, `--trial` leaves the history as it is. A
 * measurement that fails is told, and the others go on.
 */
export async function runMeasurements(measurements: readonly Measurement[]): Promise<void> {
  const given = process.argv.slice(2);
  const only = given.filter((argument) => !argument.startsWith("-"));
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
      const rows = await measure();
      if (given.includes("--trial")) printRows(rows, given.includes("--json"));
      else emitRows(rows, given.includes("--json"));
    } catch (error) {
      process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
