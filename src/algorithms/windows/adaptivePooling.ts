/**
 * Pools whose windows are given by how many there are to be: as equal as can be (adaptive), or of one size at places
 * that random numbers choose (fractional).
 */
import { node } from "../../graph/node.ts";
import { isFloat } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, maximum, minimum, multiply, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { less, where } from "../../tensor/comparison.ts";
import { arange, ones } from "../../tensor/creation.ts";
import { gather } from "../../tensor/indexing.ts";
import { concat } from "../../tensor/joining.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { floatsOf } from "../../tensor/operands.ts";
import { mean, sum } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import { Tensor, tensor } from "../../tensor/tensor.ts";
import { eachDimension } from "../../tensor/windows/movement.ts";
import { findLargest, type Largest, largerOf } from "./largest.ts";
import { combineRuns } from "./windowElements.ts";

/** What fractional pooling is told. */
export interface FractionalPoolOptions {
  /** How many windows there are along each of the last dimensions. */
  readonly outputSize: readonly number[];
  /** Uniform numbers of [0, 1), [batch, channels, dimensions], in the order of the dimensions: they choose the places of the windows. */
  readonly randomSamples: Tensor;
}

/**
 * The average over each of `sizes.length` last dimensions cut into so many windows that cover it, as equal as can be: window i of
 * n positions and m windows goes from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉; null leaves a dimension as it is. `[1, 1]` is the average of a
 * whole image. As PyTorch's.
 * @throws ShapeError where x has fewer dimensions, or one is empty; ArgumentError for sizes that are not whole numbers of 1 or more.
 *
 * @example
 * ```ts
 * import { adaptiveAveragePool, tensor } from "smilodon";
 * console.log(await adaptiveAveragePool(tensor([[[1, 2, 3, 4, 5]]]), [2]).toArray()); // [[[2, 4]]]
 * ```
 */
export function adaptiveAveragePool(x: Tensor, sizes: readonly (number | null)[]): Tensor {
  const counts = adaptiveSizes("adaptiveAveragePool", x, sizes);
  const first = x.rank - counts.length;
  return counts.reduceRight((pooled, count, d) => averageAlong(pooled, first + d, count), floatsOf(x));
}

/**
 * The largest element of each of so many windows as `sizes` says, which lie as for `adaptiveAveragePool`. The gradient goes to the
 * first of equal elements. As PyTorch's.
 * @throws ShapeError where x has fewer dimensions, or one is empty; ArgumentError for sizes that are not whole numbers of 1 or more.
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool, tensor } from "smilodon";
 * console.log(await adaptiveMaxPool(tensor([[[1, 2, 3, 5, 4]]]), [2]).toArray()); // [[[3, 5]]]
 * ```
 */
export function adaptiveMaxPool(x: Tensor, sizes: readonly (number | null)[]): Tensor {
  return largestOfParts("adaptiveMaxPool", x, sizes)[0];
}

/**
 * `adaptiveMaxPool`, and where its elements come from: `[values, indices]`; see `maxPoolWithIndices`.
 * @throws ShapeError where x has fewer dimensions, or one is empty; ArgumentError for sizes that are not whole numbers of 1 or more.
 *
 * @example
 * ```ts
 * import { adaptiveMaxPoolWithIndices, tensor } from "smilodon";
 * const [values, indices] = adaptiveMaxPoolWithIndices(tensor([[[1, 2, 3, 5, 4]]]), [2]);
 * console.log(await values.toArray(), await indices.toArray()); // [[[3, 5]]] [[[2, 3]]]
 * ```
 */
export function adaptiveMaxPoolWithIndices(
  x: Tensor,
  sizes: readonly (number | null)[],
): [values: Tensor, indices: Tensor] {
  return largestOfParts("adaptiveMaxPoolWithIndices", x, sizes);
}

/**
 * The largest element of each of `outputSize` windows of size `kernel`, x [batch, channels, …sizes]; where they begin is random, the
 * same for all rows of a channel. Window i of n begins at ⌊α·(i + u)⌋ − ⌊α·u⌋, α = (size − kernel) / (n − 1), the last one ends
 * with the dimension. Graham, Fractional Max-Pooling, 2014, pseudorandom; as PyTorch's, which takes the sample of the width
 * first in two dimensions.
 * @throws ShapeError where windows do not fit or the samples have another shape; ArgumentError for other kernels and sizes.
 *
 * @example
 * ```ts
 * import { fractionalMaxPool, tensor } from "smilodon";
 * const x = tensor([[[1, 5, 2, 4, 3]]]);
 * const pooled = fractionalMaxPool(x, [2], { outputSize: [3], randomSamples: tensor([[[0.5]]]) });
 * console.log(await pooled.toArray()); // [[[5, 5, 4]]]
 * ```
 */
export function fractionalMaxPool(x: Tensor, kernel: readonly number[], options: FractionalPoolOptions): Tensor {
  return largestOfFractions("fractionalMaxPool", x, kernel, options)[0];
}

/**
 * `fractionalMaxPool`, and where its elements come from: `[values, indices]`; see `maxPoolWithIndices`.
 * @throws ShapeError where windows do not fit or the samples have another shape; ArgumentError for other kernels and sizes.
 *
 * @example
 * ```ts
 * import { fractionalMaxPoolWithIndices, tensor } from "smilodon";
 * const x = tensor([[[1, 5, 2, 4, 3]]]);
 * const [, indices] = fractionalMaxPoolWithIndices(x, [2], { outputSize: [3], randomSamples: tensor([[[0.5]]]) });
 * console.log(await indices.toArray()); // [[[1, 1, 3]]]
 * ```
 */
export function fractionalMaxPoolWithIndices(
  x: Tensor,
  kernel: readonly number[],
  options: FractionalPoolOptions,
): [values: Tensor, indices: Tensor] {
  return largestOfFractions("fractionalMaxPoolWithIndices", x, kernel, options);
}

/** Beginnings and lengths of `count` windows of `size` positions. */
function partsOf(
  size: number,
  count: number,
): { readonly starts: readonly number[]; readonly lengths: readonly number[] } {
  const starts = Array.from({ length: count }, (_, part) => Math.floor((part * size) / count));
  return { starts, lengths: starts.map((start, part) => Math.ceil(((part + 1) * size) / count) - start) };
}

/** Averages of `count` windows along one axis. */
function averageAlong(x: Tensor, axis: number, count: number): Tensor {
  const size = at(x.shape, axis);
  if (count === size) return x;
  if (count === 1) return mean(x, axis, { keepDims: true });
  if (size % count === 0)
    return mean(reshape(x, [...x.shape.slice(0, axis), count, size / count, ...x.shape.slice(axis + 1)]), axis + 1);
  const { starts, lengths } = partsOf(size, count);
  const most = Math.max(...lengths);
  const places = starts.flatMap((start) => Array.from({ length: most }, (_, k) => Math.min(start + k, size - 1)));
  const behind = new Array<number>(x.rank - axis - 1).fill(1);
  const divisors = reshape(tensor([...lengths], { dtype: "i32" }), [count, 1, ...behind]);
  const isInside = less(reshape(arange(most), [most, ...behind]), divisors);
  const read = gather(x, tensor(places, { shape: [count, most], dtype: "i32" }), axis);
  return divide(sum(where(isInside, read, 0), axis + 1), astype(reshape(divisors, [count, ...behind]), x.dtype));
}

function largestOfParts(operation: string, x: Tensor, sizes: readonly (number | null)[]): Largest {
  const counts = adaptiveSizes(operation, x, sizes);
  const first = x.rank - counts.length;
  return findLargest(x, counts.length, [], (tensors) =>
    counts.reduceRight((given, count, d) => largestAlong(given, first + d, count), tensors),
  );
}

/** The largest of `count` windows along one axis, each made of two runs that overlap. */
function largestAlong(tensors: readonly Tensor[], axis: number, count: number): readonly Tensor[] {
  const size = at(at(tensors, 0).shape, axis);
  if (count === size) return tensors;
  const { starts, lengths } = partsOf(size, count);
  const least = Math.min(...lengths);
  const runs = combineRuns(tensors, axis, least, 1, largerOf);
  const step = size / count;
  if (Number.isInteger(step))
    return runs.map((run) => slice(run, ...new Array<null>(axis).fill(null), [null, null, step]));
  const read = (places: readonly number[]) => {
    const indices = tensor([...places], { dtype: "i32" });
    return runs.map((run) => gather(run, indices, axis));
  };
  return largerOf(read(starts), read(starts.map((start, part) => start + at(lengths, part) - least)));
}

function largestOfFractions(
  operation: string,
  x: Tensor,
  kernel: readonly number[],
  { outputSize, randomSamples }: FractionalPoolOptions,
): Largest {
  const dimensions = kernel.length;
  eachDimension(operation, "kernel", dimensions, kernel, 1);
  eachDimension(operation, "outputSize", dimensions, outputSize, 1);
  const sizes = x.shape.slice(2);
  if (x.rank !== dimensions + 2 || sizes.some((size, d) => at(outputSize, d) + at(kernel, d) - 1 > size))
    throw new ShapeError(
      `${operation}: x of shape ${showShape(x.shape)} has to be [batch, channels, …sizes] with room for ${showShape(outputSize)} windows of ${showShape(kernel)}.`,
      { x: x.shape, kernel, outputSize },
    );
  const wanted = [...x.shape.slice(0, 2), dimensions];
  if (showShape(randomSamples.shape) !== showShape(wanted))
    throw new ShapeError(
      `${operation}: randomSamples have shape ${showShape(randomSamples.shape)} and have to be ${showShape(wanted)}.`,
      { randomSamples: randomSamples.shape },
    );
  if (!isFloat(randomSamples.dtype))
    throw new DtypeError(`${operation}: randomSamples are ${randomSamples.dtype}; floats of [0, 1) are needed.`, {
      dtype: randomSamples.dtype,
    });
  const starts = kernel.map((taps, d) =>
    windowStarts(slice(randomSamples, null, null, [d, d + 1]), at(sizes, d), at(outputSize, d), taps),
  );
  return findLargest(x, dimensions, starts, (tensors, places) =>
    kernel.reduceRight((given, taps, d) => {
      const elements = Array.from({ length: taps }, (_, tap): readonly Tensor[] =>
        given.map((each) => readAt(each, add(at(places, d), tap), d + 2)),
      );
      return elements.reduce(largerOf);
    }, tensors),
  );
}

/** Where `count` windows begin, [batch, channels, count] of i32, for samples [batch, channels, 1]. */
function windowStarts(samples: Tensor, size: number, count: number, taps: number): Tensor {
  const last = size - taps;
  const end: Tensor = multiply(ones([...samples.shape], { dtype: "i32" }), last);
  if (count === 1) return end;
  const step = last / (count - 1);
  const scaled = (places: Tensor): Tensor => astype(multiply(places, step), "i32");
  const inner: Tensor = astype(arange(count - 1), samples.dtype);
  const starts: Tensor = subtract(scaled(add(inner, samples)), scaled(samples));
  return concat([maximum(minimum(starts, last), 0), end], 2);
}

/** The elements of `x` at places of `axis` that all exist, which differ between channels. */
function readAt(x: Tensor, places: Tensor, axis: number): Tensor {
  return new Tensor(node("gather", [x.node, places.node], { axis, batch: 2, value: null }));
}

/** `sizes` in numbers. */
function adaptiveSizes(operation: string, x: Tensor, sizes: readonly (number | null)[]): readonly number[] {
  const first = x.rank - sizes.length;
  const kept = sizes.map((size, d) => size ?? x.shape[first + d] ?? 0);
  if (first < 0 || x.shape.slice(first).includes(0))
    throw new ShapeError(
      `${operation}: x of shape ${showShape(x.shape)} has not ${sizes.length} last dimensions with elements.`,
      { x: x.shape, sizes },
    );
  if (kept.every((size) => Number.isInteger(size) && size >= 1)) return kept;
  throw new ArgumentError(`${operation}: sizes are ${showShape(kept)}; whole numbers of 1 or more are needed.`, {
    sizes,
  });
}
