/** Layers that make units, or whole channels, fail at random while training. */
import { ArgumentError } from "../../support/errors.ts";
import { multiply } from "../../tensor/arithmetic.ts";
import { ones } from "../../tensor/creation.ts";
import { dropout } from "../../tensor/random.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * In training mode, sets each element to zero with probability `probability` and scales the others by
 * 1 / (1 − probability), so that their mean stays; in evaluation mode, returns its input. Compiled steps draw anew each run.
 *
 * Source: N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.
 *
 * @example
 * ```ts
 * import { nn, ones } from "smilodon";
 * const dropout = new nn.Dropout(0.5);
 * console.log(await dropout.forward(ones([4])).toArray()); // zeros and twos
 * console.log(await dropout.eval().forward(ones([4])).toArray()); // [1, 1, 1, 1]
 * ```
 */
export class Dropout extends Module {
  readonly probability: number;

  /** @throws ArgumentError where `probability` is not from 0 to 1. */
  constructor(probability = 0.5) {
    super();
    if (!(probability >= 0 && probability <= 1))
      throw new ArgumentError(`Dropout: the probability is ${probability}; it has to be from 0 to 1.`, { probability });
    this.probability = probability;
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.probability) : x;
  }
}

/**
 * `Dropout` of whole channels of [batch, channels, length]: neighbours tell of each other, so that failing alone changes little.
 *
 * Source: J. Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015.
 *
 * @example
 * ```ts
 * import { nn, ones } from "smilodon";
 * console.log(await new nn.Dropout1d(0.5).forward(ones([1, 2, 3])).toArray()); // each channel of zeros, or of twos
 * ```
 */
export class Dropout1d extends Dropout {
  override forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  override forward(x: Tensor): Tensor {
    const mask = () =>
      dropout(
        ones(
          x.shape.map((size, axis) => (axis < 2 ? size : 1)),
          { dtype: x.dtype },
        ),
        this.probability,
      );
    return this.training ? multiply(x, mask()) : x;
  }
}

/** `Dropout` of whole channels of images, [batch, channels, height, width]; see `Dropout1d`. */
export class Dropout2d extends Dropout1d {}

/** `Dropout` of whole channels of volumes, [batch, channels, depth, height, width]; see `Dropout1d`. */
export class Dropout3d extends Dropout1d {}
