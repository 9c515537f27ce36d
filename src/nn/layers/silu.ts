/** The layer of `silu`. */

import { silu } from "../../tensor/activation.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * x · sigmoid(x), element by element, also called swish.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.SiLU().forward(tensor([-1, 0, 2])).toArray());
 * ```
 */
export class SiLU extends Module {
  /** The same shape; integers become f32. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return silu(x);
  }
}
