/** Copies of operands in the layout that tiles read: [tile or panel][summed axes][its rows or columns]. */
import { Node, withOrigin } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
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

/** What is to be packed: a factor, the axes summed over, and how it is cut. */
export interface Operand extends Factor {
  readonly summed: readonly Axis[];
  readonly cover: Cover;
  readonly origin: Origin;
  /** What the contraction waits for: what is computed on the way may come from it. */
  readonly waits: readonly Node[];
}

/** The packed operand, and the nest that fills it. */
export function packOperand(context: NestContext, operand: Operand): { readonly packed: Node; readonly nest: Nest } {
  const { value, tiled, outer, summed, cover, origin, waits } = operand;
  const { dtype } = value;
  const extents = summed.map((axis) => axis.extent);
  const shape = [...outer.map((axis) => axis.extent), cover.count, sizeOf(extents), cover.width];
  const packed = withOrigin(origin, () => new Node("reshape", [], { shape }, { shape, dtype }));
  context.markPacked(packed);
  const copies = new Map([...outer, ...summed].map((axis) => [axis.local, context.newAxis(axis.extent)]));
  const copyOf = (axis: Axis) => copies.get(axis.local) ?? axis;
  const inner = context.newAxis(cover.width);
  const fill = (tile: Expression): Step => {
    const element = context.arithmetic.sum([
      [startOf(context, cover, tile), 1],
      [context.position(inner), 1],
    ]);
    const places = new Map<number, Expression>();
    for (const axis of [...outer, ...summed]) places.set(axis.local, context.position(copyOf(axis)));
    split(
      context,
      element,
      tiled.map((axis) => axis.extent),
    ).forEach((position, index) => places.set(at(tiled, index).local, position));
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
        context.position(inner),
      ],
      value: context.rewriter(substitution(places))(value),
    };
  };
  const isSideBySide = walkEvenly(context, value, tiled) && areNeighbours(value, at(tiled, -1));
  const loops = isSideBySide ? fillPanels : fillTiles;
  const body = loops(context, cover, inner, summed.map(copyOf), fill);
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

type Fill = (tile: Expression) => Step;

/** Rows of memory, several panels wide, one after the other. */
function fillPanels(
  context: NestContext,
  cover: Cover,
  inner: Axis,
  summed: readonly Axis[],
  fill: Fill,
): readonly Step[] {
  const size = Math.min(panelsAtOnce, Math.ceil(cover.count / panelsAtOnce));
  const groups: Cover = { extent: cover.count, width: size, count: Math.ceil(cover.count / size) };
  const [group, panel] = [context.newAxis(groups.count), context.newAxis(size)];
  const tile = context.arithmetic.sum([
    [startOf(context, groups, context.position(group)), 1],
    [context.position(panel), 1],
  ]);
  // as many lanes as divide every tile: a power of two
  const lanesAtOnce = cover.width & -cover.width;
  const isVector = lanesAtOnce >= 4;
  const step = fill(tile);
  const body = nestLoops([...summed, panel], isVector ? [step] : unrolled(context, step, inner));
  const lanes: Step = { ...loopOver(inner, body, "vector", lanesAtOnce), isFixed: true };
  return nestLoops([group], isVector ? [lanes] : body, "parallel");
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
