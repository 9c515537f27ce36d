/**
 * Reductions: many elements become one, along some axes or all. `axis` is a number, a list, or nothing for all;
 * `keepDims` leaves the axes with size 1, so that the result broadcasts against the input. `statistics.ts` and
 * `normalize.ts` build on these.
 */
import { type Node, node, withOneOrigin } from "../graph/node.ts";
import type { PrimitiveOf } from "../graph/primitives.ts";
import { type Dtype, dtypes, isFloat } from "../shape/dtype.ts";
import { normalizeAxes, sizeOf } from "../shape/shape.ts";
import { full } from "./creation.ts";
import { attachMethods } from "./methods.ts";
import { castNode, explaining, throughFloats } from "./operands.ts";
import type { ReducedShape, ShapeType } from "./shapeTypes.ts";
import { requireTensor, Tensor } from "./tensor.ts";

/** One axis, several, or all of them. */
export type Axes = number | readonly number[] | undefined;

/** What reductions may be told besides the axes. */
export interface KeepOptions {
  /** Leave the axes in place with size 1. Default false. */
  readonly keepDims?: boolean;
}

/** What reductions may be told. */
export interface ReduceOptions extends KeepOptions {
  /** Which axes vanish; negative ones count from the end. Default all. */
  readonly axis?: Axes;
}

/** `x.sum(1)`, `x.sum([0, 1])` or `x.sum({ axis: 1, keepDims: true })`. */
export type ReduceArgument = Axes | ReduceOptions;

/** The tensor that a reduction gives. */
export type Reduced<S extends ShapeType, A, K> = Tensor<ReducedShape<S, A, K>>;

/** Type of methods that reduce. */
export type ReduceMethod = <
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(
  this: Tensor<S>,
  axis?: A,
  options?: K,
) => Reduced<S, A, K>;

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link sum} */
    sum: ReduceMethod;
    /** {@link prod} */
    prod: ReduceMethod;
    /** {@link mean} */
    mean: ReduceMethod;
    /** {@link max} */
    max: ReduceMethod;
    /** {@link min} */
    min: ReduceMethod;
    /** {@link all} */
    all: ReduceMethod;
    /** {@link any} */
    any: ReduceMethod;
  }
}

/**
 * The sum of the elements along `axis`; 0 of none. Booleans and u8 are added as i32.
 * @throws ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { sum, tensor } from "smilodon";
 * const x = tensor([[1, 2], [3, 4]]);
 * console.log(await sum(x).item(), await sum(x, 0).toArray(), await sum(x, { axis: 1, keepDims: true }).toArray()); // 10 [4, 6] [[3], [7]]
 * ```
 */
export function sum<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function sum(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return reduce("sum", x, axis, options, toCount(x.dtype));
}

/**
 * The product of the elements along `axis`; 1 of none. Booleans and u8 are multiplied as i32.
 *
 * @example
 * ```ts
 * import { prod, tensor } from "smilodon";
 * console.log(await prod(tensor([2, 3, 4])).item()); // 24
 * ```
 */
export function prod<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function prod(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return reduce("prod", x, axis, options, toCount(x.dtype));
}

/**
 * The mean of the elements along `axis`; NaN of none. Integers and booleans give f32.
 *
 * @example
 * ```ts
 * import { mean, tensor } from "smilodon";
 * console.log(await mean(tensor([[1, 2], [3, 4]]), 0).toArray()); // [2, 3]
 * ```
 */
export function mean<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function mean(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return withOneOrigin(() => {
    const { axes } = readReduction("mean", x, axis, options);
    return throughFloats(x, (values) =>
      reduce("sum", values, axis, options, values.dtype, "mean").divide(countAlong(x, axes)),
    );
  });
}

/**
 * The greatest element along `axis`; NaN where there is one. Equal greatest elements share the derivative.
 * @throws ShapeError where there are no elements.
 *
 * @example
 * ```ts
 * import { max, tensor } from "smilodon";
 * console.log(await max(tensor([[1, 5], [3, 4]]), 1).toArray()); // [5, 4]
 * ```
 */
export function max<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function max(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return reduce("max", x, axis, options, x.dtype);
}

/**
 * The least element along `axis`; NaN where there is one. Equal least elements share the derivative.
 * @throws ShapeError where there are no elements.
 *
 * @example
 * ```ts
 * import { min, tensor } from "smilodon";
 * console.log(await min(tensor([[1, 5], [3, 4]]), 1).toArray()); // [1, 3]
 * ```
 */
export function min<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function min(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return reduce("min", x, axis, options, x.dtype);
}

/**
 * Do all elements along `axis` hold? Numbers hold where they are not zero; true of none.
 *
 * @example
 * ```ts
 * import { all, tensor } from "smilodon";
 * console.log(await all(tensor([[true, false], [true, true]]), 1).toArray()); // [false, true]
 * ```
 */
export function all<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function all(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return quantify("all", x, axis, options);
}

/**
 * Does any element along `axis` hold? Numbers hold where they are not zero; false of none.
 *
 * @example
 * ```ts
 * import { any, tensor } from "smilodon";
 * console.log(await any(tensor([[true, false], [false, false]]), 1).toArray()); // [true, false]
 * ```
 */
export function any<
  S extends ShapeType,
  const A extends ReduceArgument = undefined,
  const K extends KeepOptions = object,
>(x: Tensor<S>, axis?: A, options?: K): Reduced<S, A, K>;
export function any(x: Tensor, axis?: ReduceArgument, options?: KeepOptions): Tensor {
  return quantify("any", x, axis, options);
}

/** Axes and choices of a reduction, with everything settled. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Reads the arguments of a reduction of `x`. @throws ShapeError where there is no such axis or one is named twice. */
export function readReduction(
  operation: string,
  x: Tensor,
  axis: ReduceArgument,
  options: KeepOptions = {},
): Reduction {
  requireTensor(operation, "x", x);
  const given: ReduceOptions = isOptions(axis) ? axis : { ...options, axis };
  const axes = explaining(operation, [x], () => normalizeAxes(operation, given.axis, x.rank));
  return { axes, keepDims: given.keepDims ?? false };
}

function isOptions(axis: ReduceArgument): axis is ReduceOptions {
  return typeof axis === "object" && !Array.isArray(axis);
}

/** Number of elements of `x` that become one when `axes` vanish. */
export function countAlong(x: Tensor, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
}

/** Puts the axes that a reduction of `x` removed back with size 1. */
export function restoreAxes(reduced: Node, x: Tensor, axes: readonly number[]): Node {
  return axes.length === 0
    ? reduced
    : node("reshape", [reduced], { shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) });
}

/** Small integers and booleans add up as i32, the default integer type; others keep their own. */
export function toCount(dtype: Dtype): Dtype {
  return dtypes[dtype].bytes < 4 && !isFloat(dtype) ? "i32" : dtype;
}

function reduce(
  primitive: PrimitiveOf<"reduce">,
  x: Tensor,
  axis: ReduceArgument,
  options: KeepOptions | undefined,
  dtype: Dtype,
  operation: string = primitive,
): Tensor {
  const { axes, keepDims } = readReduction(operation, x, axis, options);
  return withOneOrigin(() => {
    const input = castNode(x.node, dtype);
    const reduced = axes.length === 0 ? input : explaining(operation, [x], () => node(primitive, [input], { axes }));
    return new Tensor(keepDims ? restoreAxes(reduced, x, axes) : reduced);
  });
}

/** `all` is the least of booleans and `any` the greatest, except that they have a value for no elements. */
function quantify(operation: "all" | "any", x: Tensor, axis: ReduceArgument, options: KeepOptions | undefined): Tensor {
  const { axes, keepDims } = readReduction(operation, x, axis, options);
  if (countAlong(x, axes) > 0) return reduce(operation === "all" ? "min" : "max", x, axis, options, "bool", operation);
  const shape = x.shape.flatMap((size, position) => (!axes.includes(position) ? [size] : keepDims ? [1] : []));
  return full(shape, operation === "all");
}

attachMethods({ sum, prod, mean, max, min, all, any });
