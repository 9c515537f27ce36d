/** Tensors made from nothing: constants and positions. They hold no data; the compiler writes the numbers where they are used. */
import { node } from "../graph/node.ts";
import { type Dtype, isFloat } from "../shape/dtype.ts";
import { checkShape, diagonalOf, type Shape } from "../shape/shape.ts";
import { ArgumentError } from "../support/errors.ts";
import { castNode, expandNode } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

/** How a tensor is made. */
export interface CreationOptions {
  /** Element type; each function says its default. */
  readonly dtype?: Dtype;
}

/**
 * A tensor of zeros, f32 unless said otherwise.
 *
 * @example
 * ```ts
 * import { zeros } from "smilodon";
 * console.log(await zeros([2, 2]).toArray()); // [[0, 0], [0, 0]]
 * ```
 */
export function zeros<const S extends Shape>(shape: S, options?: CreationOptions): Tensor<S> {
  return full(shape, 0, options);
}

/**
 * A tensor of ones, f32 unless said otherwise.
 *
 * @example
 * ```ts
 * import { ones } from "smilodon";
 * console.log(await ones([3], { dtype: "i32" }).toArray()); // [1, 1, 1]
 * ```
 */
export function ones<const S extends Shape>(shape: S, options?: CreationOptions): Tensor<S> {
  return full(shape, 1, options);
}

/**
 * A tensor of one value everywhere: bool for booleans, else f32 unless said otherwise.
 *
 * @example
 * ```ts
 * import { full } from "smilodon";
 * console.log(await full([2], 0.5).toArray()); // [0.5, 0.5]
 * ```
 */
export function full<const S extends Shape>(
  shape: S,
  value: number | boolean,
  { dtype }: CreationOptions = {},
): Tensor<S> {
  const type = dtype ?? (typeof value === "boolean" ? "bool" : "f32");
  return new Tensor(expandNode(node("constant", [], { value: Number(value), dtype: type }), checkShape("full", shape)));
}

/**
 * Zeros of the shape and dtype of `x`.
 *
 * @example
 * ```ts
 * import { tensor, zerosLike } from "smilodon";
 * console.log(await zerosLike(tensor([1, 2])).toArray()); // [0, 0]
 * ```
 */
export function zerosLike<S extends ShapeType>(x: Tensor<S>, options?: CreationOptions): Tensor<S> {
  return fullLike(x, 0, options);
}

/**
 * Ones of the shape and dtype of `x`.
 *
 * @example
 * ```ts
 * import { onesLike, tensor } from "smilodon";
 * console.log(await onesLike(tensor([1, 2])).toArray()); // [1, 1]
 * ```
 */
export function onesLike<S extends ShapeType>(x: Tensor<S>, options?: CreationOptions): Tensor<S> {
  return fullLike(x, 1, options);
}

/**
 * `value` everywhere, in the shape and dtype of `x`.
 *
 * @example
 * ```ts
 * import { fullLike, tensor } from "smilodon";
 * console.log(await fullLike(tensor([1, 2]), 7).toArray()); // [7, 7]
 * ```
 */
export function fullLike<S extends ShapeType>(
  x: Tensor<S>,
  value: number | boolean,
  { dtype }: CreationOptions = {},
): Tensor<S> {
  const result: Tensor = full(x.shape, value, { dtype: dtype ?? x.dtype });
  return result;
}

/**
 * start, start + step, … below `stop` (above it for a negative step). i32 where all three are whole numbers, else
 * f32. `arange(n)` counts from 0 to n − 1.
 * @throws ArgumentError where the step is 0 or a bound is not finite.
 *
 * @example
 * ```ts
 * import { arange } from "smilodon";
 * console.log(await arange(3).toArray(), await arange(1, 2, 0.5).toArray()); // [0, 1, 2] [1, 1.5]
 * ```
 */
export function arange(start: number, stop?: number, step = 1, { dtype }: CreationOptions = {}): Tensor<[number]> {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0 || ![first, end, step].every(Number.isFinite)) {
    throw new ArgumentError(`arange: from ${first} to ${end} in steps of ${step} is no finite list.`, {
      start: first,
      stop: end,
      step,
    });
  }
  const count = Math.max(0, Math.ceil((end - first) / step));
  const type = dtype ?? ([first, end, step].every(Number.isInteger) ? "i32" : "f32");
  const positions = new Tensor(node("iota", [], { shape: [count], axis: 0, dtype: isFloat(type) ? type : "i32" }));
  return new Tensor(castNode(positions.multiply(step).add(first).node, type));
}

/**
 * `count` numbers from `start` to `stop` in equal steps, both included, f32 unless said otherwise.
 *
 * @example
 * ```ts
 * import { linspace } from "smilodon";
 * console.log(await linspace(0, 1, 5).toArray()); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export function linspace(
  start: number,
  stop: number,
  count: number,
  { dtype = "f32" }: CreationOptions = {},
): Tensor<[number]> {
  const type = isFloat(dtype) ? dtype : "f64";
  const positions = new Tensor(node("iota", [], { shape: checkShape("linspace", [count]), axis: 0, dtype: type }));
  if (count < 2) return new Tensor(castNode(positions.add(start).node, dtype));
  // From the nearer end, so that both ends are exact
  const step = (stop - start) / (count - 1);
  const rising = positions.multiply(step).add(start);
  const falling = positions
    .subtract(count - 1)
    .multiply(step)
    .add(stop);
  return new Tensor(castNode(positions.less(count / 2).where(rising, falling).node, dtype));
}

/**
 * A tensor whose elements nobody asked for: zeros, because values are made only when they are used. f32 by default.
 *
 * @example
 * ```ts
 * import { empty } from "smilodon";
 * console.log(empty([2, 3]).shape); // [2, 3]
 * ```
 */
export function empty<const S extends Shape>(shape: S, options?: CreationOptions): Tensor<S> {
  return zeros(shape, options);
}

/**
 * The same with the shape of x, and its dtype by default.
 *
 * @example
 * ```ts
 * import { emptyLike, ones } from "smilodon";
 * console.log(emptyLike(ones([2, 3])).shape); // [2, 3]
 * ```
 */
export function emptyLike<S extends ShapeType>(x: Tensor<S>, options?: CreationOptions): Tensor<S> {
  return zerosLike(x, options);
}

/** Where the ones of `eye` stand. */
export interface EyeOptions extends CreationOptions {
  /** How far above the main diagonal; negative is below. Default 0. */
  readonly offset?: number;
}

/**
 * A matrix with ones on a diagonal and zeros elsewhere, f32 unless said otherwise.
 * @throws ShapeError where a size is no whole number of zero or more; ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { eye } from "smilodon";
 * console.log(await eye(2).toArray()); // [[1, 0], [0, 1]]
 * ```
 */
export function eye<N extends number, M extends number = N>(
  rows: N,
  columns?: M,
  { dtype = "f32", offset = 0 }: EyeOptions = {},
): Tensor<[N, M]> {
  const shape = checkShape("eye", [rows, columns ?? rows]);
  const diagonal = diagonalOf("eye", offset, shape);
  const row = new Tensor(node("iota", [], { shape, axis: 0, dtype: "i32" }));
  const column = new Tensor(node("iota", [], { shape, axis: 1, dtype: "i32" }));
  return new Tensor(castNode(row.add(diagonal).equal(column).node, dtype));
}
