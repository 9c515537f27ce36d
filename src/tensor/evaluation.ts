/** For those who build on tensors and may not reach into the graph or the runtime: layers' names and joint computation. */
import { isKeepingGraph, realize } from "../runtime/realize.ts";
import type { Parameter } from "./parameter.ts";
import type { Tensor } from "./tensor.ts";
import { openTrace } from "./tracing.ts";

export { inLayer, layerPath, withOneOrigin } from "../graph/node.ts";
export { keepingGraph } from "../runtime/realize.ts";

/** Computes all of `tensors` that are still pending with one launch; does nothing inside a function being traced. */
export function computeTogether(tensors: readonly Tensor[]): void {
  if (openTrace() === undefined) realize(tensors.map(({ node }) => node));
}

/**
 * Gives parameters their new values, computed with one launch together with `others`, which what comes later starts from; inside a
 * function being traced, and where a derivative is being taken, nothing is computed yet.
 */
export function assignTogether(
  assignments: readonly (readonly [Parameter, Tensor])[],
  others: readonly Tensor[] = [],
): void {
  if (!isKeepingGraph()) computeTogether([...others, ...assignments.map(([, value]) => value)]);
  for (const [parameter, value] of assignments) parameter.assign(value);
}
