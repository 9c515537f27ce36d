/**
 * Convolutions in tiles (`tiles.ts`) without a copy of their windows: pictures become words of two channels, as large as they were, and a tile
 * reads the places of 32 neighbouring results at one position of the kernel where they lie. Lines follow each other with the borders between
 * them, so a row of tiles runs on across lines; what is summed at borders is never looked at.
 */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { tileRows, tileTerms } from "../../kernel/kernel.ts";
import type { Target } from "../../kernel/target.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { coefficientOf, dependsOn, flatten } from "../affine.ts";
import {
  type Axis,
  loopOver,
  type Nest,
  type NestContext,
  nestLoops,
  type ProductStep,
  rewriteSteps,
  type Step,
  substitution,
} from "../nest.ts";
import { type Cover, cover, isDivided, split, startOf } from "./cover.ts";
import { extentOf, type Product, place } from "./product.ts";
import { type Demands, type Load, loadIn, tileCover } from "./terms.ts";
import { packing, packLeft, pairOf } from "./tilePacking.ts";

/** Columns of a panel where lines are long. */
const mostColumns = 2 * tileRows;
/** Bytes of a sum. */
const sumBytes = 4;
/** Results may be so many times what is wanted, with those at borders. */
const mostWaste = 2.2;

/** Where the windows of a product lie. */
interface Windows {
  /** What is read, its channels, and which axis of it they are. */
  readonly load: Load;
  readonly channels: Axis;
  readonly channelAxis: number;
  /** Lines of results, neighbours in a line, and elements from line to line. */
  readonly lines: Axis | undefined;
  readonly across: Axis;
  readonly pitch: number;
  /** Axes of the result that neither tiles nor lines walk. */
  readonly outer: readonly Axis[];
  /** Positions of the kernel. */
  readonly kernel: readonly Axis[];
}

/** The nests of `nest`, a product over windows with its factors in `halves`; undefined where they do not lie side by side. */
export function multiplyWindows(
  context: NestContext,
  nest: Nest,
  product: Product,
  target: Target,
  halves: Demands,
): readonly Nest[] | undefined {
  const windows = windowsOf(context, product);
  if (windows === undefined) return undefined;
  const { channels, lines, across, pitch, kernel } = windows;
  const most = Math.max(mostColumns, (2 * target.caches.inner) / (sumBytes * mostColumns));
  const blocks = chooseLines(lines?.extent ?? 1, across.extent, pitch, most);
  const padded = Math.ceil(channels.extent / tileTerms) * tileTerms;
  const panels = panelsIn(blocks.width, across.extent, pitch);
  const computed = blocks.count * panels.count * panels.width * padded;
  if (computed > mostWaste * (lines?.extent ?? 1) * across.extent * channels.extent) return undefined;
  const { origin } = at(nest.computes, 0);
  const { waits } = nest;
  const tiles = tileCover(extentOf(product.rows.tiled));
  if (halves.isExact && !(isDivided(tiles) && isDivided(blocks))) return undefined;
  const terms = { around: kernel.map((axis) => [axis]), inner: [channels], padded: padded * extentOf(kernel) };
  const left = packLeft(context, { ...product.rows, value: halves.left, cover: tiles, terms, origin, waits });
  const work: Work = { context, product, windows, tiles, blocks, panels, left: left.packed };
  const { right, body } = multiplyLines(work, padded / tileTerms);
  return [left.nest, packChannels(work, right, padded, waits), { ...nest, axes: [], body, isScheduled: true }];
}

/** Panels over `lines` lines and what lies between them: of 32 columns, or of 16 where that is much less. */
function panelsIn(lines: number, width: number, pitch: number): Cover {
  const places = (lines - 1) * pitch + width;
  const [wide, narrow] = [cover(places, mostColumns), cover(places, tileRows)];
  return narrow.count * narrow.width <= 0.8 * wide.count * wide.width ? narrow : wide;
}

/** So many lines at a time, of up to `most` results, that the fewest are computed in all. */
function chooseLines(lines: number, width: number, pitch: number, most: number): Cover {
  let best: { readonly count: number; readonly computed: number } | undefined;
  for (let count = 1; count <= lines && (count === 1 || count * pitch <= most); count++) {
    const panels = panelsIn(count, width, pitch);
    const computed = Math.ceil(lines / count) * panels.count * panels.width;
    if (computed <= (best?.computed ?? Infinity)) best = { count, computed };
  }
  return cover(lines, best?.count ?? 1);
}

/** The windows of `product`: one summed axis is an axis of memory by itself, and neighbours in a line of results are neighbours there. */
function windowsOf(context: NestContext, { columns: factor, rows, summed, outer }: Product): Windows | undefined {
  const value = loadIn(factor.value);
  const across = factor.tiled.at(-1);
  if (value === undefined || across === undefined || coefficientOf(value.index, across.local) !== 1) return undefined;
  const indices = context.indicesOf(value);
  const { shape } = context.tensorOf(value.buffer).type;
  const isAlone = (axis: Axis) => indices.filter((index) => dependsOn(index, axis.local));
  const channels = summed.find((axis) => {
    const [index, ...others] = isAlone(axis);
    return others.length === 0 && index === context.position(axis) && at(shape, indices.indexOf(index)) === axis.extent;
  });
  if (channels === undefined || rows.outer.length > 0) return undefined;
  const channelAxis = indices.indexOf(context.position(channels));
  const isInPlane = ({ local }: Axis) => indices.slice(channelAxis + 1).some((index) => dependsOn(index, local));
  const around = [...outer, ...factor.tiled.slice(0, -1)];
  const lines = around.filter(isInPlane).at(-1);
  const whole = indices.slice(0, channelAxis).every((index, axis) => {
    const walked = around.find((each) => index === context.position(each));
    return at(shape, axis) === 1 || walked?.extent === at(shape, axis);
  });
  const kernel = summed.filter((axis) => axis !== channels);
  const steps = [...kernel, ...around].map((axis) => coefficientOf(value.index, axis.local));
  const pitch = lines === undefined ? across.extent : (coefficientOf(value.index, lines.local) ?? 0);
  if (!whole || steps.some((step) => step === undefined || step < 0) || pitch < across.extent) return undefined;
  if (!isInPlane(across) || !kernel.every(isInPlane)) return undefined;
  const others = around.filter((axis) => axis !== lines);
  return { load: value, channels, channelAxis, lines, across, pitch, outer: others, kernel };
}

/** A convolution in the making. */
interface Work {
  readonly context: NestContext;
  readonly product: Product;
  readonly windows: Windows;
  readonly tiles: Cover;
  /** Lines of a task. */
  readonly blocks: Cover;
  /** Columns of a task, from the first place of its first line on; the last panel may reach beyond the last line. */
  readonly panels: Cover;
  readonly left: Node;
}

/** Where a task is: positions of the axes around, its first line, and the first column of one of its panels. */
interface Place {
  readonly around: ReadonlyMap<number, Expression>;
  readonly firstLine: Expression;
  readonly firstColumn: Expression;
}

/** Words before the channels of one picture, before the next two channels, and of all pictures. */
function wordsOf({ context, windows: { load, channelAxis } }: Work, padded: number) {
  const { shape } = context.tensorOf(load.buffer).type;
  const plane = sizeOf(shape.slice(channelAxis + 1));
  const pictures = sizeOf(shape.slice(0, channelAxis));
  return { shape, plane, pictures, all: (pictures * padded * plane) / 2 };
}

/** The loops over tasks (lines of a picture), tiles and panels; and the tensor of words that they read. */
function multiplyLines(work: Work, channelBlocks: number): { readonly right: Node; readonly body: readonly Step[] } {
  const { context, windows, tiles, blocks, panels, left } = work;
  const { builder, arithmetic } = context;
  const extents = [...windows.outer.map((axis) => axis.extent), blocks.count];
  const task = context.newAxis(sizeOf(extents));
  const positions = split(context, context.position(task), extents);
  const [tile, panel] = [context.newAxis(tiles.count), context.newAxis(panels.count)];
  const where: Place = {
    around: new Map(windows.outer.map((axis, index) => [axis.local, at(positions, index)])),
    firstLine: startOf(context, blocks, at(positions, -1)),
    firstColumn: arithmetic.sum([[context.position(panel), panels.width]]),
  };
  const { start, steps, size, plane } = readsOf(work, where, channelBlocks);
  const right = context.scratch(left.origin, "u32", [size]);
  const sums = context.scratch(left.origin, "f32", [task.extent, tiles.width, panels.count * panels.width]);
  const sumAt: SumAt = (row, column) => context.load(sums, [context.position(task), row, column]);
  const [, ...inLeft] = left.type.shape;
  const multiply: Step = {
    kind: "multiply",
    operands: [
      sumAt(builder.index(0), where.firstColumn),
      context.load(left, [context.position(tile), ...inLeft.map(() => builder.index(0))]),
      context.load(right, [start]),
    ],
    apart: [panels.count * panels.width, at(inLeft, -1), plane],
    steps,
    rows: tiles.width,
    columns: panels.width,
    isFirst: true,
  };
  const finish = finishLines(work, where, context.position(tile), sumAt);
  const body = nestLoops([tile], [...nestLoops([panel], [multiply]), ...finish]);
  return { right, body: nestLoops([task], body, "parallel") };
}

/** A sum of a task. */
type SumAt = (row: Expression, column: Expression) => Expression;

/** Where a panel begins among the words, how they are walked, and how many there have to be. */
function readsOf(work: Work, { around, firstLine, firstColumn }: Place, channelBlocks: number) {
  const { context, windows, panels, left } = work;
  const { load, channelAxis, lines, across, kernel } = windows;
  const { shape, plane, all } = wordsOf(work, channelBlocks * tileTerms);
  const origins = new Map(around).set(across.local, firstColumn);
  for (const { local } of kernel) origins.set(local, context.builder.index(0));
  if (lines !== undefined) origins.set(lines.local, firstLine);
  const indices = context.indicesOf(load).map(context.rewriter(substitution(origins)));
  const flat = (from: number, to?: number) =>
    flatten(context.arithmetic, indices.slice(from, to), shape.slice(from, to));
  const start = context.arithmetic.sum([
    [flat(0, channelAxis), (channelBlocks * tileTerms * plane) / 2],
    [flat(channelAxis + 1), 1],
  ]);
  const leftStride = (axis: number) => sizeOf(left.type.shape.slice(axis + 2));
  const steps: ProductStep["steps"] = [
    [channelBlocks, leftStride(kernel.length), (tileTerms / 2) * plane],
    ...kernel.map(
      (axis, index) => [axis.extent, leftStride(index), coefficientOf(load.index, axis.local) ?? 0] as const,
    ),
  ];
  const ofTile = (tileTerms / 2 - 1) * plane + panels.width;
  const beyond = steps.reduce((sum, [count, , move]) => sum + (count - 1) * move, ofTile);
  return { start, steps, plane, size: Math.max(all, context.arithmetic.rangeOf(start)[1] + beyond) };
}

/** What becomes of the sums of a tile, line by line. */
function finishLines(work: Work, { around, firstLine }: Place, tile: Expression, sumAt: SumAt): readonly Step[] {
  const { context, product, windows, tiles, blocks } = work;
  const { lines, across, pitch } = windows;
  const [row, line, lane] = [
    context.newAxis(tiles.width),
    context.newAxis(blocks.width),
    context.newAxis(across.extent),
  ];
  const inBlock = context.position(line);
  const plus = (from: Expression, by: Expression, times: number) =>
    context.arithmetic.sum([
      [from, 1],
      [by, times],
    ]);
  const places = new Map(around).set(across.local, context.position(lane));
  place(context, places, product.rows.tiled, startOf(context, tiles, tile), row);
  if (lines !== undefined) places.set(lines.local, plus(firstLine, inBlock, 1));
  places.set(product.carry.local, sumAt(context.position(row), plus(context.position(lane), inBlock, pitch)));
  const results = rewriteSteps(context, product.stores, substitution(places));
  const lanes = 2 ** Math.min(5, Math.ceil(Math.log2(across.extent)));
  return nestLoops([row, line], [{ ...loopOver(lane, results, "vector", lanes), isFixed: true }]);
}

/** Fills `words` with the pictures, two channels in a word, zeros in the place of channels that are not there. */
function packChannels(work: Work, words: Node, padded: number, waits: readonly Node[]): Nest {
  const { context, windows } = work;
  const { builder, arithmetic } = context;
  const { load, channels, channelAxis } = windows;
  const { shape, plane, pictures } = wordsOf(work, padded);
  const source = context.tensorOf(load.buffer);
  const picture = context.newAxis(pictures);
  const part = (
    start: number,
    count: number,
    value: (pair: Expression, place: Expression) => Expression,
  ): readonly Step[] => {
    if (count <= 0) return [];
    const [pair, lane] = [context.newAxis(count), context.newAxis(plane)];
    const number = arithmetic.sum([[context.position(pair), 1]], start);
    const index = arithmetic.sum([
      [context.position(picture), (padded * plane) / 2],
      [number, plane],
      [context.position(lane), 1],
    ]);
    const step: Step = { kind: "store", tensor: words, indices: [index], value: value(number, context.position(lane)) };
    return nestLoops([pair], [loopOver(lane, [step], "vector", tileTerms)]);
  };
  const channel = (pair: Expression, offset: number, place: Expression) => {
    const before = split(context, context.position(picture), shape.slice(0, channelAxis));
    const inPlane = split(context, place, shape.slice(channelAxis + 1));
    const value = context.load(source, [...before, arithmetic.sum([[pair, 2]], offset), ...inPlane]);
    return builder.cast("bf16", value);
  };
  const zero = builder.literal("bf16", 0);
  const pairs = Math.floor(channels.extent / 2);
  const single = channels.extent % 2;
  const body = [
    ...part(0, pairs, (pair, lane) => pairOf(builder, channel(pair, 0, lane), channel(pair, 1, lane))),
    ...part(pairs, single, (pair, lane) => pairOf(builder, channel(pair, 0, lane), zero)),
    ...part(pairs + single, padded / 2 - pairs - single, () => builder.literal("u32", 0)),
  ];
  return packing(words, nestLoops([picture], body, "parallel"), waits);
}
