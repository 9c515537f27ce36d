/**
 * Reductions by segment: all elements with the same number become one. Each is an indexed write into what has no effect;
 * numbers may come in any order, and results have the same bits each time.
 */
import type { Combine } from "../../graph/primitives.ts";
import { dtypes } from "../../shape/dtype.ts";
import { checkShape, normalizeAxis, type Shape, sameShape, showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { divide } from "../arithmetic.ts";
import { astype } from "../cast.ts";
import { full } from "../creation.ts";
import { positionsOf, write } from "../indexing.ts";
import { reshape } from "../manipulate.ts";
import { castNode, explaining, toFloat, whence } from "../operands.ts";
import { toCount } from "../reduce.ts";
import { requireTensor, Tensor } from "../tensor.ts";
import { combineOf } from "./combine.ts";

/** What segment reductions have to be told. */
export interface SegmentOptions {
  /** How many segments there are: the size of the result along the axis. */
  readonly numSegments: number;
  /** The axis of x where those of the segment numbers begin. Default 0. */
  readonly axis?: number;
}

/**
 * For each segment the sum of the slices of x that have its number; 0 where none has. `segments` has the axes of x from `axis` on (the
 * first by default), one or several, whose place one of size `numSegments` takes. Numbers may come in any order; slices whose number is below 0
 * or not below numSegments are left out. Booleans and small integers are added as i32. JAX's segment_sum.
 * @throws ShapeError where the axes differ or numSegments is no size, DtypeError where the numbers are no integers.
 *
 * @example
 * ```ts
 * import { segmentSum, tensor } from "smilodon";
 * const segments = tensor([0, 2, 0], { dtype: "i32" });
 * console.log(await segmentSum(tensor([1, 2, 3]), segments, { numSegments: 3 }).toArray()); // [4, 0, 2]
 * ```
 */
export function segmentSum(x: Tensor, segments: Tensor, options: SegmentOptions): Tensor {
  requireTensor("segmentSum", "x", x);
  const numbers = new Tensor(castNode(x.node, toCount(x.dtype)));
  return reduceSegments("segmentSum", "add", 0, numbers, segments, options);
}

/**
 * For each segment the product of the slices of x that have its number; 1 where none has. Arguments and integers are as for
 * `segmentSum`, derivatives at zeros as for `scatterMultiply`.
 * @throws ShapeError where the axes differ or numSegments is no size, DtypeError where the numbers are no integers.
 *
 * @example
 * ```ts
 * import { segmentProd, tensor } from "smilodon";
 * const segments = tensor([0, 2, 0], { dtype: "i32" });
 * console.log(await segmentProd(tensor([2, 3, 5]), segments, { numSegments: 3 }).toArray()); // [10, 1, 3]
 * ```
 */
export function segmentProd(x: Tensor, segments: Tensor, options: SegmentOptions): Tensor {
  requireTensor("segmentProd", "x", x);
  const numbers = new Tensor(castNode(x.node, toCount(x.dtype)));
  return reduceSegments("segmentProd", "multiply", 1, numbers, segments, options);
}

/**
 * For each segment the mean of the slices of x that have its number; NaN where none has, as `mean` of nothing. Arguments are as for
 * `segmentSum`. Integers and booleans give f32.
 * @throws ShapeError where the axes differ or numSegments is no size, DtypeError where the numbers are no integers.
 *
 * @example
 * ```ts
 * import { segmentMean, tensor } from "smilodon";
 * const segments = tensor([0, 1, 0], { dtype: "i32" });
 * console.log(await segmentMean(tensor([1, 2, 3]), segments, { numSegments: 2 }).toArray()); // [2, 2]
 * ```
 */
export function segmentMean(x: Tensor, segments: Tensor, options: SegmentOptions): Tensor {
  requireTensor("segmentMean", "x", x);
  const dtype = toFloat(x.dtype);
  // Halves would lose count, and sums their digits
  const wide = dtype === "f64" ? dtype : "f32";
  const total = reduceSegments("segmentMean", "add", 0, astype(x, wide), segments, options);
  const one = full(segments.shape, 1, { dtype: wide });
  const count = reduceSegments("segmentMean", "add", 0, one, segments, { ...options, axis: 0 });
  const after = total.shape.slice(normalizeAxis("segmentMean", options.axis ?? 0, x.rank) + 1);
  const aligned = reshape(count, [options.numSegments, ...after.map(() => 1)]);
  return new Tensor(castNode(divide(total, aligned).node, dtype));
}

/**
 * For each segment the largest of the slices of x that have its number, element by element; the lowest value of the dtype (−∞ of floats) where
 * none has. NaN is larger than all. Arguments are as for `segmentSum`. Of equal ones each has an even share of the derivative.
 * @throws ShapeError where the axes differ or numSegments is no size, DtypeError where the numbers are no integers.
 *
 * @example
 * ```ts
 * import { segmentMax, tensor } from "smilodon";
 * const segments = tensor([0, 1, 0], { dtype: "i32" });
 * console.log(await segmentMax(tensor([1, 2, 3]), segments, { numSegments: 2 }).toArray()); // [3, 2]
 * ```
 */
export function segmentMax(x: Tensor, segments: Tensor, options: SegmentOptions): Tensor {
  requireTensor("segmentMax", "x", x);
  return reduceSegments("segmentMax", "max", dtypes[x.dtype].lowest, x, segments, options);
}

/**
 * For each segment the smallest of the slices of x that have its number, element by element; the highest value of the dtype (∞ of floats)
 * where none has. NaN is smaller than all. Arguments are as for `segmentSum`. Of equal ones each has an even share of the derivative.
 * @throws ShapeError where the axes differ or numSegments is no size, DtypeError where the numbers are no integers.
 *
 * @example
 * ```ts
 * import { segmentMin, tensor } from "smilodon";
 * const segments = tensor([0, 1, 0], { dtype: "i32" });
 * console.log(await segmentMin(tensor([1, 2, 3]), segments, { numSegments: 2 }).toArray()); // [1, 2]
 * ```
 */
export function segmentMin(x: Tensor, segments: Tensor, options: SegmentOptions): Tensor {
  requireTensor("segmentMin", "x", x);
  return reduceSegments("segmentMin", "min", dtypes[x.dtype].highest, x, segments, options);
}

/** `combine` of each segment's slices and `empty`, which has no effect. */
function reduceSegments(
  operation: string,
  combine: Combine,
  empty: number,
  x: Tensor,
  segments: Tensor,
  { numSegments, axis = 0 }: SegmentOptions,
): Tensor {
  requireTensor(operation, "segments", segments);
  const how = combineOf(operation, combine);
  const first = explaining(operation, [x], () => normalizeAxis(operation, axis, x.rank));
  const end = first + segments.rank;
  const places = positionsOf(operation, segments);
  if (!sameShape(x.shape.slice(first, end), segments.shape))
    throw new ShapeError(
      `${operation}: segments ${showShape(segments.shape)} are not the axes of ${showShape(x.shape)} from ${first} on.${whence([x, segments])}`,
      { x: x.shape, segments: segments.shape, axis },
    );
  const [before, after]: readonly [Shape, Shape] = [x.shape.slice(0, first), x.shape.slice(end)];
  const shape = checkShape(operation, [...before, numSegments, ...after]);
  const nothing = full(shape, empty, { dtype: x.dtype });
  const params = { axis: first, batch: 0, combine: how };
  return write(operation, nothing, places, [x, x.shape], params);
}
