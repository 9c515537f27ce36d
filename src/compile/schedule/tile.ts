/**
 * Tiles of a contraction: a few rows times a few vectors of results stay in registers while the summed axis is
 * walked once. Lanes run over a result axis where one operand has its elements side by side, or else over the
 * summed axis where both have.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/target.ts";
import {
  type Axis,
  type LoopStep,
  loopOver,
  type Nest,
  type NestContext,
  nestLoops,
  rewriteSteps,
  type Step,
  substitution,
} from "../nest.ts";
import { laneScore, loadStrides } from "./lanes.ts";

/** Times the usual lanes, where nothing else needs registers. */
const widest = 4;

/** The loops of a contraction's nest. */
export function tileContraction(context: NestContext, nest: Nest, target: Target): readonly Step[] {
  const lane = bestLane(context, nest, target);
  if (lane !== undefined) return tileAcross(context, nest, lane, target);
  const summed = innermost(nest.body);
  return summed !== undefined && summed.axis.extent >= target.vectorBytes / 4
    ? tileAlong(context, nest, summed, target)
    : nestLoops(nest.axes, nest.body, "parallel");
}

/** The result axis that lanes should run over, or undefined where they do better along the summed axis, or nowhere. */
function bestLane(context: NestContext, nest: Nest, target: Target): Axis | undefined {
  const single = target.vectorBytes / 4;
  const long = nest.axes.filter((axis) => axis.extent >= single);
  const lane = best(long, (axis) => laneScore(context, nest.body, axis.local));
  const summed = innermost(nest.body);
  const dot = summed !== undefined && summed.axis.extent >= single ? dotScore(context, nest, summed) : -Infinity;
  return lane !== undefined && lane.score >= dot ? lane.item : undefined;
}

/** Lanes over result axis `lane`, rows over an axis along which the lanes' operand is used again. */
function tileAcross(context: NestContext, nest: Nest, lane: Axis, target: Target): readonly Step[] {
  const others = nest.axes.filter((axis) => axis !== lane);
  const rows = best(others, (axis) => reuse(nest.body, lane, axis));
  const lanes = target.tile.vectors * (target.vectorBytes / 4);
  const columns = (body: readonly Step[]) => [loopOver(lane, body, "vector", lanes)];
  // Without rows to share them, wide loads at least use all that a visit to a distant row of memory brings
  if (rows === undefined || rows.score <= 0) {
    return nestLoops(others, [loopOver(lane, nest.body, "vector", widest * lanes)], "parallel");
  }
  const outer = others.filter((axis) => axis !== rows.item);
  return nestLoops(outer, splitJam(context, rows.item, target.tile.rows, nest.body, columns), "parallel");
}

/** Lanes over the summed axis: each result is a dot product, several at once. */
function tileAlong(context: NestContext, nest: Nest, summed: LoopStep, target: Target): readonly Step[] {
  const single = target.vectorBytes / 4;
  const body = withLanes(nest.body, summed.axis, single);
  const [columns, rows] = [...nest.axes].reverse();
  if (columns === undefined) return body;
  const outer = nest.axes.filter((axis) => axis !== columns && axis !== rows);
  const inner = (steps: readonly Step[]) => splitJam(context, columns, 4, steps, (each) => each);
  if (rows === undefined) return nestLoops(outer, inner(body), "parallel");
  return nestLoops(outer, splitJam(context, rows, 2, body, inner), "parallel");
}

function withLanes(steps: readonly Step[], axis: Axis, lanes: number): Step[] {
  return steps.map((step) => {
    if (step.kind !== "loop") return step;
    if (step.axis === axis) return { ...step, mode: "vector", lanes };
    return { ...step, body: withLanes(step.body, axis, lanes) };
  });
}

/** How much lanes along the summed loop gain, results being single numbers then. */
function dotScore(context: NestContext, nest: Nest, summed: LoopStep): number {
  return summed.axis.extent * laneScore(context, summed.body, summed.axis.local) - nest.body.length;
}

/** The number of loads that do not move with `rows` while they move with the lanes: each is used again in every row. */
function reuse(body: readonly Step[], lane: Axis, rows: Axis): number {
  const byRow = loadStrides(body, rows.local);
  const used = loadStrides(body, lane.local).filter((stride, index) => stride !== 0 && byRow[index] === 0).length;
  return rows.extent > 1 ? used : 0;
}

/** The loop inside all others. */
export function innermost(steps: readonly Step[]): LoopStep | undefined {
  const loop = steps.find((step) => step.kind === "loop");
  return loop === undefined ? undefined : (innermost(loop.body) ?? loop);
}

function best<T>(items: readonly T[], score: (item: T) => number): { item: T; score: number } | undefined {
  let found: { item: T; score: number } | undefined;
  for (const item of items) {
    const value = score(item);
    if (value > (found?.score ?? -Infinity)) found = { item, score: value };
  }
  return found;
}

/**
 * A loop over `axis` in steps of `count`, with `count` copies of `body` side by side in each of its loops, and
 * once more the copies that are left over. `inside` puts the loops between the two.
 */
export function splitJam(
  context: NestContext,
  axis: Axis,
  count: number,
  body: readonly Step[],
  inside: (body: readonly Step[]) => readonly Step[],
): Step[] {
  const rest = axis.extent % count;
  const whole = axis.extent - rest;
  const steps: Step[] = [];
  if (whole > 0) {
    const rows = context.newAxis(whole);
    const base = context.builder.local(rows.local, "i32");
    steps.push({ ...loopOver(rows, inside(jam(context, body, axis, base, 0, count)), "parallel"), step: count });
  }
  if (rest > 0) steps.push(...fresh(context, inside(jam(context, body, axis, context.builder.index(0), whole, rest))));
  return steps;
}

/** `count` copies of `steps` at neighbouring positions of `axis`, from base + offset on, sharing their loops. */
export function jam(
  context: NestContext,
  steps: readonly Step[],
  axis: Axis,
  base: Expression,
  offset: number,
  count: number,
): Step[] {
  const copies = Array.from({ length: count }, (_, copy) => {
    const position = context.arithmetic.sum([[base, 1]], offset + copy);
    return new Map<number, Expression>([[axis.local, position]]);
  });
  const renamed = copies.map(() => new Map<number, number>());
  const copyStep = (step: Step): Step[] => {
    if (step.kind === "loop") return [{ ...step, body: step.body.flatMap(copyStep) }];
    return copies.flatMap((replacements, copy) => {
      const names = renamed[copy] ?? new Map<number, number>();
      if (step.kind === "carry") {
        const dtype = context.dtypeOf(step.local);
        const local = context.newLocal(dtype);
        names.set(step.local, local);
        replacements.set(step.local, context.builder.local(local, dtype));
      }
      return rewriteSteps(context, [step], substitution(replacements), (local) => names.get(local) ?? local);
    });
  };
  return steps.flatMap(copyStep);
}

/** A copy of `steps` with locals of its own: every local of a kernel is declared once. */
function fresh(context: NestContext, steps: readonly Step[]): Step[] {
  const names = new Map<number, number>();
  const replacements = new Map<number, Expression>();
  const declare = (local: number, extent?: number): void => {
    const dtype = context.dtypeOf(local);
    const copy = context.newLocal(dtype, extent);
    names.set(local, copy);
    replacements.set(local, context.builder.local(copy, dtype));
  };
  const visit = (step: Step): void => {
    if (step.kind === "carry") declare(step.local);
    if (step.kind !== "loop") return;
    declare(step.axis.local, step.axis.extent);
    step.body.forEach(visit);
  };
  steps.forEach(visit);
  return rewriteSteps(context, steps, substitution(replacements), (local) => names.get(local) ?? local);
}
