/**
 * Learning rates over time: plain functions from the number of the step (from 0) to the rate. Set
 * `optimizer.learningRate = schedule(step)` before each step, or hand the schedule to `fit`.
 */
import { ArgumentError } from "../support/errors.ts";

/** The rate for step number `step`, from 0. */
export type Schedule = (step: number) => number;

/**
 * The same rate always.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * console.log(optim.schedules.constant(0.1)(1000)); // 0.1
 * ```
 */
export function constant(rate: number): Schedule {
  return () => rate;
}

/** What `step` needs. */
export interface StepOptions {
  readonly rate: number;
  /** Steps between changes. */
  readonly every: number;
  /** What the rate is multiplied by at each. Default 0.1. */
  readonly factor?: number;
}

/**
 * `rate`, multiplied by `factor` every so many steps.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * console.log(optim.schedules.step({ rate: 1, every: 10, factor: 0.5 })(25)); // 0.25
 * ```
 */
export function step({ rate, every, factor = 0.1 }: StepOptions): Schedule {
  requirePositive("step", "every", every);
  return (number) => rate * factor ** Math.floor(number / every);
}

/** What `cosine` needs. */
export interface CosineOptions {
  readonly rate: number;
  /** Steps until the end is reached; later steps stay there. */
  readonly steps: number;
  /** The rate at the end. Default 0. */
  readonly end?: number;
}

/**
 * From `rate` to `end` along half a cosine wave.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without restarts.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * console.log(optim.schedules.cosine({ rate: 1, steps: 100 })(50)); // 0.5
 * ```
 */
export function cosine({ rate, steps, end = 0 }: CosineOptions): Schedule {
  requirePositive("cosine", "steps", steps);
  return (number) => alongCosine(rate, end, number / steps);
}

/** What `warmUp` needs. */
export interface WarmUpOptions {
  /** Steps until the full rate. */
  readonly steps: number;
  /** Share of the rate at step 0. Default 1 / (steps + 1): each step adds as much. */
  readonly start?: number;
}

/**
 * `schedule` times a factor that rises evenly to 1 over the first steps.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * const { cosine, warmUp } = optim.schedules;
 * console.log(warmUp(cosine({ rate: 1, steps: 100 }), { steps: 9 })(0)); // 0.1
 * ```
 */
export function warmUp(schedule: Schedule, { steps, start = 1 / (steps + 1) }: WarmUpOptions): Schedule {
  requirePositive("warmUp", "steps", steps);
  return (number) => schedule(number) * (start + (1 - start) * Math.min(1, number / steps));
}

/** What `oneCycle` needs; the defaults are PyTorch's. */
export interface OneCycleOptions {
  /** The greatest rate. */
  readonly rate: number;
  /** Steps of the whole cycle. */
  readonly steps: number;
  /** Share of the steps on which the rate rises. Default 0.3. */
  readonly rising?: number;
  /** The first rate is `rate` divided by this. Default 25. */
  readonly startDivisor?: number;
  /** The last rate is the first divided by this. Default 10000. */
  readonly endDivisor?: number;
}

/**
 * Up to `rate` and down to nearly nothing, both along half a cosine wave.
 *
 * Source: L. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * console.log(optim.schedules.oneCycle({ rate: 0.1, steps: 1000 })(299)); // 0.1
 * ```
 */
export function oneCycle({
  rate,
  steps,
  rising = 0.3,
  startDivisor = 25,
  endDivisor = 1e4,
}: OneCycleOptions): Schedule {
  requirePositive("oneCycle", "steps", steps);
  const start = rate / startDivisor;
  const top = rising * steps - 1;
  const last = steps - 1;
  return (number) =>
    number <= top
      ? alongCosine(start, rate, number / top)
      : alongCosine(rate, start / endDivisor, (number - top) / (last - top));
}

/** From `begin` to `end` along half a cosine wave, where `way` goes from 0 to 1. */
function alongCosine(begin: number, end: number, way: number): number {
  return end + ((begin - end) / 2) * (1 + Math.cos(Math.PI * Math.min(1, way)));
}

function requirePositive(schedule: string, name: string, value: number): void {
  if (!(value > 0))
    throw new ArgumentError(`${schedule}: ${name} is ${value}; it has to be above 0.`, { schedule, name, value });
}
