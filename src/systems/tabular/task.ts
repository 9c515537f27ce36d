/** What is to be predicted: classes or a number, found from the target column, and targets as numbers. */

import type { Column } from "../../data/column.ts";
import type { ColumnFacts } from "../../data/columnFacts.ts";
import type { Table } from "../../data/table.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { exp } from "../../support/sameMath.ts";
import type { TabularTask } from "./system.ts";

/** What a target of few different whole numbers is taken for. */
const mostNumericClasses = 10;

/** Classes that can be told apart at all. */
const mostClasses = 1000;

/** Rows whose target is known, in order. */
export function rowsWithTarget(table: Table, target: string): Uint32Array {
  const column = table.column(target);
  const rows: number[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const isMissing = column.kind === "number" ? Number.isNaN(at(column.values, row)) : at(column.codes, row) < 0;
    if (!isMissing) rows.push(row);
  }
  return Uint32Array.from(rows);
}

/**
 * The task of predicting column `target` of `table`, whose rows all have it. Text is classes; numbers are, if they are whole and
 * few differ. `kind` decides otherwise. Where the table is a sample, `whole` is what is known of the target in all rows.
 * @throws DataError where there is one class only, there are too many, or numbers are needed and the column is text.
 */
export function taskOf(table: Table, target: string, kind?: TabularTask["kind"], whole?: ColumnFacts): TabularTask {
  const column = table.column(target);
  if (table.rowCount === 0)
    throw new DataError(`No row has a value in column "${target}"; there is nothing to learn from.`, { target });
  const rows = whole === undefined ? table.rowCount : whole.rows - whole.missing;
  if ((kind ?? guessTask(column, rows, whole)) === "regression") return regressionTask(table, target, whole);
  const cells = [...new Set(whole?.counts?.keys() ?? cellsOf(column))];
  const isNumeric = column.kind === "number";
  const classes = cells.sort((a, b) => (isNumeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  if (classes.length < 2)
    throw new DataError(
      `Column "${target}" is ${JSON.stringify(classes[0])} in every row: there is nothing to tell apart. Choose another target.`,
      { target, classes },
    );
  if (whole?.isExact === false || classes.length > Math.min(mostClasses, Math.max(20, rows / 2)))
    throw new DataError(
      `Column "${target}" has ${whole?.isExact === false ? "very many" : classes.length} different values in ${rows} rows, such as ${JSON.stringify(classes[0])}: too many to be classes. Choose another target, or write the column as numbers.`,
      { target, classes: classes.length },
    );
  return { kind: "classification", target, classes, isNumeric };
}

function guessTask(column: Column, rows: number, whole: ColumnFacts | undefined): TabularTask["kind"] {
  if (column.kind === "text") return "classification";
  if (whole !== undefined && whole.counts === undefined) return "regression";
  const different =
    whole?.counts === undefined ? new Set(column.values) : new Set([...whole.counts.keys()].map(Number));
  const isFew = different.size <= mostNumericClasses && rows >= 5 * different.size;
  return isFew && [...different].every(Number.isInteger) ? "classification" : "regression";
}

/** Cells as text. */
function cellsOf(column: Column): readonly string[] {
  return column.kind === "text" ? column.values : Array.from(column.values, String);
}

/** Above this skewness a target above 0 is learned as its logarithm. */
const muchSkewed = 2;

function regressionTask(table: Table, target: string, whole: ColumnFacts | undefined): TabularTask {
  const values = table.numbers(target);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new DataError(
      `Column "${target}", ${table.place(wrong)}: ${values[wrong]} is not a finite number. Correct the cell or leave the row out.`,
      { target, row: wrong },
    );
  const [plain, logarithms] = [
    momentsOf(values),
    values.every((value) => value > 0) && !((whole?.lowest ?? 1) <= 0) ? momentsOf(values.map(Math.log)) : undefined,
  ];
  if (!(plain.deviation > 0))
    throw new DataError(
      `Column "${target}" is ${values[0]} in every row: there is nothing to predict. Choose another target.`,
      {
        target,
      },
    );
  const isSkewed =
    logarithms !== undefined && plain.skewness > muchSkewed && Math.abs(logarithms.skewness) < plain.skewness / 2;
  const { mean, deviation } = isSkewed ? logarithms : plain;
  return { kind: "regression", target, mean, deviation, scale: isSkewed ? "logarithm" : "plain" };
}

function momentsOf(values: Float64Array): { mean: number; deviation: number; skewness: number } {
  // Divided before they are added: numbers may be as large as numbers get
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const scaled = values.map((value) => value / largest);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const third = scaled.reduce((sum, value) => sum + (value - mean) ** 3, 0) / values.length;
  return { mean: mean * largest, deviation: deviation * largest, skewness: deviation > 0 ? third / deviation ** 3 : 0 };
}

/** The number of outputs that a task has. */
export function outputsFor(task: TabularTask): number {
  return task.kind === "classification" ? task.classes.length : 1;
}

/**
 * The target of each row as the network learns it: the class's position, or the standardized number.
 * @throws DataError where a target is missing, or is a class that was not learned: with its place.
 */
export function targetsOf(task: TabularTask, table: Table): Float32Array {
  return targetsLike(task, truthOf(task, table));
}

/** What `truthOf` gives, as the network learns it. */
export function targetsLike(task: TabularTask, truth: Float64Array): Float32Array {
  if (task.kind === "regression") return Float32Array.from(truth, (value) => standardized(task, value));
  return Float32Array.from(truth);
}

/** The target of each row: the class's position, or the number itself. @throws DataError as `targetsOf`. */
export function truthOf(task: TabularTask, table: Table): Float64Array {
  const column = table.column(task.target);
  if (task.kind === "regression") {
    const values = table.numbers(task.target);
    const missing = values.findIndex(Number.isNaN);
    if (missing >= 0) throw noTarget(table, task.target, missing);
    return values;
  }
  const positions = new Map(task.classes.map((name, index) => [name, index]));
  return Float64Array.from(cellsOf(column), (cell, row) => {
    const position = positions.get(cell);
    if (position !== undefined) return position;
    if (cell === "" || cell === "NaN") throw noTarget(table, task.target, row);
    throw new DataError(
      `Column "${task.target}", ${table.place(row)}: ${JSON.stringify(cell)} is none of the classes that were learned (${task.classes.slice(0, 10).join(", ")}).`,
      { row, cell },
    );
  });
}

function noTarget(table: Table, target: string, row: number): DataError {
  return new DataError(
    `Column "${target}", ${table.place(row)}: the target is missing. Fill it in or leave the row out.`,
    {
      row,
    },
  );
}

type RegressionTask = Extract<TabularTask, { kind: "regression" }>;

function standardized({ mean, deviation, scale }: RegressionTask, value: number): number {
  return ((scale === "logarithm" ? Math.log(Math.max(value, Number.MIN_VALUE)) : value) - mean) / deviation;
}

/** Targets that outputs [n, 1] of the network stand for, in the unit of the column. */
export function predictionsOf(task: RegressionTask, outputs: ArrayLike<number>): Float64Array {
  return Float64Array.from(outputs, (output) => {
    const value = output * task.deviation + task.mean;
    return task.scale === "logarithm" ? exp(value) : value;
  });
}
