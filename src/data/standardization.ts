/** Columns brought to mean 0 and deviation 1: statistics from training rows, applied to all. */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";

/** What `standardize` subtracts from and divides each column by. Plain data: keep it with the model. */
export interface Standardization {
  readonly means: readonly number[];
  /** Population standard deviations (divided by the count, as scikit-learn's StandardScaler); 1 for constant columns. */
  readonly deviations: readonly number[];
}

/**
 * Mean and deviation of each of the `columnCount` columns of `matrix`, [rows, columnCount] row by row, in two passes.
 * @throws DataError where there are no rows, the matrix is not whole rows, or a number is not finite.
 *
 * @example
 * ```ts
 * import { standardizationOf, standardize } from "smilodon/data";
 * const lengths = new Float64Array([100, 200, 300]);
 * console.log(standardize(lengths, standardizationOf(lengths, 1)));
 * ```
 */
export function standardizationOf(matrix: ArrayLike<number>, columnCount: number): Standardization {
  const rows = matrix.length / columnCount;
  if (!Number.isInteger(rows) || rows === 0)
    throw new DataError(`standardizationOf: ${matrix.length} numbers are not whole rows of ${columnCount}.`, {
      length: matrix.length,
      columnCount,
    });
  const means = new Array<number>(columnCount).fill(0);
  const deviations = new Array<number>(columnCount).fill(0);
  for (let column = 0; column < columnCount; column++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const value = at(matrix, row * columnCount + column);
      if (!Number.isFinite(value))
        throw new DataError(`standardizationOf: column ${column}, row ${row} is ${value}. Leave such rows out first.`, {
          row,
          column,
        });
      sum += value;
    }
    const mean = sum / rows;
    let squares = 0;
    for (let row = 0; row < rows; row++) squares += (at(matrix, row * columnCount + column) - mean) ** 2;
    const deviation = Math.sqrt(squares / rows);
    means[column] = mean;
    // A column of one value computes as a tiny deviation where the mean is rounded
    deviations[column] = deviation > Math.abs(mean) * 1e-12 ? deviation : 1;
  }
  return { means, deviations };
}

/** `(value − mean) / deviation` for each element of `matrix`, column by column; a new array. */
export function standardize(matrix: ArrayLike<number>, { means, deviations }: Standardization): Float64Array {
  const count = means.length;
  if (matrix.length % count !== 0)
    throw new DataError(`standardize: ${matrix.length} numbers are not whole rows of ${count}.`, {
      length: matrix.length,
      columnCount: count,
    });
  const result = new Float64Array(matrix.length);
  for (let start = 0; start < matrix.length; start += count) {
    for (let column = 0; column < count; column++)
      result[start + column] = (at(matrix, start + column) - at(means, column)) / at(deviations, column);
  }
  return result;
}

/** The inverse of `standardize`. */
export function unstandardize(matrix: ArrayLike<number>, { means, deviations }: Standardization): Float64Array {
  return Float64Array.from(
    matrix,
    (value, index) => value * at(deviations, index % means.length) + at(means, index % means.length),
  );
}
