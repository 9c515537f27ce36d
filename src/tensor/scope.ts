/**
 * Freeing at a known time: for loops that cannot wait for the collector, which frees only between tasks. Ordinary code
 * needs none of this.
 */
import { type Node, nextNodeId } from "../graph/node.ts";
import { isKeepingGraph, realize } from "../runtime/realize.ts";
import { disposeStorage, listenToStorage } from "../runtime/storage.ts";
import { flattenTree } from "../support/tree.ts";
import { Tensor } from "./tensor.ts";
import { openTrace } from "./tracing.ts";

/** Frees what was made while it was open. */
export interface TensorScope extends Disposable {
  /** Takes tensors (also inside plain arrays and objects) out of the scope, and returns what it was given. */
  keep<T>(kept: T): T;
}

/** Scopes now open, the innermost last. */
const openScopes: Scope[] = [];
let stopListening: (() => void) | undefined;

class Scope implements TensorScope {
  /** What was made before lives on, though it may be computed only now. */
  readonly #begin = nextNodeId();
  readonly #nodes = new Set<Node>();
  readonly #kept = new Set<Node>();

  keep<T>(kept: T): T {
    const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
    for (const { node } of flattenTree(kept, isTensor).leaves) this.keepNode(node);
    return kept;
  }

  keepNode(node: Node): void {
    this.#kept.add(node);
  }

  note(node: Node): void {
    if (node.id >= this.#begin) this.#nodes.add(node);
  }

  [Symbol.dispose](): void {
    const position = openScopes.indexOf(this);
    if (position < 0) return;
    // A graph that a function is being made of needs all of it
    const isTracing = openTrace() !== undefined || isKeepingGraph();
    try {
      // What is pending may need what is about to be freed
      if (!isTracing) realize([...this.#kept]);
    } finally {
      openScopes.splice(position, 1);
      if (openScopes.length === 0) stopListening?.();
      const outer = openScopes[Math.min(position, openScopes.length) - 1];
      for (const node of this.#nodes) {
        if (isTracing || this.#kept.has(node)) outer?.note(node);
        else if (node.outlivesScopes !== true) disposeStorage(node, "out of scope");
      }
    }
  }
}

/** Marks `node` as a parameter's value, which no scope frees. */
export function outliveScopes(node: Node): void {
  node.outlivesScopes = true;
  openScopes.at(-1)?.keepNode(node);
}

/**
 * A scope: the memory of every tensor that is made from here on is freed when the scope ends, but for those that are kept.
 * Parameters keep their values by themselves. Made for `using`, so that the scope ends with the block, by whatever way
 * it is left; it may hold `await`. A scope knows of time, not of places: what other tasks make while it is open
 * belongs to it too. Kept tensors that are pending are computed when the scope ends, and belong to the scope around it.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor, tensorScope } from "smilodon";
 * let x: Tensor = tensor([1, 2, 3]);
 * for (let step = 0; step < 1000; step++) {
 *   using scope = tensorScope();
 *   x = scope.keep(x.multiply(0.99).add(0.01));
 * }
 * console.log(await x.data());
 * ```
 */
export function tensorScope(): TensorScope {
  const scope = new Scope();
  if (openScopes.length === 0) stopListening = listenToStorage((node) => openScopes.at(-1)?.note(node));
  openScopes.push(scope);
  return scope;
}
