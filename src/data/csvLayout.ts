/**
 * How a file of comma-separated values is written: encoding, separator, decimal mark, header. Told by options or found in
 * the first records. Next: `csvPlan.ts`, what the columns hold.
 */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { parseNumber } from "./number.ts";

/** Encodings that are read. */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** How cells are written. What is not told is found in the file's first records. */
export interface CsvReadOptions {
  /** One ASCII character between cells. Found: comma, semicolon, tab or bar. */
  readonly separator?: string;
  /** Between the whole part of a number and its fraction. Found: a comma only where the separator is another character. */
  readonly decimal?: "." | ",";
  /** Between groups of three digits, for example "," in 1,234,567. Never found, since 1,234 may mean two numbers. */
  readonly thousands?: string;
  /** Found: by byte order mark; otherwise UTF-8, or Windows-1252 where the beginning is not UTF-8. */
  readonly encoding?: TextEncoding;
  /** Whether the first record names the columns; otherwise they are column1, column2 … Found: by what stands below. */
  readonly header?: boolean;
  /** Whether `"` quotes cells. Default true; false where it is an ordinary character. */
  readonly quotes?: boolean;
  /** Cells that mean "missing", besides empty ones. Default: see `usualMissing`. */
  readonly missing?: readonly string[];
}

/** How numbers are spelled. */
export interface NumberNotation {
  readonly decimal: "." | ",";
  readonly thousands: string;
  /** Texts that mean "missing" among numbers. */
  readonly missingNumbers: ReadonlySet<string>;
}

/** How one file is written. */
export interface CsvLayout extends NumberNotation {
  readonly encoding: TextEncoding;
  readonly separator: string;
  readonly hasHeader: boolean;
  readonly quotes: boolean;
  /** Texts that mean "missing" in any column. */
  readonly missing: ReadonlySet<string>;
}

/** What means "missing" where nothing is told. */
export const usualMissing: readonly string[] = [
  ...["", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "?"],
];
/** What means "missing" besides, in columns whose other cells are numbers. */
const missingAmongNumbers: readonly string[] = [
  "-",
  "--",
  ".",
  "..",
  "None",
  "none",
  "na",
  "unknown",
  "Unknown",
  "missing",
];

/** Candidates that seldom occur inside cells first: a file with semicolons may have commas in its numbers. */
const separators = ["\t", ";", "|", ","] as const;

/** The cell's number; NaN where it is missing, undefined where it is text. */
export function readNumberText(
  cell: string,
  { decimal, thousands, missingNumbers }: NumberNotation,
): number | undefined {
  if (missingNumbers.has(cell)) return Number.NaN;
  if (decimal === "." && thousands === "") return parseNumber(cell);
  return parseNumber(inPlainNotation(cell, decimal, thousands));
}

function inPlainNotation(cell: string, decimal: string, thousands: string): string {
  const [whole = "", ...fraction] = cell.split(decimal);
  const plain = thousands !== "" && isGrouped(whole, thousands) ? whole.replaceAll(thousands, "") : whole;
  // A point where a comma is the mark, or a comma twice, is no number
  const isPlain = decimal === "." || !cell.includes(".") || thousands === ".";
  return isPlain ? [plain, ...fraction].join(".") : "";
}

function isGrouped(whole: string, thousands: string): boolean {
  const [first = "", ...others] = whole.replace(/^[+-]/, "").split(thousands);
  return /^\d{1,3}$/.test(first) && others.every((group) => /^\d{3}$/.test(group));
}

/** @throws DataError for options that contradict each other or are not possible. */
export function checkCsvOptions({ separator, decimal, thousands = "" }: CsvReadOptions): void {
  if (separator !== undefined && !/^[^\r\n"\0\x80-\uffff]$/.test(separator)) {
    const given = JSON.stringify(separator);
    throw new DataError(
      `CSV: the separator is ${given}; it has to be one ASCII character, not a quote or line break.`,
      { separator },
    );
  }
  const marks = [
    ["separator", separator],
    ["decimal", decimal],
    ["thousands", thousands],
  ] as const;
  for (const [index, [name, mark]] of marks.entries()) {
    const other = marks.slice(index + 1).find(([, second]) => mark !== undefined && mark !== "" && second === mark);
    if (other !== undefined)
      throw new DataError(`CSV: ${name} and ${other[0]} are both ${JSON.stringify(mark)}; they have to differ.`, {
        mark,
      });
  }
}

/** What cells are "missing", in all columns and among numbers. */
export function missingOf(told: readonly string[] | undefined): Pick<CsvLayout, "missing" | "missingNumbers"> {
  const missing = new Set(["", ...(told ?? usualMissing)]);
  return { missing, missingNumbers: told === undefined ? new Set([...missing, ...missingAmongNumbers]) : missing };
}

/**
 * The separator of the records in `bytes`, the beginning of a file: the one that stands equally often in each record,
 * outside of quotes; where none does, the one that comes nearest to it; comma where there is none.
 */
export function findSeparator(bytes: Uint8Array, quotes: boolean): string {
  const counts = countInRecords(bytes, quotes);
  const consistent = separators.find((_, index) => isSame(counts.map((record) => at(record, index))));
  if (consistent !== undefined) return consistent;
  const shares = separators.map((_, index) => shareOfUsual(counts.map((record) => at(record, index))));
  const best = Math.max(...shares);
  return best === 0 ? "," : at(separators, shares.indexOf(best));
}

const mostRecords = 200;

/** How often each candidate stands in each of the first whole records. */
function countInRecords(bytes: Uint8Array, quotes: boolean): number[][] {
  const codes = separators.map((separator) => separator.charCodeAt(0));
  const records: number[][] = [];
  let counts = codes.map(() => 0);
  let isQuoted = false;
  let size = 0;
  for (const byte of bytes) {
    if (byte === 34 && quotes) isQuoted = !isQuoted;
    if (!isQuoted && (byte === 10 || byte === 13)) {
      if (size > 0) records.push(counts);
      if (records.length === mostRecords) return records;
      counts = codes.map(() => 0);
      size = 0;
      continue;
    }
    size++;
    const index = codes.indexOf(byte);
    if (index >= 0 && !isQuoted) counts[index] = at(counts, index) + 1;
  }
  // The last record may be cut; it counts where there is no other
  if (records.length === 0) records.push(counts);
  return records;
}

function isSame(counts: readonly number[]): boolean {
  return at(counts, 0) > 0 && counts.every((count) => count === counts[0]);
}

/** The share of records with the number of separators that is most frequent, of those above zero. */
function shareOfUsual(counts: readonly number[]): number {
  const frequencies = new Map<number, number>();
  for (const count of counts) if (count > 0) frequencies.set(count, (frequencies.get(count) ?? 0) + 1);
  return Math.max(0, ...frequencies.values()) / counts.length;
}

/** The decimal mark of records separated by `separator`: a comma where only that makes numbers of their cells. */
export function findDecimal(records: readonly (readonly string[])[], separator: string): "." | "," {
  if (separator === ",") return ".";
  const cells = records.flat();
  const commas = cells.filter((cell) => /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/.test(cell)).length;
  const points = cells.filter((cell) => /^[+-]?\d*\.\d+(?:[eE][+-]?\d+)?$/.test(cell)).length;
  return commas > points ? "," : ".";
}

/**
 * Whether the first of `records` names the columns: it does where it has text above a column of numbers, and where
 * nothing tells (all is text, or there is no other record) unless it repeats itself; it does not where its cells are
 * numbers like those below.
 */
export function findHeader(records: readonly (readonly string[])[], notation: NumberNotation): boolean {
  const [first = [], ...others] = records;
  if (others.length === 0) return true;
  const isNumber = (cell: string) => !Number.isNaN(readNumberText(cell, notation) ?? Number.NaN);
  const isMissing = (cell: string) => notation.missingNumbers.has(cell);
  let numbersOnTop = 0;
  for (const [column, cell] of first.entries()) {
    const below = others.map((record) => record[column] ?? "").filter((each) => !isMissing(each));
    if (below.length === 0 || !below.every(isNumber)) continue;
    if (isNumber(cell)) numbersOnTop++;
    else if (!isMissing(cell)) return true;
  }
  if (numbersOnTop > 0) return false;
  const named = first.filter((cell) => cell !== "");
  return new Set(named).size === named.length;
}
