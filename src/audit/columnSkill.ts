/**
 * How well one column alone tells the target: measured on rows that the rule was not made from, so that a column of many
 * values does not seem to know what it has merely remembered. Leakage and model outputs are judged by this.
 */
import { at } from "../support/invariant.ts";
import { type Cells, type CodedColumn, cellsOf } from "./columnCodes.ts";
import { halfOf } from "./mixedRows.ts";

/** What is to be told: a class for each row, or a number. */
export type CheckedTarget =
  | { readonly kind: "classes"; readonly column: CodedColumn; readonly counts: Int32Array }
  | { readonly kind: "numbers"; readonly column: CodedColumn; readonly values: Float64Array };

/** How much of the target is told, from 0 (nothing) to 1 (all). */
export interface Skill {
  /**
   * Classes: (share right − share of the largest class) / (1 − share of the largest class), which is Goodman and Kruskal's
   * λ. Numbers: share of the variance that is explained.
   */
  readonly skill: number;
  /** Numbers only: the squared correlation with the target; 0 for text. */
  readonly linear: number;
}

/** Most cells that a column is divided into. */
const mostCells = 64;

/**
 * The target of a table: its classes (text, or numbers each of which is a class), or its numbers. Rows without a target
 * have the code −1 or NaN and are left out everywhere.
 */
export function checkedTarget(column: CodedColumn, task: "classification" | "regression"): CheckedTarget {
  if (task === "regression" && column.numbers !== undefined) return { kind: "numbers", column, values: column.numbers };
  const counts = new Int32Array(column.distinct);
  for (const code of column.codes) if (code >= 0) counts[code] = at(counts, code) + 1;
  return { kind: "classes", column, counts };
}

/** How well `column` alone tells `target`. Each half of the rows is told by the other half. */
export function columnSkill(column: CodedColumn, target: CheckedTarget): Skill {
  // Some twenty rows a cell, or the cells of a small table would be told by too few.
  const cells = cellsOf(column, Math.min(mostCells, Math.max(8, Math.floor(column.codes.length / 20))));
  if (target.kind === "classes") return { skill: classSkill(cells, target), linear: 0 };
  const linear = column.numbers === undefined ? 0 : squaredCorrelation(column.numbers, target.values);
  return { skill: Math.max(linear, numberSkill(cells, target.values)), linear };
}

/** How well it tells the target that `column` has a value at all. */
export function presenceSkill(column: CodedColumn, target: CheckedTarget): number {
  const cells = { cells: column.codes.map((code) => (code < 0 ? 0 : 1)), count: 2 };
  return target.kind === "classes" ? classSkill(cells, target) : numberSkill(cells, target.values);
}

function classSkill({ cells, count }: Cells, target: CheckedTarget & { kind: "classes" }): number {
  const { codes, distinct: classes } = target.column;
  const tables = [new Int32Array(count * classes), new Int32Array(count * classes)] as const;
  codes.forEach((label, row) => {
    if (label < 0) return;
    const table = tables[halfOf(row)];
    const place = at(cells, row) * classes + label;
    table[place] = at(table, place) + 1;
  });
  const largest = target.counts.reduce((best, size, label) => (size > at(target.counts, best) ? label : best), 0);
  let right = 0;
  for (let cell = 0; cell < count; cell++) {
    const [one, other] = tables.map((table) => table.subarray(cell * classes, (cell + 1) * classes));
    if (one === undefined || other === undefined) continue;
    right += at(one, largestOf(other, largest)) + at(other, largestOf(one, largest));
  }
  const total = target.counts.reduce((sum, size) => sum + size, 0);
  const rest = total - at(target.counts, largest);
  return rest === 0 ? 0 : Math.max(0, (right - at(target.counts, largest)) / rest);
}

/** The class counted most; `fallback` where none was counted. */
function largestOf(counts: Int32Array, fallback: number): number {
  let best = fallback;
  counts.forEach((size, label) => {
    if (size > at(counts, best)) best = label;
  });
  return best;
}

function numberSkill({ cells, count }: Cells, values: Float64Array): number {
  const sums = [new Float64Array(count), new Float64Array(count)] as const;
  const sizes = [new Float64Array(count), new Float64Array(count)] as const;
  let total = 0;
  let known = 0;
  values.forEach((value, row) => {
    if (!Number.isFinite(value)) return;
    const half = halfOf(row);
    const cell = at(cells, row);
    sums[half][cell] = at(sums[half], cell) + value;
    sizes[half][cell] = at(sizes[half], cell) + 1;
    total += value;
    known++;
  });
  const mean = total / Math.max(1, known);
  let left = 0;
  let all = 0;
  values.forEach((value, row) => {
    if (!Number.isFinite(value)) return;
    const other = halfOf(row) === 0 ? 1 : 0;
    const cell = at(cells, row);
    const size = at(sizes[other], cell);
    const told = size === 0 ? mean : at(sums[other], cell) / size;
    left += (value - told) ** 2;
    all += (value - mean) ** 2;
  });
  return all > 0 ? Math.max(0, 1 - left / all) : 0;
}

/** Squared Pearson correlation over the rows where both are finite; 0 where one of them does not vary. */
export function squaredCorrelation(first: Float64Array, second: Float64Array): number {
  const isKnown = (row: number): boolean => Number.isFinite(first[row]) && Number.isFinite(second[row]);
  // Numbers are divided by the largest, so that squares of 1e300 do not overflow.
  let [scaleA, scaleB, count] = [Number.MIN_VALUE, Number.MIN_VALUE, 0];
  for (let row = 0; row < first.length; row++) {
    if (!isKnown(row)) continue;
    scaleA = Math.max(scaleA, Math.abs(at(first, row)));
    scaleB = Math.max(scaleB, Math.abs(at(second, row)));
    count++;
  }
  let [meanA, meanB] = [0, 0];
  for (let row = 0; row < first.length; row++) {
    if (!isKnown(row)) continue;
    meanA += at(first, row) / scaleA / count;
    meanB += at(second, row) / scaleB / count;
  }
  let [varianceA, varianceB, together] = [0, 0, 0];
  for (let row = 0; row < first.length; row++) {
    if (!isKnown(row)) continue;
    const a = at(first, row) / scaleA - meanA;
    const b = at(second, row) / scaleB - meanB;
    varianceA += a * a;
    varianceB += b * b;
    together += a * b;
  }
  // A spread below the rounding of the mean is none.
  const smallest = count * 1e-28;
  if (count < 3 || varianceA <= smallest || varianceB <= smallest) return 0;
  return together ** 2 / (varianceA * varianceB);
}
