/** The layer of `leakyRelu`. */
import { leakyRelu } from "../../tensor/activation.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * x above 0, slope · x elsewhere. PyTorch's default slope is 0.01.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.LeakyReLU(0.5).forward(tensor([-1, 0, 2])).toArray()); // [-0.5, 0, 2]
 * ```
 */
export class LeakyReLU extends Module {
  readonly slope: number;

  constructor(slope = 0.01) {
    super();
    this.slope = slope;
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return leakyRelu(x, this.slope);
  }
}
