/** Where numbers belong in a sorted list, by bisection: all of them at once, one step for each doubling of the list. */
import { node, withOneOrigin } from "../../graph/node.ts";
import { type Dtype, isFloat } from "../../shape/dtype.ts";
import { sameShape, showShape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { greaterEqual, isNan, less, logicalAnd, logicalNot, where } from "../../tensor/comparison.ts";
import { zeros } from "../../tensor/creation.ts";
import { takeAlongAxis } from "../../tensor/indexing.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { commonDtype, whence } from "../../tensor/operands.ts";
import { requireTensor, Tensor } from "../../tensor/tensor.ts";

/** What `searchSorted` may be told. */
export interface SearchSortedOptions {
  /** Before the elements that are equal, or after them? Default "left". */
  readonly side?: "left" | "right";
  /** The positions of `sorted` in rising order, where it is not sorted itself: what `argsort` gives. */
  readonly sorter?: Tensor;
}

/**
 * For each of `values` the position in `sorted`, of i32, where it can be put so that the order stays: how many elements are smaller
 * ("left"), or smaller or equal ("right"). `sorted` has one axis and serves all values; or its axes but the last
 * are those of `values`, and each row serves its own, as in PyTorch. NaN counts as larger than all numbers. dtypes promote.
 * @throws ShapeError where the rows do not fit, ArgumentError for another side.
 *
 * @example
 * ```ts
 * import { searchSorted, tensor } from "smilodon";
 * const edges = tensor([0, 1, 1, 2]);
 * console.log(await searchSorted(edges, tensor([1, 5, -1])).toArray()); // [1, 4, 0]
 * console.log(await searchSorted(edges, tensor([1]), { side: "right" }).toArray()); // [3]
 * ```
 */
export function searchSorted(
  sorted: Tensor,
  values: Tensor,
  { side = "left", sorter }: SearchSortedOptions = {},
): Tensor {
  requireTensor("searchSorted", "sorted", sorted);
  requireTensor("searchSorted", "values", values);
  if (side !== "left" && side !== "right")
    throw new ArgumentError(`searchSorted: side is ${String(side)}; give "left" or "right".`, { side });
  return withOneOrigin(() => {
    const dtype = commonDtype("searchSorted", [sorted, values]);
    const list = sorter === undefined ? sorted : takeAlongAxis(sorted, sorter);
    const [rows, wanted] = rowsOf(list, values);
    const positions = bisect(astype(rows, dtype), astype(wanted, dtype), side === "left", dtype);
    return reshape(positions, values.shape);
  });
}

/** Both as [rows, any length]. */
function rowsOf(sorted: Tensor, values: Tensor): readonly [Tensor, Tensor] {
  const length = sorted.shape.at(-1);
  const others = sorted.shape.slice(0, -1);
  const isShared = sorted.rank === 1;
  if (length === undefined || !(isShared || sameShape(others, values.shape.slice(0, -1))))
    throw new ShapeError(
      `searchSorted: ${showShape(sorted.shape)} has to have one axis, or the axes of the values ${showShape(values.shape)} but for the last.${whence([sorted, values])}`,
      { sorted: sorted.shape, values: values.shape },
    );
  const rows = isShared ? 1 : sizeOf(others);
  const wanted = isShared ? values.size : at(values.shape, -1);
  return [reshape(sorted, [rows, length]), reshape(values, [rows, wanted])];
}

function bisect(rows: Tensor, wanted: Tensor, isLeft: boolean, dtype: Dtype): Tensor {
  const isBefore = orderFor(dtype);
  const stays = (element: Tensor) => (isLeft ? isBefore(element, wanted) : logicalNot(isBefore(wanted, element)));
  let before = zeros(wanted.shape, { dtype: "i32" });
  let left = at(rows.shape, 1);
  if (left === 0 || wanted.size === 0) return before;
  const elementsAt = (positions: Tensor) =>
    new Tensor(node("gather", [rows.node, positions.node], { axis: 1, batch: 1, value: null }));
  while (left > 1) {
    const half = Math.floor(left / 2);
    before = where(stays(elementsAt(add(before, half - 1))), add(before, half), before);
    left -= half;
  }
  return add(before, astype(stays(elementsAt(before)), "i32"));
}

/** Is one element before another, where NaN is the last? Whatever is not behind NaN is before it. */
function orderFor(dtype: Dtype): (a: Tensor, b: Tensor) => Tensor {
  if (!isFloat(dtype)) return less;
  return (a, b) => logicalAnd(logicalNot(greaterEqual(a, b)), logicalNot(isNan(a)));
}
