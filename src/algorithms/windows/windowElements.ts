/**
 * The elements of windows as tensors: one strided slice of the input for each position of a kernel, so that combining them
 * is one pass over memory. Large kernels go by halves along one dimension after the other: work by the logarithm of
 * their size. `pooling.ts` says what is done with them.
 */
import { type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { pad, type SliceRange, slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  eachDimension,
  type Movement,
  type PerDimension,
  reachOf,
  readMovement,
  type WindowPadding,
} from "../../tensor/windows/movement.ts";

/** How windows move; a number stands for all dimensions. */
export interface PoolingOptions {
  /** Steps between windows. Default: the kernel, so that windows touch and do not overlap. */
  readonly stride?: PerDimension;
  /**
   * Positions added around each dimension: on both sides, as pairs `[before, after]`, or `"same"`: as many as give ⌈size / stride⌉
   * windows, an odd one behind (`"sameLower"`: before). They are never the largest, and count as zeros in averages. Default 0.
   */
  readonly padding?: WindowPadding;
  /** Steps between the elements of a window. Default 1. */
  readonly dilation?: PerDimension;
  /** A last window that begins inside, but does not end there, is one, too: sizes are rounded up. Default false. */
  readonly ceilMode?: boolean;
}

/** Where the windows of a pool lie. */
export interface WindowPlaces extends Movement {
  readonly kernel: readonly number[];
  /** The first of the dimensions that windows slide over. */
  readonly first: number;
  /** How many windows there are along each dimension. */
  readonly outputs: readonly number[];
  /** Positions behind the padding that the last window of `ceilMode` reaches. */
  readonly beyond: readonly number[];
}

/** Kernels with more elements than this go by halves. */
const fewElements = 32;

/**
 * Where the windows of `kernel` lie in a tensor of `shape`.
 * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides and paddings.
 */
export function placeWindows(
  operation: string,
  shape: Shape,
  kernel: readonly number[],
  options: PoolingOptions,
): WindowPlaces {
  eachDimension(operation, "kernel", kernel.length, kernel, 1);
  const first = shape.length - kernel.length;
  const misfit = () =>
    new ShapeError(
      `${operation}: a kernel of ${showShape(kernel)} does not fit x of shape ${showShape(shape)}. Pad more, or take a smaller kernel.`,
      { kernel, x: shape },
    );
  if (kernel.length === 0 || first < 0) throw misfit();
  const sizes = shape.slice(first);
  const { stride = kernel, dilation = 1, padding = 0, ceilMode = false } = options;
  const movement = readMovement(operation, sizes, kernel, { stride, dilation, padding });
  const reaches = kernel.map((size, d) => reachOf(size, at(movement.dilation, d)));
  if (reaches.some((reach, d) => Math.max(at(movement.low, d), at(movement.high, d)) >= reach)) {
    throw new ArgumentError(
      `${operation}: padding ${JSON.stringify(padding)} is as wide as the kernel ${showShape(kernel)}: a window would see nothing else.`,
      { padding, kernel },
    );
  }
  const room = sizes.map((size, d) => size + at(movement.low, d) + at(movement.high, d) - at(reaches, d));
  if (room.some((each) => each < 0)) throw misfit();
  const outputs = room.map((each, d) => {
    const step = at(movement.stride, d);
    if (!ceilMode) return Math.floor(each / step) + 1;
    const count = Math.ceil(each / step) + 1;
    return (count - 1) * step >= at(sizes, d) + at(movement.low, d) ? count - 1 : count;
  });
  const beyond = outputs.map((count, d) => Math.max(0, (count - 1) * at(movement.stride, d) - at(room, d)));
  return { ...movement, kernel, first, outputs, beyond };
}

/**
 * `combine` over the elements of each window, which are entries of all of `tensors` alike; `outside` is what each of these has
 * around it. `combine` is associative and takes what lies earlier first.
 */
export function combineWindows(
  tensors: readonly Tensor[],
  places: WindowPlaces,
  outside: readonly number[],
  combine: (earlier: readonly Tensor[], later: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const { kernel, first, dilation } = places;
  if (!isLarge(kernel)) {
    const of = tensors.map((tensor, index) => elementsOfWindows(tensor, places, at(outside, index)));
    return positions(kernel)
      .map((_, element): readonly Tensor[] => of.map((each) => at(each, element)))
      .reduce(combine);
  }
  const padded = tensors.map((tensor, index) => padFor(tensor, places, at(outside, index)));
  const wide = kernel.reduceRight<readonly Tensor[]>(
    (given, size, d) => combineRuns(given, first + d, size, at(dilation, d), combine),
    padded,
  );
  const start = kernel.map(() => 0);
  return wide.map((given) => elementAt(given, places, start));
}

/** Are windows of `kernel` so large that they go by halves? */
export function isLarge(kernel: readonly number[]): boolean {
  return sizeOf(kernel) > fewElements;
}

/** One tensor for each element of a window, in order: that element of every window. `outside` stands around `tensor`. */
export function elementsOfWindows(tensor: Tensor, places: WindowPlaces, outside: number): readonly Tensor[] {
  const padded = padFor(tensor, places, outside);
  return positions(places.kernel).map((position) => elementAt(padded, places, position));
}

/** `tensor` with all that windows reach around it. */
function padFor(tensor: Tensor, { first, low, high, beyond }: WindowPlaces, outside: number): Tensor {
  const widths = tensor.shape.map((_, axis): [number, number] =>
    axis < first ? [0, 0] : [at(low, axis - first), at(high, axis - first) + at(beyond, axis - first)],
  );
  return pad(tensor, widths, { value: outside });
}

/** The element at `position` of each window. */
function elementAt(padded: Tensor, { first, outputs, stride, dilation }: WindowPlaces, position: readonly number[]) {
  const spans = outputs.map((count, d): SliceRange => {
    const start = at(position, d) * at(dilation, d);
    return [start, start + (count - 1) * at(stride, d) + 1, at(stride, d)];
  });
  return slice(padded, ...new Array<null>(first).fill(null), ...spans);
}

/** `combine` over each run of `count` elements along `axis`, `gap` positions apart: runs are made of two shorter ones. */
export function combineRuns(
  tensors: readonly Tensor[],
  axis: number,
  count: number,
  gap: number,
  combine: (earlier: readonly Tensor[], later: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const known = new Map<number, readonly Tensor[]>([[1, tensors]]);
  const runsOf = (length: number): readonly Tensor[] => {
    const found = known.get(length);
    if (found !== undefined) return found;
    const half = 2 ** (Math.ceil(Math.log2(length)) - 1);
    const size = at(at(tensors, 0).shape, axis) - gap * (length - 1);
    const part = (given: readonly Tensor[], start: number) =>
      given.map((tensor) => slice(tensor, ...new Array<null>(axis).fill(null), [start, start + size]));
    const made = combine(part(runsOf(half), 0), part(runsOf(length - half), gap * half));
    known.set(length, made);
    return made;
  };
  return runsOf(count);
}

/** All positions of `shape`, in order. */
export function positions(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (known, size) => known.flatMap((position) => Array.from({ length: size }, (_, index) => [...position, index])),
    [[]],
  );
}
