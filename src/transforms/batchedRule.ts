/** The rule of a call under `vmap`: the rule of one entry, itself under `vmap`. */
import type { Node } from "../graph/node.ts";
import { at } from "../support/invariant.ts";
import { sum } from "../tensor/reduce.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type CallResult, CallRule } from "./calls.ts";
import { vmap } from "./vmap.ts";

/** `rule` for each entry of a batch. All results are batched, and the inputs that `isBatched` says. */
export class BatchedRule extends CallRule {
  readonly name: string;
  readonly #rule: CallRule;
  readonly #isBatched: readonly boolean[];

  constructor(rule: CallRule, isBatched: readonly boolean[]) {
    super();
    this.name = rule.name;
    this.#rule = rule;
    this.#isBatched = isBatched;
  }

  pullBack(inputs: readonly Node[], results: readonly CallResult[]): readonly (Tensor | undefined)[] {
    const entry = (given: readonly Tensor[], cotangents: readonly Tensor[]) =>
      this.#rule.pullBack(
        given.map(({ node }) => node),
        results.map((result, index) => ({ ...result, cotangent: at(cotangents, index) })),
      );
    const parts = vmap(entry, { inAxes: [this.#axes, 0] })(
      tensorsOf(inputs),
      results.map(({ cotangent }) => cotangent),
    );
    // What all entries share has the sum of their cotangents
    return parts.map((part, index) => (part !== undefined && !at(this.#isBatched, index) ? sum(part, 0) : part));
  }

  pushForward(inputs: readonly Node[], tangents: readonly (Tensor | undefined)[]): readonly Tensor[] {
    const entry = (given: readonly Tensor[], changes: readonly (Tensor | undefined)[]) =>
      this.#rule.pushForward(
        given.map(({ node }) => node),
        changes,
      );
    return vmap(entry, { inAxes: [this.#axes, this.#axes] })(tensorsOf(inputs), tangents);
  }

  batched(isBatched: readonly boolean[]): CallRule {
    return new BatchedRule(this, isBatched);
  }

  copy(): CallRule {
    return new BatchedRule(this.#rule, this.#isBatched);
  }

  get #axes(): readonly (0 | null)[] {
    return this.#isBatched.map((is) => (is ? 0 : null));
  }
}

function tensorsOf(nodes: readonly Node[]): readonly Tensor[] {
  return nodes.map((node) => new Tensor(node));
}
