/**
 * Functions whose derivative is given rather than derived: custom rules and checkpoints. Each result of such a
 * function is a `call` node, whose inputs are the value and the tensors that it was computed from; all results of one
 * call share a rule. `gradient.ts`, `jvp.ts` and `vmap.ts` ask the rule where they meet a call.
 */
import { isNode, type Node, node } from "../graph/node.ts";
import type { DerivativeRule } from "../graph/primitives.ts";
import { invariant } from "../support/invariant.ts";
import { Tensor } from "../tensor/tensor.ts";
import { mapTensors } from "./differentiated.ts";

/** Which way derivatives are taken. */
export type Direction = "forward" | "reverse";

/** One result of a call: what was computed, and the derivative of something with respect to it. */
export interface CallResult {
  readonly output: number;
  readonly value: Node;
  readonly cotangent: Tensor;
}

/** What transforms ask of a call. An instance belongs to one call: that is how results are known to belong together. */
export abstract class CallRule implements DerivativeRule {
  /** Of the transform that made it, for messages. */
  abstract readonly name: string;
  /** Forward mode takes the derivative of what was computed, as if there were no call. */
  readonly isTransparentForward: boolean = false;

  /** The cotangent of each input; undefined for zero. */
  abstract pullBack(inputs: readonly Node[], results: readonly CallResult[]): readonly (Tensor | undefined)[];

  /** The change of each result, from those of the inputs; undefined is zero. */
  abstract pushForward(inputs: readonly Node[], tangents: readonly (Tensor | undefined)[]): readonly Tensor[];

  /** The rule of the call done on a batch; the inputs that are batched have the batch as first axis. */
  abstract batched(isBatched: readonly boolean[]): CallRule;

  /** The same for another call. */
  abstract copy(): CallRule;
}

/** The tensors of `value` as results of one call on `inputs`. */
export function callResults(value: unknown, inputs: readonly Node[], rule: CallRule): unknown {
  let output = 0;
  return mapTensors(value, (leaf) => new Tensor(node("call", [leaf.node, ...inputs], { rule, output: output++ })));
}

/** The rule of a call. */
export function ruleOf({ params }: Node<"call">): CallRule {
  invariant(params.rule instanceof CallRule, "calls are made here");
  return params.rule;
}

/** The inputs of `node` that derivatives of one direction follow. */
export function followedBy(node: Node, direction: Direction): readonly Node[] {
  if (!isNode(node, "call")) return node.inputs;
  const isInside = direction === "forward" && ruleOf(node).isTransparentForward;
  return isInside ? node.inputs.slice(0, 1) : node.inputs.slice(1);
}
