/**
 * Bodies of loops and branches: a function is run once on placeholders, and what it makes of them becomes a region. Tensors
 * from outside that it uses become inputs, and so does what does not depend on the placeholders: it is computed once.
 */
import { isNode, type Node, sourceNode } from "../../graph/node.ts";
import { primitives } from "../../graph/primitives.ts";
import { substitute } from "../../graph/region.ts";
import type { TensorType } from "../../graph/tensorType.ts";
import { topologicalOrder } from "../../graph/traverse.ts";
import { keepingGraph } from "../../runtime/realize.ts";
import { storageOf } from "../../runtime/storage.ts";
import { sizeOf } from "../../shape/shape.ts";
import { TracingError } from "../../support/errors.ts";
import { type Flattened, flattenTree } from "../../support/tree.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { openTrace, type Trace, withTrace } from "../../tensor/tracing.ts";
import { isTensor } from "../differentiated.ts";
import type { Captured } from "./parts.ts";
import { bringPullBackRegion } from "./regionRule.ts";
import { pullBackThrough } from "./regionVjp.ts";

/** What a function made of placeholders. */
export interface TracedBody {
  /** Nodes from this number on were made inside. */
  readonly begin: number;
  readonly parameters: readonly Node[];
  readonly result: Flattened<Tensor>;
}

/** Runs `body` on placeholders of `types`. `operation` is for messages. */
export function traceBody(
  operation: string,
  types: readonly TensorType[],
  body: (parameters: readonly Tensor[]) => unknown,
): TracedBody {
  bringPullBackRegion(pullBackThrough);
  const { id: begin } = sourceNode({ shape: [], dtype: "f32" });
  const parameters = types.map((type) => sourceNode(type));
  const outer = openTrace();
  const run = () => keepingGraph(() => body(parameters.map((parameter) => new Tensor(parameter))));
  const returned = outer === undefined ? run() : withTrace(insideOf(operation, outer), run);
  if (returned instanceof Promise) {
    returned.catch(() => undefined);
    throw new TracingError(
      `${operation}: the function returned a promise. It runs once, on placeholders without values: make it a plain function.`,
    );
  }
  return { begin, parameters, result: flattenTree(returned, isTensor) };
}

/** Passes on what the function reads. What it assigned would be known in each step, and there is one place for it. */
function insideOf(operation: string, outer: Trace): Trace {
  return {
    readState: (state) => outer.readState(state),
    writeState: () => {
      throw new TracingError(
        `${operation}: the function assigns to a parameter. Hand the value on from step to step, return it, and assign it after.`,
      );
    },
    hostInput: (input) => outer.hostInput(input),
    dependOn: (read) => outer.dependOn(read),
  };
}

/** `results` as functions of the parameters and of what they capture from outside, and nothing else. */
export function closeOver(
  body: Pick<TracedBody, "begin" | "parameters">,
  results: readonly Node[],
): { readonly results: readonly Node[]; readonly captured: readonly Captured[] } {
  const outside = outsideOf(body, results);
  const captured = outside.map((value) => ({ value, parameter: sourceNode(value.type, value.device) }));
  const replacements = new Map(captured.map(({ value, parameter }) => [value, parameter]));
  return { results: substitute(results, replacements), captured };
}

/** The nodes that a region should be given: all from outside, since somebody may want their derivatives, and what is better computed once. */
function outsideOf(
  { begin, parameters }: Pick<TracedBody, "begin" | "parameters">,
  results: readonly Node[],
): readonly Node[] {
  const isParameter = new Set(parameters);
  const isGiven = (node: Node) => isParameter.has(node) || storageOf(node) !== undefined;
  const dependent = new Set(parameters);
  const outside = new Set<Node>();
  /** Elements that each independent node is made from; constants are made from none, and written where they are used. */
  const extents = new Map<Node, number>();
  for (const node of topologicalOrder(results, isGiven)) {
    if (dependent.has(node)) continue;
    const isLeaf = isGiven(node) || isNode(node, "source");
    if (!isLeaf && node.inputs.some((input) => dependent.has(input))) {
      dependent.add(node);
      continue;
    }
    const size = sizeOf(node.type.shape);
    const found = node.inputs.flatMap((input) => extents.get(input) ?? []);
    if (isLeaf || found.length > 0) extents.set(node, isLeaf ? size : Math.max(...found));
    const isOlder = node.id < begin && extents.has(node);
    if (isLeaf || isOlder || isWorthKeeping(node, size, extents.get(node) ?? 0)) outside.add(node);
  }
  const reached = topologicalOrder(results, (node) => isParameter.has(node) || outside.has(node));
  return reached.filter((node) => outside.has(node));
}

/** Views cost nothing where they are used, and what is larger than what it is made from would only take memory. */
function isWorthKeeping(node: Node, size: number, extent: number): boolean {
  const { family } = primitives[node.primitive];
  if (family === "leaf" || family === "view" || family === "region") return false;
  return family !== "map" || size <= extent;
}
