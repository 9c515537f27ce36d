/**
 * The way back through a contraction: from its result to what each position of an operand gave. Without windows it is
 * one contraction. With them it is `slideWindows.ts`, which the module that makes windows brings along: a program
 * that never convolves does not load it.
 */
import { type Node, node } from "../graph/node.ts";
import type { Window } from "../graph/primitives.ts";
import type { Dtype } from "../shape/dtype.ts";
import { invariant } from "../support/invariant.ts";

/** A node with a name for each of its axes. */
export interface NamedNode {
  readonly node: Node;
  readonly names: readonly number[];
}

/** What is asked for: names and sizes of the result's axes, and the dtypes of the contraction. */
export interface Reached {
  readonly names: readonly number[];
  readonly shape: readonly number[];
  readonly accumulate: Dtype;
  readonly dtype: Dtype;
}

/**
 * The sum over all products of `sums`, which has the output axes of `windows`, and `other`, which has their kernel
 * axes, at the input positions `reached`. `settled` windows are taken as they are.
 */
export type SlideBack = (
  sums: NamedNode,
  other: NamedNode,
  windows: readonly Window[],
  settled: readonly Window[],
  reached: Reached,
) => Node;

let slide: SlideBack | undefined;

/** Says how to go back through windows. */
export function bringWindows(implementation: SlideBack): void {
  slide = implementation;
}

/** @see SlideBack */
export const slideBack: SlideBack = (sums, other, windows, settled, reached) => {
  if (windows.length > 0) {
    invariant(slide !== undefined, "whoever makes windows brings the way back");
    return slide(sums, other, windows, settled, reached);
  }
  const { accumulate, dtype, names } = reached;
  const params = { left: sums.names, right: other.names, output: names, windows: settled, accumulate, dtype };
  return node("contract", [sums.node, other.node], params);
};
