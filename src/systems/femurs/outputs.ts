/**
 * Outputs of a model for many bones. Rows are asked in blocks of one size, filled up with zeros, so that a bone gets the
 * same answer to the last bit whether it is asked alone, among others, today or from a saved model.
 */
import type { Module } from "../../nn/index.ts";
import { tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";

/** Rows in a block: enough to be fast for thousands of bones, few enough for one. */
const blockRows = 128;

/** Output of `model` ([bones, 2] → [bones]) for each row of `features`, row-major [bones, 2]. */
export async function outputsOf(model: Module, features: Float64Array): Promise<Float64Array> {
  const count = features.length / 2;
  const outputs = new Float64Array(count);
  const forward = compile((rows: ReturnType<typeof tensor>) => model.forward(rows));
  for (let start = 0; start < count; start += blockRows) {
    const block = new Float32Array(blockRows * 2);
    block.set(features.subarray(2 * start, 2 * (start + blockRows)));
    const values = await forward(tensor(block, { shape: [blockRows, 2] })).data();
    outputs.set(values.subarray(0, Math.min(blockRows, count - start)), start);
  }
  return outputs;
}
