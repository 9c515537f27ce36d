/**
 * Why a row is answered as it is: integrated gradients from the mean of the training rows, summed over the columns that
 * encode each feature. The parts add up to the output but for the residual, which is told.
 */
import { attributeFeatures } from "../../explain/featureAttribution.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, multiply, subtract } from "../../tensor/arithmetic.ts";
import { take } from "../../tensor/indexing.ts";
import { reshape, squeeze } from "../../tensor/manipulate.ts";
import { max, sum } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { exp, log } from "../../tensor/transcendental.ts";
import type { Explanation } from "../model.ts";
import type { TabularSystem } from "./system.ts";

/** Explains encoded rows, row-major [n, width]; `classes` are the labels given to them, ignored for numbers. */
export async function explainRows(
  system: TabularSystem,
  rows: Float32Array,
  classes: ArrayLike<number>,
): Promise<Explanation[]> {
  const { encoder, task } = system;
  const numbers = Array.from({ length: rows.length / encoder.width }, (_, row) => row);
  const explanations: Explanation[] = [];
  // Rows that got the same class are explained together: the output in question is the same function
  const outputs = task.kind === "classification" ? new Set(Array.from(classes)) : [0];
  for (const output of outputs) {
    const own = numbers.filter((row) => task.kind === "regression" || classes[row] === output);
    const found = await explainOutput(system, rows, own, output);
    own.forEach((row, index) => (explanations[row] = at(found, index)));
  }
  return explanations;
}

async function explainOutput(
  system: TabularSystem,
  rows: Float32Array,
  own: readonly number[],
  output: number,
): Promise<Explanation[]> {
  const { encoder, care } = system;
  const { width, features } = encoder;
  const chosen = new Float32Array(own.length * width);
  own.forEach((row, index) => chosen.set(rows.subarray(row * width, (row + 1) * width), index * width));
  const { model, name } = outputOf(system, output);
  const found = await attributeFeatures(model, chosen, { features, baseline: care.explanation.baseline });
  return own.map((_, index) => ({
    output: name,
    value: at(found.outputs, index),
    start: found.baselineOutput,
    contributions: found.features.map((feature, place) => ({
      feature,
      amount: at(found.values, index * features.length + place),
    })),
    residual: at(found.residuals, index),
  }));
}

/** The number that is explained, as a function of encoded rows, and what it is. */
function outputOf(system: TabularSystem, output: number): { model: (rows: Tensor) => Tensor; name: string } {
  const { task, network, care } = system;
  if (task.kind === "regression") {
    const name = task.scale === "logarithm" ? `logarithm of ${task.target}` : task.target;
    return {
      name,
      model: (rows) => reshape(add(multiply(network.forward(rows), task.deviation), task.mean), [-1]),
    };
  }
  const others = tensor(Int32Array.from(task.classes.keys().filter((label) => label !== output)));
  const own = tensor(Int32Array.of(output));
  const model = (rows: Tensor): Tensor => {
    const logits = divide(network.forward(rows), care.temperature);
    const rest = take(logits, others, { axis: 1 });
    const largest = max(rest, 1, { keepDims: true });
    const total = add(log(sum(exp(subtract(rest, largest)), 1)), squeeze(largest, 1));
    return subtract(squeeze(take(logits, own, { axis: 1 }), 1), total);
  };
  return { model, name: `logarithm of the odds of ${task.target} ${at(task.classes, output)}` };
}
