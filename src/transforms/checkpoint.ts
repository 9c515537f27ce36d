/**
 * `checkpoint`: reverse mode without keeping what the forward pass computed. Where a derivative needs it, the graph of
 * the function is built again, behind `after` nodes: the compiler can neither share it with the forward pass nor
 * compute it before the cotangents that it is wanted for.
 */
import { derivedFrom, isNode, Node, node, sourceNode } from "../graph/node.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { keepingGraph } from "../runtime/realize.ts";
import { invariant } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { flattenTree } from "../support/tree.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type CallResult, CallRule, callResults, ruleOf } from "./calls.ts";
import { isTensor } from "./differentiated.ts";
import { pullBackAlong } from "./gradient.ts";
import { recordTape } from "./tape.ts";

/**
 * `f`, of which derivatives keep only what it was given: inside values are computed a second time for the gradient,
 * with the same random numbers. A stack of n layers, checkpointed in √n pieces, needs memory for about 2√n layers rather
 * than n. Values and gradients stay the same; what `f` uses without being given it (the weights of a layer) is
 * differentiated as ever.
 *
 * Source: T. Chen et al., "Training deep nets with sublinear memory cost", 2016.
 *
 * @example
 * ```ts
 * import { checkpoint, grad, tensor, type Tensor } from "smilodon";
 * const block = checkpoint((x: Tensor) => x.sin().exp().sin());
 * console.log(await grad((x: Tensor) => block(block(x)).sum())(tensor([0])).toArray());
 * ```
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...given: A) => R): (...given: A) => R {
  return (...given) => {
    // Everything made from here on belongs to the function
    const { id: begin } = sourceNode({ shape: [], dtype: "f32" });
    const value = keepingGraph(() => f(...given));
    const results = flattenTree(value, isTensor).leaves.map((leaf) => leaf.node);
    const isGiven = (each: Node) => each.id < begin || isNode(each, "source");
    const inputs = topologicalOrder(results, isGiven).filter(isGiven);
    return callResults(value, inputs, new Checkpoint()) as R;
  };
}

class Checkpoint extends CallRule {
  readonly name = "checkpoint";
  override readonly isTransparentForward = true;

  pullBack(inputs: readonly Node[], results: readonly CallResult[]): readonly (Tensor | undefined)[] {
    const before = results.flatMap(({ value, cotangent }) => [value, cotangent.node]);
    const fresh = inputs.map((input) => node("after", [input, ...before], {}));
    const again = computedAgain(results, new Map(inputs.map((input, index) => [input, fresh[index] ?? input])), before);
    const seeds = results.map(({ value, cotangent }) => [again.get(value) ?? value, cotangent] as const);
    const tape = recordTape(
      seeds.map(([value]) => value),
      fresh,
      "reverse",
    );
    const found = pullBackAlong(tape, seeds);
    return fresh.map((each) => found.get(each));
  }

  pushForward(): never {
    invariant(false, "forward mode looks inside a checkpoint");
  }

  batched(): CallRule {
    return new Checkpoint();
  }

  copy(): CallRule {
    return new Checkpoint();
  }
}

/** The graph from `inputs` to the results once more; `inputs` says what stands in for each. Leaves inside come after `before` too. */
function computedAgain(
  results: readonly CallResult[],
  inputs: ReadonlyMap<Node, Node>,
  before: readonly Node[],
): ReadonlyMap<Node, Node> {
  const again = new Map(inputs);
  const rules = new Map<CallRule, CallRule>();
  const order = topologicalOrder(
    results.map(({ value }) => value),
    (each) => inputs.has(each),
  );
  for (const each of order) {
    if (again.has(each)) continue;
    const copy = derivedFrom(each, () => {
      if (isNode(each, "constant")) return each;
      if (each.inputs.length === 0) return node("after", [each, ...before], {});
      const others = each.inputs.map((input) => again.get(input) ?? input);
      const params = isNode(each, "call")
        ? { ...each.params, rule: remember(rules, ruleOf(each), () => ruleOf(each).copy()) }
        : each.params;
      return new Node(each.primitive, others, params, each.type, each.device);
    });
    again.set(each, copy);
  }
  return again;
}
