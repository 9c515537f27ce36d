/** Products and parts of matrices: `kron`, `cross`, `diagonal`, `trace`. */
import { normalizeAxis, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { concat } from "../../tensor/joining.ts";
import { broadcastTo, moveAxis } from "../../tensor/manipulate.ts";
import { commonShape, explaining, whence } from "../../tensor/operands.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { batchOf, matrixSize } from "./matrices.ts";

/**
 * Kronecker's product: each element of `a` in its place times all of `b`. Axis by axis sizes multiply; the tensor of fewer axes gets
 * axes of size 1 before its own. All numbers.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.kron(tensor([1, 10]), tensor([1, 2, 3])).toArray()); // [1, 2, 3, 10, 20, 30]
 * ```
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  requireTensor("kron", "a", a);
  requireTensor("kron", "b", b);
  const rank = Math.max(a.rank, b.rank);
  const filled = (x: Tensor): readonly number[] => [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const [left, right] = [filled(a), filled(b)];
  const product = a.reshape(left.flatMap((size) => [size, 1])).multiply(b.reshape(right.flatMap((size) => [1, size])));
  return product.reshape(left.map((size, axis) => size * at(right, axis)));
}

/** Where vectors lie. */
export interface CrossOptions {
  /** The axis of size 3. Default -1. */
  readonly axis?: number;
}

/**
 * The cross product of vectors of three elements along `axis`; the other axes broadcast. All numbers.
 * @throws ShapeError unless both have 3 elements along the axis.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.cross(tensor([1, 0, 0]), tensor([0, 1, 0])).toArray()); // [0, 0, 1]
 * ```
 */
export function cross(a: Tensor, b: Tensor, { axis = -1 }: CrossOptions = {}): Tensor {
  requireTensor("cross", "a", a);
  requireTensor("cross", "b", b);
  const shape = commonShape("cross", [a, b]);
  const position = explaining("cross", [a, b], () => normalizeAxis("cross", axis, shape.length));
  const own = (x: Tensor): number | undefined => x.shape[position - shape.length + x.rank];
  if (own(a) !== 3 || own(b) !== 3)
    throw new ShapeError(
      `cross: shapes ${showShape(a.shape)} and ${showShape(b.shape)}: both need 3 elements along axis ${axis}.${whence([a, b])}`,
      { shapes: [a.shape, b.shape], axis },
    );
  const [x, y] = [a, b].map((each) => moveAxis(broadcastTo(each, shape), position, -1));
  if (x === undefined || y === undefined) return a;
  const turned = (each: Tensor, shift: number): Tensor =>
    concat([each.slice("...", [shift, 3]), each.slice("...", [0, shift])], -1);
  const product = turned(x, 1)
    .multiply(turned(y, 2))
    .subtract(turned(x, 2).multiply(turned(y, 1)));
  return moveAxis(product, -1, position);
}

/** Which diagonal. */
export interface DiagonalOptions {
  /** How far above the main diagonal; negative is below. Default 0. */
  readonly offset?: number;
}

/**
 * The diagonals of matrices x [.., m, n], as [.., k]: a view. All dtypes.
 * @throws ShapeError for fewer than two axes, ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const x = tensor([[1, 2], [3, 4]]);
 * console.log(await linalg.diagonal(x).toArray(), await linalg.diagonal(x, { offset: 1 }).toArray()); // [1, 4] [2]
 * ```
 */
export function diagonal(x: Tensor, { offset = 0 }: DiagonalOptions = {}): Tensor {
  const [rows, columns] = matrixSize("diagonal", x);
  if (!Number.isInteger(offset))
    throw new ArgumentError(`diagonal: the offset is ${offset} and has to be a whole number.`, { offset });
  const [top, left] = [Math.min(rows, Math.max(0, -offset)), Math.min(columns, Math.max(0, offset))];
  const size = Math.min(rows - top, columns - left);
  const square = x.slice("...", [top, top + size], [left, left + size]).reshape([...batchOf(x), size * size]);
  return size === 0 ? square : square.slice("...", [null, null, size + 1]);
}

/**
 * The sums of the diagonals of matrices x [.., m, n]: [..]. All numbers; sums of short integers are i32, as those of `sum`.
 * @throws ShapeError for fewer than two axes, ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.trace(tensor([[1, 2], [3, 4]])).item()); // 5
 * ```
 */
export function trace(x: Tensor, options: DiagonalOptions = {}): Tensor {
  return diagonal(x, options).sum(-1);
}
