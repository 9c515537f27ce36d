/** The network that sees: two convolutions with ReLU, each half as large as what it looks at, then a linear function. */

import { Conv2d } from "../../../../nn/layers/convolution.ts";
import { Linear } from "../../../../nn/layers/linear.ts";
import { Module } from "../../../../nn/module.ts";
import { relu } from "../../../../tensor/activation.ts";
import { reshape } from "../../../../tensor/manipulate.ts";
import type { Tensor } from "../../../../tensor/tensor.ts";
import { filterSize, seeingLayers } from "./layers.ts";

const [first, second] = seeingLayers;
const half = { stride: 2, padding: (filterSize - 1) / 2 };

/** Drawings to scores of the classes. */
export class SeeingNetwork extends Module {
  readonly first: Conv2d = new Conv2d(1, first.units, filterSize, half);
  readonly second: Conv2d = new Conv2d(first.units, second.units, filterSize, half);
  readonly answer: Linear;

  constructor(classes: number) {
    super();
    this.answer = new Linear(second.units * second.places ** 2, classes);
  }

  /** @param x [batch, 1, 28, 28]; @returns [batch, classes]: the larger, the more likely */
  forward(x: Tensor): Tensor {
    return this.look(x).scores;
  }

  /** The same with the maps of both layers, [batch, units, places, places]. */
  look(x: Tensor): { readonly maps: readonly [Tensor, Tensor]; readonly scores: Tensor } {
    const seen = relu(this.first.forward(x));
    const seenAgain = relu(this.second.forward(seen));
    return { maps: [seen, seenAgain], scores: this.answer.forward(reshape(seenAgain, [x.shape[0] ?? 0, -1])) };
  }
}
