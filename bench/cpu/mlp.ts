/** The network of `train-mlp`: its data, first weights and, in plain loops and double precision, its losses. */
import { adamw, type HostArray, type Problem } from "../harness/library.ts";
import { noise } from "./problems.ts";

/** Sizes of a network with one hidden layer. */
export interface MlpSizes {
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

/** 784–256–10, batch 128. */
export const mlpSizes: MlpSizes = { batch: 128, inputs: 784, hidden: 256, outputs: 10 };

/** A batch and first weights. */
export function mlpProblem({ batch, inputs, hidden, outputs }: MlpSizes = mlpSizes): Problem {
  const classes = Float32Array.from({ length: batch }, (_, index) => (index * 7) % outputs);
  return {
    operation: "trainMlp",
    inputs: [
      noise(10, [batch, inputs]),
      { data: classes, shape: [batch] },
      noise(11, [inputs, hidden], 1 / Math.sqrt(inputs)),
      noise(12, [hidden], 1 / Math.sqrt(inputs)),
      noise(13, [hidden, outputs], 1 / Math.sqrt(hidden)),
      noise(14, [outputs], 1 / Math.sqrt(hidden)),
    ],
  };
}

interface Weights {
  readonly value: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Losses before each of the first `steps` steps of `problem`. */
export function mlpLosses({ inputs: [x, classes, ...given] }: Problem, steps: number): number[] {
  if (x === undefined || classes === undefined) throw new Error("The problem has no batch.");
  const weights = given.map(
    ({ data }): Weights => ({
      value: Float64Array.from(data),
      first: new Float64Array(data.length),
      second: new Float64Array(data.length),
    }),
  );
  return Array.from({ length: steps }, (_, index) => {
    const values = weights.map(({ value }) => value);
    const { loss, gradients } = differentiate(x, classes, values);
    weights.forEach((each, position) => update(each, gradients[position] ?? new Float64Array(), index + 1));
    return loss;
  });
}

function differentiate(x: HostArray, { data: classes }: HostArray, values: readonly Float64Array[]) {
  const [w1, b1, w2, b2] = values as readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  const [inputs, outputs] = [x.shape[1] ?? 0, b2.length];
  const gradients = values.map((value) => new Float64Array(value.length));
  const [dw1, db1, dw2, db2] = gradients as [Float64Array, Float64Array, Float64Array, Float64Array];
  let loss = 0;
  for (let row = 0; row < classes.length; row++) {
    const input = x.data.subarray(row * inputs, (row + 1) * inputs);
    const active = affine(input, w1, b1).map((value) => Math.max(0, value));
    const powers = affine(active, w2, b2).map(Math.exp);
    const total = powers.reduce((a, b) => a + b, 0);
    const target = classes[row] ?? 0;
    loss -= Math.log((powers[target] ?? 0) / total) / classes.length;
    const error = powers.map((power, index) => (power / total - (index === target ? 1 : 0)) / classes.length);
    const back = active.map((value, unit) => (value > 0 ? dot(w2.subarray(unit * outputs), error) : 0));
    accumulate(dw2, db2, active, error);
    accumulate(dw1, db1, input, back);
  }
  return { loss, gradients };
}

/** input · matrix + bias */
function affine(input: ArrayLike<number>, matrix: Float64Array, bias: Float64Array): Float64Array {
  const result = Float64Array.from(bias);
  for (let row = 0; row < input.length; row++) {
    const factor = input[row] ?? 0;
    for (let column = 0; column < result.length; column++)
      result[column]! += factor * matrix[row * result.length + column]!;
  }
  return result;
}

/** matrix += inputᵀ · error, bias += error */
function accumulate(matrix: Float64Array, bias: Float64Array, input: ArrayLike<number>, error: Float64Array): void {
  for (let column = 0; column < error.length; column++) bias[column]! += error[column]!;
  for (let row = 0; row < input.length; row++) {
    const factor = input[row] ?? 0;
    for (let column = 0; column < error.length; column++)
      matrix[row * error.length + column]! += factor * error[column]!;
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < b.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** AdamW, as PyTorch's. */
function update({ value, first, second }: Weights, gradient: Float64Array, step: number): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = adamw;
  for (let index = 0; index < value.length; index++) {
    const slope = gradient[index] ?? 0;
    const m = (first[index] = beta1 * (first[index] ?? 0) + (1 - beta1) * slope);
    const v = (second[index] = beta2 * (second[index] ?? 0) + (1 - beta2) * slope * slope);
    const size = learningRate / (1 - beta1 ** step);
    const kept = (value[index] ?? 0) * (1 - learningRate * weightDecay);
    value[index] = kept - (size * m) / (Math.sqrt(v / (1 - beta2 ** step)) + epsilon);
  }
}
