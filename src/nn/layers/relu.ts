/** The layer of `relu`. */

import { relu } from "../../tensor/activation.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * max(x, 0), element by element. The derivative at 0 is 0.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.ReLU().forward(tensor([-1, 0, 2])).toArray());
 * ```
 */
export class ReLU extends Module {
  /** The same shape and dtype. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return relu(x);
  }
}
