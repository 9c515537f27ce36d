/** How each kind of column becomes numbers: one entry a kind with width, names and cells. `fitParts.ts` makes the parts. */

import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { asinh, cos, sin } from "../../support/sameMath.ts";
import type { Column } from "../column.ts";
import { readDate } from "../dates.ts";
import type { Table } from "../table.ts";
import type { EncoderPart, PartOf } from "./state.ts";

/** Where a part writes: column `start` of rows of `width` numbers. */
export interface Target {
  readonly rows: Float32Array;
  readonly width: number;
  readonly start: number;
}

/** Columns that a part takes. */
export function widthOf(part: EncoderPart): number {
  const flag = part.hasMissing ? 1 : 0;
  switch (part.kind) {
    case "number":
    case "boolean":
      return 1 + flag;
    case "category":
      return part.known.length + 1 + flag;
    case "date":
      return (part.hasTime ? 7 : 5) + flag;
    case "text":
      return part.width + flag;
    default:
      return part satisfies never;
  }
}

/** Writes rows `from` … `to` − 1 of one column. @throws DataError naming column, place, cell and fix. */
export type PartWriter = (from: number, to: number) => void;

/**
 * How the cells of column `part.name` of `table` are written: a run of rows at a time, so that the rows that all columns write
 * into stay in the cache. @throws DataError, as the writer does, naming column, place, cell and fix.
 */
export function partWriter(part: EncoderPart, table: Table, target: Target): PartWriter {
  const column = table.column(part.name);
  switch (part.kind) {
    case "number":
      return writeNumbers(part, table, target);
    case "category":
      return writeCategories(part, column, target);
    case "boolean":
      return writeBooleans(part, column, target);
    case "date":
      return writeDates(part, table, column, target);
    case "text":
      return writeTexts(part, column, target);
    default:
      return part satisfies never;
  }
}

/** Farther than any number that means something, and still finite after squaring in f32. */
const farthestPlain = 1e6;

/** The same where numbers are compressed: four million scales from the center. A few of 1e308 would drown all others otherwise. */
const farthestCompressed = 16;

function writeNumbers(part: PartOf<"number">, table: Table, target: Target): PartWriter {
  const values = numbersOf(part.name, table);
  return (from, to) => {
    const wrong = putNumbers(part, values, target, from, to);
    if (wrong >= 0) checkFinite(part.name, table, wrong, values[wrong] ?? Number.NaN);
  };
}

/** Writes rows `from` … `to` − 1, or as far as the first number that is not finite: its row, −1 where there is none. */
function putNumbers(
  { center, scale, isCompressed, hasMissing }: PartOf<"number">,
  values: Float64Array,
  { rows, width, start }: Target,
  from: number,
  to: number,
): number {
  const farthest = isCompressed ? farthestCompressed : farthestPlain;
  for (let row = from, place = start + from * width; row < to; row++, place += width) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) {
      if (hasMissing) rows[place + 1] = 1;
      continue;
    }
    const far = (value - center) / scale;
    if (!Number.isFinite(far) && !Number.isFinite(value)) return row;
    rows[place] = Math.min(farthest, Math.max(-farthest, isCompressed ? asinh(far) : far));
  }
  return -1;
}

/** A column of numbers; one of text that has nothing in it is as good as missing. */
function numbersOf(name: string, table: Table): Float64Array {
  const column = table.column(name);
  if (column.kind === "text" && column.codes.every((code) => code < 0))
    return new Float64Array(column.codes.length).fill(Number.NaN);
  return table.numbers(name);
}

function checkFinite(name: string, table: Table, row: number, value: number): void {
  if (Number.isFinite(value)) return;
  throw new DataError(
    `Column "${name}", ${table.place(row)}: ${value} is not a finite number. Correct the cell or leave it empty.`,
    { name, row, value },
  );
}

function writeCategories(part: PartOf<"category">, column: Column, { rows, width, start }: Target): PartWriter {
  const { known, hasMissing } = part;
  const other = known.length;
  const codes = codesOf(column, known);
  return (from, to) => {
    for (let row = from, place = start + from * width; row < to; row++, place += width) {
      const code = codes[row] ?? -1;
      if (code >= 0) rows[place + code] = 1;
      else if (code === unseen) rows[place + other] = 1;
      else if (hasMissing) rows[place + other + 1] = 1;
      // What is missing here and never was before counts as the average of all
      else part.shares.forEach((share, index) => (rows[place + index] = share));
    }
  };
}

/** Code of what is missing, and of what is none of the known. */
const missing = -1;
const unseen = -2;

/** Position of each cell in `known`. Each different cell is looked up once. */
function codesOf(column: Column, known: readonly string[]): Int32Array {
  const positions = new Map(known.map((name, index) => [name, index]));
  const find = (cell: string): number => positions.get(cell) ?? unseen;
  if (column.kind === "text") {
    const table = column.categories.map(find);
    return column.codes.map((code) => (code < 0 ? missing : at(table, code)));
  }
  const found = new Map<number, number>();
  return Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return missing;
    let code = found.get(value);
    if (code === undefined) found.set(value, (code = find(String(value))));
    return code;
  });
}

function writeBooleans(part: PartOf<"boolean">, column: Column, { rows, width, start }: Target): PartWriter {
  const codes = codesOf(column, [part.no, part.yes]);
  return (from, to) => {
    for (let row = from, place = start + from * width; row < to; row++, place += width) {
      const code = codes[row] ?? missing;
      if (code >= 0) rows[place] = 2 * code - 1;
      else if (part.hasMissing && code === missing) rows[place + 1] = 1;
    }
  };
}

const turn = 2 * Math.PI;
const dayMilliseconds = 86_400_000;

function writeDates(part: PartOf<"date">, table: Table, column: Column, target: Target): PartWriter {
  const { rows, width, start } = target;
  const days = daysOf(part, table, column);
  return (from, to) => {
    for (let row = from, place = start + from * width; row < to; row++, place += width)
      writeDate(part, days[row] ?? Number.NaN, rows, place);
  };
}

function writeDate(part: PartOf<"date">, day: number, rows: Float32Array, place: number): void {
  const { center, scale, hasTime, hasMissing } = part;
  if (Number.isNaN(day)) {
    if (hasMissing) rows[place + (hasTime ? 7 : 5)] = 1;
    return;
  }
  const date = new Date(day * dayMilliseconds);
  const ofYear = (day - Date.UTC(date.getUTCFullYear(), 0) / dayMilliseconds) / 365.25;
  // 1970-01-01 was a Thursday
  const turns = [ofYear, (Math.floor(day) + 3) / 7, ...(hasTime ? [day - Math.floor(day)] : [])];
  rows[place] = asinh((day - center) / scale);
  turns.forEach((angle, index) => {
    rows[place + 1 + 2 * index] = sin(turn * angle);
    rows[place + 2 + 2 * index] = cos(turn * angle);
  });
}

/** Each cell in days since 1970-01-01, NaN where missing. @throws DataError for a cell that is no date. */
function daysOf({ name, form }: PartOf<"date">, table: Table, column: Column): Float64Array {
  if (column.kind === "number") {
    if (column.values.every(Number.isNaN)) return column.values;
    const row = column.values.findIndex((value) => !Number.isNaN(value));
    throw noDate(name, table, row, String(column.values[row]));
  }
  const parsed = column.categories.map((cell) => readDate(cell, form) / dayMilliseconds);
  return Float64Array.from(column.codes, (code, row) => {
    if (code < 0) return Number.NaN;
    const day = at(parsed, code);
    if (Number.isNaN(day)) throw noDate(name, table, row, at(column.categories, code));
    return day;
  });
}

function noDate(name: string, table: Table, row: number, cell: string): DataError {
  return new DataError(
    `Column "${name}", ${table.place(row)}: ${JSON.stringify(cell)} is not a date as the others are. Write dates as 2024-12-31.`,
    { name, row, cell },
  );
}

function writeTexts(part: PartOf<"text">, column: Column, { rows, width, start }: Target): PartWriter {
  const { width: slots, hasMissing } = part;
  const cells = column.kind === "text" ? column.categories : [];
  const encoded = cells.map((cell) => hashWords(cell, slots));
  const codes = column.kind === "text" ? column.codes : codesOf(column, []).map(() => missing);
  return (from, to) => {
    for (let row = from, place = start + from * width; row < to; row++, place += width) {
      const code = codes[row] ?? missing;
      if (code >= 0) rows.set(at(encoded, code), place);
      else if (hasMissing) rows[place + slots] = 1;
    }
  };
}

/**
 * Words of `cell` counted in `slots` places, with a sign, both by hash, and brought to length 1: the hashing trick.
 * Source: K. Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009.
 */
export function hashWords(cell: string, slots: number): Float32Array {
  const counts = new Float32Array(slots);
  for (const word of cell.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const hash = hashOf(word);
    const slot = (hash >>> 1) % slots;
    counts[slot] = (counts[slot] ?? 0) + (hash & 1 ? 1 : -1);
  }
  const length = Math.hypot(...counts);
  return length === 0 ? counts : counts.map((count) => count / length);
}

/** FNV-1a over UTF-16 units, mixed once more so that low bits are good. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) >>> 0;
}
