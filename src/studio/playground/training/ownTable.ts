/** A visitor's table as a problem of the plane: which columns are x, y and the class, and which part of the plane is shown. */
import type { Column, NumberColumn } from "../../../data/column.ts";
import { readTable } from "../../../data/readTable.ts";
import type { Table } from "../../../data/table.ts";
import { DataError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { pointsOf } from "./points.ts";
import type { Axis, Problem } from "./problems.ts";

/** Most rows that are taken; more would not be seen. */
export const mostRows = 2000;

interface Labelled {
  readonly name: string;
  readonly classes: readonly [string, string];
  /** 0, 1, or undefined where missing. */
  readonly labelOf: (row: number) => number | undefined;
}

/**
 * Reads a CSV text. @throws DataError where there are not two columns of numbers and one of two classes, with what there is.
 * @returns the problem, and in one sentence what was taken
 */
export function problemFromCsv(text: string): { readonly problem: Problem; readonly summary: string } {
  const table = readTable(text);
  const target = targetOf(table);
  const numbers = table.names.filter((name) => name !== target.name && isUseful(table.column(name)));
  const [xName, yName] = numbers;
  if (xName === undefined || yName === undefined) {
    throw new DataError(
      `it needs two columns of numbers beside ${target.name}, and has ${numbers.length === 0 ? "none" : `only ${numbers[0]}`}. ` +
        "The first line has to hold the names of the columns.",
    );
  }
  const [x, y] = [numbersOf(table, xName), numbersOf(table, yName)];
  const list = [];
  for (let row = 0; row < table.rowCount && list.length < mostRows; row++) {
    const label = target.labelOf(row);
    const [right, up] = [at(x, row), at(y, row)];
    if (label !== undefined && Number.isFinite(right) && Number.isFinite(up)) list.push({ x: right, y: up, label });
  }
  if (list.length < 2) throw new DataError("fewer than two rows have both numbers and a class.");
  const points = pointsOf(list);
  const left = table.rowCount - list.length;
  return {
    problem: { x: axisOf(xName, points.x), y: axisOf(yName, points.y), classes: target.classes, points },
    summary:
      `${xName} and ${yName} tell ${target.name}: ${target.classes[0]} or ${target.classes[1]}; ${list.length} rows` +
      (left === 0 ? "." : `, ${left} left out (missing values, or more than ${mostRows}).`),
  };
}

/** The last column with exactly two different values: text first, then numbers. */
function targetOf(table: Table): Labelled {
  const found = [...table.names].reverse().map((name) => labelled(name, table.column(name)));
  const isText = ({ name }: Labelled): boolean => table.column(name).kind === "text";
  const two = found.filter((each) => each !== undefined);
  const chosen = two.find(isText) ?? two[0];
  if (chosen !== undefined) return chosen;
  throw new DataError(
    `it needs a column with exactly two different values, such as cat and dog; the columns are ${table.names.join(", ")}.`,
  );
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
