/**
 * Gives a nest its loops: which axis the lanes of a vector run over, and tiles for contractions. The choice
 * follows from how addresses move: neighbouring lanes should read neighbouring elements.
 */
import type { Target } from "../../kernel/target.ts";
import { visitExpressions } from "../../kernel/traverse.ts";
import { bytesOf } from "../../shape/dtype.ts";
import {
  type Axis,
  allSteps,
  expressionsOf,
  type LoopStep,
  loopOver,
  type Nest,
  type NestContext,
  nestLoops,
  type Step,
} from "../nest.ts";
import { collapseAxes, collapseLoops } from "./axes.ts";
import { cutLoops } from "./cutLoops.ts";
import { laneScore } from "./lanes.ts";
import { splitAxes } from "./splitAxes.ts";
import { splitJam, tileContraction } from "./tile.ts";

/** Rows of a recurrence, or vectors of them, that run side by side: each step waits for the one before it, others run meanwhile. */
const besideEachOther = 4;

/** Operations for each element from which on work is long, and up to which it is short. */
const longWork = 24;
const shortWork = 4;
/** Operations for each row beyond which its code is not repeated for several vectors. */
const longest = 60;

/** The loops of `nest` on `target`. */
export function scheduleNest(context: NestContext, nest: Nest, target: Target): readonly Step[] {
  if (nest.isScheduled) return nest.body;
  const split = nest.contraction ? nest : cutLoops(context, splitAxes(context, nest, target.vectorBytes / 4));
  const collapsed = collapseAxes(context, split);
  if (target.vectorBytes === 0) return nestLoops(collapsed.axes, collapsed.body, "parallel");
  if (collapsed.contraction) return tileContraction(context, collapsed, target);
  return vectorize(context, { ...collapsed, body: collapseLoops(context, collapsed.body) }, target);
}

/** Runs lanes over the last outer axis or over the inner loops, whichever reads memory more evenly. */
function vectorize(context: NestContext, nest: Nest, target: Target): readonly Step[] {
  const last = nest.axes.at(-1);
  const hasLanes = last !== undefined && last.extent >= fewestLanes(target);
  const outer = hasLanes ? laneScore(context, nest.body, last.local, target) : -Infinity;
  if (last !== undefined && hasLanes && outer >= innerScore(context, nest.body, target)) {
    const single = target.vectorBytes / 4;
    const lanes = isRecurrence(nest) ? besideEachOther * single : lanesFor(context, nest.body, last, target);
    return nestLoops(nest.axes.slice(0, -1), [loopOver(last, nest.body, "vector", lanes)], "parallel");
  }
  const [before, within] = [nest.axes.at(-2), last === undefined ? [] : [loopOver(last, nest.body)]];
  if (before !== undefined && before.extent >= fewestLanes(target) && isBetterAround(context, before, within, target)) {
    const lanes = lanesFor(context, within, before, target);
    return nestLoops(nest.axes.slice(0, -2), [loopOver(before, within, "vector", lanes)], "parallel");
  }
  const body = vectorizeInner(context, nest.body, target);
  if (last === undefined || !isRecurrence(nest)) return nestLoops(nest.axes, body, "parallel");
  const rows = splitJam(context, last, besideEachOther, body, (each) => each);
  return nestLoops(nest.axes.slice(0, -1), rows, "parallel");
}

function isRecurrence({ body }: Nest): boolean {
  return allSteps(body).some((step) => step.kind === "update");
}

function innerScore(context: NestContext, steps: readonly Step[], target: Target): number {
  let score = 0;
  for (const step of steps) {
    if (step.kind !== "loop") score += laneScore(context, [step], undefined, target);
    else if (mayCarryLanes(context, step, target))
      score += step.axis.extent * laneScore(context, step.body, step.axis.local, target);
    else score += step.axis.extent * innerScore(context, step.body, target);
  }
  return score;
}

/** Lanes from which on a vector of which some count is better than single numbers. */
const fewestCounting = 4;

/** Positions that are worth a vector. */
function fewestLanes({ masks, vectorBytes }: Target): number {
  return masks === true ? fewestCounting : vectorBytes / 4;
}

/** Innermost loops long enough for a vector, unless their order matters; and those around loops that are too short for one. */
function mayCarryLanes(context: NestContext, { axis, body, ordered }: LoopStep, target: Target): boolean {
  if (ordered === true || axis.extent < fewestLanes(target)) return false;
  return body.every((step) => step.kind !== "loop") || isBetterAround(context, axis, body, target);
}

/** Do lanes over `axis` gain where `body` writes a few elements for each position, as the way back through a pool does? */
function isBetterAround(context: NestContext, axis: Axis, body: readonly Step[], target: Target): boolean {
  const isShort = (step: Step): boolean =>
    step.kind === "loop" ? step.axis.extent < fewestCounting && step.body.every(isShort) : step.kind === "store";
  return (
    target.gathers === true &&
    body.every(isShort) &&
    laneScore(context, body, axis.local, target) > laneScore(context, body, undefined, target)
  );
}

function vectorizeInner(context: NestContext, steps: readonly Step[], target: Target): Step[] {
  return steps.map((step) => {
    if (step.kind !== "loop") return step;
    if (mayCarryLanes(context, step, target))
      return { ...step, mode: "vector", lanes: lanesFor(context, step.body, step.axis, target) };
    return { ...step, body: vectorizeInner(context, step.body, target) };
  });
}

/** Would `lanes` run once, and leave positions over? Then the code for them is more than they gain. */
function isBarelyWide(extent: number, lanes: number): boolean {
  return extent < 2 * lanes && extent % lanes !== 0;
}

/** Registers, in vectors, that partial results may take. */
const mostPartial = 8;

/**
 * Long expressions keep many values alive: they get one vector at a time, short ones two. What little is added up gets
 * more: additions that wait for each other would leave the machine idle, and so would visits to distant rows of memory
 * for one or two vectors each.
 */
function lanesFor(context: NestContext, body: readonly Step[], { extent }: Axis, target: Target): number {
  const single = target.vectorBytes / 4;
  const isRowwise = body.some((step) => step.kind === "loop");
  // What is done once a row may be long: the loops are what runs
  const repeated = isRowwise ? body.filter((step) => step.kind === "loop") : body;
  const operations = operationsIn(repeated, target);
  if (operations > longWork || operationsIn(body, target) > longest || isBarelyWide(extent, 2 * single)) return single;
  const states = new Set(allSteps(body).flatMap((step) => (step.kind === "accumulate" ? step.local : [])));
  let partial = 0;
  for (const state of states) partial += bytesOf(context.dtypeOf(state)) / 4;
  const isShort = operations <= shortWork && partial > 0;
  const most = !isShort ? 2 : isRowwise ? mostPartial : mostPartial / 2;
  let vectors = 2;
  while (2 * vectors <= most && 2 * vectors * partial <= mostPartial && 2 * vectors * single <= extent) vectors *= 2;
  return vectors * single;
}

/** Operations of `steps` at one position, as many as the target itself needs for each. */
function operationsIn(steps: readonly Step[], target: Target): number {
  let operations = 0;
  visitExpressions(allSteps(steps).flatMap(expressionsOf), (expression) => {
    const isWork = expression.kind === "apply" && expression.dtype !== "i32";
    if (isWork) operations += target.nativeOps === "all" || target.nativeOps.has(expression.op) ? 1 : 20;
  });
  return operations;
}
