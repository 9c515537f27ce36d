/** The loops of a tiled contraction, once it is decided how it is cut and which operands are packed. */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { at } from "../../support/invariant.ts";
import { type Axis, loopOver, type NestContext, nestLoops, rewriteSteps, type Step, substitution } from "../nest.ts";
import { type Cover, split, startOf } from "./cover.ts";
import { extentOf, type Factor, type Product, place } from "./product.ts";
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
}

/** The loops that multiply packed operands: tasks, tiles of a block, lanes, and the sum. */
export function multiplyTiles(
  context: NestContext,
  { carry, summed, columns, rows, outer, stores }: Product,
  tiling: Tiling,
  packed: { readonly columns: Node | undefined; readonly rows: Node | undefined },
): readonly Step[] {
  const { arithmetic, builder } = context;
  const task = context.newAxis(extentOf(outer) * tiling.blocks * tiling.columns.count);
  const extents = [...outer.map((axis) => axis.extent), tiling.blocks, tiling.columns.count];
  const positions = split(context, context.position(task), extents);
  const [block, panel] = [at(positions, -2), at(positions, -1)];
  const places = new Map(outer.map((axis, index) => [axis.local, at(positions, index)]));
  const tile = context.newAxis(tiling.tilesInBlock);
  const first = startOf(
    context,
    { extent: tiling.rows.count, width: tiling.tilesInBlock, count: tiling.blocks },
    block,
  );
  const rowTile = arithmetic.sum([
    [first, 1],
    [context.position(tile), 1],
  ]);
  const [lane, row, k] = [
    context.newAxis(tiling.columns.width),
    context.newAxis(tiling.rows.width),
    context.newAxis(extentOf(summed)),
  ];
  place(context, places, columns.tiled, startOf(context, tiling.columns, panel), lane);
  place(context, places, rows.tiled, startOf(context, tiling.rows, rowTile), row);
  place(context, places, summed, builder.index(0), k);
  const read = (tensor: Node | undefined, factor: Factor, number: Expression, inner: Axis) => {
    if (tensor === undefined) return context.rewrite(factor.value, substitution(places), new Map());
    const around = factor.outer.map((axis) => places.get(axis.local) ?? context.position(axis));
    return context.load(tensor, [...around, number, context.position(k), context.position(inner)]);
  };
  const value = builder.apply(
    "multiply",
    read(packed.rows, rows, rowTile, row),
    read(packed.columns, columns, panel, lane),
  );
  const results = rewriteSteps(context, stores, substitution(places));
  const sum = loopOver(k, [{ kind: "accumulate", local: carry.local, op: "add", value }]);
  const body = jam(context, [carry, sum, ...results], row, builder.index(0), 0, tiling.rows.width);
  const lanes: Step = { ...loopOver(lane, body, "vector", tiling.columns.width), isFixed: true };
  return nestLoops([task], nestLoops([tile], [lanes]), "parallel");
}
