/**
 * Outputs of a network for many rows. Rows are asked in blocks of one size, filled up with zeros, so that a row gets the same
 * answer to the last bit whether it is asked alone, among others, today or from a saved model.
 */
import type { Module } from "../../nn/module.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";

/** Rows in a block: enough to be fast for millions, few enough for one. */
const blockRows = 256;

/** A network made ready to be asked about many rows; compiles once. */
export class OutputReader {
  readonly #forward: (rows: Tensor) => Tensor;
  readonly #inputs: number;
  readonly #outputs: number;

  /** `network` takes [n, inputs] and gives [n, outputs]. */
  constructor(network: Module, { inputs, outputs }: { readonly inputs: number; readonly outputs: number }) {
    this.#forward = compile((rows: Tensor) => network.forward(rows));
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /** @param rows row-major [n, inputs] @returns row-major [n, outputs] */
  async read(rows: Float32Array): Promise<Float32Array> {
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    const count = rows.length / inputs;
    const results = new Float32Array(count * outputs);
    for (let start = 0; start < count; start += blockRows) {
      const block = new Float32Array(blockRows * inputs);
      block.set(rows.subarray(start * inputs, (start + blockRows) * inputs));
      const values = await this.#forward(tensor(block, { shape: [blockRows, inputs] })).data();
      results.set(values.subarray(0, Math.min(blockRows, count - start) * outputs), start * outputs);
    }
    return results;
  }
}

/** Outputs of `network` ([n, inputs] → [n, outputs]) for row-major `rows`. */
export function outputsOf(
  network: Module,
  rows: Float32Array,
  sizes: { readonly inputs: number; readonly outputs: number },
): Promise<Float32Array> {
  return new OutputReader(network, sizes).read(rows);
}
