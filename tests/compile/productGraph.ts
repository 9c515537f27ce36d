/** Products of matrices as graphs, for tests of how they are compiled. */
import { type Node, node, sourceNode } from "../../src/graph/node.ts";
import { type Data, type Dtype, dtypes } from "../../src/shape/dtype.ts";
import { sizeOf } from "../../src/shape/shape.ts";

/** Small whole numbers: sums of products are exact in every dtype, in whatever order. */
export function counted(shape: readonly number[], seed: number, dtype: Dtype = "f32"): Data {
  return new dtypes[dtype].array(
    Array.from({ length: sizeOf(shape) }, (_, index) => ((index * 7 + seed * 13 + (index >> 5)) % 9) - 4),
  );
}

export type Orientation = "plain" | "left turned" | "right turned";

export interface Case {
  readonly batch: readonly number[];
  readonly sizes: readonly [rows: number, summed: number, columns: number];
  readonly orientation: Orientation;
  readonly dtype: Dtype;
}

/** The product of two sources, with a bias and a map after it. */
export function productGraph({ batch, sizes: [m, k, n], orientation, dtype }: Case): { sources: Node[]; output: Node } {
  const left = sourceNode({ shape: [...batch, ...(orientation === "left turned" ? [k, m] : [m, k])], dtype });
  const right = sourceNode({ shape: [...batch, ...(orientation === "right turned" ? [n, k] : [k, n])], dtype });
  const bias = sourceNode({ shape: [n], dtype });
  const names = batch.map((_, axis) => axis);
  const [row, column, sum] = [names.length, names.length + 1, names.length + 2];
  const product = node("contract", [left, right], {
    left: [...names, ...(orientation === "left turned" ? [sum, row] : [row, sum])],
    right: [...names, ...(orientation === "right turned" ? [column, sum] : [sum, column])],
    output: [...names, row, column],
    windows: [],
    accumulate: dtype,
    dtype,
  });
  const shape = [...batch, m, n];
  const flat = node("reshape", [bias], { shape: [...shape.map((_, axis) => (axis === shape.length - 1 ? n : 1))] });
  const output = node("abs", [node("add", [product, node("broadcast", [flat], { shape })], {})], {});
  return { sources: [left, right, bias], output };
}
