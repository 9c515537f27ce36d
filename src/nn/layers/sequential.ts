/** Modules one after the other. */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * Passes its input through each of `layers` in order. They are its properties 0, 1, 2, …, as in PyTorch: the first
 * one's weight is named `0.weight`, and `model[0]` is that layer.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Linear(16, 3));
 * console.log(model.length, model.forward(zeros([5, 2])).shape); // 3 [5, 3]
 * ```
 */
export class Sequential extends Module {
  readonly [index: number]: Module;
  readonly #count: number;

  /** @throws ArgumentError where one of `layers` is not a module. */
  constructor(...layers: readonly Module[]) {
    super();
    layers.forEach((layer, index) => {
      if (layer instanceof Module) return;
      throw new ArgumentError(
        `Sequential: layer ${index} is ${String(layer)} (${typeof layer}), not a module. Functions go into a class with forward.`,
        { index },
      );
    });
    this.#count = layers.length;
    Object.assign(this, layers);
  }

  /** Number of layers. */
  get length(): number {
    return this.#count;
  }

  /** `x` after all layers. */
  forward(x: Tensor): Tensor {
    let value = x;
    for (const layer of this) value = layer.forward(value);
    return value;
  }

  [Symbol.iterator](): Iterator<Module> {
    return Array.from({ length: this.#count }, (_, index) => at(this, index))[Symbol.iterator]();
  }
}
