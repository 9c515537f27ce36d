/** Layers that keep the largest or the average of each window, or of all. */

import { adaptiveAveragePool, adaptiveMaxPool } from "../../algorithms/windows/adaptivePooling.ts";
import {
  type AveragePoolOptions,
  averagePool,
  maxPool,
  type PoolingOptions,
} from "../../algorithms/windows/pooling.ts";
import { max, mean } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

type Sizes = number | readonly number[];
type Reduce<O> = (x: Tensor, kernel: readonly number[], options: O) => Tensor;

/** What windowed pools share. */
abstract class Pool<O = PoolingOptions> extends Module {
  readonly kernel: readonly number[];
  readonly #reduce: Reduce<O>;
  readonly #options: O;

  protected constructor(reduce: Reduce<O>, dimensions: number, kernel: Sizes, options: O) {
    super();
    this.kernel = typeof kernel === "number" ? new Array<number>(dimensions).fill(kernel) : kernel;
    this.#reduce = reduce;
    this.#options = options;
  }

  /**
   * @param x [batch, channels, …sizes]
   * @returns [batch, channels, …sizes], with (size + 2·padding − dilation·(kernel − 1) − 1) / stride + 1, rounded down
   * @throws ShapeError where a window does not fit, ArgumentError for other kernels, strides and paddings.
   */
  forward(x: Tensor): Tensor {
    return this.#reduce(x, this.kernel, this.#options);
  }
}

/**
 * The largest of each window of [batch, channels, length]; windows touch unless `stride` says otherwise.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.MaxPool1d(2).forward(tensor([[[1, 5, 2, 4]]])).toArray()); // [[[5, 4]]]
 * ```
 */
export class MaxPool1d extends Pool {
  constructor(kernel: Sizes, options: PoolingOptions = {}) {
    super(maxPool, 1, kernel, options);
  }
}

/** The largest of each window of [batch, channels, height, width]; see `MaxPool1d`. */
export class MaxPool2d extends Pool {
  constructor(kernel: Sizes, options: PoolingOptions = {}) {
    super(maxPool, 2, kernel, options);
  }
}

/** The largest of each window of [batch, channels, depth, height, width]; see `MaxPool1d`. */
export class MaxPool3d extends Pool {
  constructor(kernel: Sizes, options: PoolingOptions = {}) {
    super(maxPool, 3, kernel, options);
  }
}

/**
 * The average of each window of [batch, channels, length]; padding counts as zeros, as in PyTorch, unless `countIncludePad` is false.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.AvgPool1d(2).forward(tensor([[[1, 5, 2, 4]]])).toArray()); // [[[3, 3]]]
 * ```
 */
export class AvgPool1d extends Pool<AveragePoolOptions> {
  constructor(kernel: Sizes, options: AveragePoolOptions = {}) {
    super(averagePool, 1, kernel, options);
  }
}

/** The average of each window of [batch, channels, height, width]; see `AvgPool1d`. */
export class AvgPool2d extends Pool<AveragePoolOptions> {
  constructor(kernel: Sizes, options: AveragePoolOptions = {}) {
    super(averagePool, 2, kernel, options);
  }
}

/** The average of each window of [batch, channels, depth, height, width]; see `AvgPool1d`. */
export class AvgPool3d extends Pool<AveragePoolOptions> {
  constructor(kernel: Sizes, options: AveragePoolOptions = {}) {
    super(averagePool, 3, kernel, options);
  }
}

/**
 * Averages of so many equal windows as `sizes` says, whatever the size of the input: [batch, channels, length].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.AdaptiveAvgPool1d(4).forward(zeros([1, 3, 10])).shape); // [1, 3, 4]
 * ```
 */
export class AdaptiveAvgPool1d extends Pool {
  constructor(sizes: Sizes) {
    super(adaptiveAveragePool, 1, sizes, {});
  }
}

/** Averages of so many equal windows of [batch, channels, height, width]; see `AdaptiveAvgPool1d`. */
export class AdaptiveAvgPool2d extends Pool {
  constructor(sizes: Sizes) {
    super(adaptiveAveragePool, 2, sizes, {});
  }
}

/** Averages of so many equal windows of [batch, channels, depth, height, width]; see `AdaptiveAvgPool1d`. */
export class AdaptiveAvgPool3d extends Pool {
  constructor(sizes: Sizes) {
    super(adaptiveAveragePool, 3, sizes, {});
  }
}

/**
 * The largest of each of so many equal windows as `sizes` says, whatever the size of the input: [batch, channels, length].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.AdaptiveMaxPool1d(4).forward(zeros([1, 3, 10])).shape); // [1, 3, 4]
 * ```
 */
export class AdaptiveMaxPool1d extends Pool {
  constructor(sizes: Sizes) {
    super(adaptiveMaxPool, 1, sizes, {});
  }
}

/** The largest of so many equal windows of [batch, channels, height, width]; see `AdaptiveMaxPool1d`. */
export class AdaptiveMaxPool2d extends Pool {
  constructor(sizes: Sizes) {
    super(adaptiveMaxPool, 2, sizes, {});
  }
}

/** The largest of so many equal windows of [batch, channels, depth, height, width]; see `AdaptiveMaxPool1d`. */
export class AdaptiveMaxPool3d extends Pool {
  constructor(sizes: Sizes) {
    super(adaptiveMaxPool, 3, sizes, {});
  }
}

/**
 * The average over all positions: [batch, channels, …sizes] to [batch, channels].
 *
 * @example
 * ```ts
 * import { nn, ones } from "smilodon";
 * console.log(await new nn.GlobalAvgPool().forward(ones([1, 2, 8, 8])).toArray()); // [[1, 1]]
 * ```
 */
export class GlobalAvgPool extends Module {
  forward(x: Tensor): Tensor {
    return mean(x, positionsOf(x));
  }
}

/** The largest over all positions: [batch, channels, …sizes] to [batch, channels]; see `GlobalAvgPool`. */
export class GlobalMaxPool extends Module {
  forward(x: Tensor): Tensor {
    return max(x, positionsOf(x));
  }
}

/** The axes after batch and channels. */
function positionsOf(x: Tensor): readonly number[] {
  return x.shape.slice(2).map((_, axis) => axis + 2);
}
