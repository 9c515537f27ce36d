/** The layer of `sigmoid`. */

import { sigmoid } from "../../tensor/activation.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * 1 / (1 + e^−x), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.Sigmoid().forward(tensor([-1, 0, 2])).toArray());
 * ```
 */
export class Sigmoid extends Module {
  /** The same shape; integers become f32. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return sigmoid(x);
  }
}
