/**
 * Indexed writes and the reads that undo them, as the rules of derivatives make them: `indexed/writeRules.ts` has those of
 * writes themselves.
 */
import { node } from "../graph/node.ts";
import type { IndexedAxis, PrimitiveParams } from "../graph/primitives.ts";
import { Tensor } from "./tensor.ts";

/** An indexed write: what was given, and what came of it. */
export interface Write {
  readonly base: Tensor;
  readonly indices: Tensor;
  readonly updates: Tensor;
  readonly output: Tensor;
  readonly params: PrimitiveParams["scatter"];
}

/** The derivatives of one kind of write. */
export interface WriteRule {
  /** The cotangent of the base, or of the updates. */
  pullBack(cotangent: Tensor, write: Write, ofBase: boolean): Tensor;
  /** The change of the result; undefined changes and results are zero. */
  pushForward(base: Tensor | undefined, updates: Tensor | undefined, write: Write): Tensor | undefined;
}

/** `base` with `updates` added at `indices`. */
export function addInto(base: Tensor, indices: Tensor, updates: Tensor, { axis, batch }: IndexedAxis): Tensor {
  return new Tensor(node("scatter", [base.node, indices.node, updates.node], { axis, batch, combine: "add" }));
}

/** What stands in `x` where each update was written; 0 for those that were left out, since they changed nothing. */
export function readBack(x: Tensor, indices: Tensor, { axis, batch }: IndexedAxis): Tensor {
  return new Tensor(node("gather", [x.node, indices.node], { axis, batch, value: 0 }));
}
