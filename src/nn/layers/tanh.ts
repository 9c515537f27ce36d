/** The layer of `tanh`. */
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { tanh } from "../../tensor/transcendental.ts";
import { Module } from "../module.ts";

/**
 * tanh x, element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.Tanh().forward(tensor([-1, 0, 2])).toArray());
 * ```
 */
export class Tanh extends Module {
  /** The same shape; integers become f32. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return tanh(x);
  }
}
