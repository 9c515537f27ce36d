/** The layer of `elu`. */
import { elu } from "../../tensor/activation.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * x above 0, alpha · (eˣ − 1) elsewhere.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.ELU().forward(tensor([-1, 0, 2])).toArray());
 * ```
 */
export class ELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  /** The same shape; integers become f32. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return elu(x, this.alpha);
  }
}
