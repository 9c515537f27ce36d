/** Rings in a directed graph, for layers.ts: Tarjan's strongly connected components. */

/** Every group of two or more nodes that reach each other, as one shortest ring through its first node in name order. */
export function findRings(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  return stronglyConnected(edges)
    .filter((group) => group.length > 1)
    .map((group) => shortestRing(group, edges));
}

/** R. E. Tarjan, "Depth-first search and linear graph algorithms" (1972). */
function stronglyConnected(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const groups: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();

  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    stack.push(node);
    onStack.add(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      else if (!onStack.has(next)) continue;
      lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    for (const member of group) onStack.delete(member);
    groups.push(group);
  };

  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return groups;
}

/** Breadth-first search from the group's first member back to itself. */
function shortestRing(group: readonly string[], edges: ReadonlyMap<string, readonly string[]>): string[] {
  const members = new Set(group);
  const start = [...group].sort()[0] ?? "";
  const previous = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of edges.get(node) ?? []) {
      if (next === start) return [start, ...pathTo(node, start, previous), start];
      if (!members.has(next) || previous.has(next)) continue;
      previous.set(next, node);
      queue.push(next);
    }
  }
  return [...group];
}

function pathTo(node: string, start: string, previous: ReadonlyMap<string, string>): string[] {
  const path: string[] = [];
  for (let at = node; at !== start; at = previous.get(at) ?? start) path.unshift(at);
  return path;
}
