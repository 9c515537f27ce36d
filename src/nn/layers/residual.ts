/** The layer that adds what it has learned to what it was given. */
import { sameShape, showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { add } from "../../tensor/arithmetic.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * shortcut(x) + inner(x); the shortcut is x itself unless it is given.
 *
 * Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const block = new nn.Residual(new nn.Sequential(new nn.Linear(8, 8), new nn.ReLU(), new nn.Linear(8, 8)));
 * console.log(block.forward(zeros([2, 8])).shape); // [2, 8]
 * ```
 */
export class Residual extends Module {
  readonly inner: Module;
  readonly shortcut: Module | null;

  constructor(inner: Module, shortcut: Module | null = null) {
    super();
    this.inner = inner;
    this.shortcut = shortcut;
  }

  /** @throws ShapeError where both sides have different shapes: adding would broadcast them. */
  forward(x: Tensor): Tensor {
    const [kept, learned] = [this.shortcut === null ? x : this.shortcut.forward(x), this.inner.forward(x)];
    if (!sameShape(kept.shape, learned.shape))
      throw new ShapeError(
        `Residual: the inner module gives shape ${showShape(learned.shape)} and the shortcut ${showShape(kept.shape)}; they have to be equal. Give a shortcut that changes the shape, as new nn.Linear(…).`,
        { inner: learned.shape, shortcut: kept.shape },
      );
    return add(kept, learned);
  }
}
