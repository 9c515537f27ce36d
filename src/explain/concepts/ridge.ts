/**
 * Ridge regression in closed form for several strengths and several targets at once, from the products of rows (the dual
 * form) where features are more than pictures, else from those of columns. In f64.
 *
 * Source: A. Hoerl, R. Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12 (1970); the dual form: C. Saunders,
 * A. Gammerman, V. Vovk, ICML 1998.
 */
import { cholesky, choleskySolve } from "../../algorithms/linalg/cholesky.ts";
import { at } from "../../support/invariant.ts";
import { add, multiply } from "../../tensor/arithmetic.ts";
import { eye } from "../../tensor/creation.ts";
import { hostArray, tensorOf } from "../../tensor/hostArray.ts";
import { matmul } from "../../tensor/linear.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import type { Features } from "./stageFeatures.ts";

/** Strengths to choose from, as shares of the mean square length of a row. */
export const strengths = [1e-4, 1e-3, 1e-2, 1e-1, 1] as const;

/** Linear rules: value = offset + Σ weight · feature. */
export interface LinearRules {
  /** Row-major [strengths, features, targets]. */
  readonly weights: Float64Array;
  /** Row-major [strengths, targets]. */
  readonly offsets: Float64Array;
}

/** Rules for `targets` (each a value a row) fitted to the rows `known` of `features`, one for each of `lambdas` (shares as in `strengths`). */
export async function fitRidge(
  features: Features,
  known: ArrayLike<number>,
  targets: readonly ArrayLike<number>[],
  lambdas: readonly number[] = strengths,
): Promise<LinearRules> {
  const { width } = features;
  const count = known.length;
  const { means, scales } = columnScales(features, known);
  const rows = new Float64Array(count * width);
  for (let index = 0; index < count; index++)
    for (let column = 0; column < width; column++)
      rows[index * width + column] =
        (at(features.values, at(known, index) * width + column) - at(means, column)) / at(scales, column);
  const centres = targets.map((values) => {
    let sum = 0;
    for (let index = 0; index < count; index++) sum += at(values, at(known, index));
    return sum / Math.max(1, count);
  });
  const right = Float64Array.from({ length: count * targets.length }, (_, place) => {
    const target = place % targets.length;
    return at(at(targets, target), at(known, Math.floor(place / targets.length))) - at(centres, target);
  });
  const scaled = await solve(
    tensorOf(hostArray(rows, [count, width])),
    tensorOf(hostArray(right, [count, targets.length])),
    tensorOf(hostArray(Float64Array.from(lambdas), [lambdas.length, 1, 1])),
  ).data();
  const weights = Float64Array.from(scaled, (weight, place) => {
    const column = Math.floor(place / targets.length) % width;
    return Number(weight) / at(scales, column);
  });
  const offsets = Float64Array.from({ length: lambdas.length * targets.length }, (_, place) => {
    const [strength, target] = [Math.floor(place / targets.length), place % targets.length];
    let offset = at(centres, target);
    for (let column = 0; column < width; column++)
      offset -= at(weights, (strength * width + column) * targets.length + target) * at(means, column);
    return offset;
  });
  return { weights, offsets };
}

/** Weights [strengths, features, targets] = Xᵀ·(X·Xᵀ + λ·I)⁻¹·Y = (Xᵀ·X + λ·I)⁻¹·Xᵀ·Y, by the smaller of the two systems. */
const solve = compile((x: Tensor, y: Tensor, lambdas: Tensor): Tensor => {
  const [count = 0, width = 0] = x.shape;
  const [size, isDual] = [Math.min(count, width), width > count];
  const across = x.matrixTranspose();
  const products = isDual ? matmul(x, across) : matmul(across, x);
  const meanSquare = multiply(x, x).sum().divide(count);
  // 1e-9: features that never vary leave nothing but zeros
  const diagonal = multiply(eye(size, size, { dtype: "f64" }), multiply(add(meanSquare, 1e-9), lambdas));
  const factors = cholesky(add(expandDims(products, 0), diagonal));
  return isDual ? matmul(across, choleskySolve(y, factors)) : choleskySolve(matmul(across, y), factors);
});

/** Mean and deviation of each column over `known`; 1 for columns that do not vary. */
function columnScales({ width, values }: Features, known: ArrayLike<number>) {
  const [means, squares] = [new Float64Array(width), new Float64Array(width)];
  const each = (visit: (value: number, column: number) => void) => {
    for (let index = 0; index < known.length; index++)
      for (let column = 0; column < width; column++) visit(at(values, at(known, index) * width + column), column);
  };
  each((value, column) => (means[column] = at(means, column) + value / known.length));
  each((value, column) => (squares[column] = at(squares, column) + (value - at(means, column)) ** 2 / known.length));
  return { means, scales: squares.map((square) => (square > 1e-14 ? Math.sqrt(square) : 1)) };
}

/** Pearson correlation of the values at `rows`; 0 where one of them does not vary. */
export function correlationOf(a: ArrayLike<number>, b: ArrayLike<number>, rows: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) => {
    let sum = 0;
    for (let index = 0; index < rows.length; index++) sum += at(values, at(rows, index));
    return sum / Math.max(1, rows.length);
  };
  const [meanA, meanB] = [mean(a), mean(b)];
  let [squareA, squareB, together] = [0, 0, 0];
  for (let index = 0; index < rows.length; index++) {
    const [x, y] = [at(a, at(rows, index)) - meanA, at(b, at(rows, index)) - meanB];
    squareA += x * x;
    squareB += y * y;
    together += x * y;
  }
  return squareA > 0 && squareB > 0 ? together / Math.sqrt(squareA * squareB) : 0;
}
