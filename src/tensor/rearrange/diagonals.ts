/**
 * Diagonals, and matrices made of them. Reading a diagonal is a view: of the rows one after the other, each element is one
 * further along than the last.
 */
import { node } from "../../graph/node.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { checkShape, diagonalOf, normalizeAxes, normalizeAxis, type Shape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, floor, floorDivide, multiply, sqrt, subtract } from "../arithmetic.ts";
import { astype } from "../cast.ts";
import { equal, greater, less, lessEqual, where } from "../comparison.ts";
import { arange, eye, full, onesLike, zerosLike } from "../creation.ts";
import { cumulativeProd } from "../cumulative.ts";
import { concat, stack } from "../joining.ts";
import { broadcastTo, expandDims, flip, moveAxis, reshape } from "../manipulate.ts";
import { castNode, commonDtype, explaining, mapTensor, whence } from "../operands.ts";
import { sum } from "../reduce.ts";
import { pad, slice } from "../slice.ts";
import { requireTensor, Tensor } from "../tensor.ts";
import { atLeast2d } from "./axes.ts";

/** Which diagonal is meant. */
export interface OffsetOptions {
  /** 0 is the main one, 1 the one above it, −1 the one below. Default 0. */
  readonly offset?: number;
}

/** Which diagonal of which axes is meant. */
export interface DiagonalOptions extends OffsetOptions {
  /** Rows and columns. Default the last two axes. */
  readonly axes?: readonly [number, number];
}

/**
 * The diagonals of matrices, as last axis. The array API standard's linalg.diagonal, over the last two axes where NumPy and PyTorch take
 * the first two.
 * @throws ShapeError where an axis is not there, ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { diagonal, tensor } from "smilodon";
 * console.log(await diagonal(tensor([[1, 2, 3], [4, 5, 6]])).toArray()); // [1, 5]
 * console.log(await diagonal(tensor([[1, 2, 3], [4, 5, 6]]), { offset: 1 }).toArray()); // [2, 6]
 * ```
 */
export function diagonal(x: Tensor, { offset = 0, axes = [-2, -1] }: DiagonalOptions = {}): Tensor {
  requireTensor("diagonal", "x", x);
  const last = moveAxis(
    x,
    explaining("diagonal", [x], () => planeOf("diagonal", axes, x.rank)),
    [-2, -1],
  );
  const [rows, columns] = [at(last.shape, -2), at(last.shape, -1)];
  const by = diagonalOf("diagonal", offset, [rows, columns]);
  const count = by >= 0 ? Math.min(rows, columns - by) : Math.min(rows + by, columns);
  const outer = last.shape.slice(0, -2);
  const flat = reshape(last, [...outer, rows * columns]);
  return mapTensor("slice", flat, {
    starts: [...outer.map(() => 0), count === 0 ? 0 : by >= 0 ? by : -by * columns],
    steps: [...outer.map(() => 1), columns + 1],
    shape: [...outer, count],
  });
}

function planeOf(operation: string, axes: readonly [number, number], rank: number): readonly [number, number] {
  normalizeAxes(operation, axes, rank);
  return [normalizeAxis(operation, axes[0], rank), normalizeAxis(operation, axes[1], rank)];
}

/**
 * Matrices with the last axis of x as diagonal and zeros elsewhere: [batch…, n] → [batch…, n + |offset|, n + |offset|]. PyTorch's
 * diag_embed.
 * @throws ShapeError where x is a scalar or an axis is not there, ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { diagEmbed, tensor } from "smilodon";
 * console.log(await diagEmbed(tensor([1, 2])).toArray()); // [[1, 0], [0, 2]]
 * console.log(await diagEmbed(tensor([1]), { offset: -1 }).toArray()); // [[0, 0], [1, 0]]
 * ```
 */
export function diagEmbed(x: Tensor, { offset = 0, axes = [-2, -1] }: DiagonalOptions = {}): Tensor {
  requireTensor("diagEmbed", "x", x);
  const plane = explaining("diagEmbed", [x], () => planeOf("diagEmbed", axes, x.rank + 1));
  if (x.rank === 0) throw new ShapeError(`diagEmbed: a scalar has no axis to be a diagonal.${whence([x])}`, {});
  if (!Number.isInteger(offset))
    throw new ArgumentError(`diagEmbed: offset ${offset} is no diagonal; give a whole number, 0 for the main one.`, {
      offset,
    });
  const size = at(x.shape, -1) + Math.abs(offset);
  const shape = checkShape("diagEmbed", [...x.shape.slice(0, -1), size, size]);
  // Element i stands in row i above the main diagonal, and in column i below it
  const line = pad(
    x,
    x.shape.map((_, axis) => [0, axis === x.rank - 1 ? Math.abs(offset) : 0] as const),
  );
  const spread = broadcastTo(expandDims(line, offset >= 0 ? -1 : -2), shape);
  const isOn = equal(positionsAlong([size, size], 0).add(offset), positionsAlong([size, size], 1));
  return moveAxis(where(isOn, spread, false), [-2, -1], plane);
}

function positionsAlong(shape: Shape, axis: number): Tensor {
  return new Tensor(node("iota", [], { shape, axis, dtype: "i32" }));
}

/**
 * The matrix with a vector as diagonal, or the diagonal of a matrix. NumPy's and PyTorch's diag; `diagEmbed` and `diagonal` take batches.
 * @throws ShapeError where x has other than one or two axes, ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { diag, tensor } from "smilodon";
 * console.log(await diag(tensor([1, 2])).toArray(), await diag(tensor([[1, 2], [3, 4]])).toArray()); // [[1, 0], [0, 2]] [1, 4]
 * ```
 */
export function diag(x: Tensor, options: OffsetOptions = {}): Tensor {
  requireTensor("diag", "x", x);
  if (x.rank === 1) return diagEmbed(x, options);
  if (x.rank === 2) return diagonal(x, options);
  throw new ShapeError(
    `diag: ${showShape(x.shape)} has ${x.rank} axes; a vector or a matrix is needed. For batches there are diagEmbed and diagonal.${whence([x])}`,
    { shape: x.shape },
  );
}

/**
 * The sums of the diagonals of matrices. Booleans and small integers are added as i32. The array API standard's linalg.trace.
 * @throws ShapeError where an axis is not there, ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { tensor, trace } from "smilodon";
 * console.log(await trace(tensor([[1, 2], [3, 4]])).item()); // 5
 * ```
 */
export function trace(x: Tensor, options: DiagonalOptions = {}): Tensor {
  return sum(diagonal(x, options), -1);
}

/**
 * The positions of the lower triangle of a matrix, what stands above diagonal `offset` left out: i32 [2, count], rows and columns, row by row.
 * PyTorch's tril_indices.
 * @throws ShapeError where a size is no whole number, ArgumentError where the offset is none.
 *
 * @example
 * ```ts
 * import { trilIndices } from "smilodon";
 * console.log(await trilIndices(2).toArray()); // [[0, 1, 1], [0, 0, 1]]
 * ```
 */
export function trilIndices(rows: number, columns = rows, { offset = 0 }: OffsetOptions = {}): Tensor {
  return lowerPositions("trilIndices", rows, columns, offset);
}

/**
 * The positions of the upper triangle of a matrix, what stands below diagonal `offset` left out: i32 [2, count], rows and columns, row by row.
 * PyTorch's triu_indices.
 * @throws ShapeError where a size is no whole number, ArgumentError where the offset is none.
 *
 * @example
 * ```ts
 * import { triuIndices } from "smilodon";
 * console.log(await triuIndices(2).toArray()); // [[0, 0, 1], [0, 1, 1]]
 * ```
 */
export function triuIndices(rows: number, columns = rows, { offset = 0 }: OffsetOptions = {}): Tensor {
  checkShape("triuIndices", [rows, columns]);
  const by = diagonalOf("triuIndices", offset, [rows, columns]);
  // Turned by half a circle it is a lower triangle
  const turned = flip(lowerPositions("triuIndices", rows, columns, columns - rows - by), 1);
  const ends = stack([full([], rows - 1, { dtype: "i32" }), full([], columns - 1, { dtype: "i32" })]);
  return subtract(expandDims(ends, 1), turned);
}

/**
 * Row by row: first those that each have one element more than the last, `first` of them in the first, then full ones. The row
 * of element k among the former is the root of a square, in single precision right but for one.
 */
function lowerPositions(operation: string, rows: number, columns: number, offset: number): Tensor {
  checkShape(operation, [rows, columns]);
  const by = diagonalOf(operation, offset, [rows, columns]);
  const empty = Math.max(0, -by);
  const first = Math.min(columns, Math.max(1, by + 1));
  const growing = Math.min(Math.max(0, rows - empty), columns - first);
  const before = (row: number) => row * first + (row * (row - 1)) / 2;
  const whole = Math.max(0, rows - empty - growing);
  const count = before(growing) + whole * columns;
  const k = arange(0, checkShape(operation, [2, count])[1] ?? 0, 1, { dtype: "i32" });
  const beforeRow = (row: Tensor) =>
    add(multiply(row, first), floorDivide(multiply(row, subtract(row, 1)), 2)) as Tensor;
  const slope = 2 * first - 1;
  const root = sqrt(add(multiply(astype(k, "f32"), 8), slope ** 2));
  const near = astype(floor(divide(multiply(astype(k, "f32"), 4), add(root, slope))), "i32") as Tensor;
  const isPast = astype(lessEqual(beforeRow(near.add(1)), k), "i32");
  const row = near.add(isPast).subtract(astype(greater(beforeRow(near), k), "i32"));
  const rest = subtract(k, before(growing)) as Tensor;
  const isGrowing = less(k, before(growing));
  const width = Math.max(1, columns);
  const fullRow = add(floorDivide(rest, width), growing) as Tensor;
  const place = where(isGrowing, subtract(k, beforeRow(row)), subtract(rest, floorDivide(rest, width).multiply(width)));
  return stack([add(where(isGrowing, row, fullRow), empty), place]);
}

/** What `eyeLike` may be told. */
export interface EyeLikeOptions extends OffsetOptions {
  /** Element type of the result. Default that of x. */
  readonly dtype?: Dtype;
}

/**
 * Ones on a diagonal and zeros elsewhere, in the shape of the matrix x. ONNX's EyeLike.
 * @throws ShapeError unless x has two axes, ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { eyeLike, zeros } from "smilodon";
 * console.log(await eyeLike(zeros([2, 3]), { offset: 1 }).toArray()); // [[0, 1, 0], [0, 0, 1]]
 * ```
 */
export function eyeLike(x: Tensor, { offset = 0, dtype = x.dtype }: EyeLikeOptions = {}): Tensor {
  requireTensor("eyeLike", "x", x);
  const [rows, columns] = x.shape;
  if (x.rank !== 2 || rows === undefined || columns === undefined)
    throw new ShapeError(`eyeLike: ${showShape(x.shape)} has ${x.rank} axes; two are needed.${whence([x])}`, {
      shape: x.shape,
    });
  return eye(rows, columns, { offset: diagonalOf("eyeLike", offset, [rows, columns]), dtype });
}

/**
 * The matrices along a diagonal, zeros around them; vectors are rows, scalars 1×1; dtypes promote. PyTorch's block_diag.
 * @throws ShapeError where one has more than two axes, ArgumentError where there are none.
 *
 * @example
 * ```ts
 * import { blockDiag, tensor } from "smilodon";
 * console.log(await blockDiag([tensor([[1, 2]]), tensor(3)]).toArray()); // [[1, 2, 0], [0, 0, 3]]
 * ```
 */
export function blockDiag(tensors: readonly Tensor[]): Tensor {
  const blocks = tensors.map((each) => {
    requireTensor("blockDiag", "a block", each);
    if (each.rank > 2)
      throw new ShapeError(
        `blockDiag: ${showShape(each.shape)} has ${each.rank} axes; blocks have two at most.${whence([each])}`,
        { shape: each.shape },
      );
    return atLeast2d(each);
  });
  if (blocks.length === 0) throw new ArgumentError("blockDiag: there are no blocks.", {});
  const dtype = commonDtype("blockDiag", blocks);
  const width = blocks.reduce((total, each) => total + at(each.shape, 1), 0);
  let start = 0;
  const rows = blocks.map((each) => {
    const before = start;
    start += at(each.shape, 1);
    return pad(new Tensor(castNode(each.node, dtype)), [0, [before, width - start]]);
  });
  return concat(rows);
}

/** What `vander` may be told. */
export interface VanderOptions {
  /** How many powers. Default as many as x has elements along its last axis. */
  readonly columns?: number;
  /** Whether the powers go up along a row. Default false. */
  readonly increasing?: boolean;
}

/**
 * The powers of each element: [batch…, n] → [batch…, n, columns], x⁰ in the last column, or in the first where `increasing`. NumPy's vander.
 * Integers stay integers (small ones become i32), and 0⁰ is 1.
 * @throws ShapeError where x is a scalar or columns is no size.
 *
 * @example
 * ```ts
 * import { tensor, vander } from "smilodon";
 * console.log(await vander(tensor([2, 3])).toArray(), await vander(tensor([2]), { columns: 4, increasing: true }).toArray()); // [[2, 1], [3, 1]] [[1, 2, 4, 8]]
 * ```
 */
export function vander(x: Tensor, { columns, increasing = false }: VanderOptions = {}): Tensor {
  requireTensor("vander", "x", x);
  if (x.rank === 0) throw new ShapeError(`vander: a scalar has no axis of elements.${whence([x])}`, {});
  const count = columns ?? at(x.shape, -1);
  const shape = checkShape("vander", [...x.shape, count]);
  const column = expandDims(x, -1);
  const factors = concat([onesLike(column), broadcastTo(column, [...x.shape, Math.max(0, count - 1)])], x.rank);
  const powers = count === 0 ? slice(zerosLike(factors), "...", [0, 0]) : cumulativeProd(factors, { axis: -1 });
  const all = reshape(powers, shape);
  return increasing ? all : flip(all, -1);
}
