/** Columns of a table: numbers, or text held once for each different cell. `table.ts` puts them side by side. */
import { at } from "../support/invariant.ts";

/** Numbers, NaN where missing. */
export interface NumberColumn {
  readonly kind: "number";
  readonly values: Float64Array;
}

/** Text, held once for each different cell: a column of a million rows and three categories is a million small numbers. */
export interface TextColumn {
  readonly kind: "text";
  /** For each row its position in `categories`, −1 where missing. */
  readonly codes: Int32Array;
  /** The different texts, none empty; rows that were selected may leave some unused. */
  readonly categories: readonly string[];
  /** The text of each row, empty where missing. Made when first read: large columns are better read by their codes. */
  readonly values: readonly string[];
}

/** A column: numbers or text. */
export type Column = NumberColumn | TextColumn;

/**
 * A column of `values`, empty where missing. Categories are numbered in the order of their first row.
 *
 * @example
 * ```ts
 * import { textColumn } from "smilodon/data";
 * const column = textColumn(["dog", "", "dog", "cat"]);
 * console.log(column.codes, column.categories); // [0, -1, 0, 1], ["dog", "cat"]
 * ```
 */
export function textColumn(values: readonly string[]): TextColumn {
  const positions = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (value === "") return -1;
    const known = positions.get(value);
    if (known !== undefined) return known;
    positions.set(value, positions.size);
    return positions.size - 1;
  });
  return textColumnOf(codes, [...positions.keys()]);
}

/**
 * A column of codes: each row's position in `categories`, −1 where missing. Nothing is copied or checked; that each code
 * has a category, and that categories differ and are not empty, is the caller's promise.
 */
export function textColumnOf(codes: Int32Array, categories: readonly string[]): TextColumn {
  return new CodedText(codes, categories);
}

/** The rows at `rows` of `column`, in that order; each has to exist. */
export function selectFromColumn(column: Column, rows: ArrayLike<number>): Column {
  if (column.kind === "text") {
    const codes = new Int32Array(rows.length);
    for (let index = 0; index < rows.length; index++) codes[index] = at(column.codes, at(rows, index));
    return textColumnOf(codes, column.categories);
  }
  const values = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) values[index] = at(column.values, at(rows, index));
  return { kind: "number", values };
}

/**
 * Rows of several columns of one kind, one after the other. Texts get codes anew, in the order in which they come: those that no row
 * has are forgotten, so that rows that were picked out of much text do not keep all of it.
 */
export function joinColumns(parts: readonly { readonly column: Column; readonly rows: ArrayLike<number> }[]): Column {
  const length = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const values = new Float64Array(parts.every(({ column }) => column.kind === "number") ? length : 0);
  const codes = new Int32Array(values.length === length ? 0 : length);
  const positions = new Map<string, number>();
  let place = 0;
  for (const { column, rows } of parts) {
    if (column.kind === "number") {
      for (let index = 0; index < rows.length; index++) values[place++] = at(column.values, at(rows, index));
      continue;
    }
    const known = new Int32Array(column.categories.length).fill(-1);
    for (let index = 0; index < rows.length; index++) {
      const code = at(column.codes, at(rows, index));
      if (code >= 0 && at(known, code) < 0) known[code] = positionOf(positions, at(column.categories, code));
      codes[place++] = code < 0 ? -1 : at(known, code);
    }
  }
  return values.length === length ? { kind: "number", values } : textColumnOf(codes, [...positions.keys()]);
}

function positionOf(positions: Map<string, number>, text: string): number {
  const known = positions.get(text);
  if (known !== undefined) return known;
  positions.set(text, positions.size);
  return positions.size - 1;
}

/** Rows in a column. */
export function lengthOfColumn(column: Column): number {
  return column.kind === "text" ? column.codes.length : column.values.length;
}

class CodedText implements TextColumn {
  readonly kind = "text";
  readonly codes: Int32Array;
  readonly categories: readonly string[];
  #values: readonly string[] | undefined;

  constructor(codes: Int32Array, categories: readonly string[]) {
    this.codes = codes;
    this.categories = categories;
  }

  get values(): readonly string[] {
    this.#values ??= Array.from(this.codes, (code) => (code < 0 ? "" : at(this.categories, code)));
    return this.#values;
  }
}
