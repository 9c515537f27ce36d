/**
 * Columns as table checks look at them: each different value by a number, counted, and put into few cells that can be
 * compared with a target. Read by tableChecks.ts and the files beside it.
 */
import type { Column } from "../data/column.ts";
import { at } from "../support/invariant.ts";

/** A column with each different value numbered in the order of its first row. */
export interface CodedColumn {
  readonly name: string;
  readonly kind: Column["kind"];
  /** The value of each row by its number, −1 where missing. */
  readonly codes: Int32Array;
  /** How many different values there are. */
  readonly distinct: number;
  /** How many rows have no value. */
  readonly missing: number;
  /** The numbers, NaN where missing; undefined for text. */
  readonly numbers: Float64Array | undefined;
  /** The text of a code. */
  textOf(code: number): string;
}

/** `column` with its values numbered. NaN and empty text are missing. */
export function codeColumn(name: string, column: Column): CodedColumn {
  if (column.kind === "text") return codeText(name, column.codes, column.categories);
  const { values } = column;
  const positions = new Map<number, number>();
  const codes = new Int32Array(values.length);
  const firsts: number[] = [];
  let missing = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) {
      codes[row] = -1;
      missing++;
      continue;
    }
    let code = positions.get(value);
    if (code === undefined) {
      code = positions.size;
      positions.set(value, code);
      firsts.push(value);
    }
    codes[row] = code;
  }
  const textOf = (code: number): string => String(at(firsts, code));
  return { name, kind: "number", codes, distinct: positions.size, missing, numbers: values, textOf };
}

/** Categories may be unused after a selection, and stand in another order: numbered anew. */
function codeText(name: string, given: Int32Array, categories: readonly string[]): CodedColumn {
  const renumbered = new Int32Array(categories.length).fill(-1);
  const used: string[] = [];
  let missing = 0;
  const codes = given.map((code) => {
    if (code < 0) {
      missing++;
      return -1;
    }
    if (at(renumbered, code) < 0) renumbered[code] = used.push(at(categories, code)) - 1;
    return at(renumbered, code);
  });
  const textOf = (code: number): string => at(used, code);
  return { name, kind: "text", codes, distinct: used.length, missing, numbers: undefined, textOf };
}

/** Each row's cell, 0 … cells − 1. */
export interface Cells {
  readonly cells: Int32Array;
  readonly count: number;
}

/**
 * Rows put into about `most` cells: one for each value where there are few, quantiles of numbers otherwise, and
 * for text the most frequent values with one cell for the rest. Missing values have a cell of their own, the last.
 */
export function cellsOf(column: CodedColumn, most: number): Cells {
  if (column.distinct <= most) return withMissing(column.codes, column.distinct);
  const { numbers } = column;
  return numbers === undefined ? frequentCells(column, most) : quantileCells(numbers, most);
}

function withMissing(codes: Int32Array, values: number): Cells {
  return { cells: codes.map((code) => (code < 0 ? values : code)), count: values + 1 };
}

function frequentCells(column: CodedColumn, most: number): Cells {
  const counts = new Int32Array(column.distinct);
  for (const code of column.codes) if (code >= 0) counts[code] = at(counts, code) + 1;
  const order = Array.from(counts.keys()).sort((a, b) => at(counts, b) - at(counts, a));
  const cellOf = new Int32Array(column.distinct).fill(most - 1);
  order.slice(0, most - 1).forEach((code, cell) => {
    cellOf[code] = cell;
  });
  return withMissing(
    column.codes.map((code) => (code < 0 ? -1 : at(cellOf, code))),
    most,
  );
}

/** Equal numbers share a cell, so that a value that is very frequent has its own. */
function quantileCells(numbers: Float64Array, most: number): Cells {
  // Quantiles of some thousand rows divide as well as those of all.
  const step = Math.max(1, Math.floor(numbers.length / 8192));
  const some: number[] = [];
  for (let row = 0; row < numbers.length; row += step) if (!Number.isNaN(numbers[row])) some.push(at(numbers, row));
  if (some.length === 0) return withMissing(new Int32Array(numbers.length), 1);
  const sorted = Float64Array.from(some).sort();
  const edges: number[] = [];
  for (let index = 1; index < most; index++) {
    const edge = at(sorted, Math.floor((index * sorted.length) / most));
    if (edge > (edges.at(-1) ?? at(sorted, 0))) edges.push(edge);
  }
  const codes = new Int32Array(numbers.length);
  for (let row = 0; row < codes.length; row++) {
    const value = at(numbers, row);
    codes[row] = Number.isNaN(value) ? -1 : countBelow(edges, value);
  }
  return withMissing(codes, edges.length + 1);
}

/** How many of the ascending `edges` are at most `value`. */
export function countBelow(edges: readonly number[] | Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(edges, middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
