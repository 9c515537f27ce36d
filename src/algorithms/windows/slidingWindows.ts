/**
 * Windows that slide along an axis, as a view of memory: neighbours overlap and nothing is copied. The way back, which
 * adds what windows share, is its derivative, and it the derivative of the way back.
 */
import { node } from "../../graph/node.ts";
import { normalizeAxis, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { equal, greaterEqual, less, logicalAnd, where } from "../../tensor/comparison.ts";
import { moveAxis } from "../../tensor/manipulate.ts";
import { explaining, whence } from "../../tensor/operands.ts";
import { sum } from "../../tensor/reduce.ts";
import { requireTensor, Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";

/** How windows lie along their axis. */
export interface WindowSteps {
  /** Elements of a window. */
  readonly size: number;
  /** From window to window. */
  readonly step: number;
  /** From element to element of a window. */
  readonly dilation: number;
}

/** What `slidingWindows` may be told. */
export interface SlidingOptions {
  /** The axis that windows slide along. Default the last. */
  readonly axis?: number;
  /** From window to window. Default 1. */
  readonly step?: number;
  /** From element to element of a window. Default 1. */
  readonly dilation?: number;
}

/**
 * The windows of `size` elements along an axis, which becomes that of the windows; their elements are a further last axis. No
 * element is copied. NumPy's sliding_window_view, PyTorch's Tensor.unfold (with a step).
 * @throws ShapeError where no window fits, ArgumentError for sizes and steps that are no whole numbers above 0.
 *
 * @example
 * ```ts
 * import { slidingWindows, tensor } from "smilodon";
 * console.log(await slidingWindows(tensor([1, 2, 3, 4]), 2).toArray()); // [[1, 2], [2, 3], [3, 4]]
 * console.log(await slidingWindows(tensor([1, 2, 3, 4]), 2, { step: 2 }).toArray()); // [[1, 2], [3, 4]]
 * ```
 */
export function slidingWindows(
  x: Tensor,
  size: number,
  { axis = -1, step = 1, dilation = 1 }: SlidingOptions = {},
): Tensor {
  requireTensor("slidingWindows", "x", x);
  const position = explaining("slidingWindows", [x], () => normalizeAxis("slidingWindows", axis, x.rank));
  const steps = { size, step, dilation };
  for (const [name, value] of Object.entries(steps)) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new ArgumentError(`slidingWindows: ${name} is ${value}; it has to be a whole number above 0.`, {
      [name]: value,
    });
  }
  if (windowCount(at(x.shape, position), steps) === 0)
    throw new ShapeError(
      `slidingWindows: axis ${position} of ${showShape(x.shape)} is shorter than a window of ${size} elements, ${dilation} apart.${whence([x])}`,
      { shape: x.shape, axis, size, dilation },
    );
  return moveAxis(windowsAlong(x, position, steps), position, -1);
}

/** How many windows fit into an axis of `extent`. */
export function windowCount(extent: number, { size, step, dilation }: WindowSteps): number {
  return Math.max(0, Math.floor((extent - dilation * (size - 1) - 1) / step) + 1);
}

/** […, extent, …] → […, size, windows, …]: windows run along the memory, so that loops over them do. */
export function windowsAlong(x: Tensor, axis: number, steps: WindowSteps): Tensor {
  const extent = at(x.shape, axis);
  const rule = customVjp((given: Tensor) => readWindows(given, axis, steps), {
    forward: (given) => [readWindows(given, axis, steps), null],
    backward: (_, g) => [addWindows(g, axis, extent, steps)],
  });
  return rule(x);
}

/** […, size, windows, …] → […, extent, …]: at each position the sum of what windows have there. */
export function addWindows(windows: Tensor, axis: number, extent: number, steps: WindowSteps): Tensor {
  const rule = customVjp((given: Tensor) => sumWindows(given, axis, extent, steps), {
    forward: (given) => [sumWindows(given, axis, extent, steps), null],
    backward: (_, g) => [windowsAlong(g, axis, steps)],
  });
  return rule(windows);
}

/** Positions that are known to exist and are sums of loop positions: what is read is memory, with strides that overlap. */
function readWindows(x: Tensor, axis: number, steps: WindowSteps): Tensor {
  const shape = [steps.size, windowCount(at(x.shape, axis), steps)];
  const first = positionsAlong(shape, 1).multiply(steps.step);
  const places = first.add(positionsAlong(shape, 0).multiply(steps.dilation));
  return new Tensor(node("gather", [x.node, places.node], { axis, batch: 0, value: null }));
}

/** For each element of a window, at each position the window that has it there, if any; then the sum over the elements. */
function sumWindows(windows: Tensor, axis: number, extent: number, { size, step, dilation }: WindowSteps): Tensor {
  const count = at(windows.shape, axis + 1);
  const shape = [size, extent];
  const start = positionsAlong(shape, 1).subtract(positionsAlong(shape, 0).multiply(dilation));
  const elements = moveAxis(windows, axis, 0);
  const places = step === 1 ? start : steppedTo(start, step, count);
  const params = { axis: axis + 1, batch: 1, value: 0 } as const;
  return sum(new Tensor(node("gather", [elements.node, places.node], params)), 0);
}

/** Numbers of the windows that start at `start`; −1 where none does. */
function steppedTo(start: Tensor, step: number, count: number): Tensor {
  const place = start.floorDivide(step);
  const isStart = logicalAnd(
    equal(place.multiply(step), start),
    logicalAnd(greaterEqual(place, 0), less(place, count)),
  );
  return where(isStart, place, -1);
}

function positionsAlong(shape: readonly number[], axis: number): Tensor {
  return new Tensor(node("iota", [], { shape, axis, dtype: "i32" }));
}
