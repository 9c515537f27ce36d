/** The layer of `gelu`. */
import { type GeluOptions, gelu } from "../../tensor/activation.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * x · Φ(x), with Φ the distribution function of the standard normal; `{ approximate: "tanh" }` for the older approximation.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.GELU().forward(tensor([-1, 0, 2])).toArray());
 * ```
 */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor({ approximate = "none" }: GeluOptions = {}) {
    super();
    this.approximate = approximate;
  }

  /** The same shape; integers become f32. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return gelu(x, { approximate: this.approximate });
  }
}
