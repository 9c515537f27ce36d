/** What is computed of many elements by more than one primitive: spread, norms, positions of extremes, log-sum-exp. */
import { node, withOneOrigin } from "../graph/node.ts";
import { isFloat } from "../shape/dtype.ts";
import { normalizeAxis, showShape } from "../shape/shape.ts";
import { ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { abs, sqrt, square } from "./arithmetic.ts";
import { stopGradient } from "./cast.ts";
import { isFinite as isFiniteTensor, where } from "./comparison.ts";
import { attachMethods } from "./methods.ts";
import { explaining, throughFloats, whence } from "./operands.ts";
import {
  type Axes,
  countAlong,
  type KeepOptions,
  max,
  type ReduceArgument,
  type Reduced,
  type ReduceMethod,
  type ReduceOptions,
  readReduction,
  restoreAxes,
  sum,
} from "./reduce.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";
import { exp, log } from "./transcendental.ts";

/** What `variance` and `std` may be told. */
export interface VarianceOptions extends ReduceOptions {
  /** Taken off the count that divides: 0 for the population, 1 for the unbiased estimate from a sample. Default 0. */
  readonly correction?: number;
}

/** What `norm` may be told. */
export interface NormOptions extends ReduceOptions {
  /** p of (Σ|x|ᵖ)^(1/p), 1 or more; ∞ is the greatest magnitude. Default 2. */
  readonly order?: number;
}

/** What `argmax` and `argmin` may be told. */
export interface ArgOptions extends KeepOptions {
  /** The axis along which to look; by default the elements are one list, row by row. */
  readonly axis?: number;
  /** The last of equals (or NaN) rather than the first. Default false. */
  readonly last?: boolean;
}

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link variance} */
    variance<
      D extends ShapeType,
      const A extends Axes | VarianceOptions = undefined,
      const K extends VarianceOptions = object,
    >(this: Tensor<D>, axis?: A, options?: K): Reduced<D, A, K>;
    /** {@link std} */
    std<
      D extends ShapeType,
      const A extends Axes | VarianceOptions = undefined,
      const K extends VarianceOptions = object,
    >(this: Tensor<D>, axis?: A, options?: K): Reduced<D, A, K>;
    /** {@link norm} */
    norm<D extends ShapeType, const A extends Axes | NormOptions = undefined, const K extends NormOptions = object>(
      this: Tensor<D>,
      axis?: A,
      options?: K,
    ): Reduced<D, A, K>;
    /** {@link logsumexp} */
    logsumexp: ReduceMethod;
    /** {@link argmax} */
    argmax(axis?: number | ArgOptions, options?: ArgOptions): Tensor;
    /** {@link argmin} */
    argmin(axis?: number | ArgOptions, options?: ArgOptions): Tensor;
  }
}

/**
 * The mean of the squared distances from the mean along `axis`, with `count − correction` as divisor. Integers
 * become f32.
 *
 * @example
 * ```ts
 * import { tensor, variance } from "smilodon";
 * const x = tensor([1, 2, 3, 4]);
 * console.log(await variance(x).item(), await variance(x, { correction: 1 }).item()); // 1.25 1.6666666269302368
 * ```
 */
export function variance<
  S extends ShapeType,
  const A extends Axes | VarianceOptions = undefined,
  const K extends VarianceOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function variance(x: Tensor, axis?: Axes | VarianceOptions, options: VarianceOptions = {}): Tensor {
  return withOneOrigin(() => {
    const { axes, keepDims } = readReduction("variance", x, axis, options);
    const correction = extra(axis)?.correction ?? options.correction ?? 0;
    return throughFloats(x, (values) =>
      square(values.subtract(values.mean(axes, { keepDims: true })))
        .sum(axes, { keepDims })
        .divide(Math.max(0, countAlong(x, axes) - correction)),
    );
  });
}

/**
 * The square root of `variance`. Its derivative is not finite where all elements are equal.
 *
 * @example
 * ```ts
 * import { std, tensor } from "smilodon";
 * console.log(await std(tensor([1, 3])).item()); // 1
 * ```
 */
export function std<
  S extends ShapeType,
  const A extends Axes | VarianceOptions = undefined,
  const K extends VarianceOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function std(x: Tensor, axis?: Axes | VarianceOptions, options?: VarianceOptions): Tensor {
  return withOneOrigin(() => sqrt(variance(x, axis, options)));
}

/**
 * The p-norm (Σ|x|ᵖ)^(1/p) of the vectors along `axis`, p = `order`. The derivative at 0 is 0.
 *
 * @example
 * ```ts
 * import { norm, tensor } from "smilodon";
 * console.log(await norm(tensor([3, -4])).item(), await norm(tensor([3, -4]), { order: 1 }).item()); // 5 7
 * ```
 */
export function norm<
  S extends ShapeType,
  const A extends Axes | NormOptions = undefined,
  const K extends NormOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function norm(x: Tensor, axis?: Axes | NormOptions, options: NormOptions = {}): Tensor {
  return withOneOrigin(() => {
    const { axes, keepDims } = readReduction("norm", x, axis, options);
    const order = extra(axis)?.order ?? options.order ?? 2;
    return throughFloats(x, (values) => normOf(values, order, axes, { keepDims }));
  });
}

function normOf(values: Tensor, order: number, axes: readonly number[], kept: KeepOptions): Tensor {
  if (order === 1) return abs(values).sum(axes, kept);
  if (order === Infinity) return abs(values).max(axes, kept);
  const total = order === 2 ? square(values).sum(axes, kept) : abs(values).pow(order).sum(axes, kept);
  // The root is steep at 0: take it of 1 there, and put the 0 back
  const isZero = total.equal(0);
  const safe = where(isZero, 1, total);
  return where(isZero, 0, order === 2 ? sqrt(safe) : safe.pow(1 / order));
}

/** The options in place of the axis, if that is what was given. */
function extra<O extends ReduceOptions>(axis: Axes | O): O | undefined {
  return typeof axis === "object" && !isList(axis) ? axis : undefined;
}

function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value);
}

/**
 * ln Σ eˣ along `axis`, without overflow; −∞ where all elements are.
 *
 * @example
 * ```ts
 * import { logsumexp, tensor } from "smilodon";
 * console.log(await logsumexp(tensor([1000, 1000])).item()); // 1000.693115234375
 * ```
 */
export function logsumexp<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function logsumexp(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return withOneOrigin(() => {
    const { axes, keepDims } = readReduction("logsumexp", x, axis, options);
    return throughFloats(x, (values) => {
      if (countAlong(x, axes) === 0) return log(values.sum(axes, { keepDims }));
      const highest = stopGradient(max(values, axes, { keepDims: true }));
      const shift = where(isFiniteTensor(highest), highest, 0);
      const total = sum(exp(values.subtract(shift)), axes, { keepDims: true });
      // Where nothing is left but −∞ the sum is 0, whose logarithm has no derivative
      const isEmpty = total.equal(0);
      const result = where(isEmpty, -Infinity, log(where(isEmpty, 1, total)).add(shift));
      return keepDims ? result : new Tensor(dropAxes(result, axes));
    });
  });
}

/**
 * Position of the greatest element along `axis`, as i32: the first of equals (`last`: the last), the first NaN where there is one.
 * @throws ShapeError where there are no elements.
 *
 * @example
 * ```ts
 * import { argmax, tensor } from "smilodon";
 * console.log(await argmax(tensor([[1, 5, 5], [3, 2, 1]]), 1).toArray()); // [1, 0]
 * ```
 */
export function argmax(x: Tensor, axis?: number | ArgOptions, options?: ArgOptions): Tensor {
  return withOneOrigin(() => positionOf("argmax", x, axis, options));
}

/**
 * Position of the least element along `axis`, as i32: the first of equals (`last`: the last), the first NaN where there is one.
 * @throws ShapeError where there are no elements.
 *
 * @example
 * ```ts
 * import { argmin, tensor } from "smilodon";
 * console.log(await argmin(tensor([[1, 5, 5], [3, 2, 1]]), 1).toArray()); // [0, 2]
 * ```
 */
export function argmin(x: Tensor, axis?: number | ArgOptions, options?: ArgOptions): Tensor {
  return withOneOrigin(() => positionOf("argmin", x, axis, options));
}

function positionOf(
  operation: "argmax" | "argmin",
  x: Tensor,
  axis: number | ArgOptions | undefined,
  options: ArgOptions | undefined,
): Tensor {
  const given: ArgOptions = typeof axis === "object" ? axis : { ...options, ...(axis === undefined ? {} : { axis }) };
  const list = given.axis === undefined ? new Tensor(node("reshape", [x.node], { shape: [x.size] })) : x;
  const position =
    given.axis === undefined ? 0 : explaining(operation, [x], () => normalizeAxis(operation, given.axis ?? 0, x.rank));
  if (list.shape[position] === 0) {
    throw new ShapeError(`${operation}: ${showShape(x.shape)} has no elements along axis ${position}.${whence([x])}`, {
      shape: x.shape,
      axis: position,
    });
  }
  const result = extremePosition(operation, list, position, given.last ?? false);
  if (given.keepDims !== true) return result;
  const kept =
    given.axis === undefined ? x.shape.map(() => 1) : x.shape.map((size, each) => (each === position ? 1 : size));
  return new Tensor(node("reshape", [result.node], { shape: kept }));
}

/** The least position (or the greatest) at which the element equals the extreme, or is NaN. */
function extremePosition(operation: "argmax" | "argmin", x: Tensor, axis: number, isLast: boolean): Tensor {
  const extreme = new Tensor(node(operation === "argmax" ? "max" : "min", [x.node], { axes: [axis] }));
  const isExtreme = x.equal(new Tensor(restoreAxes(extreme.node, x, [axis])));
  const matches = isFloat(x.dtype) ? isExtreme.logicalOr(x.notEqual(x)) : isExtreme;
  const positions = new Tensor(node("iota", [], { shape: x.shape, axis, dtype: "i32" }));
  return isLast ? where(matches, positions, -1).max(axis) : where(matches, positions, at(x.shape, axis)).min(axis);
}

/** `x` without `axes`, which have size 1. */
function dropAxes(x: Tensor, axes: readonly number[]): Tensor["node"] {
  return node("reshape", [x.node], { shape: x.shape.filter((_, axis) => !axes.includes(axis)) });
}

/**
 * How many elements along `axis` (all by default) are not zero, as i32. NaN is not zero.
 *
 * @example
 * ```ts
 * import { countNonzero, tensor } from "smilodon";
 * console.log(await countNonzero(tensor([[0, 2], [3, 4]]), 0).toArray()); // [1, 2]
 * ```
 */
export function countNonzero<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function countNonzero(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return withOneOrigin(() => sum(x.notEqual(0), axis, options));
}

attachMethods({ variance, std, norm, logsumexp, argmax, argmin });
