/**
 * Axes exchanged, turned, added and broadcast: views all of them, in the terms of NumPy and PyTorch. `manipulate.ts` has
 * the plain ones that these are made of.
 */
import { withOneOrigin } from "../../graph/node.ts";
import { normalizeAxis, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { split, stack } from "../joining.ts";
import { broadcastTo, flip, permuteDims, reshape } from "../manipulate.ts";
import { explaining, whence } from "../operands.ts";
import { slice } from "../slice.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Two axes exchanged.
 * @throws ShapeError where one of them is not there.
 *
 * @example
 * ```ts
 * import { swapAxes, zeros } from "smilodon";
 * console.log(swapAxes(zeros([2, 3, 4]), 0, -1).shape); // [4, 3, 2]
 * ```
 */
export function swapAxes(x: Tensor, axis1: number, axis2: number): Tensor {
  const [a, b] = explaining("swapAxes", [x], () => [
    normalizeAxis("swapAxes", axis1, x.rank),
    normalizeAxis("swapAxes", axis2, x.rank),
  ]);
  return permuteDims(
    x,
    x.shape.map((_, axis) => (axis === a ? (b ?? axis) : axis === b ? (a ?? axis) : axis)),
  );
}

/** What `rot90` may be told. */
export interface RotationOptions {
  /** How many quarter turns, from the first of the axes towards the second; negative ones turn back. Default 1. */
  readonly times?: number;
  /** The plane to turn in. Default the first two axes. */
  readonly axes?: readonly [number, number];
}

/**
 * x turned by quarters of a circle in the plane of two axes. NumPy's and PyTorch's rot90.
 * @throws ShapeError where an axis is not there, ArgumentError where both are the same or times is no whole number.
 *
 * @example
 * ```ts
 * import { rot90, tensor } from "smilodon";
 * console.log(await rot90(tensor([[1, 2], [3, 4]])).toArray()); // [[2, 4], [1, 3]]
 * ```
 */
export function rot90(x: Tensor, { times = 1, axes = [0, 1] }: RotationOptions = {}): Tensor {
  const [from, to] = explaining("rot90", [x], () => axes.map((axis) => normalizeAxis("rot90", axis, x.rank)));
  if (from === undefined || to === undefined || from === to || !Number.isInteger(times))
    throw new ArgumentError(
      `rot90: ${times} quarter turns from axis ${axes[0]} to axis ${axes[1]} are no turns of ${showShape(x.shape)}. Give a whole number, and two different axes.`,
      { times, axes },
    );
  const turns = ((times % 4) + 4) % 4;
  if (turns === 0) return x;
  if (turns === 2) return flip(x, [from, to]);
  return turns === 1 ? swapAxes(flip(x, to), from, to) : flip(swapAxes(x, from, to), to);
}

/**
 * x with one axis at least: a scalar becomes [1].
 *
 * @example
 * ```ts
 * import { atLeast1d, tensor } from "smilodon";
 * console.log(atLeast1d(tensor(3)).shape); // [1]
 * ```
 */
export function atLeast1d(x: Tensor): Tensor {
  return x.rank >= 1 ? x : reshape(x, [1]);
}

/**
 * x with two axes at least: a vector becomes one row.
 *
 * @example
 * ```ts
 * import { atLeast2d, tensor } from "smilodon";
 * console.log(atLeast2d(tensor([1, 2, 3])).shape); // [1, 3]
 * ```
 */
export function atLeast2d(x: Tensor): Tensor {
  return x.rank >= 2 ? x : reshape(x, [1, x.size]);
}

/**
 * x with three axes at least: a vector becomes [1, n, 1] and a matrix [m, n, 1], as in NumPy and PyTorch.
 *
 * @example
 * ```ts
 * import { atLeast3d, tensor } from "smilodon";
 * console.log(atLeast3d(tensor([1, 2, 3])).shape); // [1, 3, 1]
 * ```
 */
export function atLeast3d(x: Tensor): Tensor {
  return x.rank >= 3 ? x : reshape(x, [...atLeast2d(x).shape, 1]);
}

/** What `meshgrid` may be told. */
export interface MeshgridOptions {
  /** "xy": the first tensor runs along axis 1 and the second along axis 0, as in pictures; "ij": each along its own. Default "xy". */
  readonly indexing?: "xy" | "ij";
}

/**
 * The coordinates of a grid: each vector of positions repeated along the axes of all others.
 * @throws ShapeError where one has several axes, ArgumentError for another indexing.
 *
 * @example
 * ```ts
 * import { meshgrid, tensor } from "smilodon";
 * const [x, y] = meshgrid([tensor([1, 2, 3]), tensor([4, 5])]);
 * console.log(await x?.toArray(), await y?.toArray()); // [[1, 2, 3], [1, 2, 3]] [[4, 4, 4], [5, 5, 5]]
 * ```
 */
export function meshgrid(tensors: readonly Tensor[], { indexing = "xy" }: MeshgridOptions = {}): Tensor[] {
  if (indexing !== "xy" && indexing !== "ij")
    throw new ArgumentError(`meshgrid: indexing is ${JSON.stringify(indexing)}; it has to be "xy" or "ij".`, {
      indexing,
    });
  requireVectors("meshgrid", tensors);
  const swaps = indexing === "xy" && tensors.length > 1;
  const axisOf = (index: number) => (swaps && index < 2 ? 1 - index : index);
  const shape = tensors.map((_, axis) => at(tensors, axisOf(axis)).size);
  return withOneOrigin(() =>
    tensors.map((each, index) => {
      const alone = reshape(
        each,
        shape.map((size, axis) => (axis === axisOf(index) ? size : 1)),
      );
      return broadcastTo(alone, shape);
    }),
  );
}

/**
 * All combinations of elements of the vectors, one a row, the last vector running fastest: [n₁·n₂·…, vectors]. Of one vector itself,
 * as in PyTorch.
 * @throws ShapeError where one has several axes, ArgumentError where there are none; dtypes promote.
 *
 * @example
 * ```ts
 * import { cartesianProd, tensor } from "smilodon";
 * console.log(await cartesianProd([tensor([1, 2]), tensor([3, 4])]).toArray()); // [[1, 3], [1, 4], [2, 3], [2, 4]]
 * ```
 */
export function cartesianProd(tensors: readonly Tensor[]): Tensor {
  const grid = meshgrid(tensors, { indexing: "ij" });
  const [only] = tensors;
  if (only !== undefined && tensors.length === 1) return only;
  const columns = stack(grid, tensors.length);
  return reshape(columns, [at(grid, 0).size, tensors.length]);
}

function requireVectors(operation: string, tensors: readonly Tensor[]): void {
  for (const each of tensors) {
    if (each.rank === 1) continue;
    throw new ShapeError(
      `${operation}: ${showShape(each.shape)} has ${each.rank} axes; one is needed. Flatten it first.${whence([each])}`,
      { shape: each.shape },
    );
  }
}

/**
 * x cut along `axis` (the first by default) into `parts` pieces that differ by one at most, the longer ones first, or before the positions
 * that a list names. NumPy's array_split, PyTorch's tensor_split; `split` is for equal parts and sizes.
 * @throws ArgumentError where parts is not a whole number above 0, ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { tensor, tensorSplit } from "smilodon";
 * const x = tensor([1, 2, 3, 4, 5]);
 * console.log(tensorSplit(x, 2).map(({ shape }) => shape)); // [[3], [2]]
 * console.log(tensorSplit(x, [1, 4]).map(({ shape }) => shape)); // [[1], [3], [1]]
 * ```
 */
export function tensorSplit(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const position = explaining("tensorSplit", [x], () => normalizeAxis("tensorSplit", axis, x.rank));
  const size = at(x.shape, position);
  if (typeof parts !== "number") {
    const bounds = [0, ...parts, size];
    const before = new Array<null>(position).fill(null);
    return bounds.slice(1).map((stop, index) => slice(x, ...before, [at(bounds, index), stop]));
  }
  requireParts("tensorSplit", parts);
  const [least, more] = [Math.floor(size / parts), size % parts];
  const sizes = Array.from({ length: parts }, (_, index) => least + (index < more ? 1 : 0));
  return split(x, sizes, position);
}

/**
 * x cut along `axis` (the first by default) into pieces of ⌈size / parts⌉, of which the last may be shorter: so many at most. PyTorch's
 * chunk.
 * @throws ArgumentError where parts is not a whole number above 0, ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { chunk, tensor } from "smilodon";
 * console.log(chunk(tensor([1, 2, 3, 4, 5, 6]), 4).map(({ shape }) => shape)); // [[2], [2], [2]]
 * ```
 */
export function chunk(x: Tensor, parts: number, axis = 0): Tensor[] {
  const position = explaining("chunk", [x], () => normalizeAxis("chunk", axis, x.rank));
  requireParts("chunk", parts);
  const size = at(x.shape, position);
  const each = Math.max(1, Math.ceil(size / parts));
  const count = size === 0 ? parts : Math.ceil(size / each);
  const sizes = Array.from({ length: count }, (_, index) => Math.min(each, Math.max(0, size - index * each)));
  return split(x, sizes, position);
}

/** The most pieces that a tensor is cut into: each is a tensor of its own. */
const mostParts = 2 ** 20;

function requireParts(operation: string, parts: number): void {
  if (Number.isInteger(parts) && parts > 0 && parts <= mostParts) return;
  throw new ArgumentError(`${operation}: parts is ${parts}; it has to be a whole number from 1 to ${mostParts}.`, {
    parts,
  });
}
