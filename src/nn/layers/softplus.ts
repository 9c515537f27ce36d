/** The layer of `softplus`. */
import { softplus } from "../../tensor/activation.ts";
import { divide, multiply } from "../../tensor/arithmetic.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * ln(1 + e^(beta · x)) / beta: a smooth relu, the sharper the greater beta.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.Softplus().forward(tensor([-1, 0, 2])).toArray());
 * ```
 */
export class Softplus extends Module {
  readonly beta: number;

  constructor(beta = 1) {
    super();
    this.beta = beta;
  }

  /** The same shape; integers become f32. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return this.beta === 1 ? softplus(x) : divide(softplus(multiply(x, this.beta)), this.beta);
  }
}
