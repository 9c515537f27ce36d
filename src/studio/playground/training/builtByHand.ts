/** Networks that were written down by hand, as modules of the engine: they run like any that was trained. */
import { Linear, type Module, ReLU, Sequential, Sigmoid, Tanh } from "../../../nn/index.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { PlainNetwork } from "./plainNetwork.ts";

const modules = {
  relu: () => new ReLU(),
  sigmoid: () => new Sigmoid(),
  tanh: () => new Tanh(),
} as const satisfies Record<PlainNetwork["nonlinearity"], () => Module>;

/** The network as a module, [rows, inputs] → [rows, outputs], with exactly its numbers (rounded to f32). */
export function buildByHand({ layers, nonlinearity }: PlainNetwork): Sequential {
  const parts = layers.map(({ inputs, outputs, weights, biases }) => {
    const layer = new Linear(inputs, outputs);
    layer.weight.assign(tensor(Float32Array.from(weights), { shape: [outputs, inputs] }));
    layer.bias?.assign(tensor(Float32Array.from(biases), { shape: [outputs] }));
    return layer;
  });
  return new Sequential(...parts.flatMap((part, index) => (index === 0 ? [part] : [modules[nonlinearity](), part])));
}
