/** Columns as groups: texts as they are, numbers of many values cut into quarters. */
import type { Table } from "../data/table.ts";
import { at } from "../support/invariant.ts";
import { codeColumn, countBelow } from "./columnCodes.ts";

/** The group of each row by one column. */
export interface GroupColumn {
  readonly name: string;
  /** Empty where the value is missing: a group of its own. */
  readonly values: readonly string[];
}

/** Numbers of more different values than this are cut. */
const mostValues = 10;

/** Texts of more different values than this: the most frequent are kept, the others put together. */
const mostTexts = 30;

/**
 * Groups by column `name` of `table`: its texts, its numbers where at most ten differ, otherwise four ranges with about equal
 * numbers of rows ("25 to 36", the upper end belonging to the next).
 * @throws DataError where there is no such column.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { groupColumn } from "smilodon/audit";
 * const table = readTable(`age\n${Array.from({ length: 40 }, (_, row) => row + 20).join("\n")}\n`);
 * console.log(new Set(groupColumn(table, "age").values)); // "20 to 30", "30 to 40", "40 to 50", "50 to 59"
 * ```
 */
export function groupColumn(table: Table, name: string): GroupColumn {
  const column = codeColumn(name, table.column(name));
  if (column.numbers === undefined) return { name, values: frequentTexts(table.texts(name), column.distinct) };
  if (column.distinct <= mostValues) return { name, values: table.texts(name) };
  const sorted = column.numbers.filter((value) => !Number.isNaN(value)).sort();
  const cuts = [0.25, 0.5, 0.75].map((share) => at(sorted, Math.floor(share * sorted.length)));
  const edges = [...new Set(cuts)].filter((edge) => edge > at(sorted, 0));
  const ends = [at(sorted, 0), ...edges, at(sorted, -1)];
  const labels = ends.slice(1).map((end, place) => `${at(ends, place)} to ${end}`);
  const values = Array.from(column.numbers, (value) =>
    Number.isNaN(value) ? "" : at(labels, Math.min(countBelow(edges, value), labels.length - 1)),
  );
  return { name, values };
}

function frequentTexts(texts: readonly string[], distinct: number): readonly string[] {
  if (distinct <= mostTexts) return texts;
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const frequent = new Set(
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, mostTexts)
      .map(([text]) => text),
  );
  return texts.map((text) => (text === "" || frequent.has(text) ? text : "(others)"));
}
