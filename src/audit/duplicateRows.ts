/**
 * Rows that occur more than once: inside a table, and in two parts of one, where a model is tested on what it has learned.
 * Rows are compared by the values of their columns; order and file do not matter.
 */
import type { Column } from "../data/column.ts";
import type { Table } from "../data/table.ts";
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";

/** Choices of `duplicateGroups` and `sharedRows`. */
export interface DuplicateOptions {
  /** Columns that are not compared, for example row numbers, or the target. */
  readonly except?: readonly string[];
}

/**
 * For each row the number of the first row that is equal to it: its own where it is the first. Rows of equal number belong
 * into the same part of a split (they can be handed to `groupSplit`).
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { duplicateGroups } from "smilodon/audit";
 * const table = readTable("length,species\n110,cat\n205,dog\n110,cat\n");
 * console.log(duplicateGroups(table)); // [0, 1, 0]
 * ```
 */
export function duplicateGroups(table: Table, options: DuplicateOptions = {}): Int32Array {
  const names = comparedNames(table, options);
  const readers = names.map((name) => keyReader(table.column(name)));
  const groups = new Int32Array(table.rowCount);
  const firsts = new RowIndex(readers);
  for (let row = 0; row < table.rowCount; row++) groups[row] = firsts.findOrAdd(row);
  return groups;
}

/**
 * Rows of `other` that `table` holds too, ascending: held-out rows that were learned from. Only columns of both are compared.
 * @throws DataError where the tables have no column in common.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { sharedRows } from "smilodon/audit";
 * const train = readTable("a,b\n1,x\n2,y\n");
 * const test = readTable("b,a\nz,3\ny,2\n");
 * console.log(sharedRows(train, test)); // [1]
 * ```
 */
export function sharedRows(table: Table, other: Table, options: DuplicateOptions = {}): Uint32Array {
  const names = comparedNames(table, options).filter((name) => other.columns.has(name));
  if (names.length === 0)
    throw new DataError("sharedRows: the tables have no column in common that could be compared.", {
      first: table.names,
      second: other.names,
    });
  const known = names.map((name) => keyReader(table.column(name)));
  const asked = names.map((name) => keyReader(other.column(name)));
  const index = new RowIndex(known);
  for (let row = 0; row < table.rowCount; row++) index.findOrAdd(row);
  const shared: number[] = [];
  for (let row = 0; row < other.rowCount; row++) if (index.find(asked, row) !== undefined) shared.push(row);
  return Uint32Array.from(shared);
}

function comparedNames(table: Table, { except = [] }: DuplicateOptions): string[] {
  return table.names.filter((name) => !except.includes(name));
}

/** The cell of a row as something that `===` compares; missing cells are equal. */
type KeyReader = (row: number) => string | number;

function keyReader(column: Column): KeyReader {
  if (column.kind === "text") {
    const { codes, categories } = column;
    return (row) => (at(codes, row) < 0 ? "" : at(categories, at(codes, row)));
  }
  const { values } = column;
  return (row) => {
    const value = at(values, row);
    // "" cannot be a number and means missing in both kinds of column.
    return Number.isNaN(value) ? "" : value;
  };
}

/** The first row of each kind by a hash of its cells; equal hashes are compared cell by cell. */
class RowIndex {
  readonly #readers: readonly KeyReader[];
  readonly #rows = new Map<number, number[]>();

  constructor(readers: readonly KeyReader[]) {
    this.#readers = readers;
  }

  /** The row held here that is equal to row `row` of the columns that `readers` read. */
  find(readers: readonly KeyReader[], row: number): number | undefined {
    const rows = this.#rows.get(hashOf(readers, row));
    return rows?.find((own) => this.#readers.every((read, column) => read(own) === at(readers, column)(row)));
  }

  /** The first row that is equal to `row`: itself, if it is new here. */
  findOrAdd(row: number): number {
    const found = this.find(this.#readers, row);
    if (found !== undefined) return found;
    const hash = hashOf(this.#readers, row);
    const rows = this.#rows.get(hash);
    if (rows === undefined) this.#rows.set(hash, [row]);
    else rows.push(row);
    return row;
  }
}

const bytes = new DataView(new ArrayBuffer(8));

/** A 32-bit hash of a row's cells (FNV-1a over words), equal for equal rows of any two tables. */
function hashOf(readers: readonly KeyReader[], row: number): number {
  let hash = 0x811c9dc5;
  for (const read of readers) {
    const cell = read(row);
    if (typeof cell === "string") {
      for (let index = 0; index < cell.length; index++) hash = Math.imul(hash ^ cell.charCodeAt(index), 0x01000193);
    } else {
      // −0 equals 0.
      bytes.setFloat64(0, cell + 0);
      hash = Math.imul(hash ^ bytes.getInt32(0), 0x01000193);
      hash = Math.imul(hash ^ (hash >>> 15) ^ bytes.getInt32(4), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995);
  }
  return hash >>> 0;
}
