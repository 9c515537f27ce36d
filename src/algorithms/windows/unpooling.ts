/** The way back from `maxPoolWithIndices`: the largest elements in their places, zeros everywhere else. */
import { node } from "../../graph/node.ts";
import { isFloat } from "../../shape/dtype.ts";
import { sameShape, showShape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { divide, floorDivide, maximum } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { onesLike, zeros } from "../../tensor/creation.ts";
import { positionsOf } from "../../tensor/indexing.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { eachDimension, type PerDimension } from "../../tensor/windows/movement.ts";

/** How the windows moved that are taken back; a number stands for all dimensions. */
export interface UnpoolingOptions {
  /** Steps between windows. Default: the kernel. */
  readonly stride?: PerDimension;
  /** Positions on both sides that the pool added. Default 0. */
  readonly padding?: PerDimension;
  /** The sizes of the result: several input sizes of a pool have the same output size. Default: the least, which fits whole windows. */
  readonly outputSize?: readonly number[];
}

/**
 * Zeros with the elements of x [batch, channels, …sizes] at the positions `indices`, which are those of `maxPoolWithIndices` with this
 * `kernel`: [batch, channels, (size − 1)·stride − 2·padding + kernel, …], or of `outputSize`. Elements for one position (windows
 * that overlap) are equal there; their mean is taken. Positions that do not exist are left out. As PyTorch's.
 * @throws ShapeError where shapes differ, DtypeError where the indices are no integers, ArgumentError for other kernels and strides.
 *
 * @example
 * ```ts
 * import { maxPoolWithIndices, maxUnpool, tensor } from "smilodon";
 * const [values, indices] = maxPoolWithIndices(tensor([[[1, 5, 2, 4]]]), [2]);
 * console.log(await maxUnpool(values, indices, [2]).toArray()); // [[[0, 5, 0, 4]]]
 * ```
 */
export function maxUnpool(
  x: Tensor,
  indices: Tensor,
  kernel: readonly number[],
  options: UnpoolingOptions = {},
): Tensor {
  const dimensions = kernel.length;
  eachDimension("maxUnpool", "kernel", dimensions, kernel, 1);
  const stride = eachDimension("maxUnpool", "stride", dimensions, options.stride ?? kernel, 1);
  const padding = eachDimension("maxUnpool", "padding", dimensions, options.padding ?? 0, 0);
  if (x.rank < dimensions || !sameShape(x.shape, indices.shape))
    throw new ShapeError(
      `maxUnpool: x of shape ${showShape(x.shape)} and indices of ${showShape(indices.shape)} have to be the same, with ${dimensions} dimensions or more.`,
      { x: x.shape, indices: indices.shape },
    );
  const first = x.rank - dimensions;
  const sizes = x.shape.slice(first);
  const least = sizes.map((size, d) => (size - 1) * at(stride, d) - 2 * at(padding, d) + at(kernel, d));
  const wanted = options.outputSize ?? least;
  if (wanted.length !== dimensions || !wanted.every((size) => Number.isInteger(size) && size >= 0))
    throw new ArgumentError(`maxUnpool: outputSize is ${showShape(wanted)}; ${dimensions} whole numbers are needed.`, {
      outputSize: wanted,
    });
  const outer = x.shape.slice(0, first);
  const places = reshape(positionsOf("maxUnpool", indices), [...outer, sizeOf(sizes)]);
  const scatter = (values: Tensor): Tensor => {
    const base = zeros([...outer, sizeOf(wanted)], { dtype: values.dtype });
    const updates = reshape(values, places.shape);
    return new Tensor(
      node("scatter", [base.node, places.node, updates.node], { axis: first, batch: first, combine: "add" }),
    );
  };
  const counts = maximum(scatter(onesLike(x, { dtype: "i32" })), 1);
  const sums = scatter(x.dtype === "bool" ? astype(x, "i32") : x);
  const spread = isFloat(x.dtype)
    ? divide(sums, astype(counts, x.dtype))
    : floorDivide(sums, astype(counts, sums.dtype));
  return reshape(astype(spread, x.dtype), [...outer, ...wanted]);
}
