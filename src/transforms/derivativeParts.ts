/** Pieces that the rules of several transforms share: products of all others, equal extremes, the inverse of a slice. */
import type { Node } from "../graph/node.ts";
import type { PrimitiveParams } from "../graph/primitives.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import { divide, multiply } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { where } from "../tensor/comparison.ts";
import { full } from "../tensor/creation.ts";
import { flip, permuteDims, reshape } from "../tensor/manipulate.ts";
import { expandNode } from "../tensor/operands.ts";
import { restoreAxes, sum } from "../tensor/reduce.ts";
import { pad, slice } from "../tensor/slice.ts";
import { Tensor } from "../tensor/tensor.ts";

/** `reduced`, the result of reducing `x` along `axes`, repeated to the shape of `x`. */
export function spread(reduced: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const kept: Node = restoreAxes(reduced.node, x, axes);
  return new Tensor(expandNode(kept, x.shape));
}

/** 1 where `x` equals its extreme along `axes`, divided by how often it does; 0 elsewhere. */
export function shareOfExtreme(x: Tensor, extreme: Tensor, axes: readonly number[]): Tensor {
  const isExtreme = x.equal(spread(extreme, x, axes));
  const count = sum(astype(isExtreme, x.dtype), axes);
  return where(isExtreme, spread(divide(1, count), x, axes), 0);
}

/**
 * For each element of `x` the product of all others along `axes`: without a division, so that zeros are right, and
 * in ⌈log₂ n⌉ levels of pairs, so that it can be differentiated as often as one likes.
 */
export function productOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const rest = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const order = [...rest, ...axes];
  const moved = permuteDims(x, order);
  const count = sizeOf(axes.map((axis) => at(x.shape, axis)));
  const rows = sizeOf(rest.map((axis) => at(x.shape, axis)));
  const others = productOfOthersInRows(reshape(moved, [rows, count]));
  return permuteDims(
    reshape(others, moved.shape),
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** [rows, count] → [rows, count]. */
function productOfOthersInRows(x: Tensor): Tensor {
  const [rows, count] = [at(x.shape, 0), at(x.shape, 1)];
  if (count <= 1) return full(x.shape, 1, { dtype: x.dtype });
  const half = Math.ceil(count / 2);
  const even =
    count % 2 === 0
      ? x
      : pad(
          x,
          [
            [0, 0],
            [0, 1],
          ],
          { value: 1 },
        );
  const pairs: Tensor = reshape(even, [rows, half, 2]);
  const ofPairs = multiply(slice(pairs, null, null, 0), slice(pairs, null, null, 1));
  const otherPairs: Tensor = reshape(productOfOthersInRows(ofPairs), [rows, half, 1]);
  const result: Tensor = reshape(multiply(flip(pairs, 2), otherPairs), [rows, 2 * half]);
  return slice(result, null, [0, count]);
}

/** For each position of a recurrence what `x` is one step earlier, and at the first step `initial`. */
export function before(x: Tensor, { axis, isReversed, initial }: PrimitiveParams["recurrence"]): Tensor {
  if (at(x.shape, axis) === 0) return x;
  const range = (size: number) => (isReversed ? ([1, size] as const) : ([0, size - 1] as const));
  const width = (each: number) =>
    each !== axis ? ([0, 0] as const) : isReversed ? ([0, 1] as const) : ([1, 0] as const);
  const rest = slice(x, ...x.shape.map((size, each) => (each === axis ? range(size) : null)));
  return pad(
    rest,
    x.shape.map((_, each) => width(each)),
    { value: initial },
  );
}

/** Zeros of `shape` with `x` where a slice with `starts` and `steps` would read it. */
export function scatterSlice(x: Tensor, starts: readonly number[], steps: readonly number[], shape: Shape): Tensor {
  if (x.size === 0) return full(shape, 0, { dtype: x.dtype });
  let result: Tensor = flip(
    x,
    steps.flatMap((step, axis) => (step < 0 ? [axis] : [])),
  );
  const apart = steps.some((step, axis) => Math.abs(step) > 1 && at(x.shape, axis) > 1);
  if (apart) result = spaceOut(result, steps.map(Math.abs));
  const low = starts.map((start, axis) =>
    at(steps, axis) < 0 ? start + at(steps, axis) * (at(x.shape, axis) - 1) : start,
  );
  return pad(
    result,
    shape.map((size, axis) => [at(low, axis), size - at(low, axis) - at(result.shape, axis)]),
  );
}

/** `x` with step − 1 zeros between neighbours along each axis. */
function spaceOut(x: Tensor, steps: readonly number[]): Tensor {
  const apart: Tensor = reshape(
    x,
    x.shape.flatMap((size) => [size, 1]),
  );
  const padded = pad(
    apart,
    steps.flatMap(
      (step) =>
        [
          [0, 0],
          [0, step - 1],
        ] as const,
    ),
  );
  const wide: Tensor = reshape(
    padded,
    x.shape.map((size, axis) => size * at(steps, axis)),
  );
  return slice(wide, ...x.shape.map((size, axis) => [0, (size - 1) * at(steps, axis) + 1] as const));
}
