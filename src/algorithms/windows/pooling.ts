/**
 * Pooling: the largest element, the average or a power mean's sum of each window. `windowElements.ts` has the windows,
 * `maxima.ts` and `largest.ts` the derivative of maxima, `adaptivePooling.ts` windows of so many as are wanted, `unpooling.ts` the way back.
 */
import { type Dtype, dtypes, isFloat } from "../../shape/dtype.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { abs, add, divide, pow, sqrt, square } from "../../tensor/arithmetic.ts";
import { less, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { broadcastTo, expandDims, reshape } from "../../tensor/manipulate.ts";
import { throughFloats } from "../../tensor/operands.ts";
import { max, mean, sum } from "../../tensor/reduce.ts";
import { type Padding, pad, slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { findLargest, type Largest, largerOf } from "./largest.ts";
import { windowMaxima } from "./maxima.ts";
import { combineWindows, isLarge, type PoolingOptions, placeWindows, type WindowPlaces } from "./windowElements.ts";

export type { PoolingOptions } from "./windowElements.ts";

/** What averages may be told. */
export interface AveragePoolOptions extends PoolingOptions {
  /** Do zeros of the padding count? If not, averages are of the elements that there are. Default true, as in PyTorch. */
  readonly countIncludePad?: boolean;
  /** What sums are divided by, instead of the number of elements. */
  readonly divisorOverride?: number;
}

/** What sums of powers may be told. */
export interface LpPoolOptions extends PoolingOptions {
  /** The power, of 1 or more. Default 2. */
  readonly p?: number;
}

/**
 * The largest element of each window over the last dimensions, one for each size in `kernel`: x [batch, channels, …sizes] →
 * [batch, channels, (size + padding − dilation·(kernel − 1) − 1) / stride + 1, …], rounded down, or up with `ceilMode`. NaN is
 * larger than all; the gradient goes to the first of equal elements, as in PyTorch.
 * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides and paddings.
 *
 * @example
 * ```ts
 * import { maxPool, tensor } from "smilodon";
 * console.log(await maxPool(tensor([[[1, 5, 2, 4]]]), [2]).toArray()); // [[[5, 4]]]
 * console.log(await maxPool(tensor([[[1, 5, 2]]]), [2], { padding: "same" }).toArray()); // [[[5, 2]]]
 * ```
 */
export function maxPool(x: Tensor, kernel: readonly number[], options: PoolingOptions = {}): Tensor {
  if (!isFloat(x.dtype) || isLarge(kernel)) return largestInWindows("maxPool", x, kernel, options)[0];
  return windowMaxima(x, placeWindows("maxPool", x.shape, kernel, options));
}

/**
 * `maxPool`, and where its elements come from: `[values, indices]`. The indices, of i32, count the positions of the last
 * dimensions row by row, as PyTorch's do; of equal elements the first. `maxUnpool` takes them back.
 * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides and paddings.
 *
 * @example
 * ```ts
 * import { maxPoolWithIndices, tensor } from "smilodon";
 * const [values, indices] = maxPoolWithIndices(tensor([[[1, 5, 2, 4]]]), [2]);
 * console.log(await values.toArray(), await indices.toArray()); // [[[5, 4]]] [[[1, 3]]]
 * ```
 */
export function maxPoolWithIndices(
  x: Tensor,
  kernel: readonly number[],
  options: PoolingOptions = {},
): [values: Tensor, indices: Tensor] {
  return largestInWindows("maxPoolWithIndices", x, kernel, options);
}

/**
 * The average of each window over the last dimensions, one for each size in `kernel`; sizes as for `maxPool`. Integers become f32.
 * Positions that only `ceilMode` adds never count.
 * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides, paddings and divisors.
 *
 * @example
 * ```ts
 * import { averagePool, tensor } from "smilodon";
 * console.log(await averagePool(tensor([[[1, 5, 2, 4]]]), [2]).toArray()); // [[[3, 3]]]
 * const options = { padding: "same", countIncludePad: false } as const;
 * console.log(await averagePool(tensor([[[1, 5, 2]]]), [2], options).toArray()); // [[[3, 2]]]
 * ```
 */
export function averagePool(x: Tensor, kernel: readonly number[], options: AveragePoolOptions = {}): Tensor {
  const places = placeWindows("averagePool", x.shape, kernel, options);
  const { divisorOverride } = options;
  if (divisorOverride === 0 || Number.isNaN(divisorOverride))
    throw new ArgumentError(`averagePool: divisorOverride is ${divisorOverride}.`, { divisorOverride });
  return throughFloats(x, (values) => {
    const sums = sumWindows(values, places);
    if (divisorOverride !== undefined) return divide(sums, divisorOverride);
    const { shape } = x;
    return countElements(places, shape.slice(places.first), options.countIncludePad ?? true).reduce<Tensor>(
      (average, counts, d) => divide(average, alongAxis(counts, kernel.length - d, values.dtype)),
      sums,
    );
  });
}

/**
 * (Σ |x|ᵖ)^(1/p) over each window of the last dimensions, one for each size in `kernel`; sizes as for `maxPool`. As ONNX's LpPool;
 * PyTorch's takes powers of negative numbers as they are, which differs for odd p. Integers become f32. The gradient
 * of a window of zeros is 0.
 * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides, paddings and powers.
 *
 * @example
 * ```ts
 * import { lpPool, tensor } from "smilodon";
 * console.log(await lpPool(tensor([[[3, -4, 0, 2]]]), [2]).toArray()); // [[[5, 2]]]
 * ```
 */
export function lpPool(x: Tensor, kernel: readonly number[], { p = 2, ...options }: LpPoolOptions = {}): Tensor {
  const places = placeWindows("lpPool", x.shape, kernel, options);
  return powerMean("lpPool", x, p, (powers) => sumWindows(powers, places));
}

/**
 * The average over all positions: [batch, channels, …sizes] → [batch, channels, 1, …]. Integers become f32.
 * @throws ShapeError where x has no batch and channels.
 *
 * @example
 * ```ts
 * import { globalAveragePool, tensor } from "smilodon";
 * console.log(await globalAveragePool(tensor([[[1, 5, 3]]])).toArray()); // [[[3]]]
 * ```
 */
export function globalAveragePool(x: Tensor): Tensor {
  return mean(x, positionAxes("globalAveragePool", x), { keepDims: true });
}

/**
 * The largest over all positions: [batch, channels, …sizes] → [batch, channels, 1, …].
 * @throws ShapeError where x has no batch and channels, or no positions.
 *
 * @example
 * ```ts
 * import { globalMaxPool, tensor } from "smilodon";
 * console.log(await globalMaxPool(tensor([[[1, 5, 3]]])).toArray()); // [[[5]]]
 * ```
 */
export function globalMaxPool(x: Tensor): Tensor {
  return max(x, positionAxes("globalMaxPool", x), { keepDims: true });
}

/**
 * (Σ |x|ᵖ)^(1/p) over all positions: [batch, channels, …sizes] → [batch, channels, 1, …]; ONNX's GlobalLpPool. See `lpPool`.
 * @throws ShapeError where x has no batch and channels, ArgumentError where the power is less than 1.
 *
 * @example
 * ```ts
 * import { globalLpPool, tensor } from "smilodon";
 * console.log(await globalLpPool(tensor([[[3, 0, -4]]])).toArray()); // [[[5]]]
 * ```
 */
export function globalLpPool(x: Tensor, { p = 2 }: Pick<LpPoolOptions, "p"> = {}): Tensor {
  const axes = positionAxes("globalLpPool", x);
  return powerMean("globalLpPool", x, p, (powers) => sum(powers, axes, { keepDims: true }));
}

function largestInWindows(operation: string, x: Tensor, kernel: readonly number[], options: PoolingOptions): Largest {
  const places = placeWindows(operation, x.shape, kernel, options);
  return findLargest(x, kernel.length, [], (given) =>
    combineWindows(given, places, [dtypes[x.dtype].lowest, -1], largerOf),
  );
}

/** The sum of each window, and as its derivative `spreadWindows`, which looks at fewer windows than a sum of what each tap gives. */
function sumWindows(x: Tensor, places: WindowPlaces): Tensor {
  if (places.dilation.some((gap) => gap > 1)) return addTaps(x, places);
  const sizes = x.shape.slice(places.first);
  return customVjp((given: Tensor) => addTaps(given, places), {
    forward: (given) => [addTaps(given, places), null],
    backward: (_, cotangent) => [sizes.reduce((spread, size, d) => spreadWindows(spread, places, d, size), cotangent)],
  })(x);
}

/**
 * To each of `size` positions along dimension `d` the sum of the windows that it is in. Position s·q + r, for a stride of s, is in
 * ⌊k/s⌋ windows from q backwards, and in one more if r < k mod s.
 */
function spreadWindows(x: Tensor, { first, kernel, stride, low }: WindowPlaces, d: number, size: number): Tensor {
  const axis = first + d;
  const [taps, step, before] = [at(kernel, d), at(stride, d), at(low, d)];
  const steps = Math.ceil((size + before) / step);
  const whole = Math.floor(taps / step);
  const only = <T>(value: T, others: T) => x.shape.map((_, each) => (each === axis ? value : others));
  const padded = pad(x, only<Padding>([whole, Math.max(0, steps - at(x.shape, axis))], 0));
  const back = (windows: number): Tensor => {
    const range = [whole - windows, whole - windows + steps] as const;
    return expandDims(slice(padded, ...only<typeof range | null>(range, null)), axis + 1);
  };
  const behind = new Array<number>(x.rank - axis - 1).fill(1);
  const isIn = reshape(less(arange(step), taps % step), [step, ...behind]);
  const extra = taps % step === 0 ? [] : [where(isIn, back(whole), 0)];
  const parts: readonly Tensor[] = [...Array.from({ length: whole }, (_, windows) => back(windows)), ...extra];
  const total: Tensor = parts.reduce<Tensor>(
    (sums, part, index) => (index === 0 ? part : add(sums, part)),
    at(parts, 0),
  );
  const apart = [...x.shape.slice(0, axis), steps, step, ...x.shape.slice(axis + 1)];
  const joined = reshape(broadcastTo(total, apart), x.shape.with(axis, steps * step));
  return slice(joined, ...only<readonly [number, number] | null>([before, before + size], null));
}

function addTaps(x: Tensor, places: WindowPlaces): Tensor {
  const added = combineWindows([x], places, [0], ([a], [b]) => (a === undefined || b === undefined ? [] : [add(a, b)]));
  return at(added, 0);
}

function powerMean(operation: string, x: Tensor, p: number, total: (powers: Tensor) => Tensor): Tensor {
  if (!(p >= 1 && p < Infinity))
    throw new ArgumentError(`${operation}: p is ${p}; it has to be a finite number of 1 or more.`, { p });
  return throughFloats(x, (values) => {
    if (p === 1) return total(abs(values));
    const sums = total(p === 2 ? square(values) : pow(abs(values), p));
    // Roots of 0 have no derivative
    const isZero = sums.equal(0);
    const safe = where(isZero, 1, sums);
    return where(isZero, 0, p === 2 ? sqrt(safe) : pow(safe, 1 / p));
  });
}

/** For each dimension, what windows along it are divided by: how many of their positions count. */
function countElements(
  { kernel, stride, dilation, low, high, outputs }: WindowPlaces,
  sizes: readonly number[],
  countIncludePad: boolean,
): readonly (number | readonly number[])[] {
  return kernel.map((taps, d) => {
    const [before, behind] = countIncludePad ? [at(low, d), at(high, d)] : [0, 0];
    const counts = Array.from({ length: at(outputs, d) }, (_, window) => {
      const start = window * at(stride, d) - at(low, d);
      const inside = Array.from({ length: taps }, (__, tap) => start + tap * at(dilation, d));
      return inside.filter((place) => place >= -before && place < at(sizes, d) + behind).length;
    });
    return counts.every((count) => count === taps) ? taps : counts;
  });
}

/** `counts` along the axis with `behind` − 1 axes behind it. */
function alongAxis(counts: number | readonly number[], behind: number, dtype: Dtype): Tensor | number {
  if (typeof counts === "number") return counts;
  return reshape(tensor([...counts], { dtype }), [counts.length, ...new Array<number>(behind - 1).fill(1)]);
}

/** The axes after batch and channels. */
function positionAxes(operation: string, x: Tensor): readonly number[] {
  if (x.rank >= 2) return x.shape.slice(2).map((_, axis) => axis + 2);
  throw new ShapeError(`${operation}: x has shape [${x.shape.join(", ")}]; it has to be [batch, channels, …sizes].`, {
    x: x.shape,
  });
}
