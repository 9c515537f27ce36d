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

/** What `multiStep` needs. */
export interface MultiStepOptions {
  readonly rate: number;
  /** Numbers of the steps from which on the rate is multiplied once more; one that occurs twice counts twice. */
  readonly milestones: readonly number[];
  /** Default 0.1. */
  readonly factor?: number;
}

/**
 * `rate`, multiplied by `factor` at each of the milestones.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * console.log(optim.schedules.multiStep({ rate: 1, milestones: [30, 80], factor: 0.5 })(80)); // 0.25
 * ```
 */
export function multiStep({ rate, milestones, factor = 0.1 }: MultiStepOptions): Schedule {
  return (number) => rate * factor ** milestones.filter((milestone) => milestone <= number).length;
}

/** What `exponential` needs. */
export interface ExponentialOptions {
  readonly rate: number;
  /** What the rate is multiplied by at each step. */
  readonly factor: number;
}

/**
 * `rate` · factorⁿ at step n.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * console.log(optim.schedules.exponential({ rate: 1, factor: 0.5 })(3)); // 0.125
 * ```
 */
export function exponential({ rate, factor }: ExponentialOptions): Schedule {
  requirePositive("exponential", "factor", factor);
  return (number) => rate * factor ** number;
}

/**
 * From `rate` to `end` along a line; options as for `cosine`.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * console.log(optim.schedules.linear({ rate: 1, steps: 100 })(25)); // 0.75
 * ```
 */
export function linear({ rate, steps, end = 0 }: CosineOptions): Schedule {
  requirePositive("linear", "steps", steps);
  return (number) => rate + (end - rate) * Math.min(1, number / steps);
}

/** What `cosine` and `linear` need. */
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

/** What `cosineRestarts` needs. */
export interface CosineRestartsOptions extends CosineOptions {
  /** Steps of the first wave. */
  readonly steps: number;
  /** Each wave has so many times the steps of the one before, 1 or more. Default 1. */
  readonly growth?: number;
}

/**
 * From `rate` towards `end` along half a cosine wave, and again from the start.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * const schedule = optim.schedules.cosineRestarts({ rate: 1, steps: 10, growth: 2 });
 * console.log([0, 5, 10, 20, 30].map(schedule)); // 1, 0.5, 1, 0.5, 1
 * ```
 */
export function cosineRestarts({ rate, steps, end = 0, growth = 1 }: CosineRestartsOptions): Schedule {
  requirePositive("cosineRestarts", "steps", steps);
  if (!(growth >= 1))
    throw new ArgumentError(`cosineRestarts: growth is ${growth}; it has to be 1 or more.`, { growth });
  return (number) => {
    // After n waves steps · (growthⁿ − 1) / (growth − 1) have passed
    const passed = number / steps;
    const wave =
      growth === 1 ? Math.floor(passed) : Math.floor(Math.log(passed * (growth - 1) + 1) / Math.log(growth) + 1e-9);
    const begin = growth === 1 ? wave : (growth ** wave - 1) / (growth - 1);
    return alongCosine(rate, end, (passed - begin) / growth ** wave);
  };
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

/** What `Plateau` needs; the defaults are PyTorch's. */
export interface PlateauOptions {
  /** The first rate. */
  readonly rate: number;
  /** What the rate is multiplied by. Default 0.1. */
  readonly factor?: number;
  /** Observations without progress that are borne; the next one lowers the rate. Default 10. */
  readonly patience?: number;
  /** Is a greater metric better? Default false, as for losses. */
  readonly greater?: boolean;
  /** By how much the best has to be surpassed to count as progress: a share of it, or with `absolute` a difference. Default 0.0001. */
  readonly threshold?: number;
  /** Default false. */
  readonly absolute?: boolean;
  /** Observations after a change that do not count. Default 0. */
  readonly cooldown?: number;
  /** The least rate. Default 0. */
  readonly end?: number;
}

/** What a `Plateau` has seen, as plain data to be saved. */
export interface PlateauState {
  readonly rate: number;
  /** The best metric so far; null before the first. */
  readonly best: number | null;
  /** Observations without progress. */
  readonly bad: number;
  /** Observations that do not count, still to come. */
  readonly cooling: number;
}

/**
 * Lowers the rate when a metric does not get better any more: tell it the metric after each epoch. PyTorch's `ReduceLROnPlateau`.
 *
 * @example
 * ```ts
 * import { optim } from "smilodon";
 * const plateau = new optim.schedules.Plateau({ rate: 1, factor: 0.5, patience: 1 });
 * console.log([0.9, 0.9, 0.9, 0.8].map((loss) => plateau.observe(loss))); // 1, 1, 0.5, 0.5
 * ```
 */
export class Plateau {
  /** What was seen; set it to go on from what was saved. */
  state: PlateauState;
  readonly #options: PlateauOptions;

  constructor(options: PlateauOptions) {
    requirePositive("Plateau", "rate", options.rate);
    this.#options = options;
    this.state = { rate: options.rate, best: null, bad: 0, cooling: 0 };
  }

  /** Takes the next `metric` and gives the rate from now on. NaN is no progress. */
  observe(metric: number): number {
    const { factor = 0.1, patience = 10, cooldown = 0, end = 0 } = this.#options;
    const isBetter = this.#isBetter(metric);
    const { rate, best, bad, cooling } = this.state;
    const count = cooling > 0 || isBetter ? 0 : bad + 1;
    const isStuck = count > patience;
    this.state = {
      rate: isStuck ? Math.max(rate * factor, end) : rate,
      best: isBetter ? metric : best,
      bad: isStuck ? 0 : count,
      cooling: isStuck ? cooldown : Math.max(0, cooling - 1),
    };
    return this.state.rate;
  }

  #isBetter(metric: number): boolean {
    const { greater = false, threshold = 1e-4, absolute = false } = this.#options;
    const { best } = this.state;
    if (best === null) return !Number.isNaN(metric);
    const sign = greater ? 1 : -1;
    const bound = absolute ? best + sign * threshold : best * (1 + sign * threshold);
    return sign * metric > sign * bound;
  }
}

/** From `begin` to `end` along half a cosine wave, where `way` goes from 0 to 1. */
function alongCosine(begin: number, end: number, way: number): number {
  return end + ((begin - end) / 2) * (1 + Math.cos(Math.PI * Math.min(1, way)));
}

function requirePositive(schedule: string, name: string, value: number): void {
  if (!(value > 0))
    throw new ArgumentError(`${schedule}: ${name} is ${value}; it has to be above 0.`, { schedule, name, value });
}
