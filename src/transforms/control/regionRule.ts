/**
 * Who knows how derivatives go back through loops and branches: `regionVjp.ts`, brought along by whatever traces a loop or a branch
 * (`traceBody.ts`). A page that has none does not hold its code.
 */
import type { Node } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import { invariant } from "../../support/invariant.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Cotangents of `wanted`, from those of nodes that depend on them: `gradient.ts` hands in itself. */
export type PullBackGraph = (
  wanted: readonly Node[],
  seeds: readonly (readonly [Node, Tensor])[],
) => ReadonlyMap<Node, Tensor>;

/** A list with gaps: undefined is zero. */
export type Cotangents = readonly (Tensor | undefined)[];

/** A region that was applied to `inputs`, of which some are `needed`. */
export interface Applied<P extends PrimitiveOf<"region">> {
  readonly region: Node<P>;
  readonly inputs: readonly Node[];
  readonly needed: readonly boolean[];
  /** Of its results, by number. */
  readonly cotangents: Cotangents;
  readonly pullBack: PullBackGraph;
}

/** The cotangents of the inputs of a region. */
export type PullBackRegion = (applied: Applied<PrimitiveOf<"region">>) => Cotangents;

let known: PullBackRegion | undefined;

/** Lets derivatives go back through regions from now on. */
export function bringPullBackRegion(rule: PullBackRegion): void {
  known = rule;
}

/** See `PullBackRegion`. */
export const pullBackRegion: PullBackRegion = (applied) => {
  invariant(known !== undefined, "what traces regions brings their derivatives");
  return known(applied);
};
