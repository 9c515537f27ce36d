/**
 * A small data card: what a table holds, measured and not remembered. Written next to a model, so that whoever uses the
 * model can see what it learned from.
 */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";

/** One column to be described. Numbers may be NaN and texts empty where the value is missing. */
export interface CardColumn {
  readonly name: string;
  /** What the values are, in one sentence. */
  readonly meaning: string;
  /** Unit of numbers, for example "mm". */
  readonly unit?: string;
  readonly values: ArrayLike<number> | readonly string[];
}

/** What is said of the whole table by whoever made it. */
export interface CardOrigin {
  readonly title: string;
  /** How the data came to be: measured, simulated, collected, by whom. */
  readonly origin: string;
  /** What the data, and models made from them, must not be used for. */
  readonly notFor: readonly string[];
  readonly licence: string;
}

/** Measured facts of one column. */
export type ColumnFacts = { readonly name: string; readonly meaning: string; readonly missing: number } & (
  | {
      readonly kind: "number";
      readonly unit: string;
      readonly lowest: number;
      readonly lowerQuartile: number;
      readonly median: number;
      readonly upperQuartile: number;
      readonly highest: number;
    }
  | {
      readonly kind: "text";
      /** Rows of each text; of more than 50 different texts the most frequent. */
      readonly counts: Readonly<Record<string, number>>;
      /** How many further texts there are, and in how many rows. */
      readonly others?: { readonly texts: number; readonly rows: number };
    }
);

/** The card. */
export interface DataCard extends CardOrigin {
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
}

/**
 * Measures a table.
 * @throws ArgumentError where columns have different lengths.
 *
 * @example
 * ```ts
 * import { makeDataCard } from "smilodon/audit";
 * const about = { title: "Bones", origin: "simulated", notFor: ["real animals"], licence: "CC0" };
 * const card = makeDataCard(about, [{ name: "length", meaning: "femur length", unit: "mm", values: [90, 110, NaN] }]);
 * console.log(card.rows, card.columns[0]?.missing); // 3 1
 * ```
 */
export function makeDataCard(about: CardOrigin, columns: readonly CardColumn[]): DataCard {
  const rows = columns[0]?.values.length ?? 0;
  for (const { name, values } of columns) {
    if (values.length === rows) continue;
    throw new ArgumentError(`makeDataCard: column ${name} has ${values.length} rows where the first has ${rows}.`, {
      name,
    });
  }
  return { ...about, rows, columns: columns.map(measureColumn) };
}

function measureColumn({ name, meaning, unit = "", values }: CardColumn): ColumnFacts {
  const texts: string[] = [];
  const numbers: number[] = [];
  for (const value of Array.from<number | string>(values)) {
    if (typeof value === "string") texts.push(value);
    else numbers.push(value);
  }
  if (texts.length > 0) return measureTexts({ name, meaning }, texts);
  const known = numbers.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return {
    name,
    meaning,
    kind: "number",
    unit,
    missing: numbers.length - known.length,
    lowest: quantile(known, 0),
    lowerQuartile: quantile(known, 0.25),
    median: quantile(known, 0.5),
    upperQuartile: quantile(known, 0.75),
    highest: quantile(known, 1),
  };
}

/** A card is to be read: a column of names would fill it, and tell who is in the table. */
const mostTexts = 50;

function measureTexts(head: { name: string; meaning: string }, texts: readonly string[]): ColumnFacts {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const missing = counts.get("") ?? 0;
  counts.delete("");
  const order = [...counts].sort(([, a], [, b]) => b - a);
  const shown = order.slice(0, mostTexts).sort(([a], [b]) => (a < b ? -1 : 1));
  const rest = order.slice(mostTexts);
  const others = { texts: rest.length, rows: rest.reduce((sum, [, count]) => sum + count, 0) };
  return {
    ...head,
    kind: "text",
    missing,
    counts: Object.fromEntries(shown),
    ...(rest.length === 0 ? {} : { others }),
  };
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, as R and NumPy do). */
function quantile(sorted: readonly number[], fraction: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * fraction;
  const below = at(sorted, Math.floor(position));
  const above = at(sorted, Math.ceil(position));
  return below + (above - below) * (position - Math.floor(position));
}
