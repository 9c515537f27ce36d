/**
 * Changing the shape without changing an element: all of these are views, which cost nothing where the compiler
 * can read the input in the new order. `slice.ts` takes parts, `joining.ts` puts tensors together.
 */
import { node } from "../graph/node.ts";
import {
  broadcastShapes,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { attachMethods } from "./methods.ts";
import { expandNode, explaining, mapTensor, whence } from "./operands.ts";
import type { Axes } from "./reduce.ts";
import type { PermutedShape, ReshapedShape, ShapeType, TransposedShape } from "./shapeTypes.ts";
import { Tensor, tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link reshape} */
    reshape<const T extends Shape>(shape: T): Tensor<ReshapedShape<T>>;
    /** {@link flatten} */
    flatten(): Tensor<[number]>;
    /** {@link permuteDims} */
    permuteDims<A extends ShapeType, const P extends readonly number[]>(
      this: Tensor<A>,
      axes: P,
    ): Tensor<PermutedShape<A, P>>;
    /** {@link matrixTranspose} */
    matrixTranspose<A extends ShapeType>(this: Tensor<A>): Tensor<TransposedShape<A>>;
    /** {@link moveAxis} */
    moveAxis(from: number | readonly number[], to: number | readonly number[]): Tensor;
    /** {@link expandDims} */
    expandDims(axis?: number | readonly number[]): Tensor;
    /** {@link squeeze} */
    squeeze(axis?: Axes): Tensor;
    /** {@link broadcastTo} */
    broadcastTo<const T extends Shape>(shape: T): Tensor<T>;
    /** {@link flip} */
    flip<A extends ShapeType>(this: Tensor<A>, axis?: Axes): Tensor<A>;
    /** {@link repeat} */
    repeat(count: number | readonly number[], axis?: number): Tensor;
    /** {@link tile} */
    tile(counts: readonly number[]): Tensor;
  }
}

/**
 * The same elements, row by row, in another shape. One size may be −1: it is computed from the others.
 * @throws ShapeError where the number of elements differs.
 *
 * @example
 * ```ts
 * import { reshape, tensor } from "smilodon";
 * console.log(await reshape(tensor([1, 2, 3, 4]), [2, -1]).toArray()); // [[1, 2], [3, 4]]
 * ```
 */
export function reshape<const T extends Shape>(x: Tensor, shape: T): Tensor<ReshapedShape<T>>;
export function reshape(x: Tensor, shape: Shape): Tensor {
  const sizes = explaining("reshape", [x], () => completeShape(x, shape));
  return sameShape(x.shape, sizes) ? x : explaining("reshape", [x], () => mapTensor("reshape", x, { shape: sizes }));
}

/** `shape` with its −1, if any, replaced. */
function completeShape(x: Tensor, shape: Shape): Shape {
  const open = shape.indexOf(-1);
  if (open < 0) return checkShape("reshape", shape);
  const others = sizeOf(
    checkShape(
      "reshape",
      shape.filter((_, axis) => axis !== open),
    ),
  );
  if (others === 0 || x.size % others !== 0) {
    throw new ShapeError(
      `reshape: no size can stand for −1 in ${showShape(shape)}: ${showShape(x.shape)} has ${x.size} elements, and the other sizes make ${others}.`,
      { from: x.shape, to: shape },
    );
  }
  return shape.map((size) => (size === -1 ? x.size / others : size));
}

/**
 * All elements along one axis, row by row.
 *
 * @example
 * ```ts
 * import { flatten, tensor } from "smilodon";
 * console.log(await flatten(tensor([[1, 2], [3, 4]])).toArray()); // [1, 2, 3, 4]
 * ```
 */
export function flatten(x: Tensor): Tensor<[number]> {
  return reshape(x, [x.size]);
}

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of x.
 * @throws ShapeError unless `axes` names each axis once.
 *
 * @example
 * ```ts
 * import { permuteDims, zeros } from "smilodon";
 * console.log(permuteDims(zeros([2, 3, 4]), [2, 0, 1]).shape); // [4, 2, 3]
 * ```
 */
export function permuteDims<S extends ShapeType, const P extends readonly number[]>(
  x: Tensor<S>,
  axes: P,
): Tensor<PermutedShape<S, P>>;
export function permuteDims(x: Tensor, axes: readonly number[]): Tensor {
  const order = explaining("permuteDims", [x], () => axes.map((axis) => normalizeAxis("permuteDims", axis, x.rank)));
  if (order.length === x.rank && order.every((axis, index) => axis === index)) return x;
  return explaining("permuteDims", [x], () => mapTensor("permuteDims", x, { axes: order }));
}

/**
 * The last two axes exchanged.
 * @throws ShapeError where there are fewer than two.
 *
 * @example
 * ```ts
 * import { matrixTranspose, tensor } from "smilodon";
 * console.log(await matrixTranspose(tensor([[1, 2], [3, 4]])).toArray()); // [[1, 3], [2, 4]]
 * ```
 */
export function matrixTranspose<S extends ShapeType>(x: Tensor<S>): Tensor<TransposedShape<S>>;
export function matrixTranspose(x: Tensor): Tensor {
  if (x.rank < 2)
    throw new ShapeError(
      `matrixTranspose: ${showShape(x.shape)} has ${x.rank} axes; at least 2 are needed.${whence([x])}`,
      { shape: x.shape },
    );
  const axes = x.shape.map((_, axis) => axis);
  return mapTensor("permuteDims", x, { axes: [...axes.slice(0, -2), x.rank - 1, x.rank - 2] });
}

/**
 * One axis, or several, moved to other positions; the others keep their order.
 *
 * @example
 * ```ts
 * import { moveAxis, zeros } from "smilodon";
 * console.log(moveAxis(zeros([2, 3, 4]), 0, -1).shape); // [3, 4, 2]
 * ```
 */
export function moveAxis(x: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const [sources, targets] = [listOf(from), listOf(to)].map((axes) =>
    explaining("moveAxis", [x], () => axes.map((axis) => normalizeAxis("moveAxis", axis, x.rank))),
  );
  if (
    sources === undefined ||
    targets === undefined ||
    sources.length !== targets.length ||
    new Set(sources).size !== sources.length ||
    new Set(targets).size !== targets.length
  ) {
    throw new ArgumentError(`moveAxis: from [${String(from)}] to [${String(to)}] do not pair distinct axes.`, {
      from,
      to,
    });
  }
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis));
  const order = x.shape.map((_, axis) =>
    targets.includes(axis) ? at(sources, targets.indexOf(axis)) : at(rest.splice(0, 1), 0),
  );
  return permuteDims(x, order);
}

/**
 * New axes of size 1 at the positions `axis` of the result (the first by default).
 *
 * @example
 * ```ts
 * import { expandDims, zeros } from "smilodon";
 * console.log(expandDims(zeros([2, 3]), -1).shape); // [2, 3, 1]
 * ```
 */
export function expandDims(x: Tensor, axis: number | readonly number[] = 0): Tensor {
  const rank = x.rank + listOf(axis).length;
  const added = explaining("expandDims", [x], () => normalizeAxes("expandDims", axis, rank));
  const sizes = [...x.shape];
  return reshape(
    x,
    Array.from({ length: rank }, (_, position) => (added.includes(position) ? 1 : at(sizes.splice(0, 1), 0))),
  );
}

/**
 * Without the axes `axis`, which have to have size 1; all such axes by default.
 * @throws ShapeError where a named axis has another size.
 *
 * @example
 * ```ts
 * import { squeeze, zeros } from "smilodon";
 * console.log(squeeze(zeros([1, 3, 1])).shape, squeeze(zeros([1, 3, 1]), 0).shape); // [3] [3, 1]
 * ```
 */
export function squeeze(x: Tensor, axis?: Axes): Tensor {
  const named =
    axis === undefined
      ? x.shape.flatMap((size, position) => (size === 1 ? [position] : []))
      : explaining("squeeze", [x], () => normalizeAxes("squeeze", axis, x.rank));
  for (const position of named) {
    if (x.shape[position] !== 1) {
      throw new ShapeError(
        `squeeze: axis ${position} of ${showShape(x.shape)} has size ${x.shape[position]}; only axes of size 1 can go.${whence([x])}`,
        { shape: x.shape, axis: position },
      );
    }
  }
  return reshape(
    x,
    x.shape.filter((_, position) => !named.includes(position)),
  );
}

/**
 * The elements repeated to `shape`: axes are aligned at the last one, axes of size 1 and missing ones are repeated.
 * @throws ShapeError where an axis has another size.
 *
 * @example
 * ```ts
 * import { broadcastTo, tensor } from "smilodon";
 * console.log(await broadcastTo(tensor([1, 2]), [2, 2]).toArray()); // [[1, 2], [1, 2]]
 * ```
 */
export function broadcastTo<const T extends Shape>(x: Tensor, shape: T): Tensor<T>;
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const joined = explaining("broadcastTo", [x], () => broadcastShapes("broadcastTo", x.shape, shape));
  if (!sameShape(joined, shape)) {
    throw new ShapeError(
      `broadcastTo: ${showShape(x.shape)} does not broadcast to ${showShape(shape)}: an axis of the result would have size 1 and the tensor has more.${whence([x])}`,
      { from: x.shape, to: shape },
    );
  }
  return new Tensor(expandNode(x.node, shape));
}

/**
 * The elements in reverse order along `axis`, or along all axes.
 *
 * @example
 * ```ts
 * import { flip, tensor } from "smilodon";
 * console.log(await flip(tensor([1, 2, 3])).toArray()); // [3, 2, 1]
 * ```
 */
export function flip<S extends ShapeType>(x: Tensor<S>, axis?: Axes): Tensor<S>;
export function flip(x: Tensor, axis?: Axes): Tensor {
  const flipped = explaining("flip", [x], () => normalizeAxes("flip", axis, x.rank)).filter(
    (each) => at(x.shape, each) > 1,
  );
  if (flipped.length === 0) return x;
  const starts = x.shape.map((size, each) => (flipped.includes(each) ? size - 1 : 0));
  return mapTensor("slice", x, {
    starts,
    steps: x.shape.map((_, each) => (flipped.includes(each) ? -1 : 1)),
    shape: x.shape,
  });
}

/**
 * Each element `count` times in a row along `axis`, or each position as often as its entry in a list says; without an axis, of
 * all elements row by row.
 * @throws ShapeError where there is no such axis, or the list has not as many whole numbers as the axis has positions.
 *
 * @example
 * ```ts
 * import { repeat, tensor } from "smilodon";
 * console.log(await repeat(tensor([1, 2]), 2).toArray()); // [1, 1, 2, 2]
 * console.log(await repeat(tensor([1, 2, 3]), [0, 1, 2]).toArray()); // [2, 3, 3]
 * ```
 */
export function repeat(x: Tensor, count: number | readonly number[], axis?: number): Tensor {
  const list = axis === undefined ? flatten(x) : x;
  const position = explaining("repeat", [x], () => normalizeAxis("repeat", axis ?? 0, list.rank));
  if (typeof count !== "number") return repeatEach(list, count, position);
  const repeated = list.shape.flatMap((size, each) => (each === position ? [size, count] : [size]));
  const wide = expandNode(expandDims(list, position + 1).node, checkShape("repeat", repeated));
  return reshape(
    new Tensor(wide),
    list.shape.map((size, each) => (each === position ? size * count : size)),
  );
}

/** Each slice along `axis` as often as its own count says. */
function repeatEach(x: Tensor, counts: readonly number[], axis: number): Tensor {
  const size = at(x.shape, axis);
  const isList = Array.isArray(counts) && counts.every((each) => Number.isSafeInteger(each) && each >= 0);
  if (!isList || counts.length !== size)
    throw new ShapeError(
      `repeat: [${String(counts)}] does not say how often; give ${size} whole numbers, one for each position along axis ${axis} of ${showShape(x.shape)}.${whence([x])}`,
      { shape: x.shape, axis, counts },
    );
  const total = counts.reduce((sum, each) => sum + each, 0);
  checkShape("repeat", x.shape.with(axis, total));
  const positions = new Int32Array(total);
  let start = 0;
  for (const [position, count] of counts.entries()) positions.fill(position, start, (start += count));
  return new Tensor(node("gather", [x.node, tensor(positions).node], { axis, batch: 0, value: null }));
}

/**
 * The whole tensor repeated `counts[i]` times along axis i; axes are aligned at the last one.
 *
 * @example
 * ```ts
 * import { tensor, tile } from "smilodon";
 * console.log(await tile(tensor([1, 2]), [2, 2]).toArray()); // [[1, 2, 1, 2], [1, 2, 1, 2]]
 * ```
 */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  const rank = Math.max(x.rank, counts.length);
  const sizes = [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const times = checkShape("tile", [...new Array<number>(rank - counts.length).fill(1), ...counts]);
  const apart = reshape(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const wide = expandNode(
    apart.node,
    sizes.flatMap((size, axis) => [at(times, axis), size]),
  );
  return reshape(
    new Tensor(wide),
    sizes.map((size, axis) => size * at(times, axis)),
  );
}

function listOf(axes: number | readonly number[]): readonly number[] {
  return typeof axes === "number" ? [axes] : axes;
}

attachMethods({
  reshape,
  flatten,
  permuteDims,
  matrixTranspose,
  moveAxis,
  expandDims,
  squeeze,
  broadcastTo,
  flip,
  repeat,
  tile,
});
