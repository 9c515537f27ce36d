/** The loops of a tiled contraction, once it is decided how it is cut and which operands are packed. */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { type Axis, loopOver, type NestContext, nestLoops, rewriteSteps, type Step, substitution } from "../nest.ts";
import { type Cover, split, startOf } from "./cover.ts";
import { extentOf, type Factor, type Product, place, walkEvenly } from "./product.ts";
import { jam } from "./tile.ts";

/** How a product is cut, and which operands are packed for it. */
export interface Tiling {
  readonly columns: Cover;
  readonly rows: Cover;
  readonly packsColumns: boolean;
  readonly packsRows: boolean;
  /** Blocks of rows that stay in the cache, and tiles in each. */
  readonly blocks: number;
  readonly tilesInBlock: number;
  /** Does a task walk along the rows of one tile, panel after panel, rather than down a panel? */
  readonly isAlongRows: boolean;
  /** Steps of a sum that stand side by side rather than in a loop, where windows are read in place. */
  readonly sideBySide: number;
}

/** The loops that multiply packed operands: tasks, tiles of a block, lanes, and the sum. */
export function multiplyTiles(
  context: NestContext,
  { carry, summed, columns, rows, outer, stores }: Product,
  tiling: Tiling,
  packed: { readonly columns: Node | undefined; readonly rows: Node | undefined },
): readonly Step[] {
  const { builder } = context;
  const extents = [
    ...outer.map((axis) => axis.extent),
    ...(tiling.isAlongRows ? [tiling.rows.count] : [tiling.blocks, tiling.columns.count]),
  ];
  const task = context.newAxis(sizeOf(extents));
  const positions = split(context, context.position(task), extents);
  const places = new Map(outer.map((axis, index) => [axis.local, at(positions, index)]));
  const walk = context.newAxis(tiling.isAlongRows ? tiling.columns.count : tiling.tilesInBlock);
  const [panel, rowTile] = tiling.isAlongRows
    ? [context.position(walk), at(positions, -1)]
    : [at(positions, -1), tileInBlock(context, tiling, at(positions, -2), walk)];
  const [lane, row] = [context.newAxis(tiling.columns.width), context.newAxis(tiling.rows.width)];
  place(context, places, columns.tiled, startOf(context, tiling.columns, panel), lane);
  place(context, places, rows.tiled, startOf(context, tiling.rows, rowTile), row);
  const inPlace = [columns, rows].filter((_, side) => [packed.columns, packed.rows][side] === undefined);
  const isOne = inPlace.every(({ value }) => walkEvenly(context, value, summed));
  const sums = isOne ? [context.newAxis(extentOf(summed))] : summed.map((axis) => context.newAxis(axis.extent));
  const step = numberOf(context, sums);
  if (isOne) place(context, places, summed, builder.index(0), at(sums, 0));
  else summed.forEach((axis, index) => places.set(axis.local, context.position(at(sums, index))));
  const read = (tensor: Node | undefined, factor: Factor, number: Expression, inner: Axis) => {
    if (tensor === undefined) return context.rewriter(substitution(places))(factor.value);
    const around = factor.outer.map((axis) => places.get(axis.local) ?? context.position(axis));
    return context.load(tensor, [...around, number, step, context.position(inner)]);
  };
  const value = builder.apply(
    "multiply",
    read(packed.rows, rows, rowTile, row),
    read(packed.columns, columns, panel, lane),
  );
  const results = rewriteSteps(context, stores, substitution(places));
  const add: Step = { kind: "accumulate", local: carry.local, op: "add", value };
  const body = jam(
    context,
    [carry, ...sumOver(context, sums, add, tiling.sideBySide), ...results],
    row,
    builder.index(0),
    0,
    tiling.rows.width,
  );
  const lanes: Step = { ...loopOver(lane, body, "vector", powerFrom(tiling.columns.width)), isFixed: true };
  return nestLoops([task], nestLoops([walk], [lanes]), "parallel");
}

/** The least power of two that is not below `count`. */
function powerFrom(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/** The number of tile `walk` of a block. */
function tileInBlock(context: NestContext, { rows, tilesInBlock, blocks }: Tiling, block: Expression, walk: Axis) {
  const first = startOf(context, { extent: rows.count, width: tilesInBlock, count: blocks }, block);
  return context.arithmetic.sum([
    [first, 1],
    [context.position(walk), 1],
  ]);
}

/** The number of an iteration of the loops over `axes`. */
export function numberOf(context: NestContext, axes: readonly Axis[]): Expression {
  const parts = axes.map((axis, index): [Expression, number] => [
    context.position(axis),
    extentOf(axes.slice(index + 1)),
  ]);
  return context.arithmetic.sum(parts);
}

/** Steps of a sum over windows in place that stand side by side: windows of up to three by three. */
export const mostSideBySide = 9;

/** Loops over `sums` around `step`; the last ones, of up to `most` steps if others stand around them, are written out. */
function sumOver(context: NestContext, sums: readonly Axis[], step: Step, most: number): readonly Step[] {
  let [loops, steps]: [readonly Axis[], readonly Step[]] = [sums, [step]];
  for (let last = loops.at(-1); last !== undefined && loops.length > 1; last = loops.at(-1)) {
    if (steps.length * last.extent > most) break;
    steps = jam(context, steps, last, context.builder.index(0), 0, last.extent);
    loops = loops.slice(0, -1);
  }
  return nestLoops(loops, steps);
}
