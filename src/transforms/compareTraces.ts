/**
 * Does a function still mean what it meant when it was traced? Values of JavaScript that it uses are part of its program,
 * and a compiled function goes on with those of the first call. Tracing again and comparing finds the ones that changed.
 */
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { exactNumber } from "../support/exactNumber.ts";
import { at } from "../support/invariant.ts";
import type { TracedProgram } from "./trace.ts";

/** What is different in `now`, in words; undefined where both are the same program. */
export function differenceOf(before: TracedProgram, now: TracedProgram): string | undefined {
  return differentState(before, now) ?? differentGraph(before, now);
}

function differentState(before: TracedProgram, now: TracedProgram): string | undefined {
  const counts = [
    ["parameters", before.states.length, now.states.length],
    ["values read at each call", before.hostValues.length, now.hostValues.length],
    ["tensors in its result", before.result.leaves.length, now.result.leaves.length],
  ] as const;
  for (const [what, then, since] of counts) if (then !== since) return `it had ${then} ${what} and now has ${since}`;
  for (const [index, state] of before.states.entries())
    if (at(now.states, index).cell !== state.cell) return `it uses another parameter than before (its ${index + 1}.)`;
  return undefined;
}

/** Compares node by node, in order of computation. */
function differentGraph(before: TracedProgram, now: TracedProgram): string | undefined {
  const [then, since] = [numbered(before), numbered(now)];
  for (const [index, node] of then.order.entries()) {
    const other = since.order[index];
    if (other === undefined) return `the ${node.primitive} made ${placeOf(node)} is gone`;
    const found = differentNode(node, other, then.numbers, since.numbers);
    if (found !== undefined) return found;
  }
  const added = since.order[then.order.length];
  if (added !== undefined) return `a ${added.primitive} was added ${placeOf(added)}`;
  const outputs = ({ program }: TracedProgram, numbers: ReadonlyMap<Node, number>) =>
    program.outputs.map((node) => numbers.get(node)).join();
  return outputs(before, then.numbers) === outputs(now, since.numbers) ? undefined : "its results are other values";
}

function differentNode(
  node: Node,
  other: Node,
  numbers: ReadonlyMap<Node, number>,
  otherNumbers: ReadonlyMap<Node, number>,
): string | undefined {
  if (node.primitive !== other.primitive)
    return `where it had ${node.primitive} it has ${other.primitive} ${placeOf(other)}`;
  const [then, since] = [node.params, other.params].map((params) => JSON.stringify(params, exactNumber));
  if (then !== since) return `the ${node.primitive} made ${placeOf(other)} had ${then} and now has ${since}`;
  const inputs = node.inputs.map((input) => numbers.get(input)).join();
  if (inputs !== other.inputs.map((input) => otherNumbers.get(input)).join())
    return `the ${node.primitive} made ${placeOf(other)} takes other inputs`;
  // Numbers below zero are sources: a captured tensor has the same one only if it is the same tensor
  return numbers.get(node) === otherNumbers.get(other)
    ? undefined
    : `it uses another tensor from outside than before (made ${placeOf(other)})`;
}

interface Numbered {
  readonly order: readonly Node[];
  readonly numbers: ReadonlyMap<Node, number>;
}

/** The nodes of a trace with numbers that another trace of the same program shares. */
function numbered({ program, captured }: TracedProgram): Numbered {
  const numbers = new Map<Node, number>();
  const own = program.sources.length - captured.length;
  program.sources.slice(0, own).forEach((source, index) => numbers.set(source, -1 - index));
  for (const node of captured) numbers.set(node, -1 - own - node.id);
  const sources = new Set(program.sources);
  const order = topologicalOrder(program.outputs, (node) => sources.has(node));
  order.forEach((node, index) => {
    if (!numbers.has(node)) numbers.set(node, index);
  });
  return { order, numbers };
}

function placeOf(node: Node): string {
  return `at ${node.origin.line || "an unknown place"}`;
}
