/** A visitor's table as a problem of the plane: which columns are x, y and the class, and which part of the plane is shown. */
import type { Column, NumberColumn } from "../../../data/column.ts";
import { readTable } from "../../../data/readTable.ts";
import type { Table } from "../../../data/table.ts";
import { DataError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { type Points, pointsOf } from "./points.ts";
import type { Axis, Problem } from "./problems.ts";

/** Most rows that are taken; more would not be seen. */
export const mostRows = 2000;

interface Labelled {
  readonly name: string;
  readonly classes: readonly [string, string];
  /** 0, 1, or undefined where missing. */
  readonly labelOf: (row: number) => number | undefined;
}

/** Which columns a visitor wants to see; those that are left out, or cannot be, are chosen. */
export interface ColumnChoice {
  readonly x?: string;
  readonly y?: string;
  readonly target?: string;
}

/** A table as it was read. */
export interface OwnTable {
  readonly problem: Problem;
  /** In one sentence what was taken. */
  readonly summary: string;
  readonly choice: Required<ColumnChoice>;
  /** Columns that may be x or y. */
  readonly numbers: readonly string[];
  /** Columns that may be the class. */
  readonly targets: readonly string[];
}

/** Reads a CSV text. @throws DataError where there are not two columns of numbers and one of two classes, with what there is. */
export function problemFromCsv(text: string, wanted: ColumnChoice = {}): OwnTable {
  const table = readTable(text);
  const found = targetsOf(table);
  const target = found.find(({ name }) => name === wanted.target) ?? found[0];
  if (target === undefined) {
    throw new DataError(
      `it needs a column with exactly two different values, such as cat and dog; the columns are ${table.names.join(", ")}.`,
    );
  }
  const numbers = table.names.filter((name) => name !== target.name && isUseful(table.column(name)));
  const choose = (name: string | undefined, other: string | undefined): string | undefined =>
    name !== undefined && name !== other && numbers.includes(name) ? name : numbers.find((each) => each !== other);
  const xName = choose(wanted.x, undefined);
  const yName = choose(wanted.y, xName);
  if (xName === undefined || yName === undefined) {
    throw new DataError(
      `it needs two columns of numbers beside ${target.name}, and has ${numbers.length === 0 ? "none" : `only ${numbers[0]}`}. ` +
        "The first line has to hold the names of the columns.",
    );
  }
  const points = pointsFrom(table, target, [xName, yName]);
  const left = table.rowCount - points.labels.length;
  return {
    problem: { x: axisOf(xName, points.x), y: axisOf(yName, points.y), classes: target.classes, points },
    summary:
      `${xName} and ${yName} tell ${target.name}: ${target.classes[0]} or ${target.classes[1]}; ${points.labels.length} rows` +
      (left === 0 ? "." : `, ${left} left out (missing values, or more than ${mostRows}).`),
    choice: { x: xName, y: yName, target: target.name },
    numbers,
    targets: found.map(({ name }) => name),
  };
}

/** The rows that have both numbers and a class; of many some, spread over the whole table, which may be sorted. */
function pointsFrom(table: Table, target: Labelled, names: readonly [string, string]): Points {
  const [x, y] = [numbersOf(table, names[0]), numbersOf(table, names[1])];
  const all: { x: number; y: number; label: number }[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const label = target.labelOf(row);
    const [right, up] = [at(x, row), at(y, row)];
    if (label !== undefined && Number.isFinite(right) && Number.isFinite(up)) all.push({ x: right, y: up, label });
  }
  if (all.length < 2) throw new DataError("fewer than two rows have both numbers and a class.");
  if (all.length <= mostRows) return pointsOf(all);
  return pointsOf(Array.from({ length: mostRows }, (_, index) => at(all, Math.floor((index * all.length) / mostRows))));
}

/** The columns with exactly two different values, the likeliest first: the last of text, then the last of numbers. */
function targetsOf(table: Table): Labelled[] {
  const found = [...table.names].reverse().map((name) => labelled(name, table.column(name)));
  const two = found.filter((each) => each !== undefined);
  const isText = ({ name }: Labelled): boolean => table.column(name).kind === "text";
  return [...two.filter(isText), ...two.filter((each) => !isText(each))];
}

function labelled(name: string, column: Column): Labelled | undefined {
  const values: readonly (string | number)[] = column.kind === "text" ? column.values : [...column.values];
  const different = [...new Set(values.filter((value) => value !== "" && !Number.isNaN(value)))];
  const [first, second] = different.sort((a, b) => (a < b ? -1 : 1));
  if (different.length !== 2 || first === undefined || second === undefined) return undefined;
  const labelOf = (row: number): number | undefined => {
    const value = values[row];
    return value === first ? 0 : value === second ? 1 : undefined;
  };
  return { name, classes: [String(first), String(second)], labelOf };
}

function isUseful(column: Column): column is NumberColumn {
  return column.kind === "number" && new Set(column.values).size > 2;
}

function numbersOf(table: Table, name: string): Float64Array {
  const column = table.column(name);
  return column.kind === "number" ? column.values : new Float64Array(table.rowCount).fill(Number.NaN);
}

/** The values with a margin of a tenth. */
function axisOf(name: string, values: Float32Array): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.1 * (high - low) || 1;
  return { name, unit: "", low: low - margin, high: high + margin };
}
