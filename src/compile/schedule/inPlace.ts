/**
 * Schedules that read windows in place, for machines that store lanes all over memory. Whoever brings such a device brings them along
 * (`runtime/registry.node.ts`): a page, whose devices have no use for them, does not hold their code.
 */
import type { Target } from "../../kernel/target.ts";
import type { Nest, NestContext } from "../nest.ts";
import type { Product } from "./product.ts";
import type { Turned } from "./turned.ts";

/** What `gatherWindows.ts` and `turned.ts` do, each undefined where it does not apply. */
export interface WindowSchedules {
  /** @param isExact every element of the result is to be computed once */
  readonly gather: (
    context: NestContext,
    nest: Nest,
    product: Product,
    target: Target,
    isExact: boolean,
  ) => readonly Nest[] | undefined;
  readonly turn: (context: NestContext, product: Product, target: Target) => Turned | undefined;
}

let known: WindowSchedules | undefined;

/** The schedules for a contraction on `target`, if there are any. */
export function windowSchedules({ gathers }: Target): WindowSchedules | undefined {
  return gathers === true ? known : undefined;
}

/** Lets contractions with windows be scheduled so from now on. */
export function bringWindowSchedules(schedules: WindowSchedules): void {
  known = schedules;
}
