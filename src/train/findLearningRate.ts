/**
 * The learning-rate range test: a short training on rates that grow from step to step, after which everything is put back.
 * The loss falls where the rate is right, and climbs where it is too high.
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import type { FitOptions } from "./fitOptions.ts";
import { StepMonitor } from "./stepMonitor.ts";
import { StepTaker } from "./stepTaker.ts";
import { returnTo, takeMoment } from "./trainingState.ts";

/** What the search needs, as `fit` does, and may be told. */
export interface LearningRateSearch<B>
  extends Pick<FitOptions<B>, "model" | "optimizer" | "batches" | "loss" | "accumulate"> {
  /** The first rate. Default 10⁻⁷. */
  readonly lowest?: number;
  /** The last rate, if the loss does not diverge before. Default 10. */
  readonly highest?: number;
  /** Steps from the one to the other. Default 100. */
  readonly steps?: number;
  /** Share of the running mean of losses that is kept at each step. Default 0.98, with its start corrected. */
  readonly smoothing?: number;
  /** Stop when the smoothed loss is so many times the lowest. Default 4. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal | undefined;
}

/** One step of the search. */
export interface RatePoint {
  readonly rate: number;
  /** Before the step. */
  readonly loss: number;
  readonly smoothed: number;
}

/** What the search found. */
export interface LearningRateFound {
  readonly points: readonly RatePoint[];
  /** In the middle of the longest fall of the loss: the rate to begin with. */
  readonly suggestion: number;
  /** Where the loss falls most steeply: often higher. */
  readonly steepest: number;
  /** Did the loss diverge before the last rate? If not, still higher rates may do. */
  readonly diverged: boolean;
}

/**
 * Trains for a hundred steps at rates that grow evenly in logarithm, and suggests one. Weights, optimizer, learning rate,
 * random numbers and mode of the model are what they were before, bit for bit. Takes batches from epoch 1 on.
 *
 * Source: L. Smith, "Cyclical learning rates for training neural networks", WACV 2017; smoothing, stop and the suggestion
 * ("valley") are fastai's.
 *
 * @throws ArgumentError for a range that is none, DataError where there are no batches or the first losses are not finite.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * import { hostArray, Loader } from "smilodon/data";
 * import { findLearningRate } from "smilodon/train";
 * const batches = new Loader(
 *   { x: hostArray(new Float32Array([0, 1, 2, 3]), [4, 1]), y: hostArray(new Float32Array([1, 3, 5, 7]), [4, 1]) },
 *   { batchSize: 2 },
 * );
 * const model = new nn.Linear(1, 1);
 * const optimizer = new optim.SGD(model.parameters(), { learningRate: 0.1 });
 * const { suggestion } = await findLearningRate({
 *   model, optimizer, batches, loss: ({ x, y }) => nn.mseLoss(model.forward(x), y),
 * });
 * optimizer.learningRate = suggestion;
 * ```
 */
export async function findLearningRate<B>(search: LearningRateSearch<B>): Promise<LearningRateFound> {
  const { lowest = 1e-7, highest = 10, steps = 100 } = search;
  if (!(lowest > 0 && highest > lowest && Number.isFinite(highest) && Number.isInteger(steps) && steps >= 10))
    throw new ArgumentError(
      `findLearningRate: from ${lowest} to ${highest} in ${steps} steps; rates have to rise from above 0, in 10 steps or more.`,
      { lowest, highest, steps },
    );
  const before = takeMoment(search);
  try {
    const { points, diverged } = await sweep(
      search,
      (step) => lowest * (highest / lowest) ** (step / (steps - 1)),
      steps,
    );
    const judged = worthJudging(points, steps);
    const losses = judged.map(({ smoothed }) => smoothed);
    const rate = (index: number) => at(judged, index).rate;
    return { points, diverged, suggestion: rate(middleOfFall(losses)), steepest: rate(steepestFall(losses)) };
  } finally {
    returnTo(before, search);
  }
}

/** Without the first tenth, whose mean is of few losses, and without the last five, where it may climb already; fastai's choice. */
function worthJudging(points: readonly RatePoint[], steps: number): readonly RatePoint[] {
  const some = points.slice(Math.floor(steps / 10), -5);
  return some.length > 0 ? some : points;
}

async function sweep<B>(
  search: LearningRateSearch<B>,
  rateOf: (step: number) => number,
  steps: number,
): Promise<Pick<LearningRateFound, "points" | "diverged">> {
  const { model, optimizer, smoothing = 0.98, tolerance = 4, signal } = search;
  const monitor = new StepMonitor();
  const taker = new StepTaker(search, monitor);
  const points: RatePoint[] = [];
  let [mean, least] = [0, Infinity];
  model.train();
  for await (const batch of repeated(search.batches)) {
    if (signal?.aborted === true) break;
    optimizer.learningRate = rateOf(points.length);
    if (!taker.push(batch)) continue;
    const loss = (await monitor.read()).last;
    mean = smoothing * mean + (1 - smoothing) * loss;
    const smoothed = mean / (1 - smoothing ** (points.length + 1));
    if (!Number.isFinite(loss) || smoothed > tolerance * least) return { points: requireSome(points), diverged: true };
    points.push({ rate: optimizer.learningRate, loss, smoothed });
    least = Math.min(least, smoothed);
    if (points.length === steps) break;
  }
  return { points: requireSome(points), diverged: false };
}

function requireSome(points: readonly RatePoint[]): readonly RatePoint[] {
  if (points.length > 0) return points;
  throw new DataError(
    "findLearningRate: there is no finite loss even at the lowest rate. Look for missing values in the data, or begin lower.",
  );
}

/** The batches of epoch 1, 2, … without end. @throws DataError where an epoch has none. */
async function* repeated<B>(batches: FitOptions<B>["batches"]): AsyncGenerator<B> {
  for (let epoch = 1; ; epoch++) {
    let count = 0;
    for await (const batch of typeof batches === "function" ? batches(epoch) : batches.epoch(epoch)) {
      count++;
      yield batch;
    }
    if (count === 0) throw new DataError(`findLearningRate: epoch ${epoch} has no batches.`, { epoch });
  }
}

/** In the longest run of losses of which each is lower than the one before (others may stand between them), the middle. */
function middleOfFall(losses: readonly number[]): number {
  const lengths = losses.map(() => 1);
  let end = 0;
  for (let index = 1; index < losses.length; index++) {
    for (let earlier = 0; earlier < index; earlier++)
      if (at(losses, index) < at(losses, earlier))
        lengths[index] = Math.max(at(lengths, index), at(lengths, earlier) + 1);
    if (at(lengths, index) > at(lengths, end)) end = index;
  }
  const start = end - (at(lengths, end) - 1);
  const third = (end - start) / 3;
  return start + Math.floor(third) + Math.floor(third / 2);
}

/** Where the central difference of losses is least; rates are evenly spaced in logarithm. */
function steepestFall(losses: readonly number[]): number {
  let best = 0;
  let least = Infinity;
  for (let index = 1; index < losses.length - 1; index++) {
    const slope = at(losses, index + 1) - at(losses, index - 1);
    if (slope < least) [best, least] = [index, slope];
  }
  return best;
}
