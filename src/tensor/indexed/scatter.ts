/**
 * Writing at positions that are themselves data: whole slices, the kin of `scatterAdd`, and single elements along an
 * axis. `writeRules.ts` has their derivatives, `compile/lower/scatter.ts` their loops, `nd.ts` positions along several axes.
 */
import type { Combine } from "../../graph/primitives.ts";
import { showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { type IndexingOptions, pointing, write, writeSlices } from "../indexing.ts";
import { broadcastTo, moveAxis } from "../manipulate.ts";
import { type Operand, whence } from "../operands.ts";
import type { ShapeType } from "../shapeTypes.ts";
import { requireTensor, Tensor } from "../tensor.ts";
import { combineOf } from "./combine.ts";

/** How updates meet what is there. */
export interface CombineOptions {
  /** What becomes of an element and the update for it: the update, their sum, product, larger or smaller. Default `"set"`. */
  readonly combine?: Combine;
}

/** Where updates go, and what they do there. */
export interface WriteOptions extends IndexingOptions, CombineOptions {}

/**
 * x with the slices at the positions `indices` along `axis` (the first by default) replaced by `updates`. Where positions repeat,
 * the last update stays, always. `updates` broadcast to the shape that `take` would give; negative positions count from the end,
 * those that do not exist are left out. dtypes promote. The derivative goes to x where nothing was written, and to the
 * updates that stayed. PyTorch's index_copy, with an order.
 * @throws DtypeError where the indices are no integers, ShapeError where the updates do not fit.
 *
 * @example
 * ```ts
 * import { scatterSet, tensor, zeros } from "smilodon";
 * const places = tensor([0, 2, 0], { dtype: "i32" });
 * console.log(await scatterSet(zeros([3]), places, tensor([1, 2, 3])).toArray()); // [3, 0, 2]
 * ```
 */
export function scatterSet<S extends ShapeType>(
  x: Tensor<S>,
  indices: Tensor,
  updates: Operand,
  options?: IndexingOptions,
): Tensor<S>;
export function scatterSet(x: Tensor, indices: Tensor, updates: Operand, options: IndexingOptions = {}): Tensor {
  return scattered("scatterSet", "set", x, indices, updates, options);
}

/**
 * x with the slices at the positions `indices` along `axis` (the first by default) multiplied by `updates`, by all of them in
 * order where positions repeat. Positions, shapes and dtypes are as for `scatterSet`. First and second derivatives are right at
 * zeros, too; third ones where at most two zeros meet. PyTorch's index_reduce with "prod".
 * @throws DtypeError where the indices are no integers or x is bool, ShapeError where the updates do not fit.
 *
 * @example
 * ```ts
 * import { scatterMultiply, tensor } from "smilodon";
 * const places = tensor([0, 2, 0], { dtype: "i32" });
 * console.log(await scatterMultiply(tensor([1, 1, 5]), places, tensor([2, 3, 4])).toArray()); // [8, 1, 15]
 * ```
 */
export function scatterMultiply<S extends ShapeType>(
  x: Tensor<S>,
  indices: Tensor,
  updates: Operand,
  options?: IndexingOptions,
): Tensor<S>;
export function scatterMultiply(x: Tensor, indices: Tensor, updates: Operand, options: IndexingOptions = {}): Tensor {
  return scattered("scatterMultiply", "multiply", x, indices, updates, options);
}

/**
 * x, and where it is smaller, the largest of the `updates` for the positions `indices` along `axis` (the first by default). NaN
 * is larger than all. Positions, shapes and dtypes are as for `scatterSet`; of booleans it is "or". The derivative goes to what
 * equals the result, evenly where several do. PyTorch's index_reduce with "amax".
 * @throws DtypeError where the indices are no integers, ShapeError where the updates do not fit.
 *
 * @example
 * ```ts
 * import { scatterMax, tensor } from "smilodon";
 * const places = tensor([0, 2, 0], { dtype: "i32" });
 * console.log(await scatterMax(tensor([3, 3, 3]), places, tensor([2, 7, 4])).toArray()); // [4, 3, 7]
 * ```
 */
export function scatterMax<S extends ShapeType>(
  x: Tensor<S>,
  indices: Tensor,
  updates: Operand,
  options?: IndexingOptions,
): Tensor<S>;
export function scatterMax(x: Tensor, indices: Tensor, updates: Operand, options: IndexingOptions = {}): Tensor {
  return scattered("scatterMax", "max", x, indices, updates, options);
}

/**
 * x, and where it is larger, the smallest of the `updates` for the positions `indices` along `axis` (the first by default). NaN
 * is smaller than all. Positions, shapes and dtypes are as for `scatterSet`; of booleans it is "and". The derivative goes to
 * what equals the result, evenly where several do. PyTorch's index_reduce with "amin".
 * @throws DtypeError where the indices are no integers, ShapeError where the updates do not fit.
 *
 * @example
 * ```ts
 * import { scatterMin, tensor } from "smilodon";
 * const places = tensor([0, 2, 0], { dtype: "i32" });
 * console.log(await scatterMin(tensor([3, 3, 3]), places, tensor([2, 7, 4])).toArray()); // [2, 3, 3]
 * ```
 */
export function scatterMin<S extends ShapeType>(
  x: Tensor<S>,
  indices: Tensor,
  updates: Operand,
  options?: IndexingOptions,
): Tensor<S>;
export function scatterMin(x: Tensor, indices: Tensor, updates: Operand, options: IndexingOptions = {}): Tensor {
  return scattered("scatterMin", "min", x, indices, updates, options);
}

function scattered(
  operation: string,
  combine: Combine,
  x: Tensor,
  indices: Tensor,
  updates: Operand,
  { axis = 0 }: IndexingOptions,
): Tensor {
  requireTensor(operation, "x", x);
  requireTensor(operation, "indices", indices);
  return writeSlices(operation, combineOf(operation, combine), x, indices, updates, axis);
}

/**
 * x with `values` written at the positions along `axis` (the last by default) that the same row of `indices` says: the counterpart
 * of `takeAlongAxis`. The other axes of `indices` broadcast to those of x, and values to the shape of both; what positions
 * and repeats mean is as for `scatterSet` and its kin, one of which `combine` names. NumPy's put_along_axis, and PyTorch's
 * scatter and scatter_reduce where the other axes agree.
 * @throws ShapeError where the shapes do not fit, DtypeError where the indices are no integers, ArgumentError for an unknown `combine`.
 *
 * @example
 * ```ts
 * import { putAlongAxis, tensor, zeros } from "smilodon";
 * const labels = tensor([[2], [0]], { dtype: "i32" });
 * console.log(await putAlongAxis(zeros([2, 3]), labels, 1).toArray()); // [[0, 0, 1], [1, 0, 0]]
 * const twice = tensor([[1, 1]], { dtype: "i32" });
 * console.log(await putAlongAxis(zeros([1, 2]), twice, tensor([[3, 4]]), { combine: "add" }).toArray()); // [[0, 7]]
 * ```
 */
export function putAlongAxis<S extends ShapeType>(
  x: Tensor<S>,
  indices: Tensor,
  values: Operand,
  options?: WriteOptions,
): Tensor<S>;
export function putAlongAxis(
  x: Tensor,
  indices: Tensor,
  values: Operand,
  { axis = -1, combine = "set" }: WriteOptions = {},
): Tensor {
  const operation = "putAlongAxis";
  requireTensor(operation, "x", x);
  requireTensor(operation, "indices", indices);
  const how = combineOf(operation, combine);
  const [position, places] = pointing(operation, x, indices, axis);
  const count = indices.shape[indices.rank - x.rank + position];
  const shape = x.shape.with(position, count ?? 0);
  const fits = (size: number, axis: number) => size === 1 || size === shape[axis + x.rank - indices.rank];
  if (indices.rank > x.rank || count === undefined || !indices.shape.every(fits))
    throw new ShapeError(
      `putAlongAxis: indices ${showShape(indices.shape)} do not broadcast to ${showShape(x.shape)} beside axis ${position}.${whence([x, indices])}`,
      { x: x.shape, indices: indices.shape, axis },
    );
  const last = (each: Tensor) => moveAxis(each, position, -1);
  const rows = last(broadcastTo(places, shape));
  const updates = values instanceof Tensor ? last(broadcastTo(values, shape)) : values;
  const params = { axis: x.rank - 1, batch: x.rank - 1, combine: how };
  return moveAxis(write(operation, last(x), rows, [updates, rows.shape], params), -1, position);
}
