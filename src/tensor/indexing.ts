/**
 * Reading and writing at positions that are themselves data: rows of a table, one element a row, sums by group. What is
 * read may be computed on the way, as with any view; `compile/lower/scatter.ts` has the loops of the
 * writes; `indexed/` has further ways to say where.
 */
import { node } from "../graph/node.ts";
import type { Combine, PrimitiveParams } from "../graph/primitives.ts";
import { dtypes, isFloat } from "../shape/dtype.ts";
import { broadcastShapes, normalizeAxis, type Shape } from "../shape/shape.ts";
import { DtypeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { where } from "./comparison.ts";
import { broadcastTo, moveAxis } from "./manipulate.ts";
import { attachMethods } from "./methods.ts";
import { castNode, commonDtype, explaining, type Operand, operandNode, whence } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

/** Where indices point. */
export interface IndexingOptions {
  /** The axis whose positions the indices are. */
  readonly axis?: number;
}

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link take} */
    take(indices: Tensor, options?: IndexingOptions): Tensor;
    /** {@link takeAlongAxis} */
    takeAlongAxis(indices: Tensor, options?: IndexingOptions): Tensor;
    /** {@link scatterAdd} */
    scatterAdd<A extends ShapeType>(
      this: Tensor<A>,
      indices: Tensor,
      updates: Operand,
      options?: IndexingOptions,
    ): Tensor<A>;
  }
}

/**
 * The slices of x at the positions `indices` along `axis` (the first by default); the axes of `indices` stand in its place.
 * Negative positions count from the end. A position that does not exist gives NaN (0 for integers, false for bool): it
 * cannot be checked without waiting for the device.
 * @throws DtypeError where the indices are no integers, ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { take, tensor } from "smilodon";
 * const x = tensor([[1, 2], [3, 4], [5, 6]]);
 * const indices = tensor([2, 0, -1], { dtype: "i32" });
 * console.log(await take(x, indices).toArray()); // [[5, 6], [1, 2], [5, 6]]
 * console.log(await take(x, tensor([1], { dtype: "i32" }), { axis: 1 }).toArray()); // [[2], [4], [6]]
 * ```
 */
export function take(x: Tensor, indices: Tensor, { axis = 0 }: IndexingOptions = {}): Tensor {
  const [position, places] = pointing("take", x, indices, axis);
  return gather(x, places, position);
}

/**
 * For each row along `axis` (the last by default) the elements at the positions that the same row of `indices` says: what
 * sorting and top-k need to bring other tensors into their order. The other axes broadcast, aligned at the last one. Positions
 * are as for `take`.
 * @throws ShapeError where the other axes do not broadcast, DtypeError where the indices are no integers.
 *
 * @example
 * ```ts
 * import { takeAlongAxis, tensor } from "smilodon";
 * const scores = tensor([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]);
 * const labels = tensor([[2], [0]], { dtype: "i32" });
 * console.log(await takeAlongAxis(scores, labels).toArray()); // [[0.2], [0.5]], as f32
 * ```
 */
export function takeAlongAxis(x: Tensor, indices: Tensor, { axis = -1 }: IndexingOptions = {}): Tensor {
  const [position, places] = pointing("takeAlongAxis", x, indices, axis);
  // Counted from the end, so that both have the axis where they are aligned
  const fromEnd = position - x.rank;
  const tensor = moveAxis(x, fromEnd, -1);
  const rows = moveAxis(places, fromEnd, -1);
  const others = explaining("takeAlongAxis", [x, indices], () =>
    broadcastShapes("takeAlongAxis", tensor.shape.slice(0, -1), rows.shape.slice(0, -1)),
  );
  const spread = (each: Tensor) => broadcastTo(each, [...others, at(each.shape, -1)]);
  return moveAxis(gather(spread(tensor), spread(rows), others.length, others.length), -1, fromEnd);
}

/**
 * x with `updates` added to the slices at the positions `indices` along `axis` (the first by default). Where positions
 * repeat, all of their updates are added, in order: the result has the same bits each time. `updates` broadcast to the shape that
 * `take` would give; negative positions count from the end, those that do not exist are left out. dtypes promote.
 * @throws DtypeError where the indices are no integers or x is bool, ShapeError where the updates do not fit.
 *
 * @example
 * ```ts
 * import { scatterAdd, tensor, zeros } from "smilodon";
 * const groups = tensor([0, 2, 0, 1], { dtype: "i32" });
 * console.log(await scatterAdd(zeros([3]), groups, tensor([1, 2, 3, 4])).toArray()); // [4, 4, 2]
 * console.log(await scatterAdd(zeros([3]), groups, 1).toArray()); // how many of each: [2, 1, 1]
 * ```
 */
export function scatterAdd<S extends ShapeType>(
  x: Tensor<S>,
  indices: Tensor,
  updates: Operand,
  options?: IndexingOptions,
): Tensor<S>;
export function scatterAdd(x: Tensor, indices: Tensor, updates: Operand, { axis = 0 }: IndexingOptions = {}): Tensor {
  return writeSlices("scatterAdd", "add", x, indices, updates, axis);
}

/** x with `updates` combined into the slices at `indices` along `axis`. */
export function writeSlices(
  operation: string,
  combine: Combine,
  x: Tensor,
  indices: Tensor,
  updates: Operand,
  axis: number,
): Tensor {
  const [position, places] = pointing(operation, x, indices, axis);
  const shape = [...x.shape.slice(0, position), ...indices.shape, ...x.shape.slice(position + 1)];
  return write(operation, x, places, [updates, shape], { axis: position, batch: 0, combine });
}

/** x with updates, broadcast to a shape and promoted, at places counted from the start. @throws DtypeError for sums of booleans. */
export function write(
  operation: string,
  x: Tensor,
  places: Tensor,
  [updates, shape]: readonly [Operand, Shape],
  params: PrimitiveParams["scatter"],
): Tensor {
  const dtype = commonDtype(operation, [x, updates]);
  if (dtype === "bool" && (params.combine === "add" || params.combine === "multiply"))
    throw new DtypeError(
      `${operation} is defined for numbers, not for bool. Convert with astype, or combine with "max" for or, "min" for and.${whence([x])}`,
      { dtype },
    );
  const spread = updates instanceof Tensor ? broadcastTo(updates, shape) : updates;
  const inputs = [castNode(x.node, dtype), places.node, operandNode(spread, dtype, shape)];
  return new Tensor(node("scatter", inputs, params));
}

/** The slices of x at positions counted from the start only, of i32; the first `batch` axes belong to both. */
export function gather(x: Tensor, indices: Tensor, axis: number, batch = 0): Tensor {
  const value = isFloat(x.dtype) ? NaN : 0;
  return new Tensor(node("gather", [x.node, indices.node], { axis, batch, value }));
}

/** `indices` as i32; what i32 does not hold becomes a position that does not exist. @throws DtypeError for floats and booleans. */
export function positionsOf(operation: string, indices: Tensor): Tensor {
  const { dtype } = indices;
  if (isFloat(dtype) || dtype === "bool")
    throw new DtypeError(
      `${operation}: positions have to be integers and are ${dtype}. Convert with astype("i32").${whence([indices])}`,
      { dtype },
    );
  const places = new Tensor(castNode(indices.node, "i32"));
  return dtype === "i64" ? where(indices.equal(places), places, dtypes.i32.lowest) : places;
}

/** The axis, and `indices` as i32, counted from the start. */
export function pointing(
  operation: string,
  x: Tensor,
  indices: Tensor,
  axis: number,
): readonly [position: number, places: Tensor] {
  const position = explaining(operation, [x], () => normalizeAxis(operation, axis, x.rank));
  return [position, placesIn(operation, indices, at(x.shape, position))];
}

/** `indices` as i32, counted from the start of an axis of `size`. Large unsigned ones wrap below zero and stay wrong. */
export function placesIn(operation: string, indices: Tensor, size: number): Tensor {
  const places = positionsOf(operation, indices);
  return dtypes[indices.dtype].lowest === 0 ? places : where(places.less(0), places.add(size), places);
}

attachMethods({ take, takeAlongAxis, scatterAdd });
