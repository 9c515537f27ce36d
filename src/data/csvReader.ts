/**
 * Records of comma-separated values, from bytes into columns, in one walk: numbers are read where they lie, texts are
 * looked up by their bytes. `csvLayout.ts` says how a file is written, `csvPlan.ts` what its columns hold; `parseCsv` is
 * the slow and clear reader of the same format.
 */
import { DataError } from "../support/errors.ts";
import type { Column } from "./column.ts";
import { type CsvLayout, type NumberNotation, readNumberText } from "./csvLayout.ts";
import { NumberScanner } from "./number.ts";
import { Table } from "./table.ts";
import { hashBytes, TextDictionary } from "./textDictionary.ts";

/** What is kept of a column. */
export type CellKind = "number" | "text" | "skip";

/** One column of a file. */
export interface CsvColumn {
  readonly name: string;
  readonly kind: CellKind;
}

/** A record as text: its cells, the line that it begins on, and the position after it. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
  readonly end: number;
}

/** A cell that is no number, in a column of numbers. */
export interface WrongCell {
  readonly line: number;
  readonly cell: string;
}

/** A column of text that is being read. */
interface CodedCells {
  codes: Int32Array;
  readonly dictionary: TextDictionary;
}

const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;
const space = 32;
/** More bytes than any record has: only a quote that is never closed makes one so long. */
const longestRecord = 2 ** 28;
const firstCapacity = 64;

/** Reads records from a buffer that is filled again and again; keeps their columns until `take`. */
export class CsvReader {
  /** Rows that were read since the last `take`. */
  rowCount = 0;
  /** The line, from 1, at which the next record begins. */
  line: number;
  /** By position of the column: the first cell that is no number. */
  readonly wrong = new Map<number, WrongCell>();
  readonly #columns: readonly CsvColumn[];
  readonly #layout: CsvLayout;
  readonly #notation: NumberNotation;
  readonly #scanner: NumberScanner;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** 1 for bytes that end a cell or may not stand in one. */
  readonly #stops = new Uint8Array(256);
  readonly #separator: number;
  /** Numbers that mean "missing" when they are spelled in a certain way, if there are such. */
  readonly #missingValues: ReadonlySet<number> | undefined;
  /** Blanks before and after numbers; a byte that never occurs where they separate. */
  readonly #blank: number;
  readonly #quote: number;
  readonly #expectedRows: number;
  #capacity = 0;
  #numbers: (Float64Array | undefined)[] = [];
  #texts: (CodedCells | undefined)[] = [];
  #lines = new Uint32Array(0);
  #recordStart = 0;
  /** Whether the present record has quoted cells, and so perhaps line breaks. */
  #hasQuotes = false;

  /** `expectedRows` sizes the columns, roughly; `line` is where the first record stands. */
  constructor(columns: readonly CsvColumn[], layout: CsvLayout, { line = 1, expectedRows = 1 } = {}) {
    this.line = line;
    this.#columns = columns;
    this.#layout = layout;
    this.#notation = layout;
    this.#separator = layout.separator.charCodeAt(0);
    this.#blank = this.#separator === space ? -1 : space;
    this.#quote = layout.quotes ? quote : -1;
    const missing = [...layout.missingNumbers].map((text) =>
      readNumberText(text, { ...layout, missingNumbers: new Set() }),
    );
    const missingValues = missing.filter((value) => value !== undefined);
    this.#missingValues = missingValues.length > 0 ? new Set(missingValues) : undefined;
    this.#scanner = new NumberScanner(layout.decimal.charCodeAt(0));
    for (const byte of [this.#separator, lineFeed, carriageReturn, 0]) this.#stops[byte] = 1;
    if (layout.quotes) this.#stops[quote] = 1;
    this.#expectedRows = expectedRows;
  }

  /**
   * Reads whole records from `from` until the bytes end at `limit` or `mostRows` are held, and says where it stopped. The
   * byte at `limit` has to be a line feed, which is no part of the file; `isLast` tells that the file ends there.
   * @throws DataError with line and column.
   */
  read(bytes: Uint8Array, from: number, limit: number, isLast: boolean, mostRows: number): number {
    if (this.#capacity === 0) this.#begin();
    let position = from;
    while (this.rowCount < mostRows) {
      position = this.#skipEmptyLines(bytes, position, limit, isLast);
      // A carriage return that is left there waits for its line feed
      if (position >= limit || bytes[position] === carriageReturn) break;
      const line = this.line;
      const next = this.#readRecord(bytes, position, limit, isLast);
      if (next < 0) {
        this.line = line;
        if (limit - position > longestRecord)
          throw this.#error(bytes, position, "the record that begins here does not end. Is a quote not closed?");
        break;
      }
      position = next;
    }
    return position;
  }

  /** The cells of the record at `from` as text, its line, and where it ends; undefined where it is not whole. */
  readCells(bytes: Uint8Array, from: number, limit: number, isLast: boolean): CsvRecord | undefined {
    const start = this.#skipEmptyLines(bytes, from, limit, isLast);
    const cells: string[] = [];
    const line = this.line;
    this.#recordStart = start;
    this.#hasQuotes = false;
    if (start >= limit || bytes[start] === carriageReturn) return undefined;
    for (let position = start; ; position++) {
      const end = this.#findCellEnd(bytes, position, limit, isLast);
      if (end < 0 || (end === limit && !isLast)) return undefined;
      cells.push(this.#textOf(bytes, position, end));
      position = end;
      if (bytes[position] === this.#separator) continue;
      const after = this.#endRecord(bytes, position, limit, isLast);
      return after < 0 ? undefined : { cells, line, end: after };
    }
  }

  /** The rows that were read as a table; the reader begins anew. */
  take(): Table {
    if (this.#capacity === 0) this.#begin();
    const count = this.rowCount;
    const columns = new Map<string, Column>();
    this.#columns.forEach(({ name }, index) => {
      const numbers = this.#numbers[index];
      const texts = this.#texts[index];
      if (numbers !== undefined) columns.set(name, { kind: "number", values: trimmed(numbers, count) });
      if (texts !== undefined) columns.set(name, texts.dictionary.columnOf(trimmed(texts.codes, count)));
    });
    const table = new Table(columns, trimmed(this.#lines, count));
    // Room for more is made when more comes
    this.#capacity = 0;
    this.rowCount = 0;
    return table;
  }

  #begin(): void {
    this.#capacity = Math.max(this.#columns.length > 1000 ? 4 : firstCapacity, this.#expectedRows);
    this.#lines = new Uint32Array(this.#capacity);
    this.#numbers = this.#columns.map(({ kind }) => (kind === "number" ? new Float64Array(this.#capacity) : undefined));
    const read = (bytes: Uint8Array, from: number, to: number) => this.#valueOf(bytes, from, to);
    this.#texts = this.#columns.map(({ kind }) =>
      kind === "text" ? { codes: new Int32Array(this.#capacity), dictionary: new TextDictionary(read) } : undefined,
    );
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#lines = enlarged(this.#lines, new Uint32Array(this.#capacity));
    this.#numbers = this.#numbers.map((values) => values && enlarged(values, new Float64Array(this.#capacity)));
    for (const texts of this.#texts)
      if (texts !== undefined) texts.codes = enlarged(texts.codes, new Int32Array(this.#capacity));
  }

  /** The position after the record at `start`, or −1 where it is not whole. */
  #readRecord(bytes: Uint8Array, start: number, limit: number, isLast: boolean): number {
    const row = this.rowCount;
    if (row === this.#capacity) this.#grow();
    this.#recordStart = start;
    this.#hasQuotes = false;
    const numbers = this.#numbers;
    const count = this.#columns.length;
    const separator = this.#separator;
    let position = start;
    for (let column = 0; ; position++) {
      const values = numbers[column];
      position =
        values === undefined
          ? this.#readText(bytes, position, limit, isLast, column, row)
          : this.#readNumber(bytes, position, limit, isLast, column, row, values);
      if (position < 0 || (position === limit && !isLast)) return -1;
      column++;
      if (bytes[position] !== separator) {
        if (column < count) throw this.#cellCountError(bytes, start, limit, isLast, position);
        break;
      }
      if (column === count) throw this.#cellCountError(bytes, start, limit, isLast, position);
    }
    const line = this.line;
    const after = this.#endRecord(bytes, position, limit, isLast);
    if (after < 0) return -1;
    this.#lines[row] = line;
    this.rowCount = row + 1;
    return after;
  }

  /** Reads the number at `from` and gives the position of the byte that ends its cell, −1 where the cell is not whole. */
  #readNumber(
    bytes: Uint8Array,
    from: number,
    limit: number,
    isLast: boolean,
    column: number,
    row: number,
    values: Float64Array,
  ): number {
    let position = from;
    while (bytes[position] === this.#blank) position++;
    const end = this.#scanner.scan(bytes, position, values, row);
    if (end >= 0) {
      position = end;
      while (bytes[position] === this.#blank) position++;
      const missing = this.#missingValues;
      if (this.#endsCell(bytes[position]) && (missing === undefined || !missing.has(values[row] ?? 0))) return position;
    } else if (this.#endsCell(bytes[position])) {
      values[row] = Number.NaN;
      return position;
    }
    return this.#readOddNumber(bytes, from, limit, isLast, column, row, values);
  }

  /** A cell that is not plainly a number: quoted, missing, in a notation of its own, or wrong. */
  #readOddNumber(
    bytes: Uint8Array,
    from: number,
    limit: number,
    isLast: boolean,
    column: number,
    row: number,
    values: Float64Array,
  ): number {
    const end = this.#findCellEnd(bytes, from, limit, isLast);
    if (end < 0 || (end === limit && !isLast)) return -1;
    // One wrong cell settles it: the column will be read again, or refused
    if (this.wrong.has(column)) return end;
    const cell = this.#textOf(bytes, from, end);
    const value = readNumberText(cell, this.#notation);
    values[row] = value ?? Number.NaN;
    if (value === undefined) this.wrong.set(column, { line: this.line, cell });
    return end;
  }

  #readText(bytes: Uint8Array, from: number, limit: number, isLast: boolean, column: number, row: number): number {
    const end = this.#findCellEnd(bytes, from, limit, isLast);
    if (end < 0 || (end === limit && !isLast)) return -1;
    const texts = this.#texts[column];
    if (texts !== undefined) texts.codes[row] = texts.dictionary.codeOf(bytes, from, end, hashBytes(bytes, from, end));
    return end;
  }

  /** The position of the byte that ends the cell at `from`, −1 where a quoted cell goes on after `limit`. */
  #findCellEnd(bytes: Uint8Array, from: number, limit: number, isLast: boolean): number {
    if (bytes[from] === this.#quote) return this.#findQuotedEnd(bytes, from, limit, isLast);
    const stops = this.#stops;
    let position = from;
    while (stops[bytes[position] ?? 0] === 0) position++;
    const byte = bytes[position];
    if (byte === this.#quote)
      throw this.#error(
        bytes,
        position,
        "a quote inside a cell that does not begin with one. Quote the whole cell and double quotes inside, or pass quotes: false if quotes are ordinary characters here.",
      );
    if (byte === 0)
      throw this.#error(bytes, position, "a zero byte, which text does not have. Is the file damaged, or not text?");
    return position;
  }

  #findQuotedEnd(bytes: Uint8Array, from: number, limit: number, isLast: boolean): number {
    let position = from;
    this.#hasQuotes = true;
    do {
      position = bytes.indexOf(quote, position + 1);
      if (position < 0 || position >= limit) {
        if (!isLast) return -1;
        throw this.#error(
          bytes,
          from,
          "this quote is never closed. Close it, or double it if it is part of the text; if the file was cut off, get it whole.",
        );
      }
      position++;
    } while (bytes[position] === quote);
    if (!this.#endsCell(bytes[position]))
      throw this.#error(bytes, position, "text after a closing quote. Double a quote that is part of the text.");
    return position;
  }

  #endsCell(byte: number | undefined): boolean {
    return byte === this.#separator || byte === lineFeed || byte === carriageReturn;
  }

  /** Where the next record may begin if the last cell ends at `position`, lines being counted; −1 where it is not known yet. */
  #endRecord(bytes: Uint8Array, position: number, limit: number, isLast: boolean): number {
    let end = position + 1;
    if (bytes[position] === carriageReturn) {
      // The line feed of this pair may be the first byte of what comes next
      if (end >= limit && !isLast) return -1;
      if (end < limit && bytes[end] === lineFeed) end++;
    }
    this.line += this.#hasQuotes ? countBreaks(bytes, this.#recordStart, position) + 1 : 1;
    return Math.min(end, limit);
  }

  #skipEmptyLines(bytes: Uint8Array, from: number, limit: number, isLast: boolean): number {
    let position = from;
    while (position < limit) {
      const byte = bytes[position];
      if (byte === carriageReturn) {
        if (position + 1 >= limit && !isLast) break;
        if (position + 1 < limit && bytes[position + 1] === lineFeed) position++;
      } else if (byte !== lineFeed) break;
      position++;
      this.line++;
    }
    return position;
  }

  /** The text of a cell, without quotes and blanks around it, empty where missing. */
  #valueOf(bytes: Uint8Array, from: number, to: number): string {
    const text = this.#textOf(bytes, from, to);
    return this.#layout.missing.has(text) ? "" : text;
  }

  #textOf(bytes: Uint8Array, from: number, to: number): string {
    const isQuoted = bytes[from] === this.#quote && to > from;
    try {
      const text = this.#decoder.decode(isQuoted ? bytes.subarray(from + 1, to - 1) : bytes.subarray(from, to));
      if (!isQuoted) return text.trim();
      if (text.includes("\0")) throw this.#error(bytes, from, "a zero byte, which text does not have.");
      return text.replaceAll('""', '"').trim();
    } catch (error) {
      if (error instanceof DataError) throw error;
      const fix = 'Save the file as UTF-8, or pass the encoding that it has, for example encoding: "windows-1252".';
      throw this.#error(bytes, from, `the cell is not ${this.#layout.encoding} text. ${fix}`);
    }
  }

  #cellCountError(bytes: Uint8Array, start: number, limit: number, isLast: boolean, end: number): DataError {
    const line = this.line;
    const cells = this.readCells(bytes, start, limit, isLast)?.cells.length;
    const names = this.#columns.map(({ name }) => name);
    const shown = names.length > 8 ? `${names.slice(0, 8).join(", ")} …` : names.join(", ");
    const isCut = isLast && end === limit && (cells ?? 0) < names.length;
    const fix = isCut ? "The file ends there: was it cut off?" : "Quote cells that hold a separator.";
    const place = `CSV, line ${line}: ${cells ?? `more than ${names.length}`} cells`;
    const expected = this.#layout.hasHeader ? `the header has ${names.length}` : `the first line has ${names.length}`;
    return new DataError(`${place} where ${expected} (${shown}). ${fix}`, { line, cells });
  }

  #error(bytes: Uint8Array, position: number, problem: string): DataError {
    const line = this.line + countBreaks(bytes, this.#recordStart, position);
    let begin = position;
    while (begin > this.#recordStart && bytes[begin - 1] !== lineFeed && bytes[begin - 1] !== carriageReturn) begin--;
    const column = new TextDecoder().decode(bytes.subarray(begin, position)).length + 1;
    return new DataError(`CSV, line ${line}, column ${column}: ${problem}`, { line, column });
  }
}

/** Line breaks at `from` … `to` − 1; a pair of carriage return and line feed is one. */
function countBreaks(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let position = from; position < to; position++) {
    const byte = bytes[position];
    if (byte === lineFeed || (byte === carriageReturn && bytes[position + 1] !== lineFeed)) count++;
  }
  return count;
}

function enlarged<T extends Float64Array | Int32Array | Uint32Array>(old: T, into: T): T {
  into.set(old);
  return into;
}

/** The first `count` elements; in memory of their own size, where more than a little of it would lie idle. */
function trimmed<T extends Float64Array | Int32Array | Uint32Array>(values: T, count: number): T {
  const isNearlyFull = count >= 0.9 * values.length;
  return (isNearlyFull ? values.subarray(0, count) : values.slice(0, count)) as T;
}
