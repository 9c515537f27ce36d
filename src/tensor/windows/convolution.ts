/**
 * Convolutions in one, two and three dimensions, and transposed ones: contractions whose axes slide. `slideWindows.ts`
 * has the way back; `graph/primitives.ts` says what a window is. These are functions only: as methods they would be
 * part of every bundle. The modules of this folder have no side effects (`package.json` says so).
 */
import { node } from "../../graph/node.ts";
import type { Window } from "../../graph/primitives.ts";
import { computedIn } from "../../shape/dtype.ts";
import { checkShape, type Shape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { reshape } from "../manipulate.ts";
import { castNode, commonDtype, explaining, toNumber } from "../operands.ts";
import { pad, slice } from "../slice.ts";
import { bringWindows, slideBack } from "../slideBack.ts";
import { Tensor } from "../tensor.ts";
import {
  eachDimension,
  halved,
  type Movement,
  type PerDimension,
  reachOf,
  readMovement,
  type WindowPadding,
} from "./movement.ts";
import { slideWindows } from "./slideWindows.ts";

/** How a kernel moves over its input; a number stands for all dimensions. */
export interface ConvolutionOptions {
  /** Steps between output positions. Default 1. */
  readonly stride?: PerDimension;
  /**
   * Zeros around each dimension: on both sides, as pairs `[before, after]`, or `"same"`: as many as give ⌈size / stride⌉ positions, an
   * odd one behind (`"sameLower"`: before), as in TensorFlow, ONNX and, for stride 1, PyTorch. Default 0.
   */
  readonly padding?: WindowPadding;
  /** Steps between kernel elements. Default 1. */
  readonly dilation?: PerDimension;
  /** Channels are cut into this many groups that do not see each other. Default 1. */
  readonly groups?: number;
}

/** How a transposed convolution grows its input. With padding `"same"` the result has size · stride positions. */
export interface TransposedOptions extends ConvolutionOptions {
  /** Further positions at the end of each dimension of the result: several input sizes have the same output size. Default 0. */
  readonly outputPadding?: PerDimension;
  /** The sizes of the result, instead of `outputPadding`: less than a stride more than the least ones. */
  readonly outputSize?: PerDimension;
}

/**
 * Slides a kernel over the last dimension: x [batch, channels, size], weight [out, channels / groups, kernel] →
 * [batch, out, (size + 2·padding − dilation·(kernel − 1) − 1) / stride + 1], rounded down.
 * @throws ShapeError naming both shapes where channels or sizes do not fit.
 *
 * @example
 * ```ts
 * import { conv1d, tensor } from "smilodon";
 * const x = tensor([[[1, 2, 3, 4]]]);
 * console.log(await conv1d(x, tensor([[[1, 1]]])).toArray()); // [[[3, 5, 7]]]
 * ```
 */
export function conv1d(x: Tensor, weight: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve("conv1d", 1, x, weight, options);
}

/**
 * Slides a kernel over the last two dimensions: x [batch, channels, height, width], weight
 * [out, channels / groups, kernel height, kernel width].
 * @throws ShapeError naming both shapes where channels or sizes do not fit.
 *
 * @example
 * ```ts
 * import { conv2d, ones } from "smilodon";
 * console.log(conv2d(ones([1, 3, 8, 8]), ones([4, 3, 3, 3]), { padding: 1, stride: 2 }).shape); // [1, 4, 4, 4]
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve("conv2d", 2, x, weight, options);
}

/**
 * Slides a kernel over the last three dimensions: x [batch, channels, depth, height, width], weight
 * [out, channels / groups, …kernel].
 * @throws ShapeError naming both shapes where channels or sizes do not fit.
 *
 * @example
 * ```ts
 * import { conv3d, ones } from "smilodon";
 * console.log(conv3d(ones([1, 1, 4, 4, 4]), ones([2, 1, 2, 2, 2])).shape); // [1, 2, 3, 3, 3]
 * ```
 */
export function conv3d(x: Tensor, weight: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve("conv3d", 3, x, weight, options);
}

/**
 * The transposed convolution in one dimension: x [batch, channels, size], weight [channels, out / groups, kernel] →
 * [batch, out, (size − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1].
 * @throws ShapeError naming both shapes where channels or sizes do not fit.
 *
 * @example
 * ```ts
 * import { convTranspose1d, tensor } from "smilodon";
 * const x = tensor([[[1, 2]]]);
 * console.log(await convTranspose1d(x, tensor([[[1, 1]]]), { stride: 2 }).toArray()); // [[[1, 1, 2, 2]]]
 * ```
 */
export function convTranspose1d(x: Tensor, weight: Tensor, options: TransposedOptions = {}): Tensor {
  return convolveBack("convTranspose1d", 1, x, weight, options);
}

/**
 * The transposed convolution in two dimensions: x [batch, channels, height, width], weight [channels, out / groups, …kernel].
 * @throws ShapeError naming both shapes where channels or sizes do not fit.
 *
 * @example
 * ```ts
 * import { convTranspose2d, ones } from "smilodon";
 * console.log(convTranspose2d(ones([1, 4, 4, 4]), ones([4, 2, 2, 2]), { stride: 2 }).shape); // [1, 2, 8, 8]
 * ```
 */
export function convTranspose2d(x: Tensor, weight: Tensor, options: TransposedOptions = {}): Tensor {
  return convolveBack("convTranspose2d", 2, x, weight, options);
}

/**
 * The transposed convolution in three dimensions: x [batch, channels, depth, height, width], weight [channels, out / groups, …kernel].
 * @throws ShapeError naming both shapes where channels or sizes do not fit.
 *
 * @example
 * ```ts
 * import { convTranspose3d, ones } from "smilodon";
 * console.log(convTranspose3d(ones([1, 1, 2, 2, 2]), ones([1, 1, 2, 2, 2]), { stride: 2 }).shape); // [1, 1, 4, 4, 4]
 * ```
 */
export function convTranspose3d(x: Tensor, weight: Tensor, options: TransposedOptions = {}): Tensor {
  return convolveBack("convTranspose3d", 3, x, weight, options);
}

/** Names of the axes: groups, batch, channels inside and out, then three for each dimension. */
const [groupName, batchName, innerName, outerName] = [0, 1, 2, 3];
const inputName = (dimension: number) => 4 + 3 * dimension;
const outputName = (dimension: number) => 5 + 3 * dimension;
const kernelName = (dimension: number) => 6 + 3 * dimension;

function convolve(
  operation: string,
  dimensions: number,
  x: Tensor,
  weight: Tensor,
  options: ConvolutionOptions,
): Tensor {
  bringWindows(slideWindows);
  const groups = groupsOf(operation, options);
  requireRanks(operation, dimensions, x, weight);
  const [channels, perGroup, out] = [at(x.shape, 1), at(weight.shape, 1), at(weight.shape, 0)];
  if (channels !== perGroup * groups || out % groups !== 0) {
    throw new ShapeError(
      `${operation}: x ${showShape(x.shape)} has ${channels} channels and weight ${showShape(weight.shape)} takes ${perGroup} in each of ` +
        `${groups} groups and gives ${out}. x is [batch, channels, …], weight [out, channels / groups, …].`,
      { x: x.shape, weight: weight.shape, groups },
    );
  }
  const { stride, dilation, low, high } = movementOf(operation, x, weight, options);
  const padded = pad(x, [[0, 0], [0, 0], ...low.map((before, d): [number, number] => [before, at(high, d)])]);
  const windows = stride.map((step, dimension): Window => {
    const kernel = at(weight.shape, dimension + 2);
    const reach = reachOf(kernel, at(dilation, dimension));
    const room = at(padded.shape, dimension + 2) - reach;
    if (room < 0) {
      throw new ShapeError(
        `${operation}: the kernel of ${showShape(weight.shape)} reaches over ${reach} positions of dimension ${dimension}, where x ` +
          `${showShape(x.shape)} has ${at(padded.shape, dimension + 2)} with its padding. Pad more, or take a smaller kernel.`,
        { x: x.shape, weight: weight.shape, dimension },
      );
    }
    return windowOf(dimension, step, at(dilation, dimension), Math.floor(room / step) + 1);
  });
  const spatial = (name: (dimension: number) => number) => stride.map((_, dimension) => name(dimension));
  const dtype = toNumber(commonDtype(operation, [x, weight]));
  const sizes = windows.map(({ size }) => size);
  return explaining(operation, [x, weight], () => {
    const left = reshape(padded, [at(x.shape, 0), groups, perGroup, ...padded.shape.slice(2)]);
    const right = reshape(weight, [groups, out / groups, ...weight.shape.slice(1)]);
    const result = node("contract", [castNode(left.node, dtype), castNode(right.node, dtype)], {
      left: [batchName, groupName, innerName, ...spatial(inputName)],
      right: [groupName, outerName, innerName, ...spatial(kernelName)],
      output: [batchName, groupName, outerName, ...spatial(outputName)],
      windows,
      accumulate: computedIn(dtype),
      dtype,
    });
    return reshape(new Tensor(result), [at(x.shape, 0), out, ...sizes]);
  });
}

function convolveBack(
  operation: string,
  dimensions: number,
  x: Tensor,
  weight: Tensor,
  options: TransposedOptions,
): Tensor {
  bringWindows(slideWindows);
  const groups = groupsOf(operation, options);
  requireRanks(operation, dimensions, x, weight);
  const [batch = 0, channels = 0] = x.shape;
  const out = at(weight.shape, 1) * groups;
  if (channels !== at(weight.shape, 0) || channels % groups !== 0) {
    throw new ShapeError(
      `${operation}: x ${showShape(x.shape)} has ${channels} channels and weight ${showShape(weight.shape)} takes ${at(weight.shape, 0)}, in ` +
        `${groups} groups. x is [batch, channels, …], weight [channels, out / groups, …].`,
      { x: x.shape, weight: weight.shape, groups },
    );
  }
  const { stride, dilation, low, full, kept } = grownSizes(operation, x, weight, options);
  const windows = stride.map((step, dimension) =>
    windowOf(dimension, step, at(dilation, dimension), at(x.shape, dimension + 2)),
  );
  checkShape(operation, [batch, out, ...full]);
  const spatial = (name: (dimension: number) => number) => stride.map((_, dimension) => name(dimension));
  const dtype = toNumber(commonDtype(operation, [x, weight]));
  return explaining(operation, [x, weight], () => {
    const left = reshape(x, [batch, groups, channels / groups, ...x.shape.slice(2)]);
    const right = reshape(weight, [groups, channels / groups, ...weight.shape.slice(1)]);
    const result = slideBack(
      { node: castNode(left.node, dtype), names: [batchName, groupName, outerName, ...spatial(outputName)] },
      { node: castNode(right.node, dtype), names: [groupName, outerName, innerName, ...spatial(kernelName)] },
      windows,
      [],
      {
        names: [batchName, groupName, innerName, ...spatial(inputName)],
        shape: [batch, groups, out / groups, ...full],
        accumulate: computedIn(dtype),
        dtype,
      },
    );
    const whole = reshape(new Tensor(result), [batch, out, ...full]);
    return slice(
      whole,
      null,
      null,
      ...kept.map((size, dimension): [number, number] => [at(low, dimension), at(low, dimension) + size]),
    );
  });
}

/** How a transposed convolution moves, the sizes that its windows reach, and those that are left of them. */
function grownSizes(
  operation: string,
  x: Tensor,
  weight: Tensor,
  options: TransposedOptions,
): Movement & { readonly full: readonly number[]; readonly kept: readonly number[] } {
  const [sizes, kernel] = [x.shape.slice(2), weight.shape.slice(2)];
  const dimensions = sizes.length;
  const { padding = 0, outputSize } = options;
  const isSame = typeof padding === "string";
  const movement = movementOf(operation, x, weight, options);
  const { stride, dilation } = movement;
  const reaches = kernel.map((size, d) => reachOf(size, at(dilation, d)));
  const more = reaches.map((reach, d) => (isSame ? Math.max(0, reach - at(stride, d)) : 0));
  const { low, high } = isSame ? halved(more, padding) : movement;
  const least = sizes.map((size, d) =>
    size === 0 ? 0 : at(stride, d) * (size - 1) + at(reaches, d) - at(low, d) - at(high, d),
  );
  const wanted =
    outputSize === undefined ? undefined : eachDimension(operation, "outputSize", dimensions, outputSize, 0);
  const asked = eachDimension(operation, "outputPadding", dimensions, options.outputPadding ?? 0, 0);
  const further = least.map((size, d) => {
    if (at(sizes, d) === 0) return 0;
    if (wanted !== undefined) return at(wanted, d) - size;
    return isSame ? Math.max(0, at(stride, d) - at(reaches, d)) : at(asked, d);
  });
  if (
    wanted !== undefined &&
    further.some((width, d) => width < 0 || width >= Math.max(at(stride, d), at(dilation, d)))
  )
    throw new ArgumentError(
      `${operation}: outputSize is ${showShape(wanted)}; the least is ${showShape(least)}, and less than a stride more is possible.`,
      { outputSize: wanted, least },
    );
  const kept = least.map((size, d) => size + at(further, d));
  const full = kept.map((size, d) => (at(sizes, d) === 0 ? 0 : size + at(low, d) + at(high, d)));
  if (kept.some((size) => size < 0)) {
    throw new ShapeError(
      `${operation}: padding ${JSON.stringify(padding)} takes away more than the ${showShape(full)} positions there are.`,
      { full, padding },
    );
  }
  return { stride, dilation, low, high, full, kept };
}

function windowOf(dimension: number, stride: number, dilation: number, size: number): Window {
  return {
    input: inputName(dimension),
    output: outputName(dimension),
    kernel: kernelName(dimension),
    stride,
    dilation,
    size,
  };
}

function movementOf(operation: string, x: Tensor, weight: Tensor, options: ConvolutionOptions): Movement {
  const { stride = 1, dilation = 1, padding = 0 } = options;
  return readMovement(operation, x.shape.slice(2), weight.shape.slice(2), { stride, dilation, padding });
}

function groupsOf(operation: string, { groups = 1 }: ConvolutionOptions): number {
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(`${operation}: groups is ${groups}; it has to be a whole number of 1 or more.`, { groups });
  return groups;
}

function requireRanks(operation: string, dimensions: number, x: Tensor, weight: Tensor): void {
  for (const [name, shape] of [
    ["x", x.shape],
    ["weight", weight.shape],
  ] as readonly (readonly [string, Shape])[]) {
    if (shape.length === dimensions + 2) continue;
    throw new ShapeError(
      `${operation}: ${name} has shape ${showShape(shape)}; it needs ${dimensions + 2} axes. Add a batch axis with expandDims(0) where it is missing.`,
      { [name]: shape },
    );
  }
}
