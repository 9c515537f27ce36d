/**
 * Networks as plain numbers: made by hand (bumps.ts, folds.ts), sent to a worker, shown in equations. builtByHand.ts makes
 * modules of the engine out of them.
 */
import { at } from "../../../support/invariant.ts";

/** One linear function: weights row-major [outputs, inputs]. */
export interface PlainLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: readonly number[];
  readonly biases: readonly number[];
}

/** Linear functions with one nonlinearity between them; none after the last. */
export interface PlainNetwork {
  readonly nonlinearity: "relu" | "sigmoid" | "tanh";
  readonly layers: readonly PlainLayer[];
}

/** How many numbers the network has. */
export function countNumbers({ layers }: PlainNetwork): number {
  return layers.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
}

/** The network's answer to one input of one number, in f64. */
export function evaluatePlain({ layers, nonlinearity }: PlainNetwork, x: number): number {
  let values: readonly number[] = [x];
  layers.forEach((layer, index) => {
    const sums = linear(layer, values);
    values = index === layers.length - 1 ? sums : sums.map(nonlinearities[nonlinearity]);
  });
  return at(values, 0);
}

function linear({ inputs, weights, biases }: PlainLayer, values: readonly number[]): number[] {
  return biases.map((bias, output) =>
    values.reduce((sum, value, input) => sum + at(weights, output * inputs + input) * value, bias),
  );
}

const nonlinearities = {
  relu: (x: number) => Math.max(0, x),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
} as const satisfies Record<PlainNetwork["nonlinearity"], (x: number) => number>;
