/**
 * What a file of comma-separated values holds, decided by its beginning: how it is written (`csvLayout.ts`), its columns
 * and whether they are numbers. `csvPass.ts` then reads it.
 */
import { DataError } from "../support/errors.ts";
import {
  type CsvLayout,
  type CsvReadOptions,
  checkCsvOptions,
  findDecimal,
  findHeader,
  findSeparator,
  missingOf,
  type TextEncoding,
} from "./csvLayout.ts";
import { type CsvColumn, CsvReader, type CsvRecord } from "./csvReader.ts";
import { type ColumnKind, storageOf } from "./kinds.ts";
import { noSuchColumn } from "./names.ts";

/** How a table is read: what its columns hold, and how text formats are written. */
export interface TableOptions extends CsvReadOptions {
  /**
   * What columns are, by name: numbers are read as numbers, all other kinds as text. Columns that are not named are numbers
   * if all their cells are numbers or missing, and at least one is a number.
   */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /** The columns to read, in the order of the file. Default: all. */
  readonly columns?: readonly string[];
}

/** A column and whether its kind was told: then a cell that does not fit is an error. */
export interface PlannedColumn extends CsvColumn {
  readonly isTold: boolean;
}

/** How to read one file. */
export interface CsvPlan {
  readonly layout: CsvLayout;
  readonly columns: readonly PlannedColumn[];
  /** Where the first record after the header begins: byte of the UTF-8 text, and line. */
  readonly start: number;
  readonly line: number;
  /** Bytes of a record, on average. */
  readonly recordSize: number;
}

/** So many records tell the decimal mark and the header. */
const sampledRecords = 100;

/** The beginning of a file, as UTF-8. */
export interface FileHead {
  readonly bytes: Uint8Array;
  /** Where the beginning ends: the byte there is a line feed, which is no part of the file. */
  readonly limit: number;
  /** Whether there is nothing after it. */
  readonly isWhole: boolean;
  /** What the file was written in. */
  readonly encoding: TextEncoding;
}

/**
 * Plans by the beginning of a file. Undefined where the beginning is too short: not even one record after the header.
 * @throws DataError where the file is empty, options do not fit it, or its records are wrong.
 */
export function planCsv(head: FileHead, options: TableOptions): CsvPlan | undefined {
  const { bytes, limit, isWhole, encoding } = head;
  checkCsvOptions(options);
  const told = options.separator === undefined ? separatorLine(bytes, limit) : undefined;
  const [from, line] = told === undefined ? [0, 1] : [told.end, 2];
  const { quotes = true } = options;
  const separator = options.separator ?? told?.separator ?? findSeparator(bytes.subarray(from, limit), quotes);
  const notation = {
    decimal: options.decimal ?? ".",
    thousands: options.thousands ?? "",
    ...missingOf(options.missing),
  };
  const draft: CsvLayout = { ...notation, encoding, separator, quotes, hasHeader: true };
  const sample = readSample(head, from, draft, line);
  const first = sample[0];
  if (first === undefined) {
    if (!isWhole) return undefined;
    throw new DataError("CSV: the file is empty; its first line has to name the columns.");
  }
  const records = sample.map(({ cells }) => cells);
  const decimal = options.decimal ?? findDecimal(records, separator);
  const hasHeader = options.header ?? findHeader(records, { ...notation, decimal });
  const layout: CsvLayout = { ...draft, decimal, hasHeader };
  const names = hasHeader ? namesOf(first.cells, first.line) : first.cells.map((_, index) => `column${index + 1}`);
  const begin = hasHeader ? { start: first.end, line: first.nextLine } : { start: from, line };
  const found = findColumns(names, layout, { ...head, ...begin }, options);
  return found && { layout, ...begin, ...found };
}

/** Excel's way to tell the separator: a first line `sep=;`. */
function separatorLine(bytes: Uint8Array, limit: number): { separator: string; end: number } | undefined {
  const [line] =
    new TextDecoder().decode(bytes.subarray(0, Math.min(limit, 8))).match(/^sep=[^\r\n](?:\r\n|\n|\r)/i) ?? [];
  return line === undefined ? undefined : { separator: line.charAt(4), end: line.length };
}

interface SampleRecord extends CsvRecord {
  readonly nextLine: number;
}

function readSample(
  { bytes, limit, isWhole }: FileHead,
  from: number,
  layout: CsvLayout,
  line: number,
): SampleRecord[] {
  const reader = new CsvReader([], layout, { line });
  const records: SampleRecord[] = [];
  for (let position = from; records.length < sampledRecords; ) {
    const record = reader.readCells(bytes, position, limit, isWhole);
    if (record === undefined) break;
    records.push({ ...record, nextLine: reader.line });
    position = record.end;
  }
  return records;
}

/** Names as written; columns without one are called by their position. */
function namesOf(cells: readonly string[], line: number): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, index) => {
    const name = cell === "" ? `column${index + 1}` : cell;
    const other = seen.get(name);
    seen.set(name, index);
    if (other === undefined) return name;
    throw new DataError(
      `CSV, line ${line}: two columns are named "${name}" (column ${other + 1} and column ${index + 1}). Rename one of them.`,
      { line, name },
    );
  });
}

function findColumns(
  names: readonly string[],
  layout: CsvLayout,
  { bytes, start, limit, isWhole, line }: FileHead & Pick<CsvPlan, "start" | "line">,
  { kinds = {}, columns }: TableOptions,
): Pick<CsvPlan, "columns" | "recordSize"> | undefined {
  const known = new Set(names);
  const wrong = [...Object.keys(kinds), ...(columns ?? [])].find((name) => !known.has(name));
  if (wrong !== undefined) throw noSuchColumn(wrong, names, "CSV: there is");
  const wanted = new Set(columns ?? names);
  const told = names.map((name): CsvColumn["kind"] | undefined => {
    if (!wanted.has(name)) return "skip";
    return storageOf(name, kinds);
  });
  const drafts = names.map((name, index): CsvColumn => ({ name, kind: told[index] === undefined ? "number" : "skip" }));
  const reader = new CsvReader(drafts, layout, { line });
  const end = reader.read(bytes, start, limit, isWhole, Number.POSITIVE_INFINITY);
  if (reader.rowCount === 0 && !isWhole) return undefined;
  return {
    recordSize: reader.rowCount === 0 ? 1 : (end - start) / reader.rowCount,
    columns: names.map((name, index): PlannedColumn => {
      // A column without any cell is numbers: the first text that comes will show otherwise
      const found = reader.wrong.has(index) ? "text" : "number";
      return { name, kind: told[index] ?? found, isTold: told[index] !== undefined };
    }),
  };
}
