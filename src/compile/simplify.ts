/**
 * Cleans the graph: nodes that only name a value vanish, views that change nothing or follow each other become
 * one, what is known beforehand is a constant (`fold.ts`), pieces between zeros that are added up are put together
 * (`joinPads.ts`), borders that are cut off are not computed (`cutBorders.ts`), and what is computed twice is computed once. Large reductions get their stages (`stages.ts`).
 */
import { derivedFrom, isNode, node as makeNode, Node } from "../graph/node.ts";
import { paramsText } from "../graph/paramsText.ts";
import type { Primitive, PrimitiveParams } from "../graph/primitives.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { sameShape } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { withoutBorders } from "./cutBorders.ts";
import { folded, type MakeNode } from "./fold.ts";
import { joinedPads } from "./joinPads.ts";
import { isFamily } from "./lower/values.ts";
import { inStages } from "./stages.ts";

/** The graph of `outputs` without what is needless; `isLeaf` nodes stay what they are. Returns the new outputs. */
export function simplifyGraph(outputs: readonly Node[], isLeaf: (node: Node) => boolean): Node[] {
  const replaced = new Map<Node, Node>();
  const distinct = new Map<string, Node>();
  const unique = (node: Node): Node => {
    // Leaves may have forgotten their inputs: two of one operation would look the same
    if (node.primitive === "source" || isLeaf(node)) return node;
    let key = `${node.primitive} ${paramsText(node.params)}`;
    for (const input of node.inputs) key += ` ${input.id}`;
    return remember(distinct, key, () => node);
  };
  // In the order in which they were made, so that the same step is the same kernels however its results are asked for
  const roots = [...outputs].sort((a, b) => a.id - b.id);
  const nodes = topologicalOrder(roots, isLeaf);
  const readers = countReaders(nodes, roots);
  const isReadOnce = (node: Node | undefined): boolean =>
    node === undefined || (readers.get(node) === 1 && (node.primitive !== "reshape" || isReadOnce(node.inputs[0])));
  for (const node of nodes) {
    if (isLeaf(node)) {
      replaced.set(node, node);
      continue;
    }
    const inputs = node.inputs.map((input) => replaced.get(input) ?? input);
    const make: MakeNode = (primitive, operands, params) =>
      unique(derivedFrom(node, () => makeNode(primitive, operands, params))) as Node<typeof primitive>;
    const simpler =
      withoutNeed(node, inputs, isLeaf) ??
      folded(node, inputs, isLeaf, make) ??
      joinedPads(node, inputs, isLeaf, make) ??
      (isReadOnce(node.inputs[0]) ? withoutBorders(node, inputs, isLeaf, make) : undefined) ??
      rebuilt(node, inputs);
    replaced.set(node, unique(isFamily(simpler, "reduce") ? (inStages(simpler, make) ?? simpler) : simpler));
  }
  return outputs.map((output) => replaced.get(output) ?? output);
}

/** How often each node is read, being wanted itself included. */
function countReaders(nodes: Iterable<Node>, roots: readonly Node[]): ReadonlyMap<Node, number> {
  const readers = new Map<Node, number>();
  const read = (node: Node) => readers.set(node, (readers.get(node) ?? 0) + 1);
  roots.forEach(read);
  for (const { inputs } of nodes) inputs.forEach(read);
  return readers;
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

/** A simpler node of the same value, if there is one. Leaves are not looked into: what they were made of may be gone. */
function withoutNeed(node: Node, inputs: readonly Node[], isLeaf: (node: Node) => boolean): Node | undefined {
  const input = inputs[0];
  if (isNode(node, "call")) return input;
  if (input === undefined || inputs.length > 1) return undefined;
  const same = sameShape(node.type.shape, input.type.shape);
  if (isNode(node, "identity")) return input;
  if (isNode(node, "astype") || isNode(node, "bitcast"))
    return node.type.dtype === input.type.dtype ? input : undefined;
  if (isNode(node, "reshape")) {
    if (same) return input;
    if (isLeaf(input) || !isNode(input, "reshape")) return undefined;
    const inner = at(input.inputs, 0);
    return sameShape(inner.type.shape, node.type.shape) ? inner : remake(node, "reshape", [inner], node.params);
  }
  if (isNode(node, "broadcast")) {
    if (same) return input;
    return isNode(input, "broadcast") && !isLeaf(input)
      ? remake(node, "broadcast", input.inputs, node.params)
      : undefined;
  }
  if (isNode(node, "permuteDims")) {
    if (node.params.axes.every((axis, index) => axis === index)) return input;
    if (isLeaf(input) || !isNode(input, "permuteDims")) return undefined;
    const axes = node.params.axes.map((axis) => at(input.params.axes, axis));
    const inner = at(input.inputs, 0);
    return axes.every((axis, index) => axis === index) ? inner : remake(node, "permuteDims", [inner], { axes });
  }
  if (isNode(node, "slice")) return same && node.params.steps.every((step) => step === 1) ? input : undefined;
  if (isNode(node, "pad") || isNode(node, "concat")) return same ? input : undefined;
  return undefined;
}
