/**
 * Batching, one row a primitive: the same operation on inputs of which some have a further first axis, the batch.
 * `vmap.ts` applies the rules.
 */
import { type Node, node } from "../graph/node.ts";
import type { IndexedAxis, Primitive, PrimitiveParams } from "../graph/primitives.ts";
import { invariant } from "../support/invariant.ts";
import { moveAxis } from "../tensor/manipulate.ts";
import { expandNode } from "../tensor/operands.ts";
import { Tensor } from "../tensor/tensor.ts";
import { isMap, isUnshared, type Unshared } from "./application.ts";

/** Inputs of a batched operation. */
export interface Batch {
  /** Number of entries. */
  readonly size: number;
  /** With the batch as first axis where `isBatched` says so, else as they were. */
  readonly inputs: readonly Node[];
  readonly isBatched: readonly boolean[];
}

/** The result, with the batch as first axis. */
export type BatchRule<P extends Primitive> = (batch: Batch, params: PrimitiveParams[P]) => Node;

/** `original` done on a batch: the result has the batch as first axis. */
export function batchNode(original: Node, batch: Batch): Node {
  if (isUnshared(original)) return applyRule(original, batch);
  invariant(isMap(original), `${original.primitive} has a batching rule`);
  return node(original.primitive, batchAll(batch), original.params);
}

function applyRule<P extends Unshared>(original: Node<P>, batch: Batch): Node {
  const rule: BatchRule<P> = batchRules[original.primitive];
  return rule(batch, original.params);
}

/** Rules by primitive; maps need none beyond giving all inputs the batch axis. */
export const batchRules: { readonly [P in Unshared]: BatchRule<P> } = {
  source: leaf,
  constant: leaf,
  iota: leaf,
  reshape: ({ inputs, size }, { shape }) => node("reshape", inputs, { shape: [size, ...shape] }),
  permuteDims: ({ inputs }, { axes }) => node("permuteDims", inputs, { axes: [0, ...next(axes)] }),
  broadcast: ({ inputs, size }, { shape }) => node("broadcast", inputs, { shape: [size, ...shape] }),
  slice: ({ inputs, size }, { starts, steps, shape }) =>
    node("slice", inputs, { starts: [0, ...starts], steps: [1, ...steps], shape: [size, ...shape] }),
  pad: ({ inputs }, { low, high, value }) => node("pad", inputs, { low: [0, ...low], high: [0, ...high], value }),
  concat: (batch, { axis }) => node("concat", batchAll(batch), { axis: axis + 1 }),
  gather: (batch, params) => {
    // Of one tensor, a batch of indices is indices with an axis more: the tensor is not repeated, nor is its gradient
    if (batch.isBatched[0] !== true && params.batch === 0)
      return moveAxis(new Tensor(node("gather", batch.inputs, params)), params.axis, 0).node;
    return node("gather", batchAll(batch), { ...params, ...further(params) });
  },
  // A batch is rows more
  distribute: (batch) => {
    const folded = batchAll(batch).map((input) => {
      const [entries = 0, rows = 0, ...inner] = input.type.shape;
      return node("reshape", [input], { shape: [entries * rows, ...inner] });
    });
    const result = node("distribute", folded, {});
    const [rows = 0, width = 0] = result.type.shape;
    return node("reshape", [result], { shape: [batch.size, rows / batch.size, width] });
  },
  scatter: (batch, params) => node("scatter", batchAll(batch), { ...params, ...further(params) }),
  after: ({ inputs: [first, ...others], isBatched, size }) => {
    invariant(first !== undefined, "something comes after others");
    return node("after", [isBatched[0] === true ? first : repeatInput(first, size), ...others], {});
  },
  sum: ({ inputs }, { axes }) => node("sum", inputs, { axes: next(axes) }),
  prod: ({ inputs }, { axes }) => node("prod", inputs, { axes: next(axes) }),
  max: ({ inputs }, { axes }) => node("max", inputs, { axes: next(axes) }),
  min: ({ inputs }, { axes }) => node("min", inputs, { axes: next(axes) }),
  recurrence: (batch, params) => node("recurrence", batchAll(batch), { ...params, axis: params.axis + 1 }),
  contract: ({ inputs, isBatched }, { left, right, output, windows, accumulate, dtype }) => {
    // The batch is one more name, which an operand without a batch lacks
    const name = Math.max(-1, ...left, ...right, ...output) + 1;
    const named = (names: readonly number[], has: boolean | undefined) => (has === true ? [name, ...names] : names);
    return node("contract", inputs, {
      left: named(left, isBatched[0]),
      right: named(right, isBatched[1]),
      output: [name, ...output],
      windows,
      accumulate,
      dtype,
    });
  },
};

function leaf(): never {
  throw new Error("Smilodon broke its own promise: a leaf depends on nothing that is batched.");
}

function next(axes: readonly number[]): readonly number[] {
  return axes.map((axis) => axis + 1);
}

/** The axis that indices point along, with the batch as first axis of tensor and indices. */
function further({ axis, batch }: IndexedAxis): IndexedAxis {
  return { axis: axis + 1, batch: batch + 1 };
}

/** All inputs with the batch as first axis. */
function batchAll({ inputs, isBatched, size }: Batch): readonly Node[] {
  return inputs.map((input, index) => (isBatched[index] === true ? input : repeatInput(input, size)));
}

/** `input`, the same for every entry, with a batch axis. */
export function repeatInput(input: Node, size: number): Node {
  return expandNode(input, [size, ...input.type.shape]);
}
