/** Models as explanations see them: a function of rows with one number for each row, evaluated with its slopes. */

import { showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { sum } from "../tensor/reduce.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { compile } from "../transforms/compile.ts";
import { valueAndGrad } from "../transforms/grad.ts";

/**
 * A model to explain: from rows [n, features] to one output for each row, [n] or [n, 1]. The outputs of the rows must not
 * depend on each other; put a module into evaluation mode first.
 */
export type RowModel = (rows: Tensor) => Tensor;

/** Outputs of rows, and the slope of each row's output along each feature. */
export interface Slopes {
  readonly outputs: Float64Array;
  /** Row-major [rows, features]. */
  readonly gradients: Float64Array;
}

/**
 * `model` ready to be evaluated with slopes, many times. Rows are row-major, in f64; the model computes in f32.
 * @throws ShapeError where the model does not give one number for each row; ArgumentError where `rows` are not whole rows.
 */
export function slopesOf(model: RowModel, columns: number): (rows: ArrayLike<number>) => Promise<Slopes> {
  const evaluate = compile((rows: Tensor) => valueAndGrad((x: Tensor) => summed(model, x))(rows));
  return async (rows) => {
    const count = rows.length / columns;
    if (!Number.isInteger(count))
      throw new ArgumentError(`explain: ${rows.length} values are not whole rows of ${columns}.`);
    const x = tensor(Float32Array.from(rows), { shape: [count, columns] });
    const [, gradients] = evaluate(x);
    return { outputs: Float64Array.from(await model(x).data()), gradients: Float64Array.from(await gradients.data()) };
  };
}

/** Rows in a block: enough to be fast, few enough for one. */
const blockRows = 256;

/**
 * `slopes` asked in blocks of one size, filled up with zeros: the model is compiled once whatever the number of rows, and a
 * row gets the same answer to the last bit whether it is asked alone or among others.
 */
export function slopesInBlocks(slopes: ReturnType<typeof slopesOf>, columns: number): ReturnType<typeof slopesOf> {
  return async (rows) => {
    const count = rows.length / columns;
    const outputs = new Float64Array(count);
    const gradients = new Float64Array(rows.length);
    for (let start = 0; start < count; start += blockRows) {
      const some = Math.min(blockRows, count - start);
      const block = new Float32Array(blockRows * columns);
      for (let index = 0; index < some * columns; index++) block[index] = rows[start * columns + index] ?? 0;
      const found = await slopes(block);
      outputs.set(found.outputs.subarray(0, some), start);
      gradients.set(found.gradients.subarray(0, some * columns), start * columns);
    }
    return { outputs, gradients };
  };
}

/** The sum over rows: its gradient holds the slopes of all rows at once, since rows do not depend on each other. */
function summed(model: RowModel, rows: Tensor): Tensor {
  const outputs = model(rows);
  const [count, ...rest] = outputs.shape;
  if (count !== rows.shape[0] || rest.some((size) => size !== 1)) {
    throw new ShapeError(
      `explain: the model has to give one number for each row, shape [${rows.shape[0]}], and gave ${showShape(outputs.shape)}.`,
      { rows: rows.shape, outputs: outputs.shape },
    );
  }
  return sum(outputs);
}
