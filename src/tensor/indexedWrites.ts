/**
 * How indexed writes are differentiated. Additions, which every gradient of an indexed read consists of, have their rule
 * here. Those of the others are `indexed/writeRules.ts`, which the functions that write so bring along: a program that only
 * adds does not load them.
 */
import { node } from "../graph/node.ts";
import type { Combine, IndexedAxis, PrimitiveParams } from "../graph/primitives.ts";
import { invariant } from "../support/invariant.ts";
import { zerosLike } from "./creation.ts";
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

/** Rules of the writes that are no additions. */
export type WriteRules = { readonly [C in Exclude<Combine, "add">]: WriteRule };

let others: WriteRules | undefined;

/** Says how to differentiate writes that are no additions. */
export function bringWriteRules(rules: WriteRules): void {
  others = rules;
}

/** The rule of writes that `combine` so. */
export function writeRule(combine: Combine): WriteRule {
  if (combine === "add") return addition;
  invariant(others !== undefined, "whoever writes brings the rules");
  return others[combine];
}

const addition: WriteRule = {
  pullBack: (g, { indices, params }, ofBase) => (ofBase ? g : readBack(g, indices, params)),
  pushForward: (base, updates, { base: x, indices, params }) =>
    updates === undefined ? base : addInto(base ?? zerosLike(x), indices, updates, params),
};

/** `base` with `updates` added at `indices`. */
export function addInto(base: Tensor, indices: Tensor, updates: Tensor, { axis, batch }: IndexedAxis): Tensor {
  return new Tensor(node("scatter", [base.node, indices.node, updates.node], { axis, batch, combine: "add" }));
}

/** What stands in `x` where each update was written; 0 for those that were left out, since they changed nothing. */
export function readBack(x: Tensor, indices: Tensor, { axis, batch }: IndexedAxis): Tensor {
  return new Tensor(node("gather", [x.node, indices.node], { axis, batch, value: 0 }));
}
