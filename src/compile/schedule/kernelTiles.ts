/**
 * Derivatives of convolutions by their kernel in tiles (`tiles.ts`): for each position of the kernel a product of channels with channels, summed
 * over all places of all pictures. Terms are places, which lie side by side; rows of a tile are channels of the pictures, read where they lie,
 * moved by the position of the kernel; columns are channels of what comes back, packed once, with zeros for the borders between lines.
 * Groups of pictures are summed apart, which threads share, and added up in the end.
 */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { tileTerms } from "../../kernel/kernel.ts";
import type { Target } from "../../kernel/target.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { coefficientOf } from "../affine.ts";
import {
  type Axis,
  loopOver,
  type Nest,
  type NestContext,
  nestLoops,
  rewriteSteps,
  type Step,
  substitution,
} from "../nest.ts";
import { type Cover, isDivided, largestDivisor, split, startOf } from "./cover.ts";
import { fewestTasks, groupsOf } from "./groups.ts";
import { extentOf, type Product, place } from "./product.ts";
import { type Demands, type Halves, type Load, loadIn, tileCover } from "./terms.ts";
import { lanesOver, packing, pairOf } from "./tilePacking.ts";

/** Zeros may be multiplied so many times as often as what is wanted. */
const mostWaste = 2.5;

/** What is multiplied with what. */
interface Windows {
  readonly pictures: Load;
  readonly back: Load;
  /** Which axis of the pictures are their channels. */
  readonly channelAxis: number;
  readonly channels: Axis;
  /** Summed axes before the channels, and places: lines and neighbours in a line. */
  readonly before: readonly Axis[];
  readonly lines: Axis | undefined;
  readonly across: Axis;
  readonly kernel: readonly Axis[];
}

/** Sizes of what is laid out. */
interface Sizes {
  /** Pictures in all, in a group, and summed at once. */
  readonly pictures: number;
  readonly inGroup: number;
  readonly together: number;
  readonly groups: number;
  /** Lines in all, and at a time; their places, in whole tiles. */
  readonly lines: number;
  readonly linesAtOnce: number;
  readonly terms: number;
  /** Elements from line to line, an even number, and from channel to channel. */
  readonly pitch: number;
  readonly plane: number;
}

interface Work {
  readonly context: NestContext;
  readonly product: Product;
  readonly windows: Windows;
  readonly sizes: Sizes;
  readonly tiles: Cover;
  readonly panels: Cover;
  /** Pictures in bf16, what comes back in words [panel, picture, block of lines, pair, column], and sums [task, tile, kernel …, row, column]. */
  readonly left: Node;
  readonly right: Node;
  readonly sums: Node;
}

/** The nests of `nest`, the sum of `product` over windows, with its factors in `halves`; undefined where it is no such sum, or too small. */
export function multiplyKernels(
  context: NestContext,
  nest: Nest,
  product: Product,
  target: Target,
  halves: Demands,
): readonly Nest[] | undefined {
  const windows = windowsOf(context, product, halves);
  if (windows === undefined) return undefined;
  const [tiles, panels] = [tileCover(windows.channels.extent), tileCover(extentOf(product.rows.tiled))];
  const sizes = sizesOf(context, windows, target.caches.inner / (2 * tileTerms));
  const { pictures, groups, lines, linesAtOnce, terms, plane } = sizes;
  const lineBlocks = Math.ceil(lines / linesAtOnce);
  const isFull = [tiles, panels].every(({ count, width, extent }) => extent >= width && count * width <= 1.5 * extent);
  if (halves.isExact && !isDivided(panels)) return undefined;
  if (!isFull || groups * panels.count < fewestTasks) return undefined;
  if (lineBlocks * terms > mostWaste * lines * windows.across.extent) return undefined;
  const { origin } = at(nest.computes, 0);
  const tensor = (dtype: Dtype, shape: readonly number[]) => context.scratch(origin, dtype, shape);
  const kernel = windows.kernel.map((axis) => axis.extent);
  // The last places of the last picture reach beyond it
  const slack = (lineBlocks * linesAtOnce - lines) * sizes.pitch + terms + tileTerms;
  const work: Work = {
    context,
    product,
    windows,
    sizes,
    tiles,
    panels,
    left: tensor("bf16", [pictures * windows.channels.extent * plane + slack]),
    right: tensor("u32", [panels.count, pictures, lineBlocks, terms / 2, panels.width]),
    sums: tensor("f32", [groups * panels.count, tiles.count, ...kernel, tiles.width, panels.width]),
  };
  for (const each of [work.right, work.sums]) context.markPacked(each);
  return [
    packing(work.left, packPictures(work, slack), nest.waits),
    packing(work.right, packBack(work), nest.waits),
    { ...nest, axes: [], body: sumGroups(work), computes: [work.sums], isScheduled: true, name: "contract" },
    { ...nest, axes: [], body: addGroups(work), isScheduled: true, name: "add" },
  ];
}

function windowsOf(
  context: NestContext,
  { columns, rows, summed, outer }: Product,
  { left, right }: Halves,
): Windows | undefined {
  const [back, pictures] = [loadIn(left), loadIn(right)];
  const across = summed.at(-1);
  if (back === undefined || pictures === undefined || across === undefined || outer.length > 0) return undefined;
  if (rows.tiled.length !== 1) return undefined;
  const { shape } = context.tensorOf(pictures.buffer).type;
  const indices = context.indicesOf(pictures);
  const isWhole = (axis: Axis, position: number) =>
    indices[position] === context.position(axis) && shape[position] === axis.extent;
  const channels = columns.tiled.find((axis) => indices.some((_, position) => isWhole(axis, position)));
  if (channels === undefined) return undefined;
  const channelAxis = indices.indexOf(context.position(channels));
  const kernel = columns.tiled.filter((axis) => axis !== channels);
  const before = indices
    .slice(0, channelAxis)
    .flatMap((_, position) => summed.find((axis) => isWhole(axis, position)) ?? []);
  const [lines, ...others] = summed.filter((axis) => axis !== across && !before.includes(axis));
  const isOuterWhole = sizeOf(shape.slice(0, channelAxis)) === extentOf(before);
  const inPlane = indices.slice(channelAxis + 1);
  const isFlat = sizeOf(shape.slice(channelAxis + 1, -2)) === 1 && inPlane.length >= (lines === undefined ? 1 : 2);
  if (others.length > 0 || !isOuterWhole || !isFlat) return undefined;
  // A place moves with its own axis by one, and with the kernel by whole steps
  const slides = (index: Expression | undefined, own: Axis) =>
    index !== undefined &&
    coefficientOf(index, own.local) === 1 &&
    [...summed, ...kernel].every((axis) => axis === own || (coefficientOf(index, axis.local) ?? -1) >= 0);
  const isLine = lines !== undefined ? slides(inPlane.at(-2), lines) : inPlane.length === 1;
  if (!slides(inPlane.at(-1), across) || !isLine) return undefined;
  const read = [...before, ...(lines ? [lines] : []), across, at(rows.tiled, 0)];
  const isRead = read.every((axis) => context.indicesOf(back).includes(context.position(axis)));
  if (!isRead || sizeOf(context.tensorOf(back.buffer).type.shape) !== extentOf(read)) return undefined;
  return { pictures, back, channelAxis, channels, before, lines, across, kernel };
}

/** So many lines or pictures at a time that what is read of a tile and a panel stays in the fastest cache at all positions of the kernel. */
function sizesOf(context: NestContext, { pictures, channelAxis, before, lines, across }: Windows, most: number): Sizes {
  const { shape } = context.tensorOf(pictures.buffer).type;
  const inPlane = shape.slice(channelAxis + 1);
  const width = at(inPlane, -1);
  const pitch = width + (width % 2);
  const all = lines?.extent ?? 1;
  const parts = Math.ceil((all * pitch) / Math.max(pitch, most));
  const linesAtOnce = Math.ceil(all / parts);
  const terms = Math.ceil(((linesAtOnce - 1) * pitch + across.extent) / tileTerms) * tileTerms;
  const count = extentOf(before);
  const groups = groupsOf(count);
  return {
    pictures: count,
    groups,
    inGroup: count / groups,
    together: parts === 1 ? largestDivisor(count / groups, Math.floor(most / terms)) : 1,
    lines: all,
    linesAtOnce,
    terms,
    pitch,
    plane: (sizeOf(inPlane) / width) * pitch,
  };
}

/** The pictures in bf16, their lines at an even distance; zeros stand where tiles read beyond a line or the last picture. */
function packPictures({ context, windows, sizes, left }: Work, slack: number): readonly Step[] {
  const { builder, arithmetic } = context;
  const source = context.tensorOf(windows.pictures.buffer);
  const { shape } = source.type;
  const [width, rows] = [at(shape, -1), sizeOf(shape.slice(0, -1))];
  const zero = builder.literal("bf16", 0);
  const row = context.newAxis(rows);
  const store = (index: Expression, value: Expression): Step => ({
    kind: "store",
    tensor: left,
    indices: [index],
    value,
  });
  const [lane, beyond] = [context.newAxis(width), context.newAxis(slack)];
  const place = (column: Expression, offset = 0) =>
    arithmetic.sum(
      [
        [context.position(row), sizes.pitch],
        [column, 1],
      ],
      offset,
    );
  const indices = [...split(context, context.position(row), shape.slice(0, -1)), context.position(lane)];
  const line = [
    loopOver(
      lane,
      [store(place(context.position(lane)), builder.cast("bf16", context.load(source, indices)))],
      "vector",
      tileTerms,
    ),
    ...(sizes.pitch > width ? [store(place(builder.index(width)), zero)] : []),
  ];
  const end = arithmetic.sum([[context.position(beyond), 1]], rows * sizes.pitch);
  return [...nestLoops([row], line, "parallel"), loopOver(beyond, [store(end, zero)], "vector", tileTerms)];
}

/** What comes back in words of two neighbours in a line, zeros between lines and after the last one of a block. */
function packBack(work: Work): readonly Step[] {
  const { context, product, windows, sizes, panels, right } = work;
  const { builder, arithmetic } = context;
  const { pitch, lines, linesAtOnce, terms } = sizes;
  const { before, across } = windows;
  const [panel, picture] = [context.newAxis(panels.count), context.newAxis(sizes.pictures)];
  const store = (block: Expression, pair: Expression, lane: Axis, value: Expression): Step => {
    const indices = [context.position(panel), context.position(picture), block, pair, context.position(lane)];
    return lanesOver(lane, [{ kind: "store", tensor: right, indices, value }]);
  };
  const element = (line: Expression, column: Expression, lane: Axis) => {
    const places = new Map<number, Expression>([[across.local, column]]);
    split(
      context,
      context.position(picture),
      before.map(({ extent }) => extent),
    ).forEach((position, index) => places.set(at(before, index).local, position));
    if (windows.lines !== undefined) places.set(windows.lines.local, line);
    place(context, places, product.rows.tiled, startOf(context, panels, context.position(panel)), lane);
    return builder.cast("bf16", context.rewriter(substitution(places))(windows.back));
  };
  const part = (block: Expression, count: number): readonly Step[] => {
    const [zeros, zeroLane, line] = [terms / 2, panels.width, count].map((extent) => context.newAxis(extent));
    const [pair, lane, lastLane] = [Math.floor(across.extent / 2), panels.width, panels.width].map((extent) =>
      context.newAxis(extent),
    );
    if (!zeros || !zeroLane || !line || !pair || !lane || !lastLane) return [];
    const number = arithmetic.sum([
      [block, linesAtOnce],
      [context.position(line), 1],
    ]);
    const column = arithmetic.sum([[context.position(pair), 2]]);
    const next = arithmetic.sum([[column, 1]], 1);
    const at = (inLine: Expression) =>
      arithmetic.sum([
        [context.position(line), pitch / 2],
        [inLine, 1],
      ]);
    const last = builder.index(across.extent - 1);
    const pairs = store(
      block,
      at(context.position(pair)),
      lane,
      pairOf(builder, element(number, column, lane), element(number, next, lane)),
    );
    const single = store(
      block,
      at(builder.index(pair.extent)),
      lastLane,
      pairOf(builder, element(number, last, lastLane), builder.literal("bf16", 0)),
    );
    return [
      ...nestLoops([zeros], [store(block, context.position(zeros), zeroLane, builder.literal("u32", 0))]),
      ...nestLoops([line], [...nestLoops([pair], [pairs]), ...(across.extent % 2 === 1 ? [single] : [])]),
    ];
  };
  const whole = context.newAxis(Math.floor(lines / linesAtOnce));
  const rest = lines % linesAtOnce;
  const body = [
    ...nestLoops([whole], part(context.position(whole), linesAtOnce)),
    ...(rest > 0 ? part(builder.index(whole.extent), rest) : []),
  ];
  return nestLoops([panel, picture], body, "parallel");
}

/** For each group of pictures and panel: block after block, what it adds to each position of the kernel. */
function sumGroups(work: Work): readonly Step[] {
  const { context, windows, sizes, tiles, panels, left, right, sums } = work;
  const { builder, arithmetic } = context;
  const { inGroup, together, groups, terms, pitch, plane, lines, linesAtOnce } = sizes;
  const { channels, across, pictures } = windows;
  const task = context.newAxis(groups * panels.count);
  const [group, panel] = split(context, context.position(task), [groups, panels.count]);
  const [some, block, tile] = [inGroup / together, Math.ceil(lines / linesAtOnce), tiles.count].map((extent) =>
    context.newAxis(extent),
  );
  if (!group || !panel || !some || !block || !tile) return [];
  const kernel = windows.kernel.map((axis) => context.newAxis(axis.extent));
  const picture = arithmetic.sum([
    [group, inGroup],
    [context.position(some), together],
  ]);
  const places = new Map<number, Expression>([[across.local, builder.index(0)]]);
  if (windows.lines !== undefined)
    places.set(windows.lines.local, arithmetic.sum([[context.position(block), linesAtOnce]]));
  windows.kernel.forEach((axis, index) => places.set(axis.local, context.position(at(kernel, index))));
  const inPlane = context
    .indicesOf(pictures)
    .slice(windows.channelAxis + 1)
    .map(context.rewriter(substitution(places)));
  const start = arithmetic.sum([
    [picture, channels.extent * plane],
    [startOf(context, tiles, context.position(tile)), plane],
    ...(inPlane.length > 1 ? [[at(inPlane, -2), pitch] as const] : []),
    [at(inPlane, -1), 1],
  ]);
  const zeros = (count: number) => Array.from({ length: count }, () => builder.index(0));
  const position = (axis: Axis) => context.position(axis);
  const pictureWords = sizeOf(right.type.shape.slice(2));
  const multiply: Step = {
    kind: "multiply",
    operands: [
      context.load(sums, [position(task), position(tile), ...kernel.map(position), ...zeros(2)]),
      context.load(left, [start]),
      context.load(right, [panel, picture, position(block), ...zeros(2)]),
    ],
    apart: [panels.width, plane, panels.width],
    steps: [
      [together, channels.extent * plane, pictureWords],
      [terms / tileTerms, tileTerms, (panels.width * tileTerms) / 2],
    ],
    rows: tiles.width,
    columns: panels.width,
    isFirst: false,
  };
  const [empty, lane] = [context.newAxis(sizeOf(sums.type.shape.slice(1, -1))), context.newAxis(panels.width)];
  const row = [position(task), ...zeros(kernel.length + 1), position(empty), position(lane)];
  const clear: Step = { kind: "store", tensor: sums, indices: row, value: builder.literal("f32", 0) };
  const body = [
    ...nestLoops([empty], [lanesOver(lane, [clear])]),
    ...nestLoops([some, block, tile, ...kernel], [multiply]),
  ];
  return nestLoops([task], body, "parallel");
}

/** The groups added up, and what becomes of that: each channel once, whichever tiles it is in. */
function addGroups({ context, product, windows, sizes, tiles, panels, sums }: Work): readonly Step[] {
  const { carry, rows, stores } = product;
  const kernel = windows.kernel.map((axis) => axis.extent);
  const extents = [panels.count, windows.channels.extent, ...kernel];
  const task = context.newAxis(sizeOf(extents));
  const [panel, channel, ...inKernel] = split(context, context.position(task), extents);
  const [group, lane] = [context.newAxis(sizes.groups), context.newAxis(panels.width)];
  if (!panel || !channel) return [];
  const places = new Map<number, Expression>([[windows.channels.local, channel]]);
  windows.kernel.forEach((axis, index) => places.set(axis.local, at(inKernel, index)));
  place(context, places, rows.tiled, startOf(context, panels, panel), lane);
  const tile = context.arithmetic.quotient(channel, tiles.width);
  const row = context.arithmetic.sum([
    [channel, 1],
    [startOf(context, tiles, tile), -1],
  ]);
  const number = context.arithmetic.sum([
    [context.position(group), panels.count],
    [panel, 1],
  ]);
  const value = context.load(sums, [number, tile, ...inKernel, row, context.position(lane)]);
  const body: readonly Step[] = [
    carry,
    ...nestLoops([group], [{ kind: "accumulate", local: carry.local, op: "add", value }]),
    ...rewriteSteps(context, stores, substitution(places)),
  ];
  return nestLoops([task], [lanesOver(lane, body)], "parallel");
}
