/**
 * Lays out the operands of large contractions as tiles read them: panels of columns, and tiles of rows, each with the
 * summed axis running through it. Whatever an operand is made of is computed on the way. `packing.ts` writes the copies.
 *
 * The last tile is moved back until it ends at the border, so that every tile is whole: what two tiles share is computed
 * twice, with the same result.
 */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/target.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { coefficientOf } from "../affine.ts";
import {
  type Axis,
  loadsIn,
  loopOver,
  type Nest,
  type NestContext,
  nestLoops,
  rewriteSteps,
  type Step,
  substitution,
} from "../nest.ts";
import { collapseAxes, walkAsOne } from "./axes.ts";
import { type Cover, cover, split, startOf } from "./cover.ts";
import { packOperand } from "./packing.ts";
import { type Factor, type Product, productOf } from "./product.ts";
import { jam } from "./tile.ts";

/** `nest` as it is, or the nests that pack its operands and the one that multiplies them. */
export function packContraction(
  context: NestContext,
  nest: Nest,
  target: Target,
  replaced: ReadonlyMap<Node, Node>,
): readonly Nest[] {
  if (!nest.contraction || target.vectorBytes === 0) return [nest];
  const product = productOf(context, collapseAxes(context, nest));
  const tiling = product && chooseTiling(context, product, target, readsWhatItReplaces(context, nest, replaced));
  if (product === undefined || tiling === undefined) return [nest];
  const { origin } = at(nest.computes, 0);
  const pack = (factor: Factor, cover: Cover, isPacked: boolean) =>
    isPacked
      ? packOperand(context, { ...factor, summed: product.summed, cover, origin, waits: nest.waits })
      : undefined;
  const columns = pack(product.columns, tiling.columns, tiling.packsColumns);
  const rows = pack(product.rows, tiling.rows, tiling.packsRows);
  const body = multiply(context, product, tiling, { columns: columns?.packed, rows: rows?.packed });
  const packing = [columns, rows].flatMap((operand) => operand?.nest ?? []);
  return [...packing, { ...nest, axes: [], body, isScheduled: true }];
}

interface Tiling {
  readonly columns: Cover;
  readonly rows: Cover;
  readonly packsColumns: boolean;
  readonly packsRows: boolean;
  /** Blocks of rows that stay in the cache, and tiles in each. */
  readonly blocks: number;
  readonly tilesInBlock: number;
}

/** Does `nest` read the old value of what it overwrites? Then it must compute every element only once. */
function readsWhatItReplaces(context: NestContext, nest: Nest, replaced: ReadonlyMap<Node, Node>): boolean {
  const read = new Set(loadsIn(nest.body).map((load) => context.tensorOf(load.buffer)));
  return nest.body.some((step) => {
    const old = step.kind === "store" ? replaced.get(step.tensor) : undefined;
    return old !== undefined && read.has(old);
  });
}

/** Bytes of packed rows that stay in the cache while panel after panel passes over them. */
const cachedBytes = 2 ** 19;
/** Pieces that threads can share evenly. */
const fewestTasks = 16;

function chooseTiling(context: NestContext, product: Product, target: Target, isExact: boolean): Tiling | undefined {
  const [n, m, k] = [extentOf(product.columns.tiled), extentOf(product.rows.tiled), extentOf(product.summed)];
  const bytes = bytesOf(product.columns.value.dtype);
  const width = (target.tile.vectors * target.vectorBytes) / bytes;
  const height = bestHeight(m, target.tile.rows, isExact);
  if (n < width || height === undefined || (isExact && n % width !== 0)) return undefined;
  const [columns, rows] = [cover(n, width), cover(m, height)];
  const packsColumns = layoutOf(context, product.columns, product.summed, rows.count, true);
  const packsRows = layoutOf(context, product.rows, product.summed, columns.count, false);
  if (packsColumns === undefined || packsRows === undefined) return undefined;
  const cached = Math.max(1, Math.floor(cachedBytes / (height * k * bytes)));
  const outer = extentOf(product.outer);
  const shared = Math.max(1, Math.floor((rows.count * columns.count * outer) / fewestTasks));
  const tilesInBlock = evenest(rows.count, Math.min(cached, shared, rows.count), isExact);
  const blocks = Math.ceil(rows.count / tilesInBlock);
  return { columns, rows, packsColumns, packsRows, tilesInBlock, blocks };
}

/** Packing pays where each element is used by this many tiles at least. */
const fewestTiles = 3;
/** Bytes of the fastest cache that an operand read in place may fill, its lines and its sets. */
const [fastBytes, lineBytes, lineSets] = [24 * 2 ** 10, 64, 64];
/** Bytes of an operand in distant rows that the second cache and its translation of addresses hold easily. */
const nearBytes = 2 ** 18;

/** Should `factor` be packed for `tiles` tiles that use it? Undefined where it can neither be packed nor read in place. */
function layoutOf(
  context: NestContext,
  factor: Factor,
  summed: readonly Axis[],
  tiles: number,
  isColumns: boolean,
): boolean | undefined {
  const strides = stridesInPlace(context, factor, summed);
  const paysOff = tiles >= fewestTiles;
  if (strides === undefined || (isColumns && strides.tiled !== 1)) return paysOff ? true : undefined;
  if (!paysOff) return false;
  const bytes = bytesOf(factor.value.dtype);
  const k = extentOf(summed);
  if (strides.summed === 1) return false;
  const distance = strides.summed * bytes;
  const sets = distance % lineBytes === 0 ? lineSets / common(distance / lineBytes, lineSets) : lineSets;
  if (k * lineBytes <= fastBytes * (sets / lineSets)) return false;
  return isColumns || k * distance > nearBytes;
}

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
}

/** How far apart neighbours along tiles and along the sum lie in memory, where that is all there is to a factor. */
function stridesInPlace(
  context: NestContext,
  { value, tiled }: Factor,
  summed: readonly Axis[],
): { readonly tiled: number; readonly summed: number } | undefined {
  if (value.kind !== "load") return undefined;
  const reads: Step = { kind: "carry", local: -1, initial: value };
  const walks = (axes: readonly Axis[]) =>
    axes.every((axis, index) => index === 0 || walkAsOne(context, [reads], at(axes, index - 1), axis));
  const [across, along] = [tiled, summed].map((axes) => coefficientOf(value.index, at(axes, -1).local));
  if (across === undefined || along === undefined || !walks(tiled) || !walks(summed)) return undefined;
  return { tiled: across, summed: along };
}

function extentOf(axes: readonly Axis[]): number {
  return sizeOf(axes.map((axis) => axis.extent));
}

/** The height of tiles that covers `rows` with the least work, where a tile costs its rows and about one more. */
function bestHeight(rows: number, most: number, isExact: boolean): number | undefined {
  let best: { height: number; cost: number } | undefined;
  for (let height = Math.min(most, rows); height > 1; height--) {
    const cost = Math.ceil(rows / height) * (height + 1);
    if ((!isExact || rows % height === 0) && cost < (best?.cost ?? Infinity)) best = { height, cost };
  }
  return best?.height;
}

/** The size of blocks, `most` or not much smaller, that leaves the last block fullest. */
function evenest(count: number, most: number, isExact: boolean): number {
  let best = 1;
  let least = Infinity;
  for (let size = most; size >= Math.max(1, most / 2); size--) {
    const all = Math.ceil(count / size) * size;
    if (all < least) [best, least] = [size, all];
  }
  return isExact && least > count ? 1 : best;
}

/** The loops that multiply packed operands: tasks, tiles of a block, lanes, and the sum. */
function multiply(
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

/** Says where the axes of a tile are: the last one walks for all. */
function place(
  context: NestContext,
  places: Map<number, Expression>,
  axes: readonly Axis[],
  start: Expression,
  inner: Axis,
): void {
  for (const axis of axes) places.set(axis.local, context.builder.index(0));
  const element = context.arithmetic.sum([
    [start, 1],
    [context.position(inner), 1],
  ]);
  places.set(at(axes, -1).local, element);
}
