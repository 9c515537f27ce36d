/** Sorting along an axis, and the first elements of it. `rows.ts` has how rows are sorted. */
import { node, withOneOrigin } from "../../graph/node.ts";
import { isFloat } from "../../shape/dtype.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { zerosLike } from "../../tensor/creation.ts";
import { whence } from "../../tensor/operands.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { gatherRows, rowsAlong } from "./alongAxis.ts";
import { firstOfRows } from "./firsts.ts";
import { orderRows, sortRows } from "./rows.ts";

/** How elements are sorted. */
export interface SortOptions {
  /** The axis to sort along; negative ones count from the end. Default −1. */
  readonly axis?: number;
  /** The largest first? Default false. */
  readonly descending?: boolean;
  /** Do equal elements have to stay in their order? They do in any case. Default true. */
  readonly stable?: boolean;
}

/**
 * The elements of x in order along `axis`, of x's dtype. Equal elements stay in their order, also in descending order; +0 and −0
 * are equal. NaN counts as larger than all numbers, as in NumPy and PyTorch: it comes last, or first where the order is
 * descending (the standard leaves this open). The derivative goes to where each element came from.
 *
 * Short rows are sorted by comparing all pairs, long ones by counting digits of their bits, in time proportional to their
 * length (Knuth, The Art of Computer Programming 3, 5.2.5).
 * @throws ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { sort, tensor } from "smilodon";
 * console.log(await sort(tensor([3, NaN, -1, 2])).toArray()); // [-1, 2, 3, NaN]
 * console.log(await sort(tensor([[1, 2], [3, 0]]), { axis: 0, descending: true }).toArray()); // [[3, 2], [1, 0]]
 * ```
 */
export function sort<S extends ShapeType>(x: Tensor<S>, options?: SortOptions): Tensor<S>;
export function sort(x: Tensor, { axis = -1, descending = false }: SortOptions = {}): Tensor {
  return withOneOrigin(() => {
    const { rows, restore } = rowsAlong("sort", x, axis);
    if (!isFloat(x.dtype) || x.dtype === "f64") return restore(sortRows(rows, descending));
    // Positions are wanted by derivatives only
    const sorted = customVjp((each: Tensor) => sortRows(each, descending), {
      forward: (each) => [sortRows(each, descending), orderRows(each, descending)],
      backward: (order, cotangent) => [scatterRows(cotangent, order)],
    });
    return restore(sorted(rows));
  });
}

/**
 * The positions of the elements of x in the order in which `sort` gives them, i32.
 * @throws ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { argsort, takeAlongAxis, tensor } from "smilodon";
 * const x = tensor([3, 1, 2, 1]);
 * const order = argsort(x);
 * console.log(await order.toArray(), await takeAlongAxis(x, order).toArray()); // [1, 3, 2, 0] [1, 1, 2, 3]
 * ```
 */
export function argsort<S extends ShapeType>(x: Tensor<S>, options?: SortOptions): Tensor<S>;
export function argsort(x: Tensor, { axis = -1, descending = false }: SortOptions = {}): Tensor {
  return withOneOrigin(() => {
    const { rows, restore } = rowsAlong("argsort", x, axis);
    return restore(orderRows(rows, descending));
  });
}

/** What `topK` may be told. */
export interface TopKOptions {
  /** The axis to look along; negative ones count from the end. Default −1. */
  readonly axis?: number;
  /** The largest elements, or the smallest? Default true. */
  readonly largest?: boolean;
  /** Do they have to come in order? They do in any case. Default true. */
  readonly sorted?: boolean;
}

/** The first elements in an order, and where they were. */
export interface TopK {
  /** The elements, of x's dtype; along the axis there are k. */
  readonly values: Tensor;
  /** Their positions along the axis, i32. */
  readonly indices: Tensor;
}

/**
 * The k largest (or smallest) elements along `axis`, the largest (smallest) first, and their positions. Of equal ones the
 * first come first. NaN counts as larger than all numbers, as in PyTorch. The derivative goes to where the values came from.
 * @throws ShapeError where there is no such axis or it has fewer than k elements, ArgumentError where k is no count.
 *
 * @example
 * ```ts
 * import { tensor, topK } from "smilodon";
 * const { values, indices } = topK(tensor([[1, 5, 3], [9, 2, 7]]), 2);
 * console.log(await values.toArray(), await indices.toArray()); // [[5, 3], [9, 7]] [[1, 2], [0, 2]]
 * ```
 */
export function topK(x: Tensor, k: number, { axis = -1, largest = true }: TopKOptions = {}): TopK {
  return withOneOrigin(() => {
    const { rows, length, restore } = rowsAlong("topK", x, axis);
    if (!Number.isInteger(k) || k < 0)
      throw new ArgumentError(`topK: k is ${k} and has to be a whole number of at least 0.`, { k });
    if (k > length)
      throw new ShapeError(`topK: axis ${axis} has ${length} elements, fewer than the ${k} wanted.${whence([x])}`, {
        shape: x.shape,
        axis,
        k,
      });
    const order = firstOfRows(rows, k, largest);
    return { values: restore(gatherRows(rows, order)), indices: restore(order) };
  });
}

/** The elements of each row moved to positions of which each occurs once. */
function scatterRows(rows: Tensor, positions: Tensor): Tensor {
  return new Tensor(
    node("scatter", [zerosLike(rows).node, positions.node, rows.node], { axis: 1, batch: 1, combine: "add" }),
  );
}
