/**
 * Pooling: the largest or the average element of each window. A window's elements are as many strided slices of the
 * input as the kernel has positions, combined in one pass over memory.
 */
import { dtypes } from "../../shape/dtype.ts";
import { type Shape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, floorDivide, multiply, subtract } from "../arithmetic.ts";
import { astype } from "../cast.ts";
import { greaterEqual, isNan, less, lessEqual, logicalAnd, logicalOr, where } from "../comparison.ts";
import { arange } from "../creation.ts";
import { tensordot } from "../linear.ts";
import { moveAxis, reshape } from "../manipulate.ts";
import { toFloat } from "../operands.ts";
import { mean } from "../reduce.ts";
import { pad, slice } from "../slice.ts";
import type { Tensor } from "../tensor.ts";

/** How windows move; a number stands for all dimensions. */
export interface PoolingOptions {
  /** Steps between windows. Default: the kernel, so that windows touch and do not overlap. */
  readonly stride?: number | readonly number[];
  /** Positions added on both sides, at most half a kernel: they are never the largest, and count as zeros in averages. Default 0. */
  readonly padding?: number | readonly number[];
  /** Steps between the elements of a window. Default 1. */
  readonly dilation?: number | readonly number[];
}

/**
 * The largest element of each window over the last dimensions, one for each size in `kernel`: x [batch, channels, …sizes] →
 * [batch, channels, (size + 2·padding − dilation·(kernel − 1) − 1) / stride + 1, …], rounded down. NaN is larger than all; the
 * gradient goes to the first of equal elements, as in PyTorch.
 * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides and paddings.
 *
 * @example
 * ```ts
 * import { maxPool, tensor } from "smilodon";
 * console.log(await maxPool(tensor([[[1, 5, 2, 4]]]), [2]).toArray()); // [[[5, 4]]]
 * ```
 */
export function maxPool(x: Tensor, kernel: readonly number[], options: PoolingOptions = {}): Tensor {
  return windowElements("maxPool", x, kernel, options, dtypes[x.dtype].lowest).reduce((largest, next) =>
    where(logicalOr(greaterEqual(largest, next), isNan(largest)), largest, next),
  );
}

/**
 * The average of each window over the last dimensions, one for each size in `kernel`; sizes as for `maxPool`.
 * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides and paddings.
 *
 * @example
 * ```ts
 * import { averagePool, tensor } from "smilodon";
 * console.log(await averagePool(tensor([[[1, 5, 2, 4]]]), [2]).toArray()); // [[[3, 3]]]
 * ```
 */
export function averagePool(x: Tensor, kernel: readonly number[], options: PoolingOptions = {}): Tensor {
  const elements = windowElements("averagePool", astype(x, toFloat(x.dtype)), kernel, options, 0);
  return multiply(
    elements.reduce((sum, next) => add(sum, next)),
    1 / elements.length,
  );
}

/**
 * The average over each of `sizes.length` last dimensions cut into so many windows that cover it, as equal as can be: window i of
 * n positions and m windows goes from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉. `[1, 1]` is the average of a whole image. As PyTorch's.
 * @throws ShapeError where x has fewer dimensions, or one is empty; ArgumentError for sizes that are not whole numbers of 1 or more.
 *
 * @example
 * ```ts
 * import { adaptiveAveragePool, tensor } from "smilodon";
 * console.log(await adaptiveAveragePool(tensor([[[1, 2, 3, 4, 5]]]), [2]).toArray()); // [[[2, 4]]]
 * ```
 */
export function adaptiveAveragePool(x: Tensor, sizes: readonly number[]): Tensor {
  const first = x.rank - sizes.length;
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1))
    throw new ArgumentError(
      `adaptiveAveragePool: sizes are ${showShape(sizes)}; whole numbers of 1 or more are needed.`,
      {
        sizes,
      },
    );
  if (first < 0 || x.shape.slice(first).includes(0))
    throw new ShapeError(
      `adaptiveAveragePool: x of shape ${showShape(x.shape)} has not ${sizes.length} last dimensions with elements.`,
      { x: x.shape, sizes },
    );
  return sizes.reduce((pooled, size, d) => averageAlong(pooled, first + d, size), astype(x, toFloat(x.dtype)));
}

/** Averages of `count` windows along one axis: a sum of the elements where that is one window, else a product with their shares. */
function averageAlong(x: Tensor, axis: number, count: number): Tensor {
  const size = at(x.shape, axis);
  if (count === size) return x;
  if (count === 1) return mean(x, axis, { keepDims: true });
  const windows = reshape(arange(0, count, 1, { dtype: "i32" }), [1, count]);
  const starts = floorDivide(multiply(windows, size), count);
  const ends = floorDivide(add(multiply(add(windows, 1), size), count - 1), count);
  const positions = reshape(arange(0, size, 1, { dtype: "i32" }), [size, 1]);
  const isInside = logicalAnd(lessEqual(starts, positions), less(positions, ends));
  const shares = where(isInside, divide(1, astype(subtract(ends, starts), x.dtype)), 0);
  return moveAxis(tensordot(x, shares, [[axis], [0]]), -1, axis);
}

/** For each position of the kernel, the elements of all windows there. */
function windowElements(
  operation: string,
  x: Tensor,
  kernel: readonly number[],
  options: PoolingOptions,
  outside: number,
): Tensor[] {
  const count = kernel.length;
  const sizesOf = (name: string, value: number | readonly number[], least: number) => {
    const values = typeof value === "number" ? new Array<number>(count).fill(value) : value;
    if (values.length === count && values.every((each) => Number.isInteger(each) && each >= least)) return values;
    throw new ArgumentError(
      `${operation}: ${name} is ${typeof value === "number" ? value : `[${value.join(", ")}]`}; it has to be a whole number of ${least} or more, or ${count} of them.`,
      { [name]: value },
    );
  };
  sizesOf("kernel", kernel, 1);
  const strides = sizesOf("stride", options.stride ?? kernel, 1);
  const padding = sizesOf("padding", options.padding ?? 0, 0);
  const dilation = sizesOf("dilation", options.dilation ?? 1, 1);
  const first = x.rank - count;
  if (count === 0 || first < 0)
    throw new ShapeError(
      `${operation}: a kernel of ${showShape(kernel)} does not fit x of shape ${showShape(x.shape)}.`,
      { kernel, x: x.shape },
    );
  if (padding.some((width, d) => 2 * width > at(kernel, d))) {
    throw new ArgumentError(
      `${operation}: padding [${padding.join(", ")}] is more than half of the kernel ${showShape(kernel)}: a window would see nothing else.`,
      { padding, kernel },
    );
  }
  const padded = pad(
    x,
    x.shape.map((_, axis): [number, number] => [padding[axis - first] ?? 0, padding[axis - first] ?? 0]),
    { value: outside },
  );
  const outputs = kernel.map((size, d) => {
    const room = at(padded.shape, first + d) - at(dilation, d) * (size - 1) - 1;
    if (room >= 0) return Math.floor(room / at(strides, d)) + 1;
    throw new ShapeError(
      `${operation}: a kernel of ${showShape(kernel)} does not fit x of shape ${showShape(x.shape)} with padding [${padding.join(", ")}].`,
      { kernel, x: x.shape },
    );
  });
  return positions(kernel).map((position) =>
    slice(
      padded,
      ...x.shape.slice(0, first).map(() => null),
      ...position.map((tap, d): [number, number, number] => {
        const start = tap * at(dilation, d);
        return [start, start + (at(outputs, d) - 1) * at(strides, d) + 1, at(strides, d)];
      }),
    ),
  );
}

/** All positions of `shape`, in order. */
function positions(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (known, size) => known.flatMap((position) => Array.from({ length: size }, (_, index) => [...position, index])),
    [[]],
  );
}
