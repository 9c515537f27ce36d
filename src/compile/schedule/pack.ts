/**
 * Lays out the operands of large contractions as tiles read them: panels of columns, and tiles of rows, each with the
 * summed axis running through it. Whatever an operand is made of is computed on the way. `packing.ts` writes the copies.
 *
 * The last tile is moved back until it ends at the border, so that every tile is whole: what two tiles share is computed
 * twice, with the same result.
 */
import type { Node } from "../../graph/node.ts";
import { type Caches, productTilesOf, type Target } from "../../kernel/target.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import { flatten } from "../affine.ts";
import { type Axis, loadsIn, type Nest, type NestContext, rewriteSteps } from "../nest.ts";
import type { Precision } from "../program.ts";
import { collapseAxes } from "./axes.ts";
import { type Blocking, chooseBlocking, multiplyBlocks } from "./blocks.ts";
import { bestHeight, type Cover, cover } from "./cover.ts";
import { tileSchedule, windowSchedules } from "./inPlace.ts";
import { mostSideBySide, multiplyTiles, type Tiling } from "./multiply.ts";
import { packOperand } from "./packing.ts";
import { extentOf, type Factor, type Product, productOf, slides, stridesInPlace } from "./product.ts";
import { shouldStream, streamColumns } from "./stream.ts";

/** What products have to keep to: what results overwrite, and what operands may be rounded to. */
interface Demanded {
  readonly replaced: ReadonlyMap<Node, Node>;
  readonly precision: Precision;
}

/** `nest` as it is, or the nests that pack its operands and the one that multiplies them. */
export function packContraction(
  context: NestContext,
  nest: Nest,
  target: Target,
  { replaced, precision }: Demanded,
): readonly Nest[] {
  if (!nest.contraction || target.vectorBytes === 0) return [nest];
  const collapsed = collapseAxes(context, nest);
  const product = productOf(context, collapsed, target.vectorBytes / 2);
  if (product === undefined) return [nest];
  const { origin } = at(nest.computes, 0);
  const isExact = readsWhatItReplaces(context, nest, replaced);
  if (!isExact && shouldStream(context, product, target))
    return [{ ...nest, axes: [], body: streamColumns(context, product, target, origin), isScheduled: true }];
  const inTiles = tileSchedule(target)?.(context, nest, product, target, { precision, isExact });
  if (inTiles !== undefined) return inTiles;
  const pack = (factor: Factor, cover: Cover) =>
    packOperand(context, { ...factor, summed: product.summed, cover, origin, waits: nest.waits }, target);
  if (shouldSumInLanes(context, product, target)) {
    if (stridesInPlace(context, product.columns, product.summed)?.summed === 1) return [nest];
    const { packed, nest: packing } = pack(product.columns, cover(extentOf(product.columns.tiled), 1));
    return [packing, readTurned(context, collapsed, product, packed)];
  }
  const schedules = windowSchedules(target);
  const gathered = schedules?.gather(context, nest, product, target, isExact);
  if (gathered !== undefined) return gathered;
  const blocking = isExact ? undefined : blockingFor(product, target);
  if (blocking !== undefined) {
    const [columns, rows] = [pack(product.columns, blocking.columns), pack(product.rows, blocking.rows)];
    const body = multiplyBlocks(context, product, blocking, { columns: columns.packed, rows: rows.packed }, origin);
    return [columns.nest, rows.nest, { ...nest, axes: [], body, isScheduled: true, offsets: mostOffset }];
  }
  const tiling = chooseTiling(context, product, target, { isExact, isWindowed: slides(nest) });
  if (tiling === undefined) return [nest];
  const isTurned = slides(nest) && tiling.packsColumns && !isExact;
  const turned = isTurned ? schedules?.turn(context, product, target) : undefined;
  if (turned !== undefined) {
    const { packed, nest: packing } = pack(turned.product.columns, turned.tiling.columns);
    const body = multiplyTiles(context, turned.product, turned.tiling, { columns: packed, rows: undefined });
    return [packing, { ...nest, axes: [], body, isScheduled: true, offsets: mostOffset }];
  }
  const columns = tiling.packsColumns ? pack(product.columns, tiling.columns) : undefined;
  const rows = tiling.packsRows ? pack(product.rows, tiling.rows) : undefined;
  const body = multiplyTiles(context, product, tiling, { columns: columns?.packed, rows: rows?.packed });
  const packing = [columns, rows].flatMap((operand) => operand?.nest ?? []);
  return [...packing, { ...nest, axes: [], body, isScheduled: true, offsets: mostOffset }];
}

/** Elements apart that neighbours in tiles and windows are told apart by in the code, not by an argument of the launch. */
const mostOffset = 4096;

/** Do lanes do better along the sum, since columns are few and would leave many of them idle? */
function shouldSumInLanes(context: NestContext, product: Product, target: Target): boolean {
  const { columns, rows, summed } = product;
  const single = target.vectorBytes / bytesOf(columns.value.dtype);
  const n = extentOf(columns.tiled);
  if (isMasked(context, product, target)) return false;
  const isNarrow = 2 * n < 3 * target.tile.vectors * single && (n % fewestLanes !== 0 || n < single);
  if (!isNarrow || extentOf(rows.tiled) <= target.tile.rows || extentOf(summed) < 4 * single) return false;
  const [across, along] = [columns, rows].map((factor) => stridesInPlace(context, factor, summed)?.summed);
  return summed.length === 1 && across !== undefined && along === 1;
}

/** Are all columns one vector that is not full, and neighbours? From half of it on, that is better than tiles that overlap. */
function isMasked(context: NestContext, { columns, summed }: Product, { masks, vectorBytes }: Target): boolean {
  const n = extentOf(columns.tiled);
  const single = vectorBytes / bytesOf(columns.value.dtype);
  return masks === true && 2 * n > single && n < single && stridesInPlace(context, columns, summed)?.tiled === 1;
}

/** `nest` with its columns read from `packed`, where each runs along the sum. */
function readTurned(context: NestContext, nest: Nest, { columns, summed }: Product, packed: Node): Nest {
  const positions = (axes: readonly Axis[]) => axes.map((axis) => context.position(axis));
  const shape = columns.tiled.map((axis) => axis.extent);
  const number = flatten(context.arithmetic, positions(columns.tiled), shape);
  const indices = [...positions(columns.outer), number, ...positions(summed), context.builder.index(0)];
  const element = context.load(packed, indices);
  const body = rewriteSteps(context, nest.body, (part) => (part === columns.value ? element : undefined));
  return { ...nest, body };
}

/** What limits the choice of tiles. */
interface Demands {
  /** Every element is to be computed once. */
  readonly isExact: boolean;
  /** Windows slide: what one step of the sum reads, the next reads again, a little further on. */
  readonly isWindowed: boolean;
}

/** Does `nest` read the old value of what it overwrites? Then it must compute every element only once. */
function readsWhatItReplaces(context: NestContext, nest: Nest, replaced: ReadonlyMap<Node, Node>): boolean {
  const read = new Set(loadsIn(nest.body).map((load) => context.tensorOf(load.buffer)));
  return nest.body.some((step) => {
    const old = step.kind === "store" ? replaced.get(step.tensor) : undefined;
    return old !== undefined && read.has(old);
  });
}

/** Lanes of the narrowest tiles. */
const fewestLanes = 4;
/** Pieces that threads can share evenly. */
const fewestTasks = 16;

/** How to cut `product` into blocks, where its sums are long and both operands can be packed. */
function blockingFor(product: Product, target: Target): Blocking | undefined {
  const [n, m] = [extentOf(product.columns.tiled), extentOf(product.rows.tiled)];
  const tile = tileFor(product, target);
  const width = (tile.vectors * target.vectorBytes) / bytesOf(product.columns.value.dtype);
  const height = bestHeight(m, tile.rows, false);
  if (productTilesOf(target).inner === 0 || height === undefined || n < width) return undefined;
  return chooseBlocking(product, target, { columns: cover(n, width), rows: cover(m, height) });
}

/** Of two tiles at least each way, nothing but their size depends on it; and wide ones are to cover the columns as well. */
function tileFor({ columns, rows }: Product, target: Target): Target["tile"] {
  const { tile, vectorBytes } = target;
  const products = productTilesOf(target);
  const vectors = (extentOf(columns.tiled) * bytesOf(columns.value.dtype)) / vectorBytes;
  const covered = (each: Target["tile"]) => Math.ceil(vectors / each.vectors) * each.vectors;
  const isLarge = extentOf(rows.tiled) > 2 * Math.max(products.rows, tile.rows) && vectors >= 8;
  return isLarge && covered(products) <= mostWaste * covered(tile) ? products : tile;
}

/** Columns that wide tiles cover, over those that the usual ones do. */
const mostWaste = 1.05;

function chooseTiling(
  context: NestContext,
  product: Product,
  target: Target,
  { isExact, isWindowed }: Demands,
): Tiling | undefined {
  const [n, m, k] = [extentOf(product.columns.tiled), extentOf(product.rows.tiled), extentOf(product.summed)];
  const bytes = bytesOf(product.columns.value.dtype);
  const tile = isExact ? target.tile : tileFor(product, target);
  let width = (tile.vectors * target.vectorBytes) / bytes;
  if (isMasked(context, product, target)) width = n;
  while (n < width && width > fewestLanes) width /= 2;
  const height = bestHeight(m, tile.rows, isExact);
  if (n < width || height === undefined || (isExact && n % width !== 0)) return undefined;
  const [columns, rows] = [cover(n, width), cover(m, height)];
  const uses = (factor: Factor, tiles: number) =>
    tiles * extentOf(product.outer.filter((axis) => !factor.outer.includes(axis)));
  const outer = extentOf(product.outer);
  const { held } = productTilesOf(target);
  const isWritten = accessesAfter(product) >= manyAccesses || k <= target.shortSum;
  const isAlongRows = isWritten && n * k * bytes <= held && rows.count * outer >= fewestTasks;
  const layout = (factor: Factor, tiles: number, isColumns: boolean) =>
    shouldPack(context, factor, product.summed, target.caches, {
      uses: uses(factor, tiles),
      isWalked: isColumns || isAlongRows,
      isColumns,
      isWindowed,
    });
  const packsColumns = layout(product.columns, rows.count, true);
  const packsRows = layout(product.rows, columns.count, false);
  if (packsColumns === undefined || packsRows === undefined) return undefined;
  const cached = Math.max(1, Math.floor(held / (height * k * bytes)));
  const shared = Math.max(1, Math.floor((rows.count * columns.count * outer) / fewestTasks));
  const tilesInBlock = evenest(rows.count, Math.min(cached, shared, rows.count), isExact);
  const blocks = Math.ceil(rows.count / tilesInBlock);
  return { columns, rows, packsColumns, packsRows, tilesInBlock, blocks, isAlongRows, sideBySide: mostSideBySide };
}

/** From so many loads and stores of results on, reaching memory row by row is worth more than reading panels again. */
const manyAccesses = 2;

/** Loads and stores of what becomes of the sums, an element. */
function accessesAfter({ stores }: Product): number {
  return stores.filter(({ kind }) => kind === "store").length + loadsIn(stores).length;
}

/** Packing what could be read in place pays where each element is used by this many tiles at least. */
const fewestTiles = 3;
/** Bytes of a line of the fastest cache, and its sets. */
const [lineBytes, lineSets] = [64, 64];

/** How a factor is used: by how many tiles, as their columns or rows, in windows or not. */
interface Use {
  readonly uses: number;
  readonly isColumns: boolean;
  /** Does a task read the same tile again and again? */
  readonly isWalked: boolean;
  readonly isWindowed: boolean;
}

/** Should `factor` be packed? Undefined where it can neither be packed nor read in place. */
function shouldPack(
  context: NestContext,
  factor: Factor,
  summed: readonly Axis[],
  { fast, near }: Caches,
  { uses, isColumns, isWalked, isWindowed }: Use,
): boolean | undefined {
  const strides = stridesInPlace(context, factor, summed);
  if (strides === undefined || (isColumns && strides.tiled !== 1)) return uses > 1 ? true : undefined;
  if (uses < fewestTiles) return false;
  if (strides.summed === undefined) return !isWindowed;
  if (strides.summed === 1) return false;
  const bytes = bytesOf(factor.value.dtype);
  const k = extentOf(summed);
  const distance = strides.summed * bytes;
  const sets = distance % lineBytes === 0 ? lineSets / common(distance / lineBytes, lineSets) : lineSets;
  if (k * lineBytes <= fast * (sets / lineSets)) return false;
  return isWalked || k * distance > near;
}

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
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
