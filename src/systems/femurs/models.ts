/**
 * The lecture's three models, in the lecture's order. All see the same two features (features.ts) and give one number a
 * bone: above 0 is a dog. A line; the same line through a sigmoid; linear functions and nonlinearities, repeated.
 */
import { Linear, Module, Sequential, Tanh } from "../../nn/index.ts";
import { reshape } from "../../tensor/manipulate.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Names of the models, from the simplest to the deepest. */
export const modelNames = ["line", "sigmoid", "network"] as const;

/** One of the three. */
export type ModelName = (typeof modelNames)[number];

/** Width of the two hidden layers. */
export const hiddenUnits = 16;

/** f = a₁ + a₂·x₁ + a₃·x₂, one number a bone. What loss it is trained with makes it the line or the sigmoid's line. */
export class Line extends Module {
  readonly linear = new Linear(2, 1);

  /** [bones, 2] → [bones] */
  forward(features: Tensor): Tensor {
    return reshape(this.linear.forward(features), [-1]);
  }
}

/**
 * 2 → 16 → 16 → 1 with tanh between: 337 numbers. tanh rather than relu because it bends smoothly; with 400 bones the
 * boundary and the probabilities near it are a little better for it.
 */
export class Network extends Module {
  readonly layers = new Sequential(
    new Linear(2, hiddenUnits),
    new Tanh(),
    new Linear(hiddenUnits, hiddenUnits),
    new Tanh(),
    new Linear(hiddenUnits, 1),
  );

  /** [bones, 2] → logits [bones] */
  forward(features: Tensor): Tensor {
    return reshape(this.layers.forward(features), [-1]);
  }
}

/** All three, as one module to save. */
export class FemurModels extends Module {
  readonly line = new Line();
  readonly sigmoid = new Line();
  readonly network = new Network();

  /** The network's logits: the model that answers. */
  forward(features: Tensor): Tensor {
    return this.network.forward(features);
  }
}
