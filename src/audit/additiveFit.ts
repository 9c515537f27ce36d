/**
 * How much of one column the others tell together: a least-squares sum of one term for each cell of each other column,
 * judged on rows that it was not fitted to. Small, dense and in f64; for modelOutputs.ts.
 */
import { at } from "../support/invariant.ts";
import type { Cells } from "./columnCodes.ts";
import { halfOf, someRows } from "./mixedRows.ts";

/** Added to the diagonal: the weight, in rows, of the guess that a cell is like the mean. */
const ridge = 2;

/** Most rows that are fitted: shares are wanted to two digits. */
const mostRows = 6000;

/** Share of the variance of `values` (NaN where missing) explained by `others` on the half of the rows not fitted to, for both halves. */
export function explainedByOthers(values: Float64Array, others: readonly Cells[]): number {
  const starts: number[] = [];
  let width = 1;
  for (const { count } of others) {
    starts.push(width);
    width += count;
  }
  const known = Array.from(values.keys()).filter((row) => Number.isFinite(values[row]));
  const rows = Array.from(someRows(known.length, mostRows), (index) => at(known, index));
  const mean = rows.reduce((sum, row) => sum + at(values, row), 0) / Math.max(1, rows.length);
  const terms = rows.map((row): Term => {
    const places = [0, ...others.map(({ cells }, index) => at(starts, index) + at(cells, row))];
    return { places, value: at(values, row) - mean };
  });
  let left = 0;
  let all = 0;
  for (const half of [0, 1]) {
    const weights = fitTerms(
      terms.filter((_, index) => halfOf(index) !== half),
      width,
    );
    terms.forEach(({ places, value }, index) => {
      if (halfOf(index) !== half) return;
      const told = places.reduce((sum, place) => sum + at(weights, place), 0);
      left += (value - told) ** 2;
      all += value ** 2;
    });
  }
  return all > 0 ? 1 - left / all : 0;
}

/** A row: the terms at `places` count 1, all others 0. */
interface Term {
  readonly places: readonly number[];
  readonly value: number;
}

/** Least squares over rows. */
function fitTerms(rows: readonly Term[], width: number): Float64Array {
  const normal = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let term = 0; term < width; term++) normal[term * width + term] = ridge;
  for (const { places, value } of rows) {
    for (const a of places) {
      right[a] = at(right, a) + value;
      for (const b of places) normal[a * width + b] = at(normal, a * width + b) + 1;
    }
  }
  return solvePositive(normal, right);
}

/** Solves A·x = b for a symmetric positive definite A (row-major, overwritten), by Cholesky factors. */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = at(matrix, i * size + j);
      for (let k = 0; k < j; k++) rest -= at(matrix, i * size + k) * at(matrix, j * size + k);
      matrix[i * size + j] = i === j ? Math.sqrt(rest) : rest / at(matrix, j * size + j);
    }
  }
  const solution = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solution[i] = at(solution, i) - at(matrix, i * size + k) * at(solution, k);
    solution[i] = at(solution, i) / at(matrix, i * size + i);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solution[i] = at(solution, i) - at(matrix, k * size + i) * at(solution, k);
    solution[i] = at(solution, i) / at(matrix, i * size + i);
  }
  return solution;
}
