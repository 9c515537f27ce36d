/** The layer that makes units fail at random while training. */
import { ArgumentError } from "../../support/errors.ts";
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
