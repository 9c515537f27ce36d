/**
 * Gives a nest its loops: which axis the lanes of a vector run over, and tiles for contractions. The choice
 * follows from how addresses move: neighbouring lanes should read neighbouring elements.
 */
import type { Target } from "../../kernel/target.ts";
import { visitExpressions } from "../../kernel/traverse.ts";
import {
  allSteps,
  expressionsOf,
  type LoopStep,
  loopOver,
  type Nest,
  type NestContext,
  nestLoops,
  type Step,
} from "../nest.ts";
import { collapseAxes } from "./axes.ts";
import { laneScore } from "./lanes.ts";
import { splitJam, tileContraction } from "./tile.ts";

/** Rows of a recurrence, or vectors of them, that run side by side: each step waits for the one before it, others run meanwhile. */
const besideEachOther = 4;

/** The loops of `nest` on `target`. */
export function scheduleNest(context: NestContext, nest: Nest, target: Target): readonly Step[] {
  if (nest.isScheduled) return nest.body;
  const collapsed = collapseAxes(context, nest);
  if (target.vectorBytes === 0) return nestLoops(collapsed.axes, collapsed.body, "parallel");
  return collapsed.contraction ? tileContraction(context, collapsed, target) : vectorize(context, collapsed, target);
}

/** Runs lanes over the last outer axis or over the inner loops, whichever reads memory more evenly. */
function vectorize(context: NestContext, nest: Nest, target: Target): readonly Step[] {
  const last = nest.axes.at(-1);
  const lanes = lanesFor(nest.body, target);
  const hasLanes = last !== undefined && last.extent >= target.vectorBytes / 4;
  const outer = hasLanes ? laneScore(context, nest.body, last.local) : -Infinity;
  if (last !== undefined && hasLanes && outer >= innerScore(context, nest.body, target)) {
    const width = isRecurrence(nest) ? besideEachOther * (target.vectorBytes / 4) : lanes;
    return nestLoops(nest.axes.slice(0, -1), [loopOver(last, nest.body, "vector", width)], "parallel");
  }
  const body = vectorizeInner(nest.body, lanes, target);
  if (last === undefined || !isRecurrence(nest)) return nestLoops(nest.axes, body, "parallel");
  const rows = splitJam(context, last, besideEachOther, body, (each) => each);
  return nestLoops(nest.axes.slice(0, -1), rows, "parallel");
}

function isRecurrence({ body }: Nest): boolean {
  return [...allSteps(body)].some((step) => step.kind === "update");
}

function innerScore(context: NestContext, steps: readonly Step[], target: Target): number {
  let score = 0;
  for (const step of steps) {
    if (step.kind !== "loop") score += laneScore(context, [step], undefined);
    else if (mayCarryLanes(step, target)) score += step.axis.extent * laneScore(context, step.body, step.axis.local);
    else score += step.axis.extent * innerScore(context, step.body, target);
  }
  return score;
}

/** Innermost loops long enough for a vector, unless their order matters. */
function mayCarryLanes({ axis, body, ordered }: LoopStep, target: Target): boolean {
  return ordered !== true && axis.extent >= target.vectorBytes / 4 && body.every((step) => step.kind !== "loop");
}

function vectorizeInner(steps: readonly Step[], lanes: number, target: Target): Step[] {
  return steps.map((step) => {
    if (step.kind !== "loop") return step;
    if (mayCarryLanes(step, target)) return { ...step, mode: "vector", lanes };
    return { ...step, body: vectorizeInner(step.body, lanes, target) };
  });
}

/** Long expressions keep many values alive: they get one vector at a time, short ones two. */
function lanesFor(body: readonly Step[], target: Target): number {
  const single = target.vectorBytes / 4;
  let operations = 0;
  visitExpressions(allSteps(body).flatMap(expressionsOf), (expression) => {
    const isWork = expression.kind === "apply" && expression.dtype !== "i32";
    if (isWork) operations += target.nativeOps === "all" || target.nativeOps.has(expression.op) ? 1 : 20;
  });
  return operations > 24 ? single : 2 * single;
}
