/** What a target can have wrong: rows without it, classes with few rows, one class that is nearly all. */
import type { Table } from "../data/table.ts";
import { at } from "../support/invariant.ts";
import { codeColumn } from "./columnCodes.ts";
import { inPercent, quoteNames, type TableWarning } from "./tableWarning.ts";

/** A class needs about this many rows to be in every part of a split. */
export const leastRowsOfClass = 8;

/** From this share of the rows on, the largest class is mentioned. */
const nearlyAll = 0.95;

/** Faults of the target of a table. */
export function findTargetFaults(table: Table, target: string, task: "classification" | "regression"): TableWarning[] {
  const column = codeColumn(target, table.column(target));
  const known = column.codes.length - column.missing;
  const warn = (kind: TableWarning["kind"], message: string): TableWarning => {
    return { kind, columns: [target], action: "flagged", message };
  };
  const warnings: TableWarning[] = [];
  const quoted = JSON.stringify(target);
  if (column.missing > 0) {
    const place = table.place(column.codes.indexOf(-1));
    warnings.push(
      warn(
        "missing-target",
        `${column.missing} of ${table.rowCount} rows have no ${quoted} (the first: ${place}) and are not learned from.`,
      ),
    );
  }
  if (task === "regression" || known === 0) return warnings;
  const counts = new Int32Array(column.distinct);
  for (const code of column.codes) if (code >= 0) counts[code] = at(counts, code) + 1;
  const order = Array.from(counts.keys()).sort((a, b) => at(counts, a) - at(counts, b));
  const rare = order.filter((code) => at(counts, code) < leastRowsOfClass);
  if (rare.length > 0) {
    const names = quoteNames(rare.map((code) => column.textOf(code)));
    const fewest = at(counts, at(rare, 0));
    warnings.push(
      warn(
        "rare-class",
        `${rare.length} of ${column.distinct} classes of ${quoted} have fewer than ${leastRowsOfClass} rows: ${names} (fewest: ${fewest}). ` +
          "They can hardly be learned or tested; put them together, or collect more rows.",
      ),
    );
  }
  const largest = at(order, -1);
  const share = at(counts, largest) / known;
  if (share >= nearlyAll && column.distinct > 1) {
    const name = JSON.stringify(column.textOf(largest));
    warnings.push(
      warn(
        "imbalance",
        `${inPercent(share)} of the rows are ${name}: always saying so is right as often. Look at figures other than the share of right answers.`,
      ),
    );
  }
  return warnings;
}
