/** How much arithmetic a graph asks for, before any compiler has looked at it. */
import { isNode, type Node } from "../graph/node.ts";
import { primitives } from "../graph/primitives.ts";
import { regionOf } from "../graph/region.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { sizeOf } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Operations on numbers that `results` take, by the path of the layer that asks for them ("" outside layers): two for each
 * multiplication with its addition, one for each element of a map or a sum. Loops count all their steps, branches the larger side; a loop
 * that asks whether to go on counts one step.
 */
export function countOperations(results: readonly Tensor[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  countInto(
    counts,
    results.map(({ node }) => node),
    1,
  );
  return counts;
}

function countInto(counts: Map<string, number>, results: readonly Node[], times: number): void {
  for (const node of topologicalOrder(results)) {
    if (isNode(node, "scan")) countInto(counts, regionOf(node.params.body).results, times * node.params.length);
    else if (isNode(node, "whileLoop")) countInto(counts, regionOf(node.params.body).results, times);
    else if (isNode(node, "cond")) countLarger(counts, node, times);
    else counts.set(node.layer, (counts.get(node.layer) ?? 0) + times * operationsOf(node));
  }
}

function countLarger(counts: Map<string, number>, node: Node<"cond">, times: number): void {
  const sides = node.params.branches.map((branch) => {
    const own = new Map<string, number>();
    countInto(own, regionOf(branch).results, times);
    return own;
  });
  const total = (own: ReadonlyMap<string, number>) => [...own.values()].reduce((sum, count) => sum + count, 0);
  const larger = sides.reduce((most, next) => (total(next) > total(most) ? next : most));
  for (const [layer, count] of larger) counts.set(layer, (counts.get(layer) ?? 0) + count);
}

function operationsOf(node: Node): number {
  if (isNode(node, "contract")) return 2 * productsOf(node);
  const { family } = primitives[node.primitive];
  if (family === "map") return sizeOf(node.type.shape);
  if (family === "reduce") return sizeOf(at(node.inputs, 0).type.shape);
  if (family === "scatter") return sizeOf(at(node.inputs, 2).type.shape);
  if (family === "distribute") return sizeOf(at(node.inputs, 1).type.shape);
  return family === "recurrence" ? 2 * sizeOf(node.type.shape) : 0;
}

/** Products in a contraction: one for each choice of positions along all axes, an axis that slides being given by the others. */
function productsOf({ params: { left, right, windows }, inputs }: Node<"contract">): number {
  const sizes = new Map<number, number>();
  [left, right].forEach((names, side) => {
    names.forEach((name, axis) => sizes.set(name, at(at(inputs, side).type.shape, axis)));
  });
  for (const { input, output, size } of windows) sizes.set(output, size).delete(input);
  return sizeOf([...sizes.values()]);
}
