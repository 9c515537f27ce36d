/** The most frequent element along an axis: the longest run in sorted order. */
import { withOneOrigin } from "../../graph/node.ts";
import { isFloat } from "../../shape/dtype.ts";
import { ShapeError } from "../../support/errors.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, isNan, logicalAnd, logicalOr } from "../../tensor/comparison.ts";
import { onesLike } from "../../tensor/creation.ts";
import { recurrence } from "../../tensor/cumulative.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { whence } from "../../tensor/operands.ts";
import { max } from "../../tensor/reduce.ts";
import { pad, slice } from "../../tensor/slice.ts";
import { argmax } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { gatherRows, rowsAlong } from "./alongAxis.ts";
import { orderRows } from "./rows.ts";

/** What `mode` may be told. */
export interface ModeOptions {
  /** The axis to go along; negative ones count from the end. Default −1. */
  readonly axis?: number;
  /** Does the axis stay, with size 1? Default false. */
  readonly keepDims?: boolean;
}

/** The most frequent elements. */
export interface Mode {
  /** The elements, of x's dtype. */
  readonly values: Tensor;
  /** Where each of them stands last, i32 (PyTorch does not say which place it gives). */
  readonly indices: Tensor;
  /** How often each of them occurs, i32, as in SciPy. */
  readonly counts: Tensor;
}

/**
 * The most frequent element along `axis`, the smallest of several, with how often it occurs and where it stands last. All NaN
 * count as one element, the largest. The derivative goes to where the value was taken from.
 * @throws ShapeError where there is no such axis or nothing along it.
 *
 * @example
 * ```ts
 * import { mode, tensor } from "smilodon";
 * const { values, indices, counts } = mode(tensor([[3, 1, 3], [2, 1, 0]]));
 * console.log(await values.toArray(), await indices.toArray(), await counts.toArray()); // [3, 0] [2, 2] [2, 1]
 * ```
 */
export function mode(x: Tensor, { axis = -1, keepDims = false }: ModeOptions = {}): Mode {
  return withOneOrigin(() => {
    const { rows, length, restoreReduced } = rowsAlong("mode", x, axis);
    if (length === 0)
      throw new ShapeError(`mode: there is nothing along axis ${axis}, and so nothing most frequent.${whence([x])}`, {
        shape: x.shape,
        axis,
      });
    const order = orderRows(rows, false);
    const runs = runsIn(gatherRows(rows, order));
    const last = argmax(runs, { axis: 1, keepDims: true });
    const indices = gatherRows(order, last);
    const reduced = (each: Tensor) => restoreReduced(reshape(each, [each.size]), keepDims);
    return {
      values: reduced(gatherRows(rows, indices)),
      indices: reduced(indices),
      counts: reduced(max(runs, { axis: 1 })),
    };
  });
}

/** The number of equal elements up to each one, itself included, of sorted rows. */
function runsIn(sorted: Tensor): Tensor {
  const [before, own] = [slice(sorted, null, [0, -1]), slice(sorted, null, [1])];
  const areEqual = equal(before, own);
  const isSame = isFloat(sorted.dtype) ? logicalOr(areEqual, logicalAnd(isNan(before), isNan(own))) : areEqual;
  const continues = pad(astype(isSame, "i32"), [0, [1, 0]]);
  return recurrence(continues, onesLike(continues), { kind: "linear", axis: 1, isReversed: false, initial: 0 });
}
