/**
 * Outputs of a model for many bones. Rows are asked in blocks of one size, filled up with zeros, so that a bone gets the
 * same answer to the last bit whether it is asked alone, among others, today or from a saved model.
 */
import type { Module } from "../../nn/index.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";

/** Rows in a block: enough to be fast for thousands of bones, few enough for one. */
const blockRows = 128;

/** Outputs for each row of `features`, row-major [bones, 2]. */
export type FemurOutputs = (features: Float64Array) => Promise<Float64Array>;

/** Makes `model` ([bones, 2] → [bones]) ready to be asked about many bones; compiles once. */
export function outputReader(model: Module): FemurOutputs {
  const forward = compile((rows: Tensor) => model.forward(rows));
  return async (features) => {
    const count = features.length / 2;
    const outputs = new Float64Array(count);
    for (let start = 0; start < count; start += blockRows) {
      const block = new Float32Array(blockRows * 2);
      block.set(features.subarray(2 * start, 2 * (start + blockRows)));
      const values = await forward(tensor(block, { shape: [blockRows, 2] })).data();
      outputs.set(values.subarray(0, Math.min(blockRows, count - start)), start);
    }
    return outputs;
  };
}

/** Output of `model` ([bones, 2] → [bones]) for each row of `features`, row-major [bones, 2]. */
export function outputsOf(model: Module, features: Float64Array): Promise<Float64Array> {
  return outputReader(model)(features);
}
