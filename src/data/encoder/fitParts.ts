/** What an encoder learns of each column of the training table: centers, scales, categories. `parts.ts` uses it. */
import { at } from "../../support/invariant.ts";
import { type Column, lengthOfColumn } from "../column.ts";
import type { ColumnFacts } from "../columnFacts.ts";
import { type DateForm, readDate } from "../dates.ts";
import type { KindFinding } from "../kinds.ts";
import type { EncoderPart, PartOf } from "./state.ts";

/** Most categories of a column that are told apart; the rest count together. More where rows are many, but fit in memory. */
function mostCategories(rows: number): number {
  return rows > 50_000 ? 128 : Math.max(128, Math.min(512, Math.floor(rows / 40)));
}

/** A category of fewer training rows cannot be learned and counts as "any other". */
const fewestRows = 2;

/**
 * How `column`, found to be what `finding` says, becomes numbers. Where it is a sample of rows, `whole` is what is known of all
 * of them.
 */
export function fitPart(column: Column, { name, kind, dateForm }: KindFinding, whole?: ColumnFacts): EncoderPart {
  const part = partOf(name, kind, { column, whole, form: dateForm ?? "year-first" });
  return whole === undefined ? part : { ...part, hasMissing: whole.missing > 0 };
}

interface Fitting {
  readonly column: Column;
  readonly whole: ColumnFacts | undefined;
  readonly form: DateForm;
}

function partOf(name: string, kind: KindFinding["kind"], { column, whole, form }: Fitting): EncoderPart {
  switch (kind) {
    case "number":
      return fitNumber(name, column, whole);
    case "category":
      return fitCategory(name, column, whole);
    case "boolean":
      return fitBoolean(name, column, whole);
    case "date":
      return fitDate(name, column, form);
    case "text":
      return fitText(name, column, whole);
    default:
      return kind satisfies never;
  }
}

/** Beyond so many scales from the center a value is far off, and the column is compressed. */
const farOff = 6;

function fitNumber(name: string, column: Column, whole: ColumnFacts | undefined): PartOf<"number"> {
  const values = column.kind === "number" ? column.values : new Float64Array(column.codes.length).fill(Number.NaN);
  const known = values.filter(Number.isFinite).sort();
  const hasMissing = values.some(Number.isNaN);
  const [lowest, highest] = [whole?.lowest ?? known[0] ?? Number.NaN, whole?.highest ?? known.at(-1) ?? Number.NaN];
  if (Number.isNaN(lowest)) return { name, kind: "number", hasMissing, center: 0, scale: 1, isCompressed: false };
  const { center, scale } = centerOf(known.length > 0 ? known : Float64Array.of(lowest, highest));
  const reach = Math.max(highest / scale - center / scale, center / scale - lowest / scale);
  return { name, kind: "number", hasMissing, center, scale, isCompressed: reach > farOff };
}

/** Median and robust deviation (quartile range / 1.349) of ascending numbers; where half are equal, that of the others. */
function centerOf(sorted: Float64Array): { center: number; scale: number } {
  const center = quantile(sorted, 0.5);
  const spread = (values: Float64Array): number => quantile(values, 0.75) / 1.349 - quantile(values, 0.25) / 1.349;
  let scale = spread(sorted);
  if (!(scale > 0)) scale = spread(sorted.filter((value) => value !== center));
  if (!(scale > 0)) scale = at(sorted, -1) / 2 - at(sorted, 0) / 2;
  return { center, scale: scale > 0 ? Math.min(scale, Number.MAX_VALUE) : 1 };
}

function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return 0;
  const position = (sorted.length - 1) * share;
  const [low, high] = [at(sorted, Math.floor(position)), at(sorted, Math.ceil(position))];
  return low + (high / 2 - low / 2) * 2 * (position - Math.floor(position));
}

/** How often each cell occurs, numbers written out; and how many are missing. */
function countCells(column: Column): { counts: ReadonlyMap<string, number>; missing: number } {
  const counts = new Map<string, number>();
  let missing = 0;
  const enter = (cell: string, times: number): void => void counts.set(cell, (counts.get(cell) ?? 0) + times);
  if (column.kind === "number") {
    const byValue = new Map<number, number>();
    for (const value of column.values) {
      if (Number.isNaN(value)) missing++;
      else byValue.set(value, (byValue.get(value) ?? 0) + 1);
    }
    for (const [value, times] of byValue) enter(String(value), times);
    return { counts, missing };
  }
  const byCode = new Uint32Array(column.categories.length);
  for (const code of column.codes) {
    if (code < 0) missing++;
    else byCode[code] = at(byCode, code) + 1;
  }
  byCode.forEach((times, code) => times > 0 && enter(at(column.categories, code), times));
  return { counts, missing };
}

function cellsOf(column: Column, whole: ColumnFacts | undefined): ReturnType<typeof countCells> {
  return whole?.counts === undefined ? countCells(column) : { counts: whole.counts, missing: whole.missing };
}

function fitCategory(name: string, column: Column, whole: ColumnFacts | undefined): PartOf<"category"> {
  const { counts, missing } = cellsOf(column, whole);
  const total = whole?.counts
    ? whole.rows - whole.missing
    : [...counts.values()].reduce((sum, count) => sum + count, 0);
  const frequent = [...counts]
    .filter(([, count]) => count >= fewestRows)
    .sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
    .slice(0, mostCategories(total));
  const known = frequent.map(([cell]) => cell).sort((a, b) => (a < b ? -1 : 1));
  const shares = known.map((cell) => (counts.get(cell) ?? 0) / Math.max(1, total));
  const rest = Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0));
  const isNumeric = column.kind === "number";
  return { name, kind: "category", hasMissing: missing > 0, known, shares: [...shares, rest], isNumeric };
}

/** Pairs of words that mean no and yes, in that order; other pairs go by the alphabet. */
const yesWords = new Set(["1", "true", "yes", "y", "t", "ja", "on"]);

function fitBoolean(name: string, column: Column, whole: ColumnFacts | undefined): PartOf<"boolean"> {
  const { counts, missing } = cellsOf(column, whole);
  const [first = "0", second = "1"] = [...counts.keys()].sort((a, b) => (a < b ? -1 : 1));
  const isSwapped = yesWords.has(first.toLowerCase());
  const [no, yes] = isSwapped ? [second, first] : [first, second];
  return { name, kind: "boolean", hasMissing: missing > 0, no, yes, isNumeric: column.kind === "number" };
}

function fitDate(name: string, column: Column, form: DateForm): PartOf<"date"> {
  const cells = column.kind === "text" ? column.categories : [];
  const parsed = cells.map((cell) => readDate(cell, form) / 86_400_000);
  const codes = column.kind === "text" ? column.codes : new Int32Array(column.values.length).fill(-1);
  const days = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : (parsed[code] ?? Number.NaN)));
  const known = days.filter(Number.isFinite).sort();
  const hasTime = known.some((day) => day !== Math.floor(day));
  const { center, scale } = known.length === 0 ? { center: 0, scale: 1 } : centerOf(known);
  return { name, kind: "date", hasMissing: days.some(Number.isNaN), center, scale, form, hasTime };
}

function fitText(name: string, column: Column, whole: ColumnFacts | undefined): PartOf<"text"> {
  const rows = whole?.rows ?? lengthOfColumn(column);
  const hasMissing = column.kind === "number" || column.codes.some((code) => code < 0);
  // Few rows cannot tell many words apart
  return { name, kind: "text", hasMissing, width: rows < 2000 ? 32 : 128 };
}
