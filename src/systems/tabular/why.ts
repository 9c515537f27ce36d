/**
 * Why a row is answered as it is: integrated gradients from the mean of the training rows, summed over the columns that
 * encode each feature. The parts add up to the output but for the residual, which is told.
 */
import { integratedGradients } from "../../explain/integratedGradients.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, multiply, subtract } from "../../tensor/arithmetic.ts";
import { take } from "../../tensor/indexing.ts";
import { reshape, squeeze } from "../../tensor/manipulate.ts";
import { max, sum } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { exp, log } from "../../tensor/transcendental.ts";
import type { Explanation } from "../model.ts";
import type { TabularSystem } from "./careRules.ts";

/** Rows that are explained together: each takes some dozens of evaluations. */
const chunkRows = 64;

/** Explains encoded rows, row-major [n, width]; `classes` are the labels given to them, ignored for numbers. */
export async function explainRows(
  system: TabularSystem,
  rows: Float32Array,
  classes: ArrayLike<number>,
): Promise<Explanation[]> {
  const { encoder, task } = system;
  const { width } = encoder;
  const count = rows.length / width;
  const explanations: Explanation[] = [];
  const outputs = task.kind === "classification" ? new Set(Array.from(classes)) : [0];
  for (const output of outputs) {
    const own = Array.from({ length: count }, (_, row) => row).filter(
      (row) => task.kind === "regression" || classes[row] === output,
    );
    for (let start = 0; start < own.length; start += chunkRows) {
      const chunk = own.slice(start, start + chunkRows);
      const found = await explainChunk(system, rows, chunk, output);
      chunk.forEach((row, index) => (explanations[row] = at(found, index)));
    }
  }
  return explanations;
}

async function explainChunk(
  system: TabularSystem,
  rows: Float32Array,
  chunk: readonly number[],
  output: number,
): Promise<Explanation[]> {
  const { encoder, care } = system;
  const { width, features } = encoder;
  const chosen = new Float32Array(chunk.length * width);
  chunk.forEach((row, index) => chosen.set(rows.subarray(row * width, (row + 1) * width), index * width));
  const { model, name } = outputOf(system, output);
  const baseline = care.explanation.baseline;
  const { values, outputs, baselineOutputs, residuals } = await integratedGradients(model, chosen, {
    baseline,
    columns: width,
  });
  return chunk.map((_, index) => ({
    output: name,
    value: at(outputs, index),
    start: at(baselineOutputs, index),
    contributions: features.map((feature) => {
      const start = index * width + feature.start;
      const block = values.subarray(start, start + feature.width);
      return { feature: feature.name, amount: block.reduce((total, value) => total + value, 0) };
    }),
    residual: at(residuals, index),
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
