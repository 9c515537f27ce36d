/**
 * Sums that are long where what they leave is small, derivatives of convolutions by their kernel first of all: few positions of a kernel, each
 * a sum over all pictures and places. Lanes run over channels of what comes back, the rows of a tile are the positions of the kernel, or
 * channels, whose elements are read where they lie, one for all lanes: no window is ever copied. Pictures are summed in groups, which
 * threads share, and the groups are added up in the end.
 */
import { isNode, type Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/target.ts";
import { bytesOf } from "../../shape/dtype.ts";
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
import { collapseLoops } from "./axes.ts";
import { bestHeight, type Cover, cover, largestDivisor, split, startOf } from "./cover.ts";
import { fewestTasks, groupsOf } from "./groups.ts";
import { numberOf } from "./multiply.ts";
import { extentOf, fillsTiles, type Product, place, reading } from "./product.ts";
import { jam } from "./tile.ts";

/** The shorter side times the sum is so many times what is held before sums are worth a place of their own in every group. */
const fewestHeld = 4;

/** Tasks that threads can share evenly. */
const wantedTasks = 16;

/** How the sums are cut. */
interface Work {
  readonly context: NestContext;
  readonly product: Product;
  /** Panels of columns, and how many of them a task walks: what is read in place stays near meanwhile. */
  readonly panels: Cover;
  readonly together: number;
  /** Pictures, outermost, and places. */
  readonly summed: readonly Axis[];
  /** What is read in place, and what is packed. */
  readonly inPlace: Expression;
  readonly back: Expression;
  readonly groups: number;
  readonly terms: Terms;
  readonly tiles: Tiles;
  /** What a task needs next of what comes back; and the sums of each group: [group, panel, around, position of the kernel, lane]. */
  readonly packed: Node;
  readonly sums: Node;
}

/** What the rows of a tile are, and what stands around them: axes of the result, or one of them cut. */
interface Tiles {
  readonly around: readonly number[];
  readonly window: readonly number[];
  /** Says where the axes are in a row of a tile. */
  readonly place: (
    where: Map<number, Expression>,
    around: readonly Expression[],
    window: readonly Expression[],
  ) => void;
}

/**
 * The nests of `nest`, the sum of `product` over windows, or undefined where it is no such sum, or too small. An optimizer's update that is
 * fused behind the sum may overwrite what it reads: `isExact`, and no panels overlap.
 */
export function gatherWindows(
  context: NestContext,
  nest: Nest,
  product: Product,
  target: Target,
  isExact: boolean,
): readonly Nest[] | undefined {
  const { columns, rows, outer, carry } = product;
  if (outer.length > 0 || !(keepsKernels(nest) || isLong(product, target))) return undefined;
  const single = target.vectorBytes / bytesOf(columns.value.dtype);
  const channels = extentOf(rows.tiled);
  const fits = (width: number) => fillsTiles(channels, width) && (!isExact || channels % width === 0);
  const vectors = [target.tile.vectors, 1].find((count) => fits(count * single));
  const ordered = byDistance(columns.value, product.summed);
  const [pictures] = ordered ?? [];
  if (vectors === undefined || ordered === undefined || pictures === undefined) return undefined;
  const panels = cover(channels, vectors * single);
  const tiles = tilesOf(context, columns.tiled, target.tile.rows, isExact);
  const groups = groupsOf(pictures.extent);
  if (tiles === undefined || byDistance(columns.value, columns.tiled) === undefined) return undefined;
  if (groups * panels.count < fewestTasks) return undefined;
  const { summed, inPlace, back } = joinPlaces(context, ordered, product);
  const most = target.caches.inner / (panels.width * bytesOf(back.dtype));
  const terms = cutTerms(summed, groups, most);
  const { origin } = at(nest.computes, 0);
  const together = largestDivisor(panels.count, Math.ceil((groups * panels.count) / wantedTasks));
  const tasks = (groups * panels.count) / together;
  const packed = context.scratch(origin, back.dtype, [tasks, terms.together * terms.size, panels.width]);
  const shape = [groups, panels.count, sizeOf(tiles.around), sizeOf(tiles.window), panels.width];
  const sums = context.scratch(origin, carry.initial.dtype, shape);
  for (const each of [packed, sums]) context.markPacked(each);
  const work: Work = { context, product, inPlace, back, panels, together, summed, groups, terms, tiles, packed, sums };
  const body = sumGroups(work);
  return [
    { ...nest, axes: [], body, computes: [sums], isScheduled: true, offsets: 4096, name: "contract" },
    { ...nest, axes: [], body: addGroups(work), isScheduled: true, name: "add" },
  ];
}

/** The axes summed over, those of a picture that both factors walk as one joined; and the factors in terms of them. */
function joinPlaces(context: NestContext, summed: readonly Axis[], { columns, rows }: Product) {
  const [pictures, ...places] = summed;
  const axes = pictures === undefined ? [] : [pictures];
  let steps: readonly Step[] = collapseLoops(context, nestLoops(places, [reading(columns.value), reading(rows.value)]));
  for (let [loop] = steps; loop?.kind === "loop"; [loop] = steps) {
    axes.push(loop.axis);
    steps = loop.body;
  }
  const [inPlace, back] = steps.map((step) => (step.kind === "carry" ? step.initial : undefined));
  return { summed: axes, inPlace: inPlace ?? columns.value, back: back ?? rows.value };
}

/** Tiles of up to `most` rows over `axes`: the last ones as they are, or one that is longer cut. */
function tilesOf(context: NestContext, axes: readonly Axis[], most: number, isExact: boolean): Tiles | undefined {
  const first = axes.findIndex((_, index) => extentOf(axes.slice(index)) <= most);
  const last = axes.at(-1);
  const extents = (part: readonly Axis[]) => part.map(({ extent }) => extent);
  if (first >= 0) {
    return {
      around: extents(axes.slice(0, first)),
      window: extents(axes.slice(first)),
      place: (where, around, window) =>
        axes.forEach((axis, index) => where.set(axis.local, at([...around, ...window], index))),
    };
  }
  const height = last && bestHeight(last.extent, most, isExact);
  if (last === undefined || height === undefined) return undefined;
  const rows = cover(last.extent, height);
  return {
    around: [...extents(axes.slice(0, -1)), rows.count],
    window: [height],
    place: (where, around, window) => {
      axes.slice(0, -1).forEach((axis, index) => where.set(axis.local, at(around, index)));
      const start = startOf(context, rows, at(around, -1));
      where.set(
        last.local,
        context.arithmetic.sum([
          [start, 1],
          [at(window, 0), 1],
        ]),
      );
    },
  };
}

/** Are the operands large where what they leave stays in the second cache? */
function isLong({ columns, rows, summed }: Product, { caches: { held } }: Target): boolean {
  const [n, m, k] = [extentOf(columns.tiled), extentOf(rows.tiled), extentOf(summed)];
  const bytes = bytesOf(columns.value.dtype);
  return 2 * m * n * bytes <= held && k * Math.min(m, n) * bytes > fewestHeld * held;
}

/** Is `nest` the sum of windows that are long where what it keeps is short? */
function keepsKernels({ computes }: Nest): boolean {
  const [node] = computes;
  if (node === undefined || !isNode(node, "contract") || node.params.windows.length === 0) return false;
  const { windows, left, right } = node.params;
  return windows.every(({ kernel, size }) => {
    const [names, operand] = left.includes(kernel) ? [left, 0] : [right, 1];
    return 2 * size <= at(at(node.inputs, operand).type.shape, names.indexOf(kernel));
  });
}

/** `axes`, those with the greatest steps through `value` first; undefined where it is no element of memory, or some step is not even. */
function byDistance(value: Expression, axes: readonly Axis[]): readonly Axis[] | undefined {
  if (value.kind !== "load") return undefined;
  const { index } = value;
  const steps = new Map(axes.map((axis) => [axis, coefficientOf(index, axis.local)]));
  if ([...steps.values()].includes(undefined)) return undefined;
  return [...axes].sort((a, b) => (steps.get(b) ?? 0) - (steps.get(a) ?? 0));
}

/** So many steps of the sum at a time that what comes back of them stays in the fastest cache for all that is around. */
interface Terms {
  /** Lines of a picture in a block; pictures that are summed together; places of a picture in a block. */
  readonly lines: number;
  readonly together: number;
  readonly size: number;
}

function cutTerms([pictures, lines, ...others]: readonly Axis[], groups: number, most: number): Terms {
  const size = extentOf(others);
  const all = lines?.extent ?? 1;
  const part = largestDivisor(all, Math.floor(most / size));
  const isWhole = part === all;
  // a few lines of what cannot be divided are not worth taking sums from memory for
  const isCut = !isWhole && 2 * part * size >= most;
  const inBlock = isCut ? part : all;
  const inGroup = (pictures?.extent ?? 1) / groups;
  return {
    lines: inBlock,
    together: isWhole ? largestDivisor(inGroup, Math.floor(most / (part * size))) : 1,
    size: inBlock * size,
  };
}

/** A walk through the terms of a block. */
interface Walk {
  readonly axes: readonly Axis[];
  /** The number of a term in the block. */
  readonly number: Expression;
  /** Where the summed axes are. */
  readonly where: ReadonlyMap<number, Expression>;
}

/** A walk through block `block` of `pictures`, from `first` on. */
function walk({ context, summed, terms }: Work, first: Expression, block: Expression): Walk {
  const { arithmetic } = context;
  const [pictures, lines, ...others] = summed;
  const beside = context.newAxis(terms.together);
  const line = context.newAxis(terms.lines);
  const rest = others.map((axis) => context.newAxis(axis.extent));
  const axes = [beside, line, ...rest];
  const picture = arithmetic.sum([
    [first, 1],
    [context.position(beside), 1],
  ]);
  const lineNumber = arithmetic.sum([
    [block, terms.lines],
    [context.position(line), 1],
  ]);
  const positions = [picture, lineNumber, ...rest.map((axis) => context.position(axis))];
  const where = new Map<number, Expression>();
  [pictures, lines, ...others].forEach((axis, index) => {
    if (axis !== undefined) where.set(axis.local, at(positions, index));
  });
  return { axes, number: numberOf(context, axes), where };
}

/** For each group of pictures and panel: picture after picture, what it adds to each position of the kernel. */
function sumGroups(work: Work): readonly Step[] {
  const { context, product, panels, together, summed, groups, tiles, terms, packed, sums } = work;
  const { builder, arithmetic } = context;
  const { dtype } = product.carry.initial;
  const [pictures, lines] = summed;
  const parts = panels.count / together;
  const task = context.newAxis(groups * parts);
  const [group, part] = split(context, context.position(task), [groups, parts]);
  if (pictures === undefined || group === undefined || part === undefined) return [];
  const inGroup = pictures.extent / groups;
  const picture = context.newAxis(inGroup / terms.together);
  const block = context.newAxis((lines?.extent ?? 1) / terms.lines);
  const panelInTask = context.newAxis(together);
  const panel = arithmetic.sum([
    [part, together],
    [context.position(panelInTask), 1],
  ]);
  const first = arithmetic.sum([
    [group, inGroup],
    [context.position(picture), terms.together],
  ]);
  const { axes, number, where } = walk(work, first, context.position(block));
  const fresh = (extents: readonly number[]) => extents.map((extent) => context.newAxis(extent));
  const [outside, inside] = [fresh(tiles.around), fresh(tiles.window)];
  const lane = context.newAxis(panels.width);
  const positionsOf = (each: readonly Axis[]) => each.map((axis) => context.position(axis));
  const places = new Map(where);
  tiles.place(places, positionsOf(outside), positionsOf(inside));
  const value = builder.apply(
    "multiply",
    context.rewriter(substitution(places))(work.inPlace),
    context.load(packed, [context.position(task), number, context.position(lane)]),
  );
  const indices = [group, panel, numberOf(context, outside), numberOf(context, inside), context.position(lane)];
  const local = context.newLocal(dtype);
  const steps: readonly Step[] = [
    { kind: "carry", local, initial: context.load(sums, indices) },
    ...nestLoops(axes, [{ kind: "accumulate", local, op: "add", value }]),
    { kind: "store", tensor: sums, indices, value: builder.local(local, dtype) },
  ];
  const tile = inside.reduceRight<readonly Step[]>(
    (body, axis) => jam(context, body, axis, builder.index(0), 0, axis.extent),
    steps,
  );
  const lanes: Step = { ...loopOver(lane, tile, "vector", panels.width), isFixed: true };
  const body = [
    packBlock(work, { task, panel, walk: walk(work, first, context.position(block)) }),
    ...nestLoops(outside, [lanes]),
  ];
  return [loopOver(task, [zeroes(work, task), ...nestLoops([picture, block, panelInTask], body)], "parallel")];
}

/** Brings what comes back in a block into the memory of its task, lanes side by side. */
function packBlock(
  { context, product, panels, back, packed }: Work,
  {
    task,
    panel,
    walk: { axes, number, where },
  }: { readonly task: Axis; readonly panel: Expression; readonly walk: Walk },
): Step {
  const lane = context.newAxis(panels.width);
  const places = new Map(where);
  place(context, places, product.rows.tiled, startOf(context, panels, panel), lane);
  const indices = [context.position(task), number, context.position(lane)];
  const value = context.rewriter(substitution(places))(back);
  const body = nestLoops(axes, [{ kind: "store", tensor: packed, indices, value }]);
  return { ...loopOver(lane, body, "vector", panels.width), isFixed: true };
}

/** Sums of a task before anything is added. */
function zeroes({ context, product: { carry }, sums, panels, together }: Work, task: Axis): Step {
  const [row, lane] = [
    context.newAxis(sizeOf(sums.type.shape.slice(2, -1)) * together),
    context.newAxis(panels.width),
  ] as const;
  const value = context.builder.literal(carry.initial.dtype, 0);
  const number = context.arithmetic.sum([
    [context.position(task), row.extent],
    [context.position(row), 1],
  ]);
  const indices = [...sums.type.shape.slice(2).map(() => context.builder.index(0)), number, context.position(lane)];
  return loopOver(row, [loopOver(lane, [{ kind: "store", tensor: sums, indices, value }], "vector", panels.width)]);
}

/** The groups added up, and what becomes of that. */
function addGroups({ context, product, panels, groups, tiles, sums }: Work): readonly Step[] {
  const { carry, rows, stores } = product;
  const count = sizeOf(tiles.around);
  const task = context.newAxis(panels.count * count);
  const [panel, ...outside] = split(context, context.position(task), [panels.count, ...tiles.around]);
  if (panel === undefined) return [];
  const [group, lane] = [context.newAxis(groups), context.newAxis(panels.width)];
  const inside = tiles.window.map((extent) => context.newAxis(extent));
  const where = new Map<number, Expression>();
  tiles.place(
    where,
    outside,
    inside.map((axis) => context.position(axis)),
  );
  place(context, where, rows.tiled, startOf(context, panels, panel), lane);
  const aroundNumber = context.arithmetic.remainder(context.position(task), count);
  const indices = [
    context.position(group),
    panel,
    count === 1 ? context.builder.index(0) : aroundNumber,
    numberOf(context, inside),
    context.position(lane),
  ];
  const body: readonly Step[] = [
    carry,
    ...nestLoops([group], [{ kind: "accumulate", local: carry.local, op: "add", value: context.load(sums, indices) }]),
    ...rewriteSteps(context, stores, substitution(where)),
  ];
  const lanes: Step = { ...loopOver(lane, body, "vector", panels.width), isFixed: true };
  return [loopOver(task, nestLoops(inside, [lanes]), "parallel")];
}
