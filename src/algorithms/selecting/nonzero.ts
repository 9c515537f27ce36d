/** Which elements are there: positions of those that are not zero, and elements that a mask chooses. */
import { withOneOrigin } from "../../graph/node.ts";
import { broadcastShapes, sameShape, showShape, sizeOf } from "../../shape/shape.ts";
import { DtypeError, ShapeError } from "../../support/errors.ts";
import { floorDivide, remainder, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { notEqual, where } from "../../tensor/comparison.ts";
import { arange, full } from "../../tensor/creation.ts";
import { cumulativeSum } from "../../tensor/cumulative.ts";
import { scatterAdd, take } from "../../tensor/indexing.ts";
import { stack } from "../../tensor/joining.ts";
import { broadcastTo, reshape } from "../../tensor/manipulate.ts";
import { whence } from "../../tensor/operands.ts";
import { sum } from "../../tensor/reduce.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { type MaybeSize, type NoSize, ofSize, type SizeOption } from "../dataDependent.ts";

/** For results of a given size. */
export interface FillOption extends SizeOption {
  /** What stands where the elements are fewer than `size`. Default 0. */
  readonly fillValue?: number;
}

type MaybeFill = MaybeSize & { readonly fillValue?: number };

/** Positions axis by axis; one list, also of a tensor of no axes. */
type Positions = readonly Tensor[];

/**
 * The positions of the elements that are not zero, in order: one tensor of i32 for each axis, as the array API has it. NaN is not zero.
 * A promise, unless `size` is given: then that many positions, filled with `fillValue`.
 * @throws ShapeError for a tensor of no axes, UnsupportedError inside a compiled function where no size is given.
 *
 * @example
 * ```ts
 * import { nonzero, tensor } from "smilodon";
 * const [rows, columns] = await nonzero(tensor([[0, 7], [5, 0]]));
 * console.log(await rows?.toArray(), await columns?.toArray()); // [0, 1] [1, 0]
 * ```
 */
export function nonzero(x: Tensor, options: FillOption): Positions;
export function nonzero(x: Tensor, options?: NoSize): Promise<Positions>;
export function nonzero(x: Tensor, { size, fillValue = 0 }: MaybeFill = {}): Positions | Promise<Positions> {
  requireTensor("nonzero", "x", x);
  if (x.rank === 0)
    throw new ShapeError(
      `nonzero: a tensor of no axes has no positions. Give it one with reshape(x, [1]).${whence([x])}`,
    );
  const mask = flatMask(x);
  const found = (count: number) => withOneOrigin(() => unravel(placesOf(mask, count), x.shape, sum(mask), fillValue));
  return ofSize("nonzero", size, () => sum(mask), found);
}

/**
 * The same positions as one tensor of i32, [number, axes].
 * @throws the same.
 *
 * @example
 * ```ts
 * import { argwhere, tensor } from "smilodon";
 * console.log(await (await argwhere(tensor([[0, 7], [5, 0]]))).toArray()); // [[0, 1], [1, 0]]
 * console.log(await argwhere(tensor([0, 3]), { size: 2, fillValue: -1 }).toArray()); // [[1], [-1]]
 * ```
 */
export function argwhere(x: Tensor, options: FillOption): Tensor;
export function argwhere(x: Tensor, options?: NoSize): Promise<Tensor>;
export function argwhere(x: Tensor, { size, fillValue }: MaybeFill = {}): Tensor | Promise<Tensor> {
  const joined = (positions: Positions) => stack(positions, -1);
  if (size === undefined) return nonzero(x).then(joined);
  return joined(nonzero(x, { size, ...(fillValue !== undefined && { fillValue }) }));
}

/**
 * The elements of x where `mask` is true, in order, as PyTorch has it: both broadcast, and the result has one axis. A promise, unless `size`
 * is given: then that many elements, filled with `fillValue`. The derivative goes to where they came from.
 * @throws DtypeError where the mask is not bool, ShapeError where it does not broadcast, UnsupportedError inside a compiled
 * function where no size is given.
 *
 * @example
 * ```ts
 * import { maskedSelect, tensor } from "smilodon";
 * const x = tensor([[1, -2], [-3, 4]]);
 * console.log(await (await maskedSelect(x, x.greater(0))).toArray()); // [1, 4]
 * console.log(await maskedSelect(x, x.greater(0), { size: 3 }).toArray()); // [1, 4, 0]
 * ```
 */
export function maskedSelect(x: Tensor, mask: Tensor, options: FillOption): Tensor;
export function maskedSelect(x: Tensor, mask: Tensor, options?: NoSize): Promise<Tensor>;
export function maskedSelect(x: Tensor, mask: Tensor, options: MaybeFill = {}): Tensor | Promise<Tensor> {
  requireMask("maskedSelect", x, mask);
  const shape = broadcastShapes("maskedSelect", x.shape, mask.shape);
  return select("maskedSelect", broadcastTo(x, shape), broadcastTo(mask, shape), options);
}

/**
 * The slices of x where `mask` is true, which has the first axes of x: `x[mask]` of the array API. The other axes stay. A promise, unless
 * `size` is given: then that many slices, filled with `fillValue`.
 * @throws DtypeError where the mask is not bool, ShapeError where its axes are not the first ones of x, UnsupportedError inside a
 * compiled function where no size is given.
 *
 * @example
 * ```ts
 * import { booleanMask, tensor } from "smilodon";
 * const x = tensor([[1, 2], [3, 4], [5, 6]]);
 * console.log(await (await booleanMask(x, tensor([true, false, true]))).toArray()); // [[1, 2], [5, 6]]
 * ```
 */
export function booleanMask(x: Tensor, mask: Tensor, options: FillOption): Tensor;
export function booleanMask(x: Tensor, mask: Tensor, options?: NoSize): Promise<Tensor>;
export function booleanMask(x: Tensor, mask: Tensor, options: MaybeFill = {}): Tensor | Promise<Tensor> {
  requireMask("booleanMask", x, mask);
  if (!sameShape(x.shape.slice(0, mask.rank), mask.shape))
    throw new ShapeError(
      `booleanMask: the mask has shape ${showShape(mask.shape)}, which are not the first axes of ${showShape(x.shape)}.${whence([x, mask])}`,
      { shape: x.shape, mask: mask.shape },
    );
  return select("booleanMask", x, mask, options);
}

function requireMask(operation: string, x: Tensor, mask: Tensor): void {
  requireTensor(operation, "x", x);
  requireTensor(operation, "mask", mask);
  if (mask.dtype !== "bool")
    throw new DtypeError(
      `${operation}: the mask is of ${mask.dtype} and has to be bool. Compare first (x.greater(0)).${whence([mask])}`,
      {
        dtype: mask.dtype,
      },
    );
}

function select(
  operation: string,
  x: Tensor,
  mask: Tensor,
  { size, fillValue = 0 }: MaybeFill,
): Tensor | Promise<Tensor> {
  const flags = flatMask(mask);
  const inner = x.shape.slice(mask.rank);
  const chosen = (count: number) =>
    withOneOrigin(() => {
      const slices = take(reshape(x, [mask.size, ...inner]), placesOf(flags, count));
      const isThere = reshape(arange(count, undefined, 1, { dtype: "i32" }).less(sum(flags)), [
        count,
        ...inner.map(() => 1),
      ]);
      return where(isThere, slices, x.dtype === "bool" ? fillValue !== 0 : fillValue).astype(x.dtype);
    });
  return ofSize(operation, size, () => sum(flags), chosen);
}

/** 1 for each element that is not zero, 0 for others, as i32 of one axis. */
function flatMask(x: Tensor): Tensor {
  const isThere = x.dtype === "bool" ? x : notEqual(x, 0);
  return astype(reshape(isThere, [x.size]), "i32");
}

/** The positions of the first `count` ones; 0 where there are fewer. */
export function placesOf(flags: Tensor, count: number): Tensor {
  const rank = subtract(cumulativeSum(flags), 1);
  // Positions that do not exist are left out
  const target = where(notEqual(flags, 0), rank, count);
  return scatterAdd(full([count], 0, { dtype: "i32" }), target, arange(flags.size, undefined, 1, { dtype: "i32" }));
}

/** Positions in a dense tensor of `shape`, axis by axis. */
function unravel(places: Tensor, shape: readonly number[], found: Tensor, fillValue: number): Positions {
  const isThere = arange(places.size, undefined, 1, { dtype: "i32" }).less(found);
  return shape.map((size, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const position = remainder(floorDivide(places, Math.max(1, stride)), Math.max(1, size));
    return where(isThere, position, fillValue);
  });
}
