/** Batch normalization: channels normalized over the batch while training, and by what was seen then afterwards. */
import type { Dtype } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add, multiply } from "../../tensor/arithmetic.ts";
import { stopGradient } from "../../tensor/cast.ts";
import { ones, zeros } from "../../tensor/creation.ts";
import { assignTogether } from "../../tensor/evaluation.ts";
import { batchNorm } from "../../tensor/normalization.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { mean } from "../../tensor/reduce.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import { variance } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";

/** How a batch normalization is made. */
export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** How much of each batch the running statistics take. Default 0.1. */
  readonly momentum?: number;
  /** Learn a factor and a constant for each channel. Default true. */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; without, evaluation normalizes by the batch too. Default true. */
  readonly trackRunningStatistics?: boolean;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
}

/** What the batch normalizations of all ranks share. */
export abstract class BatchNorm extends Module {
  readonly channels: number;
  readonly epsilon: number;
  readonly momentum: number;
  /** [channels], or null where `affine` is false. */
  readonly weight: Parameter | null;
  /** [channels], or null where `affine` is false. */
  readonly bias: Parameter | null;
  /** [channels]; not trained. */
  readonly runningMean: Parameter | null;
  /** [channels], with count − 1 as divisor; not trained. */
  readonly runningVariance: Parameter | null;
  /** Ranks that the input may have. */
  protected abstract readonly ranks: readonly number[];

  /** @throws ArgumentError where `channels` is not a whole number of 1 or more, or the momentum not from 0 to 1. */
  constructor(channels: number, options: BatchNormOptions = {}) {
    super();
    const { epsilon = 1e-5, momentum = 0.1, affine = true, trackRunningStatistics = true, dtype = "f32" } = options;
    requireCounts(this.constructor.name, { channels });
    if (!(momentum >= 0 && momentum <= 1))
      throw new ArgumentError(`${this.constructor.name}: the momentum is ${momentum}; it has to be from 0 to 1.`, {
        momentum,
      });
    this.channels = channels;
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([channels], { dtype })) : null;
    this.bias = affine ? new Parameter(zeros([channels], { dtype })) : null;
    const tracked = { trainable: false };
    this.runningMean = trackRunningStatistics ? new Parameter(zeros([channels], { dtype }), tracked) : null;
    this.runningVariance = trackRunningStatistics ? new Parameter(ones([channels], { dtype }), tracked) : null;
  }

  /**
   * While training the running statistics take their part of this batch.
   * @param x [batch, channels, …sizes]
   * @returns the same shape
   * @throws ShapeError for another rank or number of channels, and for one value a channel while training.
   */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    this.#check(x);
    const { runningMean, runningVariance, epsilon } = this;
    const options = { epsilon, ...affineOf(this) };
    if (runningMean === null || runningVariance === null) return batchNorm(x, options);
    if (!this.training) return batchNorm(x, { ...options, mean: runningMean.value, variance: runningVariance.value });
    const others = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const assignments = [
      this.#renewed(runningMean, mean(x, others)),
      this.#renewed(runningVariance, variance(x, others, { correction: 1 })),
    ];
    // What came before would be computed again for what comes later
    assignTogether(assignments, [x]);
    return batchNorm(x, options);
  }

  #renewed(statistic: Parameter, ofBatch: Tensor): readonly [Parameter, Tensor] {
    const kept = multiply(statistic.value, 1 - this.momentum);
    return [statistic, stopGradient(add(kept, multiply(ofBatch, this.momentum))).astype(statistic.dtype)];
  }

  #check({ shape, rank, size }: Tensor): void {
    const name = `${this.constructor.name}(${this.channels})`;
    if (!this.ranks.includes(rank) || shape[1] !== this.channels)
      throw new ShapeError(
        `${name}: the input has shape ${showShape(shape)}; rank ${this.ranks.join(" or ")} with ${this.channels} channels at axis 1 is needed.`,
        { expected: this.channels, given: shape },
      );
    if (this.training && size <= this.channels)
      throw new ShapeError(
        `${name}: the input of shape ${showShape(shape)} has less than two values a channel, and one value has no variance. Use a larger batch, or eval().`,
        { given: shape },
      );
  }
}

/** Weight and bias as the functions of normalization take them. */
export function affineOf({ weight, bias }: { readonly weight: Parameter | null; readonly bias?: Parameter | null }): {
  weight?: Tensor;
  bias?: Tensor;
} {
  return {
    ...(weight === null ? {} : { weight: weight.value }),
    ...(bias === null || bias === undefined ? {} : { bias: bias.value }),
  };
}

/**
 * Batch normalization of [batch, channels] or [batch, channels, length]. Begins with weight 1, bias 0, running mean 0 and
 * variance 1; numbers as PyTorch's.
 *
 * Source: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const layer = new nn.BatchNorm1d(2, { epsilon: 0 });
 * console.log(await layer.forward(tensor([[1, 0], [3, 4]])).toArray()); // [[-1, -1], [1, 1]]
 * console.log(await layer.runningMean?.value.toArray()); // a tenth of [2, 2]
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  protected readonly ranks: readonly number[] = [2, 3];
}

/**
 * Batch normalization of images, [batch, channels, height, width].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.BatchNorm2d(3).forward(zeros([2, 3, 4, 4])).shape); // [2, 3, 4, 4]
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  protected readonly ranks: readonly number[] = [4];
}

/**
 * Batch normalization of volumes, [batch, channels, depth, height, width].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.BatchNorm3d(3).forward(zeros([2, 3, 4, 4, 4])).shape); // [2, 3, 4, 4, 4]
 * ```
 */
export class BatchNorm3d extends BatchNorm {
  protected readonly ranks: readonly number[] = [5];
}
