/**
 * Reading and writing at positions along several axes at once. Those axes become one, and the positions numbers of its
 * elements: one that does not exist along any axis points nowhere. The rest is `indexing.ts`.
 */
import { broadcastShapes, type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { greaterEqual, less, logicalAnd, where } from "../comparison.ts";
import { gather, placesIn, write } from "../indexing.ts";
import { broadcastTo, moveAxis, reshape } from "../manipulate.ts";
import { explaining, type Operand, whence } from "../operands.ts";
import { slice } from "../slice.ts";
import { requireTensor, type Tensor } from "../tensor.ts";
import { combineOf } from "./combine.ts";
import type { CombineOptions } from "./scatter.ts";

/** What `gatherNd` may be told. */
export interface NdOptions {
  /** So many first axes belong to both x and the indices. Default 0. */
  readonly batchDims?: number;
}

/** What `scatterNd` may be told. */
export interface ScatterNdOptions extends NdOptions, CombineOptions {}

/**
 * Elements or slices of x [batch…, sizes…] at the positions in the last axis of `indices` [batch…, places…, k]: k positions along the
 * k axes after the batch, whose place the axes `places` take. Negative positions count from the end, those that do not exist give NaN
 * (0 for integers, false for bool). ONNX's GatherND.
 * @throws DtypeError where the indices are no integers, ShapeError where the shapes do not fit.
 *
 * @example
 * ```ts
 * import { gatherNd, tensor } from "smilodon";
 * const x = tensor([[1, 2], [3, 4]]);
 * console.log(await gatherNd(x, tensor([[0, 1], [1, -2]], { dtype: "i32" })).toArray()); // [2, 3]
 * console.log(await gatherNd(x, tensor([[1]], { dtype: "i32" })).toArray()); // [[3, 4]]
 * console.log(await gatherNd(x, tensor([[1], [0]], { dtype: "i32" }), { batchDims: 1 }).toArray()); // [2, 3]
 * ```
 */
export function gatherNd(x: Tensor, indices: Tensor, { batchDims = 0 }: NdOptions = {}): Tensor {
  const { flat, places } = located("gatherNd", x, indices, batchDims);
  return gather(flat, places, batchDims, batchDims);
}

/**
 * x with `updates` written at the positions in the last axis of `indices`, which are as for `gatherNd`; updates broadcast to the shape
 * that it would give. Equal positions are written in order, those that do not exist are left out. ONNX's ScatterND.
 * @throws DtypeError where the indices are no integers, ShapeError where the shapes do not fit, ArgumentError for an unknown `combine`.
 *
 * @example
 * ```ts
 * import { scatterNd, tensor, zeros } from "smilodon";
 * const places = tensor([[0, 1], [1, 0], [0, 1]], { dtype: "i32" });
 * console.log(await scatterNd(zeros([2, 2]), places, tensor([1, 2, 3])).toArray()); // [[0, 3], [2, 0]]
 * console.log(await scatterNd(zeros([2, 2]), places, tensor([1, 2, 3]), { combine: "add" }).toArray()); // [[0, 4], [2, 0]]
 * ```
 */
export function scatterNd(
  x: Tensor,
  indices: Tensor,
  updates: Operand,
  { batchDims = 0, combine = "set" }: ScatterNdOptions = {},
): Tensor {
  const how = combineOf("scatterNd", combine);
  const { flat, places } = located("scatterNd", x, indices, batchDims);
  const shape = [...places.shape, ...flat.shape.slice(batchDims + 1)];
  const params = { axis: batchDims, batch: batchDims, combine: how };
  return reshape(write("scatterNd", flat, places, [updates, shape], params), x.shape);
}

/** x with the axes that the last axis of `indices` points along as one, and the positions in it. */
function located(
  operation: string,
  x: Tensor,
  indices: Tensor,
  batch: number,
): { readonly flat: Tensor; readonly places: Tensor } {
  requireTensor(operation, "x", x);
  requireTensor(operation, "indices", indices);
  const count = indices.shape.at(-1) ?? 0;
  const isBatch = Number.isInteger(batch) && batch >= 0 && batch < indices.rank && batch + count <= x.rank;
  if (!isBatch || count === 0 || x.shape.some((size, axis) => axis < batch && size !== indices.shape[axis]))
    throw new ShapeError(
      `${operation}: indices ${showShape(indices.shape)} do not point into ${showShape(x.shape)} with batchDims ${batch}: the first axes have to agree, and the last one to hold 1 to ${x.rank - batch} positions.${whence([x, indices])}`,
      { x: x.shape, indices: indices.shape, batchDims: batch },
    );
  const sizes = x.shape.slice(batch, batch + count);
  const parts = sizes.map((_, axis) => slice(indices, "...", axis));
  const flat = [...x.shape.slice(0, batch), sizeOf(sizes), ...x.shape.slice(batch + count)];
  return { flat: reshape(x, flat), places: numbered(operation, parts, sizes) };
}

/** Numbers of the elements of `sizes` at positions along each axis; −1 where one of them does not exist. */
function numbered(operation: string, positions: readonly Tensor[], sizes: Shape): Tensor {
  const places = positions.map((each, axis) => placesIn(operation, each, at(sizes, axis)));
  const [only, ...others] = places;
  if (only !== undefined && others.length === 0) return only;
  const exist = places.map((each, axis) => logicalAnd(greaterEqual(each, 0), less(each, at(sizes, axis))));
  const all = exist.reduce((known, each) => logicalAnd(known, each));
  const number = places.reduce((sum, each, axis) => sum.multiply(at(sizes, axis)).add(each));
  return where(all, number, -1);
}

/** One entry an axis, from the first on: positions along it, or null for the whole axis. */
export type AxisIndices = readonly (Tensor | null)[];

/**
 * Advanced indexing: the elements of x at positions along each axis that `indices` has a tensor for. The tensors broadcast; their
 * axes stand where those of x stood if these are neighbours, else in front, as NumPy has it. Axes with null, and those not named, are taken
 * whole. Positions are as for `take`. In NumPy `x[a, b]`, `x[:, a]`.
 * @throws DtypeError where positions are no integers, ShapeError where they do not broadcast or are too many.
 *
 * @example
 * ```ts
 * import { advancedIndex, tensor } from "smilodon";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * const rows = tensor([0, 1, 1], { dtype: "i32" });
 * const columns = tensor([2, 0, -1], { dtype: "i32" });
 * console.log(await advancedIndex(x, [rows, columns]).toArray()); // [3, 4, 6]
 * console.log(await advancedIndex(x, [null, columns]).toArray()); // [[3, 1, 3], [6, 4, 6]]
 * ```
 */
export function advancedIndex(x: Tensor, indices: AxisIndices): Tensor {
  const { flat, places, first } = gathered("advancedIndex", x, indices);
  return gather(flat, places, first);
}

/**
 * x with `values` written where `advancedIndex` would read; values broadcast to what it would give. Equal positions are
 * written in order, those that do not exist are left out. PyTorch's index_put: its accumulate is `combine: "add"`.
 * @throws DtypeError where positions are no integers, ShapeError where shapes do not fit, ArgumentError for an unknown `combine`.
 *
 * @example
 * ```ts
 * import { indexPut, tensor, zeros } from "smilodon";
 * const rows = tensor([0, 1], { dtype: "i32" });
 * const columns = tensor([2, 0], { dtype: "i32" });
 * console.log(await indexPut(zeros([2, 3]), [rows, columns], tensor([7, 8])).toArray()); // [[0, 0, 7], [8, 0, 0]]
 * ```
 */
export function indexPut(
  x: Tensor,
  indices: AxisIndices,
  values: Operand,
  { combine = "set" }: CombineOptions = {},
): Tensor {
  const how = combineOf("indexPut", combine);
  const { flat, places, first, moved, axes } = gathered("indexPut", x, indices);
  const shape = [...flat.shape.slice(0, first), ...places.shape, ...flat.shape.slice(first + 1)];
  const written = write("indexPut", flat, places, [values, shape], { axis: first, batch: 0, combine: how });
  return moveAxis(
    reshape(written, moved),
    axes.map((_, index) => first + index),
    axes,
  );
}

/** x with the axes `axes`, at `first` side by side in `moved`, as one, and positions in it. */
function gathered(
  operation: string,
  x: Tensor,
  indices: AxisIndices,
): {
  readonly flat: Tensor;
  readonly places: Tensor;
  readonly first: number;
  readonly moved: Shape;
  readonly axes: readonly number[];
} {
  requireTensor(operation, "x", x);
  const named = indices.flatMap((each, axis) => (each === null ? [] : [{ axis, each }]));
  for (const { axis, each } of named) requireTensor(operation, `the entry for axis ${axis}`, each);
  if (named.length === 0)
    throw new ArgumentError(`${operation}: there are no positions. Give a tensor of them for one axis at least.`, {});
  if (indices.length > x.rank)
    throw new ShapeError(
      `${operation}: ${indices.length} entries were given for ${showShape(x.shape)}, which has ${x.rank} axes.${whence([x])}`,
      { shape: x.shape, entries: indices.length },
    );
  const axes = named.map(({ axis }) => axis);
  const isTogether = axes.every((axis, index) => axis === at(axes, 0) + index);
  const first = isTogether ? at(axes, 0) : 0;
  const beside = moveAxis(
    x,
    axes,
    axes.map((_, index) => first + index),
  );
  const sizes = axes.map((axis) => at(x.shape, axis));
  const given = named.map(({ each }) => each);
  const shape = explaining(operation, given, () => broadcastShapes(operation, ...given.map((each) => each.shape)));
  const places = broadcastTo(numbered(operation, given, sizes), shape);
  const flat = [...beside.shape.slice(0, first), sizeOf(sizes), ...beside.shape.slice(first + axes.length)];
  return { flat: reshape(beside, flat), places, first, moved: beside.shape, axes };
}
