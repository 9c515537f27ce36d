/** `jvp`: forward mode: how the result of a function changes when its arguments change in a given direction. */
import { derivedFrom, isNode, type Node } from "../graph/node.ts";
import { isRegionNode } from "../graph/region.ts";
import { keepingGraph } from "../runtime/realize.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { flattenTree, requireSameStructure } from "../support/tree.ts";
import { zerosLike } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type CallRule, ruleOf } from "./calls.ts";
import { type Changes, pushForwardRegion } from "./control/regionJvp.ts";
import { type AnyFunction, callWith, differentiated, isTensor, mapTensors } from "./differentiated.ts";
import { pushForward } from "./jvpRules.ts";
import { recordTape } from "./tape.ts";
import { requireSameType } from "./vjp.ts";

/**
 * `[f(...primals), J · tangents]`: the value, and its change in the direction of `tangents`, which have the structure
 * of the arguments.
 * @throws DtypeError where an argument is no float; ShapeError where a tangent has another shape than its argument.
 *
 * @example
 * ```ts
 * import { jvp, tensor, type Tensor } from "smilodon";
 * const [y, change] = jvp((x: Tensor) => x.square(), [tensor([1, 2])], [tensor([1, 10])]);
 * console.log(await y.toArray(), await change.toArray()); // [1, 4] [2, 40]
 * ```
 */
export function jvp<A extends readonly unknown[], R>(
  f: (...given: A) => R,
  primals: readonly [...A],
  tangents: readonly [...A],
): [value: R, change: R];
export function jvp(
  f: AnyFunction<unknown>,
  primals: readonly unknown[],
  tangents: readonly unknown[],
): [unknown, unknown] {
  return keepingGraph(() => {
    requireSameStructure("jvp", primals, tangents, isTensor);
    const prepared = differentiated("jvp", primals, [...primals.keys()]);
    const directions = flattenTree(tangents, isTensor).leaves;
    prepared.tensors.forEach((tensor, index) => requireSameType("jvp", "tangent", tensor, at(directions, index)));
    const value = callWith(f, prepared.given);
    const outputs = flattenTree(value, isTensor).leaves.map(({ node }) => node);
    const seeds = prepared.tensors.map((tensor, index) => [tensor.node, at(directions, index)] as const);
    const changes = pushForwardAlong(outputs, new Map(seeds));
    return [value, mapTensors(value, (output) => changes.get(output.node) ?? zerosLike(output))];
  });
}

/** Walks the graph from `seeds`, nodes with their changes, to `outputs`; gives the changes of all nodes between. */
function pushForwardAlong(outputs: readonly Node[], seeds: ReadonlyMap<Node, Tensor>): ReadonlyMap<Node, Tensor> {
  const changes = new Map(seeds);
  const ofCalls = new Map<CallRule, readonly Tensor[]>();
  const ofRegions = new Map<Node, Changes>();
  for (const { node, inputs } of recordTape(outputs, [...seeds.keys()], "forward").steps) {
    const tangents = inputs.map((input) => changes.get(input));
    if (isRegionNode(node)) {
      const region = { region: node, inputs, tangents, pushForward: pushForwardAlong };
      ofRegions.set(
        node,
        derivedFrom(node, () => pushForwardRegion(region)),
      );
      continue;
    }
    if (isNode(node, "project")) {
      const change = ofRegions.get(at(inputs, 0))?.[node.params.index];
      if (change !== undefined) changes.set(node, change);
      continue;
    }
    const change = derivedFrom(node, () =>
      isNode(node, "call") ? throughCall(node, inputs, tangents, ofCalls) : pushForward(node, inputs, tangents),
    );
    if (change !== undefined) changes.set(node, change);
  }
  return changes;
}

/** The change of one result of a call; its rule gives those of all results at once. */
function throughCall(
  call: Node<"call">,
  inputs: readonly Node[],
  tangents: readonly (Tensor | undefined)[],
  known: Map<CallRule, readonly Tensor[]>,
): Tensor | undefined {
  const rule = ruleOf(call);
  if (rule.isTransparentForward) return tangents[0];
  return remember(known, rule, () => rule.pushForward(inputs, tangents))[call.params.output];
}
