/**
 * Features made comparable: centred, uncorrelated and of unit variance, so that a distance means the same in every
 * direction and an unusual combination of usual values is seen. Small dense linear algebra in f64, for scope.ts.
 */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";

/** Mean and covariance of the training rows, ready to decorrelate others. */
export interface Whitening {
  readonly mean: Float64Array;
  /** Standard deviation of each feature. */
  readonly deviations: Float64Array;
  /** Lower triangle L of the covariance L·Lᵀ, row-major. */
  readonly factor: Float64Array;
  /** Inverse of the covariance, row-major. */
  readonly precision: Float64Array;
}

/**
 * Learns the whitening of `rows`, row-major [n, features].
 * @throws DataError naming a feature that never varies or follows from the others before it.
 */
export function fitWhitening(rows: ArrayLike<number>, features: readonly string[]): Whitening {
  const size = features.length;
  const count = rows.length / size;
  const mean = new Float64Array(size);
  for (let index = 0; index < rows.length; index++)
    mean[index % size] = at(mean, index % size) + at(rows, index) / count;
  const covariance = new Float64Array(size * size);
  for (let start = 0; start < rows.length; start += size) {
    for (let cell = 0; cell < covariance.length; cell++) {
      const a = Math.floor(cell / size);
      const b = cell % size;
      const product = (at(rows, start + a) - at(mean, a)) * (at(rows, start + b) - at(mean, b));
      covariance[cell] = at(covariance, cell) + product / Math.max(1, count - 1);
    }
  }
  const deviations = mean.map((_, feature) => Math.sqrt(at(covariance, feature * size + feature)));
  const smallest = mean.map((centre, feature) => Math.max((1e-12 * centre) ** 2, 1e-12 * at(deviations, feature) ** 2));
  const factor = choleskyFactor(covariance, smallest, features);
  return { mean, deviations, factor, precision: invert(factor, size) };
}

/** L⁻¹·(row − mean) for rows, row-major [n, features]: uncorrelated coordinates of unit variance on the training rows. */
export function whitenRows({ mean, factor }: Whitening, rows: ArrayLike<number>): Float64Array {
  const size = mean.length;
  const result = new Float64Array(rows.length);
  for (let start = 0; start < rows.length; start += size) {
    for (let i = 0; i < size; i++) {
      let rest = (rows[start + i] ?? 0) - (mean[i] ?? 0);
      for (let k = 0; k < i; k++) rest -= (factor[i * size + k] ?? 0) * (result[start + k] ?? 0);
      result[start + i] = rest / (factor[i * size + i] ?? 1);
    }
  }
  return result;
}

/** What one feature is expected to be when the others are known (as if all were normally distributed together). */
export function conditional(
  { mean, precision }: Whitening,
  row: ArrayLike<number>,
  feature: number,
): { mean: number; deviation: number } {
  const size = mean.length;
  const own = at(precision, feature * size + feature);
  let pull = 0;
  for (let other = 0; other < size; other++) {
    if (other !== feature) pull += at(precision, feature * size + other) * (at(row, other) - at(mean, other));
  }
  return { mean: at(mean, feature) - pull / own, deviation: 1 / Math.sqrt(own) };
}

/** `smallest`: a variance up to this is rounding. */
function choleskyFactor(covariance: Float64Array, smallest: Float64Array, features: readonly string[]): Float64Array {
  const size = features.length;
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = at(covariance, i * size + j);
      for (let k = 0; k < j; k++) rest -= at(factor, i * size + k) * at(factor, j * size + k);
      if (i !== j) factor[i * size + j] = rest / at(factor, j * size + j);
      else if (rest > at(smallest, i)) factor[i * size + i] = Math.sqrt(rest);
      else {
        throw new DataError(
          `fitScope: feature ${features[i]} never varies, or follows exactly from the features before it. Leave it out.`,
          { feature: features[i] },
        );
      }
    }
  }
  return factor;
}

/** Solves L·x = b by forward substitution. */
function solveLower(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const solution = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let rest = at(right, i);
    for (let k = 0; k < i; k++) rest -= at(factor, i * size + k) * at(solution, k);
    solution[i] = rest / at(factor, i * size + i);
  }
  return solution;
}

/** (L·Lᵀ)⁻¹: the columns of L⁻¹, multiplied with each other. */
function invert(factor: Float64Array, size: number): Float64Array {
  const columns = Array.from({ length: size }, (_, index) => {
    const unit = new Float64Array(size);
    unit[index] = 1;
    return solveLower(factor, unit);
  });
  const inverse = new Float64Array(size * size);
  columns.forEach((a, i) => {
    columns.forEach((b, j) => {
      inverse[i * size + j] = a.reduce((sum, value, k) => sum + value * at(b, k), 0);
    });
  });
  return inverse;
}
