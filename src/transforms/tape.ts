/**
 * The part of a graph that derivatives walk: the nodes between what is differentiated and what depends on it, in
 * order of computation. Taken at once, so that nodes may be computed and forget their inputs afterwards.
 */
import { isNode, type Node } from "../graph/node.ts";
import { type Primitive, primitives } from "../graph/primitives.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { isFloat } from "../shape/dtype.ts";
import { type Direction, followedBy } from "./calls.ts";

/** One node and the inputs it had. */
export interface Step {
  readonly node: Node;
  /** Those that derivatives take: of a call, the arguments. */
  readonly inputs: readonly Node[];
  /** What a call has the value of. */
  readonly value: Node | undefined;
}

/** Which nodes depend on the wanted ones, and how. */
export interface Tape {
  /** Each after its inputs; the wanted nodes themselves are not among them unless they depend on each other. */
  readonly steps: readonly Step[];
  /** The wanted nodes and everything that depends on them. */
  readonly dependents: ReadonlySet<Node>;
  /** Some values on the way were computed earlier and no longer know of what. */
  readonly hasForgotten: boolean;
}

/** The steps from `wanted` to `outputs`, for derivatives of one direction. Paths through integers, and those that `stopGradient` blocks, do not count. */
export function recordTape(outputs: readonly Node[], wanted: readonly Node[], direction: Direction): Tape {
  const dependents = new Set<Node>(wanted);
  // Inputs are older than what they make: nothing made before the first wanted node depends on it
  const oldest = wanted.reduce((least, { id }) => Math.min(least, id), Infinity);
  const steps: Step[] = [];
  let hasForgotten = false;
  const inputsOf = (node: Node) => followedBy(node, direction);
  for (const node of topologicalOrder(outputs, ({ id }) => id < oldest, inputsOf)) {
    if (node.id < oldest || !isFloat(node.type.dtype) || blocksGradient(node)) continue;
    const inputs = inputsOf(node);
    if (node.inputs.length === 0 && primitives[node.primitive].family !== "leaf") hasForgotten = true;
    if (!inputs.some((input) => dependents.has(input))) continue;
    dependents.add(node);
    steps.push({ node, inputs, value: isNode(node, "call") ? node.inputs[0] : undefined });
  }
  return { steps, dependents, hasForgotten };
}

function blocksGradient(node: Node<Primitive>): boolean {
  return isNode(node, "identity") && node.params.blocksGradient;
}
