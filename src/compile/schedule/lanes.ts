/** How well the lanes of a vector would read and write memory if they ran over a given loop. */
import type { Target } from "../../kernel/target.ts";
import { coefficientOf } from "../affine.ts";
import { allSteps, loadsIn, loadsOf, type NestContext, type Step } from "../nest.ts";
import { storeAddress } from "./axes.ts";

const neighbours = 2;
const rearranged = 0;
const scattered = -4;
const oneByOne = -1;

/**
 * Higher is better: each access scores 2 where lanes touch neighbours, 0 where they share one element or read every second one or
 * backwards, −4 where they are scattered, but −1 for loads where one instruction gathers them; without a loop for the lanes
 * (`undefined`) every access costs 1. Accesses in inner loops count as often as they run.
 */
export function laneScore(
  context: NestContext,
  steps: readonly Step[],
  local: number | undefined,
  target: Pick<Target, "gathers"> = {},
): number {
  const gathered = target.gathers === true ? oneByOne : scattered;
  let score = 0;
  for (const step of steps) {
    if (step.kind === "loop") {
      score += step.axis.extent * laneScore(context, step.body, local, target);
      continue;
    }
    for (const load of loadsOf(step)) {
      const coefficient = coefficientIn(load.index, local);
      score += coefficient === 2 || coefficient === -1 ? rearranged : accessScore(coefficient, gathered);
    }
    if (step.kind === "store") score += accessScore(coefficientIn(storeAddress(context, step), local), scattered);
  }
  return score;
}

type Coefficient = number | undefined | "none";

function coefficientIn(index: Parameters<typeof coefficientOf>[0], local: number | undefined): Coefficient {
  return local === undefined ? "none" : coefficientOf(index, local);
}

function accessScore(coefficient: Coefficient, apart: number): number {
  if (coefficient === "none") return oneByOne;
  if (coefficient === 0) return 0;
  return coefficient === 1 ? neighbours : apart;
}

/** Whether `steps` load anything that moves with `local`, and how far apart its neighbours are at most. */
export function loadStrides(steps: readonly Step[], local: number): (number | undefined)[] {
  return loadsIn(allSteps(steps).filter((step) => step.kind !== "loop")).map((load) =>
    coefficientOf(load.index, local),
  );
}
