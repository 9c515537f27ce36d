/** Walks over the graph, without recursion: graphs of long programs are deep. */
import type { Node } from "./node.ts";

/**
 * Every node that `roots` depend on, and they themselves, each after its inputs. `isLeaf` nodes are not entered;
 * `inputsOf` says which inputs are followed, all by default.
 */
export function topologicalOrder(
  roots: readonly Node[],
  isLeaf: (node: Node) => boolean = () => false,
  inputsOf: (node: Node) => readonly Node[] = ({ inputs }) => inputs,
): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const stack = [...roots].reverse();
  while (stack.length > 0) {
    const node = stack.pop();
    if (node === undefined || state.get(node) === "done") continue;
    if (state.get(node) === "open") {
      state.set(node, "done");
      order.push(node);
      continue;
    }
    state.set(node, "open");
    stack.push(node);
    if (isLeaf(node)) continue;
    const inputs = inputsOf(node);
    for (let index = inputs.length - 1; index >= 0; index--) {
      const input = inputs[index];
      if (input !== undefined && !state.has(input)) stack.push(input);
    }
  }
  return order;
}
