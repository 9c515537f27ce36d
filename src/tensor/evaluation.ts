/** For those who build on tensors and may not reach into the graph or the runtime: layers' names and joint computation. */
import { realize } from "../runtime/realize.ts";
import type { Tensor } from "./tensor.ts";
import { openTrace } from "./tracing.ts";

export { inLayer, layerPath, withOneOrigin } from "../graph/node.ts";
export { keepingGraph } from "../runtime/realize.ts";

/** Computes all of `tensors` that are still pending with one launch; does nothing inside a function being traced. */
export function computeTogether(tensors: readonly Tensor[]): void {
  if (openTrace() === undefined) realize(tensors.map(({ node }) => node));
}
