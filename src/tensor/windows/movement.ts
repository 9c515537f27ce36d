/**
 * How windows move over the last dimensions of a tensor: strides, dilations and paddings as convolutions and pools are
 * given them, one number for all dimensions or one a dimension, and what `"same"` padding comes to.
 */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { Padding } from "../slice.ts";

/** A number for all dimensions, or one a dimension. */
export type PerDimension = number | readonly number[];

/**
 * Positions added around each dimension: as many on both sides, pairs `[before, after]`, or as many as make
 * ⌈size / stride⌉ windows: `"same"` puts an odd one behind (as TensorFlow and PyTorch, ONNX's SAME_UPPER), `"sameLower"` before.
 */
export type WindowPadding = number | readonly Padding[] | "same" | "sameLower";

/** How windows move; one entry a dimension. */
export interface Movement {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** @throws ArgumentError unless `value` is a whole number of `least` or more, or `dimensions` of them. */
export function eachDimension(
  operation: string,
  name: string,
  dimensions: number,
  value: PerDimension,
  least: number,
): readonly number[] {
  const values = typeof value === "number" ? new Array<number>(dimensions).fill(value) : value;
  requireWhole(operation, name, dimensions, value, values, least);
  return values;
}

/** The options of a window operation, for `sizes` of the input and of the kernel. @throws ArgumentError for other numbers. */
export function readMovement(
  operation: string,
  sizes: readonly number[],
  kernel: readonly number[],
  given: { readonly stride: PerDimension; readonly dilation: PerDimension; readonly padding: WindowPadding },
): Movement {
  const dimensions = sizes.length;
  const stride = eachDimension(operation, "stride", dimensions, given.stride, 1);
  const dilation = eachDimension(operation, "dilation", dimensions, given.dilation, 1);
  const { padding } = given;
  if (typeof padding !== "string") return { stride, dilation, ...readPadding(operation, dimensions, padding) };
  if (padding !== "same" && padding !== "sameLower")
    throw new ArgumentError(`${operation}: padding is "${String(padding)}"; words for it are "same" and "sameLower".`, {
      padding,
    });
  const total = sizes.map((size, d) => {
    const outputs = Math.ceil(size / at(stride, d));
    return Math.max(0, (outputs - 1) * at(stride, d) + reachOf(at(kernel, d), at(dilation, d)) - size);
  });
  return { stride, dilation, ...halved(total, padding) };
}

/** `padding` in numbers. @throws ArgumentError for negative or broken ones, and for too many or too few. */
function readPadding(
  operation: string,
  dimensions: number,
  padding: number | readonly Padding[],
): Pick<Movement, "low" | "high"> {
  const list = typeof padding === "number" ? new Array<number>(dimensions).fill(padding) : padding;
  const pairs = list.map((each) => (typeof each === "number" ? [each, each] : each));
  requireWhole(operation, "padding", 2 * dimensions, padding, pairs.flat(), 0);
  return { low: pairs.map((pair) => at(pair, 0)), high: pairs.map((pair) => at(pair, 1)) };
}

/** `total` positions of each dimension on both sides; of an odd number the last one behind, or before for `"sameLower"`. */
export function halved(total: readonly number[], padding: "same" | "sameLower"): Pick<Movement, "low" | "high"> {
  const low = total.map((width) => (padding === "same" ? Math.floor(width / 2) : Math.ceil(width / 2)));
  return { low, high: total.map((width, d) => width - at(low, d)) };
}

/** Positions from the first element of a window to behind its last one. */
export function reachOf(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

function requireWhole(
  operation: string,
  name: string,
  count: number,
  given: unknown,
  values: readonly number[],
  least: number,
): void {
  if (values.length === count && values.every((each) => Number.isInteger(each) && each >= least)) return;
  throw new ArgumentError(
    `${operation}: ${name} is ${JSON.stringify(given)}; whole numbers of ${least} or more are needed, one or one a dimension.`,
    { [name]: given },
  );
}
