/**
 * The value of a node at a position, as an expression: maps and views are followed down to what is in memory.
 * This is how neighbours of the graph come to be computed in one pass.
 */
import { isNode, type Node } from "../../graph/node.ts";
import { type Family, type PrimitiveOf, primitives } from "../../graph/primitives.ts";
import type { Expression } from "../../kernel/expression.ts";
import { at, invariant } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import type { NestContext } from "../nest.ts";
import { mapValue } from "./maps.ts";
import { viewValue } from "./views.ts";
import { waitsOf } from "./waits.ts";

/** Is `node` of `family`? */
export function isFamily<F extends Family>(node: Node, family: F): node is Node<PrimitiveOf<F>> {
  return primitives[node.primitive].family === family;
}

/** Makes expressions for the values of nodes; `inMemory` nodes are loaded, the others computed in place. */
export class Values {
  readonly #context: NestContext;
  readonly #inMemory: ReadonlySet<Node>;
  readonly #known = new Map<Node, Map<string, Expression>>();
  /** Has a value been met that is only there after others? */
  #isOrdered = false;

  constructor(context: NestContext, inMemory: ReadonlySet<Node>) {
    this.#context = context;
    this.#inMemory = inMemory;
  }

  /** Is `node` loaded where it is used, rather than computed? */
  isInMemory(node: Node): boolean {
    return this.#inMemory.has(node);
  }

  /** The value of `node` at `indices`. */
  at(node: Node, indices: readonly Expression[]): Expression {
    return this.#inMemory.has(node) ? this.#context.load(node, indices) : this.computed(node, indices);
  }

  /** The value of `node` at `indices`, computed from its inputs even where it is kept in memory. */
  computed(node: Node, indices: readonly Expression[]): Expression {
    const known = remember(this.#known, node, () => new Map<string, Expression>());
    const key = indices.map((index) => this.#context.builder.id(index)).join(",");
    return remember(known, key, () => this.#compute(node, indices));
  }

  #compute(node: Node, indices: readonly Expression[]): Expression {
    const { builder } = this.#context;
    if (isNode(node, "constant")) return builder.literal(node.params.dtype, node.params.value);
    if (isNode(node, "iota")) return builder.cast(node.params.dtype, at(indices, node.params.axis));
    if (isFamily(node, "map"))
      return mapValue(
        builder,
        node,
        node.inputs.map((input) => this.at(input, indices)),
      );
    invariant(isFamily(node, "view"), `${node.primitive} is in memory before it is read`);
    return this.#viewed(node, indices);
  }

  /** What has to be in memory before the nest of `node` may run, once its values are known. */
  waitsOf(node: Node): Node[] {
    return this.#isOrdered ? waitsOf(node, (input) => this.isInMemory(input)) : [];
  }

  #viewed(node: Node<PrimitiveOf<"view">>, indices: readonly Expression[]): Expression {
    if (isNode(node, "after")) this.#isOrdered = true;
    return viewValue(this.#context, node, indices, (inner, at) => this.at(inner, at));
  }
}
