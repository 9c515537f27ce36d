/**
 * What rules of derivatives are told of the node that they differentiate. `mapDerivatives.ts`, `vjpRules.ts` and
 * `jvpRules.ts` have the rules; `gradient.ts` and `jvp.ts` apply them.
 */
import { isNode, type Node } from "../graph/node.ts";
import { type Primitive, type PrimitiveOf, type PrimitiveParams, primitives } from "../graph/primitives.ts";
import { isRegionNode } from "../graph/region.ts";
import { at } from "../support/invariant.ts";
import { Tensor } from "../tensor/tensor.ts";

/** One application of a primitive, with inputs and result as tensors. */
export interface Application<P extends Primitive = Primitive> {
  readonly inputs: readonly Tensor[];
  /** The first input. */
  readonly a: Tensor;
  /** The second input; the first where there is no second. */
  readonly b: Tensor;
  readonly output: Tensor;
  readonly params: PrimitiveParams[P];
}

/** The application that `node` is; `inputs` are its inputs, which the node itself may have forgotten. */
export function applicationOf<P extends Primitive>(node: Node<P>, inputs: readonly Node[]): Application<P> {
  const tensors = inputs.map((input) => new Tensor(input));
  const a = at(tensors, 0);
  return { inputs: tensors, a, b: tensors[1] ?? a, output: new Tensor(node), params: node.params };
}

/** Primitives that have a rule of their own for each direction; maps share theirs, calls bring theirs, regions have several results. */
export type Unshared = Exclude<Primitive, PrimitiveOf<"map" | "region" | "project"> | "call">;

/** Is `node` an application of a primitive that works element by element? */
export function isMap(node: Node): node is Node<PrimitiveOf<"map">> {
  return primitives[node.primitive].family === "map";
}

/** Has it a row in each of the tables of rules? */
export function isUnshared(node: Node): node is Node<Unshared> {
  return !isMap(node) && !isRegionNode(node) && !isNode(node, "project") && !isNode(node, "call");
}
