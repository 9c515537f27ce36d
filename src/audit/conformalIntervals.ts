/**
 * Split conformal intervals: instead of one number, the range that calibration data do not rule out. On data like the
 * calibration data it holds the truth with probability at least 1 − α, whatever the model is. Where errors grow with the
 * prediction, so do the intervals.
 * Source: Vovk, Gammerman, Shafer 2005; Lei, G'Sell, Rinaldo, Tibshirani, Wasserman 2018 (sections 2.2 and 5.2).
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { conformalQuantile } from "./conformal.ts";
import { type Share, wilsonInterval } from "./intervals.ts";
import { partOf } from "./mixedRows.ts";

/** Predicted numbers beside what they turned out to be. */
export interface NumberPredictions {
  readonly predictions: ArrayLike<number>;
  readonly truths: ArrayLike<number>;
}

/** How large errors are, by the size of the prediction: straight lines between knots, level beyond them. */
export interface ErrorScale {
  /** Predictions, ascending. */
  readonly knots: readonly number[];
  /** Usual size of the error at each. */
  readonly sizes: readonly number[];
}

/** What is kept to give intervals. Plain data, but for a threshold of Infinity where there were too few samples. */
export interface IntervalRule {
  /** Share of intervals that may miss the truth. */
  readonly alpha: number;
  /** Half the width of an interval, in sizes of errors where there is a scale. */
  readonly threshold: number;
  /** Number of samples that the threshold comes from. */
  readonly samples: number;
  /** Undefined where all intervals are equally wide. */
  readonly scale?: ErrorScale | undefined;
}

/** From this many samples on, a part of them is used to find out whether errors grow with the prediction. */
const leastForScale = 300;

/** A scale has to make intervals narrower by this factor to be worth its samples. */
const worthwhile = 0.97;

/**
 * Intervals from errors on samples that the model has not learned from: the finite-sample quantile of |truth − prediction|,
 * divided by the usual size of the error at that prediction where that makes intervals narrower. A third of the samples
 * decides about the scale, the others give the quantile, so that coverage is not bought twice.
 * @throws ArgumentError unless 0 < α < 1 and the lengths agree; DataError where a number is not finite or there is none.
 *
 * @example
 * ```ts
 * import { fitIntervals, predictionInterval } from "smilodon/audit";
 * const rule = fitIntervals({ predictions: [0, 0, 0, 0], truths: [1, -2, 3, -4] }, 0.2); // k = 4
 * console.log(predictionInterval(rule, 10)); // { lower: 6, upper: 14 }
 * ```
 */
export function fitIntervals(calibration: NumberPredictions, alpha: number): IntervalRule {
  const count = checkNumbers("fitIntervals", calibration);
  const rows = Array.from({ length: count }, (_, row) => row);
  const plain = (): IntervalRule => {
    return { alpha, threshold: conformalQuantile(scoresOf(calibration, rows), alpha), samples: count };
  };
  if (count < leastForScale) return plain();
  const deciding = rows.filter((row) => partOf(row, 3) === 0);
  if (!isWorthwhile(calibration, deciding, alpha)) return plain();
  const rest = rows.filter((row) => partOf(row, 3) !== 0);
  const scale = fitScale(calibration, deciding);
  return {
    alpha,
    threshold: conformalQuantile(scoresOf(calibration, rest, scale), alpha),
    samples: rest.length,
    scale,
  };
}

/** The range of numbers that the rule does not rule out for one prediction. */
export function predictionInterval(rule: IntervalRule, prediction: number): { lower: number; upper: number } {
  const half = rule.threshold * (rule.scale === undefined ? 1 : sizeAt(rule.scale, prediction));
  return { lower: prediction - half, upper: prediction + half };
}

/** How the intervals of a rule do on samples. */
export interface IntervalQuality {
  /** Share of samples whose interval holds the truth, with its 95 % interval. */
  readonly coverage: Share;
  readonly meanWidth: number;
}

/** Coverage and mean width on `test`. @throws ArgumentError, DataError as `fitIntervals`. */
export function measureIntervals(rule: IntervalRule, test: NumberPredictions): IntervalQuality {
  const count = checkNumbers("measureIntervals", test);
  let covered = 0;
  let width = 0;
  for (let row = 0; row < count; row++) {
    const { lower, upper } = predictionInterval(rule, at(test.predictions, row));
    const truth = at(test.truths, row);
    if (lower <= truth && truth <= upper) covered++;
    width += upper - lower;
  }
  return { coverage: wilsonInterval(covered, count), meanWidth: width / count };
}

/** Would a scale, fitted to one half of `rows`, make intervals of the other half narrower? */
function isWorthwhile(data: NumberPredictions, rows: readonly number[], alpha: number): boolean {
  const [first, second] = [0, 1].map((half) => rows.filter((_, index) => partOf(index, 2) === half));
  if (first === undefined || second === undefined || second.length < 1 / alpha) return false;
  const scale = fitScale(data, first);
  const mean = second.reduce((sum, row) => sum + sizeAt(scale, at(data.predictions, row)), 0) / second.length;
  const scaled = mean * conformalQuantile(scoresOf(data, second, scale), alpha);
  return scaled < worthwhile * conformalQuantile(scoresOf(data, second), alpha);
}

function scoresOf(
  { predictions, truths }: NumberPredictions,
  rows: readonly number[],
  scale?: ErrorScale,
): Float64Array {
  return Float64Array.from(rows, (row) => {
    const prediction = at(predictions, row);
    return Math.abs(at(truths, row) - prediction) / (scale === undefined ? 1 : sizeAt(scale, prediction));
  });
}

/** Rows in a group whose errors are averaged. */
const leastInGroup = 25;

/** Mean error of some groups of similar predictions, drawn a little towards the mean of all, and never near zero. */
function fitScale({ predictions, truths }: NumberPredictions, rows: readonly number[]): ErrorScale {
  const order = [...rows].sort((a, b) => at(predictions, a) - at(predictions, b));
  const errorOf = (row: number): number => Math.abs(at(truths, row) - at(predictions, row));
  const overall = order.reduce((sum, row) => sum + errorOf(row), 0) / order.length;
  if (overall === 0) return { knots: [0], sizes: [1] };
  const groups = Math.max(1, Math.min(12, Math.floor(order.length / leastInGroup)));
  const knots: number[] = [];
  const sizes: number[] = [];
  for (let group = 0; group < groups; group++) {
    const members = order.slice(
      Math.floor((group * order.length) / groups),
      Math.floor(((group + 1) * order.length) / groups),
    );
    const error = members.reduce((sum, row) => sum + errorOf(row), 0);
    const knot = members.reduce((sum, row) => sum + at(predictions, row) / members.length, 0);
    if (knots.length > 0 && knot <= at(knots, -1)) continue;
    knots.push(knot);
    sizes.push(Math.max(0.05 * overall, (error + 5 * overall) / (members.length + 5)));
  }
  return { knots, sizes };
}

function sizeAt({ knots, sizes }: ErrorScale, prediction: number): number {
  let above = 0;
  while (above < knots.length && at(knots, above) < prediction) above++;
  if (above === 0) return at(sizes, 0);
  if (above === knots.length) return at(sizes, -1);
  const [from, to] = [at(knots, above - 1), at(knots, above)];
  const share = (prediction - from) / (to - from);
  return at(sizes, above - 1) * (1 - share) + at(sizes, above) * share;
}

function checkNumbers(operation: string, { predictions, truths }: NumberPredictions): number {
  if (predictions.length !== truths.length)
    throw new ArgumentError(`${operation}: ${predictions.length} predictions do not fit ${truths.length} truths.`);
  if (truths.length === 0) throw new DataError(`${operation}: there are no samples.`);
  for (let row = 0; row < truths.length; row++) {
    for (const value of [at(predictions, row), at(truths, row)])
      if (!Number.isFinite(value)) throw new DataError(`${operation}: row ${row} holds ${value}.`, { row, value });
  }
  return truths.length;
}
