/**
 * What the operations on matrices share: checks, leading axes as one batch, and blocks. The algorithms in the files beside
 * this one are written for a single matrix; `overMatrices` maps them over the leading axes.
 */
import { isFloat } from "../../shape/dtype.ts";
import { broadcastShapes, type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import { DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { arange, eye, zeros } from "../../tensor/creation.ts";
import { gather } from "../../tensor/indexing.ts";
import { broadcastTo } from "../../tensor/manipulate.ts";
import { explaining, whence } from "../../tensor/operands.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { vmap } from "../../transforms/vmap.ts";

/** The dtypes that factorizations compute in. */
export type FloatDtype = "f32" | "f64";

/** @throws DtypeError unless `x` is f32 or f64: rounding of shorter floats would be larger than what is computed. */
export function requireFloats(operation: string, x: Tensor, name = "x"): FloatDtype {
  requireTensor(operation, name, x);
  const { dtype } = x;
  if (dtype === "f32" || dtype === "f64") return dtype;
  const advice = isFloat(dtype) ? "is too short" : "has no fractions";
  throw new DtypeError(
    `${operation}: ${name} is ${dtype}, which ${advice}. Convert with astype("f32").${whence([x])}`,
    {
      dtype,
    },
  );
}

/** @throws ShapeError unless `x` has two axes or more; gives the last two sizes. */
export function matrixSize(operation: string, x: Tensor, name = "x"): readonly [rows: number, columns: number] {
  requireTensor(operation, name, x);
  if (x.rank < 2)
    throw new ShapeError(
      `${operation}: ${name} is ${showShape(x.shape)} and has to be a matrix, or a stack of them, with 2 axes or more.${whence([x])}`,
      { shape: x.shape },
    );
  return [at(x.shape, -2), at(x.shape, -1)];
}

/** @throws ShapeError unless `x` is square in its last two axes; gives their size. */
export function squareSize(operation: string, x: Tensor, name = "x"): number {
  const [rows, columns] = matrixSize(operation, x, name);
  if (rows !== columns)
    throw new ShapeError(
      `${operation}: ${name} is ${showShape(x.shape)}; its last two axes have to be equal, and are ${rows} and ${columns}.${whence([x])}`,
      { shape: x.shape },
    );
  return rows;
}

/** Whether nothing is in `x`, so that there is nothing to factorize. */
export const isEmpty = (x: Tensor): boolean => x.size === 0;

/** Axes before the last two. */
export const batchOf = (x: Tensor): Shape => x.shape.slice(0, -2);

/** `f`, which takes and gives tensors of single matrices, on `tensors` whose leading axes (`ranks` are what `f` takes) broadcast. */
export function overMatrices(
  operation: string,
  tensors: readonly Tensor[],
  ranks: readonly number[],
  f: (...single: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const leading = tensors.map((tensor, index) => tensor.shape.slice(0, tensor.rank - at(ranks, index)));
  if (leading.every(({ length }) => length === 0)) return f(...tensors);
  const batch = explaining(operation, tensors, () => broadcastShapes(operation, ...leading));
  const size = sizeOf(batch);
  const own = (tensor: Tensor, index: number): Shape => tensor.shape.slice(tensor.rank - at(ranks, index));
  const flat = tensors.map((tensor, index) => {
    const shape = own(tensor, index);
    return broadcastTo(tensor, [...batch, ...shape]).reshape([size, ...shape]);
  });
  if (size === 0) {
    const single = f(...tensors.map((tensor, index) => zeros(own(tensor, index), { dtype: tensor.dtype })));
    return single.map(({ shape, dtype }) => zeros([...batch, ...shape], { dtype }));
  }
  const results = vmap((...single: readonly Tensor[]) => f(...single))(...flat);
  return results.map((result) => result.reshape([...batch, ...result.shape.slice(1)]));
}

/** Columns that are factorized together; most of the work is done for a block at once, in products. */
const blockLimit = 32;

/** How `size` is cut into `count` blocks of `block` each, with less than one block too many. */
export interface Blocks {
  readonly block: number;
  readonly count: number;
  /** Size of all blocks. */
  readonly padded: number;
}

/** Blocks of `size` ≥ 1. */
export function blocksOf(size: number, limit = blockLimit): Blocks {
  const count = Math.ceil(size / limit);
  const block = Math.ceil(size / count);
  return { block, count, padded: block * count };
}

/** `x` with `extra` rows and columns of the identity after its own. */
export function padIdentity(x: Tensor, extra: number): Tensor {
  if (extra === 0) return x;
  const [rows, columns] = matrixSize("pad", x);
  const padded = x.pad([
    [0, extra],
    [0, extra],
  ]);
  const [row, column] = [arange(rows + extra).reshape([-1, 1]), arange(columns + extra)];
  const isAdded = row.equal(column.add(rows - columns)).logicalAnd(row.greaterEqual(rows));
  return where(isAdded, 1, padded);
}

/** `x` with zeros after its rows, up to `rows`. */
export function padRows(x: Tensor, rows: number): Tensor {
  const extra = rows - at(x.shape, 0);
  return extra === 0 ? x : x.pad([[0, extra], ...x.shape.slice(1).map(() => [0, 0] as const)]);
}

/** 0, 1, 2, … as i32: what loops over blocks take slices of. */
export const counting = (count: number): Tensor => arange(count, undefined, 1, { dtype: "i32" });

/** Slice `position` (i32, of shape [] or [k], known to exist) of `x` along `axis`. */
export const pick = (x: Tensor, position: Tensor, axis = 0): Tensor => gather(x, position, axis);

/** The identity, in the dtype of `x`. */
export const identityLike = (x: Tensor, size: number): Tensor => eye(size, size, { dtype: x.dtype });

/** The symmetric part of `x`. */
export const symmetricPart = (x: Tensor): Tensor => x.add(x.matrixTranspose()).multiply(0.5);

/** Distance from 1 to the next number. */
export const epsilonOf = (dtype: FloatDtype): number => (dtype === "f64" ? 2 ** -52 : 2 ** -23);

/** The least positive number with full precision. */
export const tiniestOf = (dtype: FloatDtype): number => (dtype === "f64" ? 2 ** -1022 : 2 ** -126);

/** The largest magnitude in each matrix, 1 where that is 0, of shape [.., 1, 1]: what to divide by before squares are taken. */
export function magnitudeOf(x: Tensor): Tensor {
  const largest = x.abs().max([-2, -1], { keepDims: true });
  return where(largest.equal(0), 1, largest);
}

/** The main diagonals of `x` [.., m, n], of shape [.., k], k the smaller of m and n: a view. */
export function diagonalsOf(x: Tensor): Tensor {
  const [rows, columns] = matrixSize("diagonal", x);
  const size = Math.min(rows, columns);
  const square = x.slice("...", [0, size], [0, size]);
  return square.reshape([...batchOf(x), size * size]).slice("...", [null, null, size + 1]);
}
