/** First values that take more than a draw: orthogonal matrices, and normal numbers without tails. `init.ts` offers them. */
import { computedIn, type Dtype } from "../shape/dtype.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { abs, add, clip, divide, maximum, multiply, sign, sqrt, square, subtract } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { equal, greaterEqual, where } from "../tensor/comparison.ts";
import { arange, eye } from "../tensor/creation.ts";
import { expandDims, matrixTranspose, reshape } from "../tensor/manipulate.ts";
import * as random from "../tensor/random.ts";
import { sum } from "../tensor/reduce.ts";
import { norm } from "../tensor/statistics.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { erf, exp, log } from "../tensor/transcendental.ts";
import { scan } from "../transforms/control/scan.ts";

/** How an orthogonal matrix is made. */
export interface OrthogonalOptions {
  /** Factor of the values, by the nonlinearity that follows: see `gains`. Default 1. */
  readonly gain?: number;
  /** Default f32. */
  readonly dtype?: Dtype;
}

/**
 * A matrix whose shorter side is orthonormal, times `gain`: layers of it keep lengths. Axes after the first count as one. All such matrices are
 * equally likely.
 *
 * @param shape [out, in, …window]
 * @throws ShapeError for fewer than two axes.
 *
 * Source: A. Saxe, J. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013;
 * by Householder reflections.
 *
 * @example
 * ```ts
 * import { matmul, nn } from "smilodon";
 * const q = nn.init.orthogonal([2, 3]);
 * console.log(await matmul(q, q.matrixTranspose()).toArray()); // nearly [[1, 0], [0, 1]]
 * ```
 */
export function orthogonal(shape: Shape, { gain = 1, dtype = "f32" }: OrthogonalOptions = {}): Tensor {
  const [out, ...others] = shape;
  if (out === undefined || others.length === 0)
    throw new ShapeError(`orthogonal: shape ${showShape(shape)} is no matrix; it needs the axes [out, in].`, { shape });
  const inside = sizeOf(others);
  const [rows, columns] = [Math.max(out, inside), Math.min(out, inside)];
  const tall = reduced(random.normal([rows, columns], { dtype: computedIn(dtype) }));
  return astype(multiply(reshape(out < inside ? matrixTranspose(tall) : tall, shape), gain), dtype);
}

/** Q of x = Q·R with a positive diagonal of R; x is at least as tall as wide. */
function reduced(x: Tensor): Tensor {
  const [rows = 0, columns = 0] = x.shape;
  const [row, column] = [arange(rows), arange(columns)];
  const reflect = (matrix: Tensor, mirror: Tensor): Tensor => {
    const length = sum(square(mirror));
    const shares = divide(sum(multiply(matrix, expandDims(mirror, -1)), 0), where(equal(length, 0), 1, length));
    return subtract(matrix, multiply(multiply(expandDims(mirror, -1), shares), 2));
  };
  const [, { mirrors, signs }] = scan(
    (matrix: Tensor, step: Tensor) => {
      const below: Tensor = where(greaterEqual(row, step), sum(where(equal(column, step), matrix, 0), 1), 0);
      const isOwn = equal(row, step);
      const side = where(greaterEqual(sum(where(isOwn, below, 0)), 0), 1, -1);
      const mirror = add(below, where(isOwn, multiply(norm(below), side), 0));
      // What the reflection leaves on the diagonal has the other sign
      return [reflect(matrix, mirror), { mirrors: mirror, signs: multiply(side, -1) }];
    },
    x,
    column,
  );
  const start: Tensor = multiply(eye(rows, columns, { dtype: x.dtype }), signs);
  const [q] = scan((matrix: Tensor, mirror: Tensor) => [reflect(matrix, mirror), null], start, mirrors, {
    reverse: true,
  });
  return q;
}

/** Where `truncatedNormal` cuts. */
export interface TruncatedOptions {
  /** Default f32. */
  readonly dtype?: Dtype;
  /** Default −2, as for PyTorch's `trunc_normal_`: a number, not a count of deviations. */
  readonly low?: number;
  /** Default 2. */
  readonly high?: number;
}

/**
 * Normal numbers with the given mean and deviation, of those that lie from `low` to `high`.
 * @throws ArgumentError where `low` is not below `high`, or both lie on one side more than six deviations away.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * const x = nn.init.truncatedNormal([100], 0, 1, { low: -1, high: 1 });
 * console.log((await x.max().item()) <= 1); // true
 * ```
 */
export function truncatedNormal(
  shape: Shape,
  mean = 0,
  deviation = 1,
  { low = -2, high = 2, dtype = "f32" }: TruncatedOptions = {},
): Tensor {
  const [left, right] = [(low - mean) / deviation, (high - mean) / deviation];
  if (!(low < high && deviation > 0 && left < 6 && right > -6))
    throw new ArgumentError(
      `truncatedNormal: from ${low} to ${high} with mean ${mean} and deviation ${deviation}; low has to be below high, the deviation above 0, and the mean within six deviations of what is kept.`,
      { low, high, mean, deviation },
    );
  // erf of x/√2 is even there, so that its inverse of even numbers is normal
  const [from, to] = [left, right].map(shareBelow);
  const inner = computedIn(dtype);
  const standard = multiply(
    inverseErf(random.uniform(shape, { low: from ?? -1, high: to ?? 1, dtype: inner })),
    Math.SQRT2,
  );
  return astype(clip(add(multiply(standard, deviation), mean), low, high), dtype);
}

/** erf(x/√2), by the sum of its odd powers, as far out as double precision can tell it from ±1. */
function shareBelow(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, total] = [x, x];
  for (let k = 1; k < 200; k++) {
    term *= (x * x) / (2 * k + 1);
    total += term;
  }
  return total * Math.exp((-x * x) / 2) * Math.sqrt(2 / Math.PI);
}

/**
 * The inverse of erf between −1 and 1: a formula good to three digits (S. Winitzki, 2008), then three steps of Newton's method. Not the one of
 * algorithms/special, whose tables would add a hundredth to what a page with all layers loads.
 */
function inverseErf(y: Tensor): Tensor {
  const a = 0.147;
  const tail: Tensor = log(maximum(subtract(1, square(y)), 1e-30));
  const half = add(multiply(tail, 0.5), 2 / (Math.PI * a));
  const root = sqrt(subtract(square(half), divide(tail, a)));
  let x: Tensor = multiply(sign(y), sqrt(maximum(subtract(root, half), 0)));
  for (let step = 0; step < 3; step++) {
    const slope = multiply(exp(multiply(square(x), -1)), 2 / Math.sqrt(Math.PI));
    const missing = divide(subtract(erf(x), y), maximum(slope, 1e-12));
    // Far out, where rounding hides the rest, a step must not lead astray
    x = where(greaterEqual(0.1, abs(missing)), subtract(x, missing), x);
  }
  return x;
}
