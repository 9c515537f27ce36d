/**
 * Derivatives of convolutions by their kernel: few positions of a kernel, each a sum over all pictures and places. Lanes run over channels of
 * what comes back, the rows of a tile are the positions of the kernel, whose elements are read where they lie, one for all lanes: no
 * window is ever copied. Pictures are summed in groups, which threads share, and the groups are added up in the end.
 */
import { isNode, type Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/target.ts";
import { bytesOf } from "../../shape/dtype.ts";
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
import { type Cover, cover, largestDivisor, split, startOf } from "./cover.ts";
import { fewestTasks, groupsOf } from "./groups.ts";
import { numberOf } from "./multiply.ts";
import { packOperand } from "./packing.ts";
import { extentOf, fillsTiles, type Product, place } from "./product.ts";
import { jam } from "./tile.ts";

/** How the sums are cut. */
interface Work {
  readonly context: NestContext;
  readonly product: Product;
  readonly panels: Cover;
  /** Pictures, outermost, and places. */
  readonly summed: readonly Axis[];
  readonly groups: number;
  /** Steps of the sum of which what comes back stays in the fastest cache. */
  readonly terms: number;
  /** Positions of the kernel that a tile holds, and what stands around them. */
  readonly window: readonly Axis[];
  readonly around: readonly Axis[];
  /** What comes back, packed; and the sums of each group: [task, around, position of the kernel, lane]. */
  readonly packed: Node;
  readonly sums: Node;
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
  if (outer.length > 0 || !keepsKernels(nest)) return undefined;
  const single = target.vectorBytes / bytesOf(columns.value.dtype);
  const channels = extentOf(rows.tiled);
  const fits = (width: number) => fillsTiles(channels, width) && (!isExact || channels % width === 0);
  const vectors = [target.tile.vectors, 1].find((count) => fits(count * single));
  const summed = byDistance(columns.value, product.summed);
  const [pictures] = summed ?? [];
  if (vectors === undefined || summed === undefined || pictures === undefined) return undefined;
  const panels = cover(channels, vectors * single);
  const first = columns.tiled.findIndex((_, index) => extentOf(columns.tiled.slice(index)) <= target.tile.rows);
  const groups = groupsOf(pictures.extent);
  if (first < 0 || byDistance(columns.value, columns.tiled) === undefined || groups * panels.count < fewestTasks)
    return undefined;
  const { origin } = at(nest.computes, 0);
  const { packed, nest: packing } = packOperand(
    context,
    { ...rows, summed, cover: panels, origin, waits: nest.waits },
    target,
  );
  const [around, window] = [columns.tiled.slice(0, first), columns.tiled.slice(first)];
  const shape = [groups * panels.count, extentOf(around), extentOf(window), panels.width];
  const sums = context.scratch(origin, carry.initial.dtype, shape);
  context.markPacked(sums);
  const terms = target.caches.inner / (panels.width * bytesOf(rows.value.dtype));
  const work: Work = { context, product, panels, summed, groups, terms, window, around, packed, sums };
  const adding: Nest = { ...nest, axes: [], body: addGroups(work), isScheduled: true, name: "add" };
  return [
    packing,
    { ...nest, axes: [], body: sumGroups(work), computes: [sums], isScheduled: true, offsets: 4096, name: "contract" },
    adding,
  ];
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

/** For each group of pictures and panel: picture after picture, what it adds to each position of the kernel. */
function sumGroups(work: Work): readonly Step[] {
  const { context, product, panels, summed, groups, window, around, packed, sums } = work;
  const { builder, arithmetic } = context;
  const { columns, carry } = product;
  const { dtype } = carry.initial;
  const [pictures, ...places] = summed;
  const task = context.newAxis(groups * panels.count);
  const [group, panel] = split(context, context.position(task), [groups, panels.count]);
  if (pictures === undefined || group === undefined || panel === undefined) return [];
  const inGroup = pictures.extent / groups;
  const { picture, beside, block, sum, at: positions } = walk(work, inGroup);
  const fresh = (axes: readonly Axis[]) => axes.map((axis) => context.newAxis(axis.extent));
  const [outside, inside] = [fresh(around), fresh(window)];
  const lane = context.newAxis(panels.width);
  const pictureNumber = arithmetic.sum([
    [group, inGroup],
    [context.position(picture), beside.extent],
    [context.position(beside), 1],
  ]);
  const where = new Map<number, Expression>([[pictures.local, pictureNumber]]);
  const follow = (from: readonly Axis[], to: readonly Expression[]) =>
    from.forEach((axis, index) => where.set(axis.local, at(to, index)));
  const positionsOf = (axes: readonly Axis[]) => axes.map((axis) => context.position(axis));
  follow(around, positionsOf(outside));
  follow(window, positionsOf(inside));
  follow(places, positions);
  const numbers = [pictureNumber, ...positions].map((position, index): [Expression, number] => [
    position,
    extentOf(places.slice(index)),
  ]);
  const step = arithmetic.sum(numbers);
  const value = builder.apply(
    "multiply",
    context.rewriter(substitution(where))(columns.value),
    context.load(packed, [panel, step, context.position(lane)]),
  );
  const indices = [
    context.position(task),
    numberOf(context, outside),
    numberOf(context, inside),
    context.position(lane),
  ];
  const local = context.newLocal(dtype);
  const steps: readonly Step[] = [
    { kind: "carry", local, initial: context.load(sums, indices) },
    ...nestLoops([beside, ...sum], [{ kind: "accumulate", local, op: "add", value }]),
    { kind: "store", tensor: sums, indices, value: builder.local(local, dtype) },
  ];
  const tile = inside.reduceRight<readonly Step[]>(
    (body, axis) => jam(context, body, axis, builder.index(0), 0, axis.extent),
    steps,
  );
  const lanes: Step = { ...loopOver(lane, tile, "vector", panels.width), isFixed: true };
  return [loopOver(task, [zeroes(work, task), ...nestLoops([picture, block, ...outside], [lanes])], "parallel")];
}

/** Loops over the pictures of a group and over their places. */
interface Walk {
  readonly picture: Axis;
  /** Lines of a picture, some at a time. */
  readonly block: Axis;
  /** Pictures that are summed together, and the places in a block. */
  readonly beside: Axis;
  readonly sum: readonly Axis[];
  /** Where in `places` a step of the sum is. */
  readonly at: readonly Expression[];
}

/** So many terms at a time that what comes back of them stays in the fastest cache for all that is around. */
function walk({ context, summed, terms }: Work, inGroup: number): Walk {
  const [, ...places] = summed;
  const [lines, ...others] = places;
  const size = extentOf(others);
  const part = largestDivisor(lines?.extent ?? 1, Math.floor(terms / size));
  const isWhole = part === (lines?.extent ?? 1);
  // a few lines of what cannot be divided are not worth taking sums from memory for
  const isCut = !isWhole && 2 * part * size >= terms;
  const inBlock = isCut ? part : (lines?.extent ?? 1);
  const together = isWhole ? largestDivisor(inGroup, Math.floor(terms / (part * size))) : 1;
  const block = context.newAxis((lines?.extent ?? 1) / inBlock);
  const line = context.newAxis(inBlock);
  const rest = others.map((axis) => context.newAxis(axis.extent));
  const lineNumber = context.arithmetic.sum([
    [context.position(block), inBlock],
    [context.position(line), 1],
  ]);
  const at = lines === undefined ? [] : [lineNumber, ...rest.map((axis) => context.position(axis))];
  const picture = context.newAxis(inGroup / together);
  return { picture, block, beside: context.newAxis(together), sum: [line, ...rest], at };
}

/** Sums of a task before anything is added. */
function zeroes({ context, product: { carry }, sums, panels }: Work, task: Axis): Step {
  const [, around, window, width] = sums.type.shape;
  const inner = [context.newAxis((around ?? 1) * (window ?? 1)), context.newAxis(width ?? panels.width)] as const;
  const [row, lane] = inner.map((axis) => context.position(axis));
  const value = context.builder.literal(carry.initial.dtype, 0);
  const indices = [context.position(task), context.builder.index(0), ...(row && lane ? [row, lane] : [])];
  return loopOver(inner[0], [
    loopOver(inner[1], [{ kind: "store", tensor: sums, indices, value }], "vector", panels.width),
  ]);
}

/** The groups added up, and what becomes of that. */
function addGroups({ context, product, panels, groups, window, around, sums }: Work): readonly Step[] {
  const { carry, rows, stores } = product;
  const task = context.newAxis(panels.count * extentOf(around));
  const [panel, ...outside] = split(context, context.position(task), [
    panels.count,
    ...around.map(({ extent }) => extent),
  ]);
  if (panel === undefined) return [];
  const [group, lane] = [context.newAxis(groups), context.newAxis(panels.width)];
  const inside = window.map((axis) => context.newAxis(axis.extent));
  const where = new Map<number, Expression>();
  around.forEach((axis, index) => where.set(axis.local, at(outside, index)));
  window.forEach((axis, index) => where.set(axis.local, context.position(at(inside, index))));
  place(context, where, rows.tiled, startOf(context, panels, panel), lane);
  const aroundNumber = context.arithmetic.remainder(context.position(task), extentOf(around));
  const indices = [
    context.arithmetic.sum([
      [context.position(group), panels.count],
      [panel, 1],
    ]),
    extentOf(around) === 1 ? context.builder.index(0) : aroundNumber,
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
