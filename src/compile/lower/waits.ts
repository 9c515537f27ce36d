/**
 * Order that no data asks for. `after` makes a value available only when others have been computed; it is a view that
 * reads its first input, so what remains of it is that the nest which reads through it has to wait.
 */
import { isNode, type Node } from "../../graph/node.ts";
import type { Nest } from "../nest.ts";

/** A nest of which it is not known yet what it waits for. */
export type Computation = Omit<Nest, "waits">;

/** The inputs whose values `node` needs: all but those that it only comes after. */
export function readInputs(node: Node): readonly Node[] {
  return isNode(node, "after") ? node.inputs.slice(0, 1) : node.inputs;
}

/** What has to be in memory, or what is needed for it, before the nest of `node` may run, besides what the nest reads. */
export function waitsOf(node: Node, inMemory: (node: Node) => boolean): Node[] {
  const awaited = computedOnTheWay([node], inMemory).flatMap((each) => each.inputs.slice(readInputs(each).length));
  const isAwaited = new Set(awaited);
  for (const each of computedOnTheWay(
    awaited.filter((other) => !inMemory(other)),
    inMemory,
  )) {
    for (const input of each.inputs) isAwaited.add(input);
  }
  return [...isAwaited].filter(inMemory);
}

/** `roots`, and what is computed where they are used, down to what is in memory. */
function computedOnTheWay(roots: readonly Node[], inMemory: (node: Node) => boolean): Node[] {
  const seen = new Set(roots);
  for (const node of seen) for (const input of readInputs(node)) if (!inMemory(input)) seen.add(input);
  return [...seen];
}
