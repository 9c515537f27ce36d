/** Graphs as text for people, tests and logs: one line a node, numbered in order of computation. */
import { showShape } from "../shape/shape.ts";
import type { Node } from "./node.ts";
import { topologicalOrder } from "./traverse.ts";

/** `%2 = multiply %0 %1 : f32[3]` for each node that `roots` depend on. */
export function printGraph(roots: readonly Node[]): string {
  const numbers = new Map<Node, number>();
  const lines = topologicalOrder(roots).map((node) => {
    numbers.set(node, numbers.size);
    const inputs = node.inputs.map((input) => ` %${numbers.get(input)}`).join("");
    const params = Object.entries(node.params).filter(
      ([name]) => !(name === "shape" || name === "dtype") || node.primitive === "slice",
    );
    const details = params.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
    return `%${numbers.get(node)} = ${node.primitive}${inputs}${details} : ${node.type.dtype}${showShape(node.type.shape)}`;
  });
  return [...lines, `return ${roots.map((root) => `%${numbers.get(root)}`).join(", ")}`].join("\n");
}
