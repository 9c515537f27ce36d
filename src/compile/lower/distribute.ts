/**
 * The nest that hands out places: each chunk takes its counters, and goes through its elements in order. An element takes the
 * place that the counter of its bucket says, which then says the next one. Chunks have counters of their own and write to
 * places of their own, so they run side by side.
 */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { at } from "../../support/invariant.ts";
import { hasLoop, loopOver, type NestContext, nestLoops, type Step } from "../nest.ts";
import type { Values } from "./values.ts";
import type { Computation } from "./waits.ts";

/** Elements in a line of a cache. A bucket that has filled one goes on with the next; that it does so for many buckets at once, no machine foresees. */
const lineElements = 16;

/** The nest that computes `node` and stores it. */
export function lowerDistribute(context: NestContext, node: Node<"distribute">, values: Values): Computation {
  const { builder, arithmetic } = context;
  const [starts, buckets] = [at(node.inputs, 0), at(node.inputs, 1)];
  const axisOf = (position: number) => context.newAxis(at(starts.type.shape, position));
  const [row, chunk, copied] = [axisOf(0), axisOf(1), axisOf(2)];
  const element = context.newAxis(at(buckets.type.shape, 2));
  const outer = [context.position(row), context.position(chunk)];
  const from = context.position(copied);
  const counterAt = (bucket: Expression) => [
    context.position(row),
    arithmetic.sum([
      [context.position(chunk), copied.extent],
      [bucket, 1],
    ]),
  ];
  const first: Step = {
    kind: "store",
    tensor: node,
    indices: counterAt(from),
    value: values.at(starts, [...outer, from]),
  };
  const here = [...outer, context.position(element)];
  const counter = counterAt(values.at(buckets, here));
  const local = context.newLocal("i32");
  const place = builder.local(local, "i32");
  const taken: readonly Step[] = [
    { kind: "carry", local, initial: context.load(node, counter) },
    { kind: "store", tensor: node, indices: counter, value: builder.apply("add", place, builder.index(1)) },
    ...node.inputs.slice(2).map((payload, index): Step => {
      const offset = chunk.extent * (copied.extent + index * element.extent);
      return {
        kind: "store",
        tensor: node,
        indices: [context.position(row), arithmetic.sum([[place, 1]], offset)],
        value: values.at(payload, here),
        ahead: lineElements,
      };
    }),
  ];
  const body = [...nestLoops([copied], [first]), { ...loopOver(element, taken), ordered: true } as const];
  // Loops of the body, not axes of the nest: lanes never run over chunks
  const loops = [row, chunk].filter(hasLoop);
  return { axes: [], body: nestLoops(loops, body, "parallel"), contraction: false, computes: [node] };
}
