/** Sums and products of everything up to each position of an axis. They are one primitive, which carries its state along. */
import { node, withOneOrigin } from "../graph/node.ts";
import type { PrimitiveParams } from "../graph/primitives.ts";
import { type Dtype, isFloat } from "../shape/dtype.ts";
import { normalizeAxis } from "../shape/shape.ts";
import { ArgumentError } from "../support/errors.ts";
import { full } from "./creation.ts";
import { castNode, explaining } from "./operands.ts";
import { toCount } from "./reduce.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { requireTensor, Tensor } from "./tensor.ts";

/** What cumulative operations may be told. */
export interface CumulativeOptions {
  /** The axis to go along; negative ones count from the end. May be left out where there is one axis only. */
  readonly axis?: number;
}

/**
 * For each position along `axis` the sum of all elements up to it, the element itself included. Booleans and u8 are
 * added as i32. Elements are added one after the other, so results have the same bits each time.
 * @throws ShapeError where there is no such axis, ArgumentError where none is given for more than one.
 *
 * @example
 * ```ts
 * import { cumulativeSum, tensor } from "smilodon";
 * console.log(await cumulativeSum(tensor([1, 2, 3])).toArray()); // [1, 3, 6]
 * console.log(await cumulativeSum(tensor([[1, 2], [3, 4]]), { axis: 0 }).toArray()); // [[1, 2], [4, 6]]
 * ```
 */
export function cumulativeSum<S extends ShapeType>(x: Tensor<S>, options?: CumulativeOptions): Tensor<S>;
export function cumulativeSum(x: Tensor, options?: CumulativeOptions): Tensor {
  return cumulate("cumulativeSum", x, options, (each, axis) =>
    recurrence(full(each.shape, 1, { dtype: each.dtype }), each, {
      axis,
      isReversed: false,
      initial: zeroOf(each.dtype),
    }),
  );
}

/**
 * For each position along `axis` the product of all elements up to it, the element itself included. Booleans and u8 are
 * multiplied as i32. The derivative divides nothing, so zeros are right.
 * @throws ShapeError where there is no such axis, ArgumentError where none is given for more than one.
 *
 * @example
 * ```ts
 * import { cumulativeProd, tensor } from "smilodon";
 * console.log(await cumulativeProd(tensor([1, 2, 3, 4])).toArray()); // [1, 2, 6, 24]
 * ```
 */
export function cumulativeProd<S extends ShapeType>(x: Tensor<S>, options?: CumulativeOptions): Tensor<S>;
export function cumulativeProd(x: Tensor, options?: CumulativeOptions): Tensor {
  return cumulate("cumulativeProd", x, options, (each, axis) =>
    recurrence(each, full(each.shape, zeroOf(each.dtype), { dtype: each.dtype }), {
      axis,
      isReversed: false,
      initial: 1,
    }),
  );
}

/** hᵢ = aᵢ · hᵢ₋₁ + bᵢ along an axis, of tensors of one shape and dtype. */
export function recurrence(a: Tensor, b: Tensor, params: PrimitiveParams["recurrence"]): Tensor {
  return new Tensor(node("recurrence", [a.node, b.node], params));
}

/** What changes no number when it is added: −0 for floats, since −0 + 0 is 0. */
function zeroOf(dtype: Dtype): number {
  return isFloat(dtype) ? -0 : 0;
}

function cumulate(
  operation: string,
  x: Tensor,
  { axis }: CumulativeOptions = {},
  along: (x: Tensor, axis: number) => Tensor,
): Tensor {
  requireTensor(operation, "x", x);
  if (axis === undefined && x.rank !== 1)
    throw new ArgumentError(
      `${operation}: a tensor of rank ${x.rank} needs an axis to go along. Give one with { axis: … }.`,
      { rank: x.rank },
    );
  const position = explaining(operation, [x], () => normalizeAxis(operation, axis ?? 0, x.rank));
  return withOneOrigin(() => along(new Tensor(castNode(x.node, toCount(x.dtype))), position));
}
