/** Layers that slide a learned kernel over their input, forward and transposed, in one to three dimensions. */
import type { Dtype } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { ArgumentError } from "../../support/errors.ts";
import { add } from "../../tensor/arithmetic.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type ConvolutionOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type TransposedOptions,
} from "../../tensor/windows/convolution.ts";
import { kaimingUniform, uniform } from "../init.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";

/** How a convolution layer is made; a number stands for all dimensions. */
export interface ConvOptions extends ConvolutionOptions {
  /** Add a learned constant to each output channel. Default true. */
  readonly bias?: boolean;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
}

/** How a transposed convolution layer is made. */
export interface ConvTransposeOptions extends ConvOptions, TransposedOptions {}

type Slide = (x: Tensor, weight: Tensor, options: TransposedOptions) => Tensor;

/** What all convolutions share. Weight and bias begin uniform in ± 1/√fan, as PyTorch's, fan being the numbers behind one output. */
abstract class Convolution extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  /** [outChannels, inChannels / groups, …kernel]; of transposed ones [inChannels, outChannels / groups, …kernel]. */
  readonly weight: Parameter;
  /** [outChannels], or null without bias. */
  readonly bias: Parameter | null;
  readonly #slide: Slide;
  /** How the kernel moves. */
  readonly options: TransposedOptions;

  protected constructor(
    [slide, dimensions, isTransposed]: readonly [slide: Slide, dimensions: number, isTransposed?: true],
    [inChannels, outChannels, kernel]: readonly [number, number, number | readonly number[]],
    { bias = true, dtype = "f32", ...options }: ConvTransposeOptions,
  ) {
    super();
    const { groups = 1 } = options;
    const layer = this.constructor.name;
    requireCounts(layer, { inChannels, outChannels, groups });
    const sizes = typeof kernel === "number" ? new Array<number>(dimensions).fill(kernel) : kernel;
    sizes.forEach((size) => requireCounts(layer, { kernel: size }));
    if (sizes.length !== dimensions || inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new ArgumentError(
        `${layer}: ${inChannels} to ${outChannels} channels in ${groups} groups with a kernel of [${sizes.join(", ")}]; the groups have to divide both, and the kernel needs ${dimensions} sizes.`,
        { inChannels, outChannels, groups, kernel },
      );
    const [first, second] = isTransposed ? [inChannels, outChannels] : [outChannels, inChannels];
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.weight = new Parameter(kaimingUniform([first, second / groups, ...sizes], { slope: Math.sqrt(5), dtype }));
    const bound = 1 / Math.sqrt((second / groups) * sizeOf(sizes));
    this.bias = bias ? new Parameter(uniform([outChannels], -bound, bound, { dtype })) : null;
    this.#slide = slide;
    this.options = options;
  }

  /**
   * @param x [batch, inChannels, …sizes]
   * @returns [batch, outChannels, …sizes]; the functions of `conv2d` and its kin say which sizes
   * @throws ShapeError naming both shapes where channels or sizes do not fit.
   */
  forward(x: Tensor): Tensor {
    const slid = this.#slide(x, this.weight.value, this.options);
    if (this.bias === null) return slid;
    return add(slid, reshape(this.bias.value, [this.outChannels, ...slid.shape.slice(2).map(() => 1)]));
  }
}

/**
 * Convolution over [batch, channels, length].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.Conv1d(3, 8, 5, { padding: 2 }).forward(zeros([1, 3, 100])).shape); // [1, 8, 100]
 * ```
 */
export class Conv1d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernel: number | readonly number[], options: ConvOptions = {}) {
    super([conv1d, 1], [inChannels, outChannels, kernel], options);
  }
}

/**
 * Convolution over images, [batch, channels, height, width].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 }).forward(zeros([1, 3, 32, 32])).shape); // [1, 8, 16, 16]
 * ```
 */
export class Conv2d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernel: number | readonly number[], options: ConvOptions = {}) {
    super([conv2d, 2], [inChannels, outChannels, kernel], options);
  }
}

/**
 * Convolution over volumes, [batch, channels, depth, height, width].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.Conv3d(1, 2, [1, 3, 3]).forward(zeros([1, 1, 4, 8, 8])).shape); // [1, 2, 4, 6, 6]
 * ```
 */
export class Conv3d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernel: number | readonly number[], options: ConvOptions = {}) {
    super([conv3d, 3], [inChannels, outChannels, kernel], options);
  }
}

/**
 * Transposed convolution over [batch, channels, length]: what widens again what `Conv1d` with a stride has narrowed.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.ConvTranspose1d(3, 2, 4, { stride: 2, padding: 1 }).forward(zeros([1, 3, 50])).shape); // [1, 2, 100]
 * ```
 */
export class ConvTranspose1d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number | readonly number[],
    options: ConvTransposeOptions = {},
  ) {
    super([convTranspose1d, 1, true], [inChannels, outChannels, kernel], options);
  }
}

/**
 * Transposed convolution over images, [batch, channels, height, width].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.ConvTranspose2d(8, 3, 2, { stride: 2 }).forward(zeros([1, 8, 16, 16])).shape); // [1, 3, 32, 32]
 * ```
 */
export class ConvTranspose2d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number | readonly number[],
    options: ConvTransposeOptions = {},
  ) {
    super([convTranspose2d, 2, true], [inChannels, outChannels, kernel], options);
  }
}

/**
 * Transposed convolution over volumes, [batch, channels, depth, height, width].
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.ConvTranspose3d(2, 1, 2, { stride: 2 }).forward(zeros([1, 2, 4, 4, 4])).shape); // [1, 1, 8, 8, 8]
 * ```
 */
export class ConvTranspose3d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number | readonly number[],
    options: ConvTransposeOptions = {},
  ) {
    super([convTranspose3d, 3, true], [inChannels, outChannels, kernel], options);
  }
}
