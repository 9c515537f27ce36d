/**
 * `npm run bench -- tables [--json]`: tables from beginning to end, by the command line as users run it. Every row of
 * the issue "Your own table", each with its bar. Takes about a quarter of an hour; nothing else should run meanwhile. Real
 * tables are read from the folder `tabular` of SMILODON_DATA.
 */
import { runMeasurements } from "./harness/measurements.ts";
import { measurements } from "./tables/measurements.ts";

await runMeasurements(measurements);
