/** Copies of operands in the layout that tiles read: [tile or panel][summed axes][its rows or columns]. */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/target.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import type { Origin } from "../../support/origin.ts";
import { type Axis, loopOver, type Nest, type NestContext, nestLoops, type Step, substitution } from "../nest.ts";
import { type Cover, split, startOf } from "./cover.ts";
import { areNeighbours, type Factor, walkEvenly } from "./product.ts";
import { jam } from "./tile.ts";

/** Panels that are written at once, so that what a visit to a distant row of memory brings is used. */
const panelsAtOnce = 8;
/** Copies that stand side by side where the last loops are short. */
const mostCopies = 32;
/** Neighbours that are worth copying together. */
const fewestLanes = 4;

/** What is to be packed: a factor, the axes summed over, and how it is cut. */
export interface Operand extends Factor {
  readonly summed: readonly Axis[];
  readonly cover: Cover;
  readonly origin: Origin;
  /** What the contraction waits for: what is computed on the way may come from it. */
  readonly waits: readonly Node[];
}

/** The packed operand, and the nest that fills it. */
export interface PackedOperand {
  readonly packed: Node;
  readonly nest: Nest;
}

/** Lays out `operand`. */
export function packOperand(context: NestContext, operand: Operand, target: Target): PackedOperand {
  const { value, tiled, outer, summed, cover, origin, waits } = operand;
  const { dtype } = value;
  const extents = summed.map((axis) => axis.extent);
  const shape = [...outer.map((axis) => axis.extent), cover.count, sizeOf(extents), cover.width];
  const packed = context.scratch(origin, dtype, shape);
  context.markPacked(packed);
  const copies = new Map([...outer, ...summed].map((axis) => [axis.local, context.newAxis(axis.extent)]));
  const copyOf = (axis: Axis) => copies.get(axis.local) ?? axis;
  const inner = context.newAxis(cover.width);
  const fill: Fill = (tile, place = context.position(inner), lane = context.builder.index(0)): Step => {
    const element = context.arithmetic.sum([
      [startOf(context, cover, tile), 1],
      [place, 1],
    ]);
    const places = new Map<number, Expression>();
    for (const axis of [...outer, ...summed]) places.set(axis.local, context.position(copyOf(axis)));
    const positions = split(
      context,
      element,
      tiled.map((axis) => axis.extent),
    );
    const last = tiled.length - 1;
    if (last >= 0)
      positions[last] = context.arithmetic.sum([
        [at(positions, last), 1],
        [lane, 1],
      ]);
    positions.forEach((position, index) => places.set(at(tiled, index).local, position));
    const through = summed.map((axis, index): [Expression, number] => [
      context.position(copyOf(axis)),
      sizeOf(extents.slice(index + 1)),
    ]);
    return {
      kind: "store",
      tensor: packed,
      indices: [
        ...outer.map((axis) => context.position(copyOf(axis))),
        tile,
        context.arithmetic.sum(through),
        context.arithmetic.sum([
          [place, 1],
          [lane, 1],
        ]),
      ],
      value: context.rewriter(substitution(places))(value),
    };
  };
  const hasNeighbours = areNeighbours(value, at(tiled, -1));
  const run = hasNeighbours ? runOf(cover.width, at(tiled, -1).extent) : 1;
  const body =
    hasNeighbours && walkEvenly(context, value, tiled)
      ? fillPanels(context, cover, inner, summed.map(copyOf), { fill, lanes: lanesOf(cover, target) })
      : run >= fewestLanes
        ? fillRuns(context, cover, run, summed.map(copyOf), fill)
        : isGathered(cover, target)
          ? gatherTiles(context, cover, inner, summed.map(copyOf), fill)
          : fillTiles(context, cover, inner, summed.map(copyOf), fill);
  return {
    packed,
    nest: {
      axes: [],
      body: nestLoops(outer.map(copyOf), body, "parallel"),
      contraction: false,
      computes: [packed],
      waits,
      name: "pack",
      isScheduled: true,
    },
  };
}

/** Fills a place of a tile; `lane` places on where that is sure to be in the same row of the operand. */
type Fill = (tile: Expression, place?: Expression, lane?: Expression) => Step;

/** Lanes that fill tiles of `cover`: as many as divide each, a power of two; or a vector of which some count. */
function lanesOf({ width }: Cover, { masks, vectorBytes }: Target): number {
  const even = width & -width;
  const single = vectorBytes / 4;
  return masks === true && fewestLanes < width && width < single ? single : even;
}

/** Rows of memory, several panels wide, one after the other. */
function fillPanels(
  context: NestContext,
  cover: Cover,
  inner: Axis,
  summed: readonly Axis[],
  { fill, lanes: lanesAtOnce }: { readonly fill: Fill; readonly lanes: number },
): readonly Step[] {
  const size = Math.min(panelsAtOnce, Math.ceil(cover.count / panelsAtOnce));
  const groups: Cover = { extent: cover.count, width: size, count: Math.ceil(cover.count / size) };
  const [group, panel] = [context.newAxis(groups.count), context.newAxis(size)];
  const tile = context.arithmetic.sum([
    [startOf(context, groups, context.position(group)), 1],
    [context.position(panel), 1],
  ]);
  const isVector = lanesAtOnce >= fewestLanes;
  const step = fill(tile);
  const body = nestLoops([...summed, panel], isVector ? [step] : unrolled(context, step, inner));
  const lanes: Step = { ...loopOver(inner, body, "vector", lanesAtOnce), isFixed: true };
  return nestLoops([group], isVector ? [lanes] : body, "parallel");
}

/** The most lanes, a power of two, that divide both tiles of `width` and rows of `extent`: no such run crosses a row's end. */
function runOf(width: number, extent: number): number {
  const common = width | extent;
  return common & -common;
}

/** Each tile along the summed axes, in runs of `run` neighbours: only where a run begins has to be found out. */
function fillRuns(
  context: NestContext,
  cover: Cover,
  run: number,
  summed: readonly Axis[],
  fill: Fill,
): readonly Step[] {
  const tile = context.newAxis(cover.count);
  const runs = Array.from({ length: cover.width / run }, (_, index): Step => {
    const lane = context.newAxis(run);
    const step = fill(context.position(tile), context.builder.index(index * run), context.position(lane));
    return { ...loopOver(lane, [step], "vector", run), isFixed: true };
  });
  return nestLoops([tile], nestLoops(summed, runs), "parallel");
}

/** Are tiles of `cover` whole vectors, on a machine that fetches their lanes from anywhere? */
function isGathered({ width }: Cover, { gathers, vectorBytes }: Target): boolean {
  return gathers === true && width % (vectorBytes / 4) === 0;
}

/** Each tile along the summed axes, in whole vectors: where its lanes lie in the operand is found out once a tile. */
function gatherTiles(
  context: NestContext,
  cover: Cover,
  inner: Axis,
  summed: readonly Axis[],
  fill: Fill,
): readonly Step[] {
  const tile = context.newAxis(cover.count);
  const body = nestLoops(summed, [fill(context.position(tile))]);
  const lanes: Step = { ...loopOver(inner, body, "vector", cover.width), isFixed: true };
  return nestLoops([tile], [lanes], "parallel");
}

/** Each tile along the summed axes, where neighbours of one of its rows lie. */
function fillTiles(
  context: NestContext,
  cover: Cover,
  inner: Axis,
  summed: readonly Axis[],
  fill: Fill,
): readonly Step[] {
  const tile = context.newAxis(cover.count);
  let steps = unrolled(context, fill(context.position(tile)), inner);
  let loops = summed;
  for (let last = loops.at(-1); last !== undefined && loops.length > 1; last = loops.at(-1)) {
    if (steps.length * last.extent > mostCopies) break;
    steps = jam(context, steps, last, context.builder.index(0), 0, last.extent);
    loops = loops.slice(0, -1);
  }
  return nestLoops([tile], nestLoops(loops, steps), "parallel");
}

function unrolled(context: NestContext, step: Step, inner: Axis): readonly Step[] {
  return jam(context, [step], inner, context.builder.index(0), 0, inner.extent);
}
