/**
 * Cleans the graph: nodes that only name a value vanish, views that change nothing or follow each other become
 * one, and what is computed twice is computed once. Arithmetic on constants is folded where expressions are built.
 */
import { derivedFrom, isNode, Node } from "../graph/node.ts";
import type { Primitive, PrimitiveParams } from "../graph/primitives.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { sameShape } from "../shape/shape.ts";
import { exactNumber } from "../support/exactNumber.ts";
import { at } from "../support/invariant.ts";

/** The graph of `outputs` without what is needless; `isLeaf` nodes stay what they are. Returns the new outputs. */
export function simplifyGraph(outputs: readonly Node[], isLeaf: (node: Node) => boolean): Node[] {
  const replaced = new Map<Node, Node>();
  const distinct = new Map<string, Node>();
  for (const node of topologicalOrder(outputs, isLeaf)) {
    if (isLeaf(node)) {
      replaced.set(node, node);
      continue;
    }
    const inputs = node.inputs.map((input) => replaced.get(input) ?? input);
    const simpler = withoutNeed(node, inputs) ?? rebuilt(node, inputs);
    const key = `${simpler.primitive} ${simpler.inputs.map((input) => input.id)} ${paramsKey(simpler)}`;
    const known = simpler.primitive === "source" ? undefined : distinct.get(key);
    if (known === undefined) distinct.set(key, simpler);
    replaced.set(node, known ?? simpler);
  }
  return outputs.map((output) => replaced.get(output) ?? output);
}

function rebuilt(node: Node, inputs: readonly Node[]): Node {
  if (inputs.every((input, index) => input === node.inputs[index])) return node;
  return remake(node, node.primitive, inputs, node.params);
}

function remake<P extends Primitive>(
  node: Node,
  primitive: P,
  inputs: readonly Node[],
  params: PrimitiveParams[P],
): Node {
  return derivedFrom(node, () => new Node(primitive, inputs, params, node.type, node.device));
}

/** A simpler node of the same value, if there is one. */
function withoutNeed(node: Node, inputs: readonly Node[]): Node | undefined {
  const input = inputs[0];
  if (isNode(node, "call")) return input;
  if (input === undefined || inputs.length > 1) return undefined;
  const same = sameShape(node.type.shape, input.type.shape);
  if (isNode(node, "identity")) return input;
  if (isNode(node, "astype") || isNode(node, "bitcast"))
    return node.type.dtype === input.type.dtype ? input : undefined;
  if (isNode(node, "reshape")) {
    if (same) return input;
    return isNode(input, "reshape") ? remake(node, "reshape", input.inputs, node.params) : undefined;
  }
  if (isNode(node, "broadcast")) {
    if (same) return input;
    return isNode(input, "broadcast") ? remake(node, "broadcast", input.inputs, node.params) : undefined;
  }
  if (isNode(node, "permuteDims")) {
    if (node.params.axes.every((axis, index) => axis === index)) return input;
    if (!isNode(input, "permuteDims")) return undefined;
    const axes = node.params.axes.map((axis) => at(input.params.axes, axis));
    const inner = at(input.inputs, 0);
    return axes.every((axis, index) => axis === index) ? inner : remake(node, "permuteDims", [inner], { axes });
  }
  if (isNode(node, "slice")) return same && node.params.steps.every((step) => step === 1) ? input : undefined;
  if (isNode(node, "pad") || isNode(node, "concat")) return same ? input : undefined;
  return undefined;
}

function paramsKey(node: Node): string {
  return JSON.stringify(node.params, exactNumber);
}
