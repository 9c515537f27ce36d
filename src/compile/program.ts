/** What the compiler is given: the graph to compute, which leaves it is given, and which results may overwrite them. */
import type { Node } from "../graph/node.ts";

/** What the operands of products of f32 are multiplied as: what they are, or rounded to bf16 where that is faster. */
export type Precision = "f32" | "bf16";

/** A function as a graph. Its plan's external buffers are the sources, then the outputs, in these orders. */
export interface Program {
  readonly sources: readonly Node[];
  readonly outputs: readonly Node[];
  /**
   * `[output, source]` pairs: positions of outputs that replace sources (a parameter and its new value). Whoever runs
   * the plan may give both the same memory; the plan is right either way.
   */
  readonly replaces: readonly (readonly [output: number, source: number])[];
  /** Outputs of which a run writes one slice only. */
  readonly parts?: readonly Part[];
  /** Of products; f32 where left out. */
  readonly precision?: Precision;
}

/** A result that becomes slice `position` (along the first axis) of `whole`: an output that is no operation but memory. */
export interface Part {
  readonly whole: Node;
  readonly value: Node;
  readonly position: Node;
}
