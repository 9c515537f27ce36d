/**
 * Contractions on machines that multiply tiles of bf16, or of bytes (`byteTiles.ts`), whole (`TileProduct`): operands are packed in halves, 32 terms of a row side by side on the
 * left, pairs of terms of neighbouring columns on the right; the sums of a tile wait in the fastest cache for what becomes of them.
 * `tilePacking.ts` writes the copies.
 *
 * The last tile is moved back until it ends at the border, as in `pack.ts`; terms beyond the last are zeros.
 */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { tileRows, tileTerms } from "../../kernel/kernel.ts";
import type { Target } from "../../kernel/target.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { loopOver, type Nest, type NestContext, nestLoops, rewriteSteps, type Step, substitution } from "../nest.ts";
import type { Precision } from "../program.ts";
import { bytesIn, byteTerms, packBytes } from "./byteTiles.ts";
import { type Cover, cover, isDivided, largestDivisor, split, startOf } from "./cover.ts";
import { multiplyKernels } from "./kernelTiles.ts";
import { extentOf, type Factor, type Product, place, slides } from "./product.ts";
import { halvesOf, termsOf, tileCover } from "./terms.ts";
import { packLeft, packRight, type TileOperand } from "./tilePacking.ts";
import { multiplyWindows } from "./windowTiles.ts";

/** Multiplications from which on tiles are worth a launch for each operand. */
const fewestProducts = 2 ** 17;
/** Multiplications with each element that is packed. */
const fewestUses = 12;
/** Pieces that threads can share evenly. */
const fewestTasks = 16;
/** Bytes of a row of a tile. */
const rowBytes = 64;
/** Tiles may compute so many times what is wanted. */
const mostWaste = 2.5;

/** The nests of `nest`, or undefined where tiles would gain nothing, or its operands have to stay as they are. */
export function multiplyInTiles(
  context: NestContext,
  nest: Nest,
  product: Product,
  target: Target,
  { precision, isExact }: { readonly precision: Precision; readonly isExact: boolean },
): readonly Nest[] | undefined {
  const halves = halvesOf(context, product, precision);
  const bytes = bytesIn(product);
  if (halves === undefined && bytes === undefined) return undefined;
  const { rows, columns } = product;
  const [m, n, k] = [extentOf(rows.tiled), extentOf(columns.tiled), extentOf(product.summed)];
  const outer = extentOf(product.outer);
  const isSmall = (m * n) / (m + n) < fewestUses && !slides(nest);
  if (m < tileRows || (n < tileRows && !slides(nest)) || outer * m * n * k < fewestProducts || isSmall)
    return undefined;
  if (slides(nest)) {
    if (halves === undefined) return undefined;
    const demands = { ...halves, isExact };
    return (
      multiplyWindows(context, nest, product, target, demands) ??
      multiplyKernels(context, nest, product, target, demands)
    );
  }
  const [tiles, panels] = [tileCover(m), tileCover(n)];
  if (isExact && !(isDivided(tiles) && isDivided(panels))) return undefined;
  const sums = termsOf(context, product);
  const padded = bytes === undefined ? sums.padded : byteTerms * Math.ceil(k / byteTerms);
  const computed = tiles.count * tiles.width * panels.count * panels.width * padded;
  if (computed > mostWaste * m * n * k) return undefined;
  const { origin } = at(nest.computes, 0);
  const bytesOf = (factor: Factor, cover: Cover, isLeft: boolean) =>
    packBytes(context, { ...factor, summed: product.summed, cover, origin, waits: nest.waits }, isLeft);
  const operand = (factor: Factor, value: Expression, cover: Cover): TileOperand => ({
    ...factor,
    value,
    cover,
    terms: sums,
    origin,
    waits: nest.waits,
  });
  const left = halves === undefined ? bytesOf(rows, tiles, true) : packLeft(context, operand(rows, halves.left, tiles));
  const right =
    halves === undefined ? bytesOf(columns, panels, false) : packRight(context, operand(columns, halves.right, panels));
  const steps = padded / (bytes === undefined ? tileTerms : byteTerms);
  const held = Math.floor(target.caches.held / (steps * tiles.width * rowBytes));
  const shared = Math.floor((tiles.count * panels.count * outer) / fewestTasks);
  const inBlock = evenly(tiles.count, Math.max(1, Math.min(held, shared, tiles.count)), isExact);
  const work: Work = { context, product, tiles, panels, left: left.packed, right: right.packed, steps, bytes };
  const inBlocks = cover(tiles.count, inBlock);
  return [left.nest, right.nest, { ...nest, axes: [], body: multiplyTiles(work, inBlocks), isScheduled: true }];
}

/** So many of `count` at a time, `most` at most, that all blocks are alike; without overlap where results are exact. */
function evenly(count: number, most: number, isExact: boolean): number {
  const size = Math.ceil(count / Math.ceil(count / most));
  return isExact ? largestDivisor(count, size) : size;
}

/** A product in tiles, in the making. */
interface Work {
  readonly context: NestContext;
  readonly product: Product;
  readonly tiles: Cover;
  readonly panels: Cover;
  readonly left: Node;
  readonly right: Node;
  /** Rows of tiles in a sum. */
  readonly steps: number;
  readonly bytes: ReturnType<typeof bytesIn>;
}

/** The loops over tasks (a block of tiles times a panel) and the tiles of a block; for each the product, and what becomes of its sums. */
function multiplyTiles(work: Work, blocks: Cover): readonly Step[] {
  const { context, product, tiles, panels, left, right, steps, bytes } = work;
  const { builder, arithmetic } = context;
  const { carry, rows, columns, outer, stores } = product;
  const extents = [...outer.map((axis) => axis.extent), blocks.count, panels.count];
  const task = context.newAxis(sizeOf(extents));
  const positions = split(context, context.position(task), extents);
  const walk = context.newAxis(blocks.width);
  const tile = arithmetic.sum([
    [startOf(context, blocks, at(positions, -2)), 1],
    [context.position(walk), 1],
  ]);
  const panel = at(positions, -1);
  const shape = [task.extent, tiles.width, panels.width];
  const sums = context.scratch(left.origin, carry.initial.dtype, shape);
  context.markPacked(sums);
  const places = new Map(outer.map((axis, index) => [axis.local, at(positions, index)]));
  const [row, lane] = [context.newAxis(tiles.width), context.newAxis(panels.width)];
  place(context, places, rows.tiled, startOf(context, tiles, tile), row);
  place(context, places, columns.tiled, startOf(context, panels, panel), lane);
  const first = (tensor: Node, factor: Factor, number: Expression) => {
    const around = factor.outer.map((axis) => places.get(axis.local) ?? context.position(axis));
    const zeros = tensor.type.shape.slice(around.length + 1).map(() => builder.index(0));
    return context.load(tensor, [...around, number, ...zeros]);
  };
  const wordsInRow = at(left.type.shape, -1);
  const sumAt = (indices: readonly Expression[]) => context.load(sums, [context.position(task), ...indices]);
  const multiply: Step = {
    kind: "multiply",
    operands: [sumAt([builder.index(0), builder.index(0)]), first(left, rows, tile), first(right, columns, panel)],
    apart: [panels.width, wordsInRow, panels.width],
    steps: [[steps, tiles.width * wordsInRow, (panels.width * tileTerms) / 2]],
    rows: tiles.width,
    columns: panels.width,
    isFirst: true,
    ...(bytes === undefined ? {} : { bytes }),
  };
  places.set(carry.local, sumAt([context.position(row), context.position(lane)]));
  const results = rewriteSteps(context, stores, substitution(places));
  const lanes: Step = { ...loopOver(lane, results, "vector", panels.width), isFixed: true };
  return nestLoops([task], nestLoops([walk], [multiply, { ...loopOver(row, [lanes]), isFixed: true }]), "parallel");
}
