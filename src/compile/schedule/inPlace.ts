/**
 * Schedules for machines of some kinds only: those that read windows in place, where lanes are stored all over memory, and products of
 * tiles, where there are registers for them. Whoever brings such a device brings them along
 * (`runtime/registry.node.ts`): a page, whose devices have no use for them, does not hold their code.
 */
import type { Target } from "../../kernel/target.ts";
import type { Nest, NestContext } from "../nest.ts";
import type { Precision } from "../program.ts";
import type { Product } from "./product.ts";
import type { Turned } from "./turned.ts";

/** What `gatherWindows.ts` and `turned.ts` do, each undefined where it does not apply. Where a result `isExact`, each element is computed once. */
export interface WindowSchedules {
  readonly gather: (
    context: NestContext,
    nest: Nest,
    product: Product,
    target: Target,
    isExact: boolean,
  ) => readonly Nest[] | undefined;
  readonly turn: (context: NestContext, product: Product, target: Target) => Turned | undefined;
}

/** The schedule of a product in tiles (`tiles.ts`), undefined where they are no gain or its operands have to stay as they are. */
export type TileSchedule = (
  context: NestContext,
  nest: Nest,
  product: Product,
  target: Target,
  demands: { readonly precision: Precision; readonly isExact: boolean },
) => readonly Nest[] | undefined;

let known: WindowSchedules | undefined;
let knownTiles: TileSchedule | undefined;

/** The schedule of products in tiles on `target`, if there is one. */
export function tileSchedule({ tiles }: Target): TileSchedule | undefined {
  return tiles === true ? knownTiles : undefined;
}

/** Lets products be scheduled in tiles from now on. */
export function bringTileSchedule(schedule: TileSchedule): void {
  knownTiles = schedule;
}

/** The schedules for a contraction on `target`, if there are any. */
export function windowSchedules({ gathers }: Target): WindowSchedules | undefined {
  return gathers === true ? known : undefined;
}

/** Lets contractions with windows be scheduled so from now on. */
export function bringWindowSchedules(schedules: WindowSchedules): void {
  known = schedules;
}
