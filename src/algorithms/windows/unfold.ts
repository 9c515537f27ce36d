/**
 * Images as columns of patches (im2col), and patches added up into images again: `slidingWindows.ts` along each dimension,
 * and the axes put together.
 */
import { checkShape, type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { permuteDims, reshape } from "../../tensor/manipulate.ts";
import { whence } from "../../tensor/operands.ts";
import { toCount } from "../../tensor/reduce.ts";
import { pad, slice } from "../../tensor/slice.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { addWindows, type WindowSteps, windowCount, windowsAlong } from "./slidingWindows.ts";

/** How patches lie in an image; a number stands for all dimensions. */
export interface PatchOptions {
  /** From patch to patch. Default 1. */
  readonly stride?: number | readonly number[];
  /** Zeros on both sides. Default 0. */
  readonly padding?: number | readonly number[];
  /** From element to element of a patch. Default 1. */
  readonly dilation?: number | readonly number[];
}

/**
 * The patches of images as columns: x [batch, channels, …sizes] → [batch, channels · elements of a patch, patches], for a patch of one size a
 * dimension in `kernel`, in one to three dimensions; x without the batch gives a result without it. PyTorch's unfold (im2col).
 * @throws ShapeError where a patch does not fit, ArgumentError for other kernels, strides and paddings.
 *
 * @example
 * ```ts
 * import { tensor, unfold } from "smilodon";
 * const x = tensor([[[[1, 2, 3], [4, 5, 6]]]]);
 * console.log(await unfold(x, [2, 2]).toArray()); // [[[1, 2], [2, 3], [4, 5], [5, 6]]]
 * ```
 */
export function unfold(x: Tensor, kernel: readonly number[], options: PatchOptions = {}): Tensor {
  requireTensor("unfold", "x", x);
  const { steps, padding } = patchesOf("unfold", kernel, options);
  const first = x.rank - kernel.length;
  if (first !== 1 && first !== 2) throw wrongRank("unfold", x, kernel);
  const padded = pad(
    x,
    x.shape.map((_, axis) => [padding[axis - first] ?? 0, padding[axis - first] ?? 0] as const),
  );
  const counts = countsIn("unfold", padded.shape.slice(first), steps, kernel);
  // The last dimension first, so that axes before it stay where they are
  const windows = steps.reduceRight((inner, each, d) => windowsAlong(inner, first + d, each), padded);
  const dimensions = kernel.map((_, d) => first + 2 * d);
  const outer = x.shape.slice(0, first);
  const order = [...outer.map((_, axis) => axis), ...dimensions, ...dimensions.map((axis) => axis + 1)];
  return reshape(permuteDims(windows, order), [...outer.slice(0, -1), at(outer, -1) * sizeOf(kernel), sizeOf(counts)]);
}

/**
 * Columns of patches added up into images of `sizes`: x [batch, channels · elements of a patch, patches] → [batch, channels, …sizes]. What
 * patches share is summed, what lies in the padding is left out. PyTorch's fold (col2im), the transpose of `unfold`.
 * Booleans and small integers are added as i32.
 * @throws ShapeError where x is not what `unfold` gives of such images, ArgumentError for other kernels, strides and paddings.
 *
 * @example
 * ```ts
 * import { fold, tensor } from "smilodon";
 * const patches = tensor([[[1, 2], [2, 3], [4, 5], [5, 6]]]);
 * console.log(await fold(patches, [2, 3], [2, 2]).toArray()); // [[[[1, 4, 3], [4, 10, 6]]]]
 * ```
 */
export function fold(x: Tensor, sizes: Shape, kernel: readonly number[], options: PatchOptions = {}): Tensor {
  requireTensor("fold", "x", x);
  const { steps, padding } = patchesOf("fold", kernel, options);
  const isBatched = x.rank === 3;
  if ((!isBatched && x.rank !== 2) || sizes.length !== kernel.length) throw wrongRank("fold", x, kernel);
  const extents = checkShape("fold", sizes).map((size, d) => size + 2 * at(padding, d));
  const counts = countsIn("fold", extents, steps, kernel);
  const channels = at(x.shape, -2) / sizeOf(kernel);
  if (!Number.isInteger(channels) || at(x.shape, -1) !== sizeOf(counts))
    throw new ShapeError(
      `fold: ${showShape(x.shape)} does not hold ${sizeOf(counts)} patches of ${showShape(kernel)} in ${sizeOf(kernel)} rows a channel, which make up ${showShape(sizes)}.${whence([x])}`,
      { shape: x.shape, sizes, kernel },
    );
  const outer = isBatched ? [at(x.shape, 0), channels] : [channels];
  const first = outer.length;
  const apart = reshape(x.astype(toCount(x.dtype)), [...outer, ...kernel, ...counts]);
  const pairs = kernel.flatMap((_, d) => [first + d, first + kernel.length + d]);
  const windows = permuteDims(apart, [...outer.map((_, axis) => axis), ...pairs]);
  const whole = steps.reduce((joined, each, d) => addWindows(joined, first + d, at(extents, d), each), windows);
  return slice(
    whole,
    ...outer.map(() => null),
    ...sizes.map((size, d) => [at(padding, d), at(padding, d) + size] as const),
  );
}

/** The most dimensions that patches have. */
const mostDimensions = 3;

function patchesOf(
  operation: string,
  kernel: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: PatchOptions,
): { readonly steps: readonly WindowSteps[]; readonly padding: readonly number[] } {
  const listOf = (name: string, value: number | readonly number[], least: number): readonly number[] => {
    const values = typeof value === "number" ? kernel.map(() => value) : value;
    if (values.length === kernel.length && values.every((each) => Number.isInteger(each) && each >= least))
      return values;
    throw new ArgumentError(
      `${operation}: ${name} is ${typeof value === "number" ? value : showShape(value)}; it has to be a whole number of ${least} or more, or ${kernel.length} of them.`,
      { [name]: value },
    );
  };
  if (kernel.length === 0 || kernel.length > mostDimensions)
    throw new ArgumentError(
      `${operation}: a kernel of ${kernel.length} sizes; there have to be 1 to ${mostDimensions}.`,
      { kernel },
    );
  const sizes = listOf("kernel", kernel, 1);
  const [strides, gaps] = [listOf("stride", stride, 1), listOf("dilation", dilation, 1)];
  const steps = sizes.map((size, d) => ({ size, step: at(strides, d), dilation: at(gaps, d) }));
  return { steps, padding: listOf("padding", padding, 0) };
}

function countsIn(
  operation: string,
  extents: readonly number[],
  steps: readonly WindowSteps[],
  kernel: readonly number[],
): readonly number[] {
  const counts = extents.map((extent, d) => windowCount(extent, at(steps, d)));
  if (counts.every((count) => count > 0)) return counts;
  throw new ShapeError(
    `${operation}: a patch of ${showShape(kernel)} does not fit into ${showShape(extents)}, padding included.`,
    { kernel, extents },
  );
}

function wrongRank(operation: string, x: Tensor, kernel: readonly number[]): ShapeError {
  return new ShapeError(
    `${operation}: ${showShape(x.shape)} does not go with a kernel of ${kernel.length} dimensions.${whence([x])}`,
    { shape: x.shape, kernel },
  );
}
