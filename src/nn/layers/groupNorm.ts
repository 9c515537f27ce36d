/** Normalization of each example by itself: groups of channels together (`GroupNorm`), or each channel (`InstanceNorm`). */
import type { Dtype } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { ones, zeros } from "../../tensor/creation.ts";
import { groupNorm, instanceNorm } from "../../tensor/normalization.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";
import { affineOf } from "./batchNorm.ts";
import { requireCounts } from "./counts.ts";

/** How a normalization of channels is made. */
export interface ChannelNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Learn a factor and a constant for each channel. Default true for `GroupNorm`, false for `InstanceNorm`, as PyTorch's. */
  readonly affine?: boolean;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
}

/**
 * Group normalization of [batch, channels, …sizes]: each of `groups` groups of neighbouring channels by itself. Weight begins at 1,
 * bias at 0; numbers as PyTorch's.
 *
 * Source: Y. Wu, K. He, "Group normalization", ECCV 2018.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const layer = new nn.GroupNorm(2, 4, { epsilon: 0 });
 * console.log(await layer.forward(tensor([[1, 3, 5, 9]])).toArray()); // [[-1, 1, -1, 1]]
 * ```
 */
export class GroupNorm extends Module {
  readonly groups: number;
  readonly channels: number;
  readonly epsilon: number;
  /** [channels], or null where `affine` is false. */
  readonly weight: Parameter | null;
  /** [channels], or null where `affine` is false. */
  readonly bias: Parameter | null;

  /** @throws ArgumentError where groups or channels are no whole numbers of 1 or more, or the channels do not divide. */
  constructor(
    groups: number,
    channels: number,
    { epsilon = 1e-5, affine = true, dtype = "f32" }: ChannelNormOptions = {},
  ) {
    super();
    requireCounts("GroupNorm", { groups, channels });
    if (channels % groups !== 0)
      throw new ArgumentError(`GroupNorm: ${channels} channels do not divide into ${groups} groups of equal size.`, {
        groups,
        channels,
      });
    this.groups = groups;
    this.channels = channels;
    this.epsilon = epsilon;
    this.weight = affine ? new Parameter(ones([channels], { dtype })) : null;
    this.bias = affine ? new Parameter(zeros([channels], { dtype })) : null;
  }

  /**
   * @param x [batch, channels, …sizes]
   * @returns the same shape
   * @throws ShapeError where `x` has another number of channels.
   */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    requireChannels("GroupNorm", this.channels, x);
    return groupNorm(x, this.groups, { epsilon: this.epsilon, ...affineOf(this) });
  }
}

/**
 * Instance normalization of [batch, channels, …sizes], one size or more: each channel of each example by itself. Numbers as PyTorch's.
 *
 * Source: D. Ulyanov, A. Vedaldi, V. Lempitsky, "Instance normalization: the missing ingredient for fast stylization", 2016.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const layer = new nn.InstanceNorm(2, { epsilon: 0 });
 * console.log(await layer.forward(tensor([[[1, 3], [5, 9]]])).toArray()); // [[[-1, 1], [-1, 1]]]
 * ```
 */
export class InstanceNorm extends Module {
  readonly channels: number;
  readonly epsilon: number;
  /** [channels], or null where `affine` is false. */
  readonly weight: Parameter | null;
  /** [channels], or null where `affine` is false. */
  readonly bias: Parameter | null;

  /** @throws ArgumentError where `channels` is no whole number of 1 or more. */
  constructor(channels: number, { epsilon = 1e-5, affine = false, dtype = "f32" }: ChannelNormOptions = {}) {
    super();
    requireCounts("InstanceNorm", { channels });
    this.channels = channels;
    this.epsilon = epsilon;
    this.weight = affine ? new Parameter(ones([channels], { dtype })) : null;
    this.bias = affine ? new Parameter(zeros([channels], { dtype })) : null;
  }

  /**
   * @param x [batch, channels, …sizes]
   * @returns the same shape
   * @throws ShapeError where `x` has no sizes or another number of channels.
   */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    requireChannels("InstanceNorm", this.channels, x);
    return instanceNorm(x, { epsilon: this.epsilon, ...affineOf(this) });
  }
}

function requireChannels(layer: string, channels: number, { shape }: Tensor): void {
  if (shape[1] === channels) return;
  throw new ShapeError(`${layer}: the input has shape ${showShape(shape)}; [batch, ${channels}, …] is needed.`, {
    expected: channels,
    given: shape,
  });
}
