/** Passes over a file of comma-separated values that comes block by block: into one table, or chunk by chunk. */
import { DataError } from "../support/errors.ts";
import { type Column, textColumnOf } from "./column.ts";
import type { CsvPlan, PlannedColumn } from "./csvPlan.ts";
import { CsvReader, type WrongCell } from "./csvReader.ts";
import { Table } from "./table.ts";

const lineFeed = 10;
const firstWindow = 2 ** 16;

/** One walk over a file. Feed it blocks, and take rows whenever `advance` says that there are enough. */
export class CsvPass {
  readonly reader: CsvReader;
  /** Bytes that are not yet read, from `#from` to `#to`, and after them a line feed: see `CsvReader.read`. */
  #window = new Uint8Array(firstWindow);
  #from = 0;
  #to = 0;
  #isLast = false;
  /** Bytes of the file before its first record. */
  #before: number;

  constructor({ layout, start, line }: CsvPlan, columns: readonly PlannedColumn[], expectedRows: number) {
    this.reader = new CsvReader(columns, layout, { line, expectedRows });
    this.#before = start;
  }

  /** Adds the next bytes of the file, as UTF-8. */
  feed(block: Uint8Array): void {
    const skipped = Math.min(this.#before, block.length);
    this.#before -= skipped;
    const fresh = skipped === 0 ? block : block.subarray(skipped);
    const kept = this.#to - this.#from;
    if (kept + fresh.length + 1 > this.#window.length) {
      const window = new Uint8Array(Math.max(kept + fresh.length + 1, kept * 2));
      window.set(this.#window.subarray(this.#from, this.#to));
      this.#window = window;
    } else this.#window.copyWithin(0, this.#from, this.#to);
    this.#window.set(fresh, kept);
    this.#from = 0;
    this.#to = kept + fresh.length;
    this.#window[this.#to] = lineFeed;
  }

  /** Tells that there are no more bytes. */
  end(): void {
    this.#isLast = true;
    this.#window[this.#to] = lineFeed;
  }

  /** Reads until `mostRows` are held, and says whether they are; otherwise it needs more bytes. */
  advance(mostRows: number): boolean {
    this.#from = this.reader.read(this.#window, this.#from, this.#to, this.#isLast, mostRows);
    return this.reader.rowCount >= mostRows;
  }
}

/** Reads one table of all records; where a column that began with numbers has text further down, in a second pass. */
export class CsvWhole {
  readonly #plan: CsvPlan;
  readonly #expectedRows: number;
  #first: Table | undefined;
  #second: Table | undefined;
  #wrong: ReadonlyMap<number, WrongCell> = new Map();

  /** `size` of the file in bytes, as far as it is known. */
  constructor(plan: CsvPlan, size: number) {
    this.#plan = plan;
    this.#expectedRows = Math.ceil((size / plan.recordSize) * 1.02) + 1;
  }

  /** The next pass to make, if one is needed; `end` it with `finish`. */
  next(): CsvPass | undefined {
    if (this.#first === undefined) return new CsvPass(this.#plan, this.#plan.columns, this.#expectedRows);
    if (this.#second !== undefined || this.#wrong.size === 0) return undefined;
    const columns = this.#plan.columns.map(
      (column, index): PlannedColumn => ({ ...column, kind: this.#wrong.has(index) ? "text" : "skip" }),
    );
    return new CsvPass(this.#plan, columns, this.#first.rowCount);
  }

  /** Takes the rows of a pass that was fed all bytes. @throws DataError for a wrong cell in a column told to be numbers. */
  finish(pass: CsvPass): void {
    pass.end();
    pass.advance(Number.POSITIVE_INFINITY);
    if (this.#first !== undefined) {
      this.#second = pass.reader.take();
      return;
    }
    this.#wrong = pass.reader.wrong;
    for (const [index, wrong] of this.#wrong) {
      const column = this.#plan.columns[index];
      if (column?.isTold) throw notANumber(column.name, wrong, "Write numbers with a point, without units.");
    }
    this.#first = pass.reader.take();
  }

  /** The table, after all passes. */
  get table(): Table {
    const columns = new Map<string, Column>();
    for (const { name, kind, isTold } of this.#plan.columns) {
      const column = this.#second?.columns.get(name) ?? this.#first?.columns.get(name);
      if (column === undefined || kind === "skip") continue;
      // Nothing told what it is: a column without any number is text
      const isEmpty = column.kind === "number" && !isTold && column.values.every((value) => Number.isNaN(value));
      columns.set(name, isEmpty ? textColumnOf(new Int32Array(column.values.length).fill(-1), []) : column);
    }
    return new Table(columns, this.#first?.lines);
  }
}

/** The error for a cell that is no number. */
export function notANumber(name: string, { line, cell }: WrongCell, fix: string): DataError {
  return new DataError(`CSV, line ${line}, column "${name}": ${JSON.stringify(cell)} is not a number. ${fix}`, {
    line,
    name,
    cell,
    needs: "number",
  });
}
