/**
 * Puts two nests into one: a consumer after its producer inside the loops that both share, or two neighbours
 * over the same axes. What the consumer would load at the very place where the producer stored it is handed over
 * directly. `fuse.ts` decides which pairs to try.
 */
import type { Node } from "../graph/node.ts";
import type { Expression } from "../kernel/expression.ts";
import { visitExpressions } from "../kernel/traverse.ts";
import { at } from "../support/invariant.ts";
import {
  type Axis,
  allSteps,
  expressionsOf,
  isOrdered,
  type LoopStep,
  loadsIn,
  loadsOf,
  type Nest,
  type NestContext,
  nestLoops,
  renameLocals,
  rewriteSteps,
  type Step,
} from "./nest.ts";

/** Fewer positions than this in the shared loops would leave threads and lanes idle, unless there is little to do at all. */
const fewPositions = 8;
const littleWork = 2 ** 15;
/** Most buffers that one kernel should touch. */
const mostBuffers = 24;

/** `first` followed by `second` as one nest, or undefined where that is wrong or not worth it. */
export function mergeNests(context: NestContext, first: Nest, second: Nest): Nest | undefined {
  if (isOrdered(first) || isOrdered(second)) return undefined;
  const stored = storesOf(first);
  const reads = loadsIn(second.body).filter((load) => stored.has(context.tensorOf(load.buffer)));
  const pairs = reads.length > 0 ? sharedAxes(context, first, second, reads, stored) : sameAxes(context, first, second);
  if (pairs === undefined) return undefined;
  const shape = shapeOfMerge(first, second, pairs);
  if (shape === undefined) return undefined;
  const secondPart = renamed(context, first, pairs, nestLoops(shape.secondInner, second.body));
  const joined = joinLoops(context, [...nestLoops(shape.firstInner, first.body), ...secondPart]);
  const tidy = reads.length === 0 ? joined : forwardStores(context, joined, new Map());
  const merged: Nest = {
    axes: shape.axes,
    body: tidy,
    contraction: first.contraction || second.contraction,
    computes: [...first.computes, ...second.computes],
    waits: [...first.waits, ...second.waits],
  };
  return buffersOf(context, merged) > mostBuffers ? undefined : merged;
}

/** `steps` of the second nest with its axes renamed to those of the first, and names of its own for all other loops. */
function renamed(context: NestContext, first: Nest, pairs: AxisPairs, steps: readonly Step[]): readonly Step[] {
  const taken = new Set(first.axes.map((axis) => axis.local));
  for (const step of allSteps(first.body)) if (step.kind === "loop") taken.add(step.axis.local);
  const names = new Map<number, number>();
  for (const [own, other] of pairs) if (own.local !== other.local) names.set(other.local, own.local);
  for (const step of allSteps(steps)) {
    if (step.kind === "loop" && taken.has(step.axis.local))
      names.set(step.axis.local, context.newLocal("i32", step.axis.extent));
  }
  return renameLocals(context, steps, names);
}

type Stores = ReadonlyMap<Node, Step & { kind: "store" }>;
/** An axis of the first nest and the axis of the second that is the same loop. */
type AxisPairs = readonly (readonly [Axis, Axis])[];

function storesOf(nest: Nest): Stores {
  const stores = new Map<Node, Step & { kind: "store" }>();
  for (const step of allSteps(nest.body)) if (step.kind === "store") stores.set(step.tensor, step);
  return stores;
}

/** Axes that must be one loop, so that each load finds what was stored at the same positions. */
function sharedAxes(
  context: NestContext,
  first: Nest,
  second: Nest,
  reads: readonly Expression[],
  stores: Stores,
): AxisPairs | undefined {
  const pairs = new Map<Axis, Axis>();
  const apart = new Set<Axis>();
  for (const load of reads) {
    if (load.kind !== "load") continue;
    const store = stores.get(context.tensorOf(load.buffer));
    if (store === undefined) return undefined;
    const indices = context.indicesOf(load);
    for (const axis of first.axes) {
      const position = store.indices.indexOf(context.position(axis));
      const index = indices[position];
      const other = second.axes.find((each) => context.position(each) === index);
      const known = pairs.get(axis);
      if (other === undefined || other.extent !== axis.extent || (known !== undefined && known !== other))
        apart.add(axis);
      else pairs.set(axis, other);
    }
  }
  for (const axis of apart) pairs.delete(axis);
  return new Set(pairs.values()).size === pairs.size ? [...pairs] : undefined;
}

/** Neighbours that read the same data over the same axes. */
function sameAxes(context: NestContext, first: Nest, second: Nest): AxisPairs | undefined {
  if (first.contraction || second.contraction || first.axes.length !== second.axes.length) return undefined;
  if (!first.axes.every((axis, index) => axis.extent === second.axes[index]?.extent)) return undefined;
  const firstReads = new Set(
    loadsIn(first.body)
      .filter((load) => isTensor(context, load))
      .map((load) => load.buffer),
  );
  const share = loadsIn(second.body).some((load) => firstReads.has(load.buffer) && isTensor(context, load));
  return share ? first.axes.map((axis, index) => [axis, at(second.axes, index)]) : undefined;
}

function isTensor(context: NestContext, load: Expression & { kind: "load" }): boolean {
  return context.tensorOf(load.buffer).type.shape.some((size) => size > 1);
}

/** Which loops the merged nest has outside, and which each part keeps to itself. */
function shapeOfMerge(
  first: Nest,
  second: Nest,
  pairs: AxisPairs,
): { axes: readonly Axis[]; firstInner: Axis[]; secondInner: Axis[] } | undefined {
  const sharedFirst = new Set(pairs.map(([axis]) => axis));
  const sharedSecond = new Set(pairs.map(([, axis]) => axis));
  const firstInner = first.axes.filter((axis) => !sharedFirst.has(axis));
  const secondInner = second.axes.filter((axis) => !sharedSecond.has(axis));
  const axes = first.axes.filter((axis) => sharedFirst.has(axis));
  if (firstInner.length > 0 && secondInner.length > 0) return undefined;
  if (firstInner.length === 0 && secondInner.length === 0) {
    // A contraction takes only pointwise steps after it, and none before it
    const fits = !second.contraction && (!first.contraction || second.body.every((step) => step.kind === "store"));
    return fits ? { axes, firstInner, secondInner } : undefined;
  }
  if (first.contraction || second.contraction) return undefined;
  if (firstInner.length > 0 && !first.axes.slice(axes.length).every((axis) => firstInner.includes(axis)))
    return undefined;
  const positions = axes.reduce((size, axis) => size * axis.extent, 1);
  if (positions < fewPositions && work(first) + work(second) > littleWork) return undefined;
  return { axes, firstInner, secondInner };
}

/** Iterations of all loops. */
function work(nest: Nest): number {
  const inner = (steps: readonly Step[]): number =>
    steps.reduce((sum, step) => sum + (step.kind === "loop" ? step.axis.extent * inner(step.body) : 1), 0);
  return nest.axes.reduce((size, axis) => size * axis.extent, inner(nest.body));
}

function buffersOf(context: NestContext, nest: Nest): number {
  const tensors = new Set<Node>(storesOf(nest).keys());
  for (const load of loadsIn(nest.body)) tensors.add(context.tensorOf(load.buffer));
  return tensors.size;
}

/** Joins loops of one extent that stand in one list, where no iteration needs another's result. */
function joinLoops(context: NestContext, steps: readonly Step[]): Step[] {
  const result: Step[] = [];
  for (const step of steps) {
    const earlier = step.kind === "loop" ? result.findLastIndex((each) => each.kind === "loop") : -1;
    const loop = result[earlier];
    const joined =
      step.kind === "loop" && loop?.kind === "loop"
        ? joinPair(context, loop, step, result.slice(earlier + 1))
        : undefined;
    if (joined === undefined) {
      result.push(step);
      continue;
    }
    // What stands between are declarations, which may as well come first
    result.splice(earlier, 1);
    result.push(joined);
  }
  return result;
}

function joinPair(
  context: NestContext,
  first: LoopStep,
  second: LoopStep,
  between: readonly Step[],
): LoopStep | undefined {
  if (first.axis.extent !== second.axis.extent || between.some((step) => step.kind !== "carry")) return undefined;
  const position = context.position(first.axis);
  const body = renameLocals(context, second.body, new Map([[second.axis.local, first.axis.local]]));
  const states = new Set<number>();
  const stores = new Map<Node, readonly Expression[]>();
  for (const step of allSteps(first.body)) {
    if (step.kind === "accumulate") states.add(step.local);
    if (step.kind === "store") stores.set(step.tensor, step.indices);
  }
  for (const step of first.body) if (step.kind === "carry") states.delete(step.local);
  if (readsAny(body, states) || readsAny(between, states)) return undefined;
  for (const load of loadsIn(body)) {
    const indices = stores.get(context.tensorOf(load.buffer));
    if (indices === undefined) continue;
    const own = context.indicesOf(load);
    // The load must name this iteration, and be past the loop that stored it
    if (!indices.includes(position) || own[indices.indexOf(position)] !== position) return undefined;
  }
  return { ...first, body: joinLoops(context, [...first.body, ...body]) };
}

function readsAny(steps: readonly Step[], locals: ReadonlySet<number>): boolean {
  let found = false;
  visitExpressions(allSteps(steps).flatMap(expressionsOf), (expression) => {
    if (expression.kind === "local" && locals.has(expression.local)) found = true;
  });
  return found;
}

/** Replaces loads of what an earlier step of the same iteration stored by the value itself. */
function forwardStores(
  context: NestContext,
  steps: readonly Step[],
  outer: ReadonlyMap<Node, Step & { kind: "store" }>,
): Step[] {
  const known = new Map(outer);
  return steps.map((step) => {
    if (step.kind === "loop") return { ...step, body: forwardStores(context, step.body, known) };
    const isForwarded = known.size > 0 && loadsOf(step).some((load) => known.has(context.tensorOf(load.buffer)));
    const [forwarded] = isForwarded ? rewriteSteps(context, [step], (leaf) => storedValue(context, known, leaf)) : [];
    const result = forwarded ?? step;
    if (result.kind === "store") known.set(result.tensor, result);
    return result;
  });
}

/** The value that was stored where `leaf` loads it, if it is known. */
function storedValue(
  context: NestContext,
  stores: ReadonlyMap<Node, Step & { kind: "store" }>,
  leaf: Expression,
): Expression | undefined {
  if (leaf.kind !== "load") return undefined;
  const store = stores.get(context.tensorOf(leaf.buffer));
  const indices = context.indicesOf(leaf);
  return store?.indices.every((index, axis) => index === indices[axis]) ? store.value : undefined;
}
