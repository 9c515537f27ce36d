/** Figures with intervals, from truths and answers on rows that were held out. */
import { expectedCalibrationError, standardBins } from "../audit/calibration.ts";
import { studentPoint, wilsonInterval } from "../audit/intervals.ts";
import { type Predictions, topLabel } from "../audit/predictions.ts";
import { at } from "../support/invariant.ts";
import { threefry, WordStream } from "../support/threefry.ts";

/** A measured figure with the ends of its 95 % interval. */
export interface Metric {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Rows that it was measured on. */
  readonly n: number;
}

/**
 * Figures that are measured. Of classes: `accuracy`, `auc` (with more than two classes the mean of one against the rest),
 * `logLoss`, `ece` (calibration error, 15 bins), `coverage` (sets that hold the truth). Of numbers: `rmse`, `mae`, `r2`,
 * `coverage` (intervals that hold the truth).
 */
export type MetricName = "accuracy" | "auc" | "logLoss" | "ece" | "coverage" | "rmse" | "mae" | "r2";

/** Those that a task has. */
export type Metrics = Partial<Record<MetricName, Metric>>;

/** Half the width of a 95 % interval in standard errors. */
const z95 = 1.959963984540054;

/** Resamples of a bootstrap interval. */
const resamples = 200;

/** Accuracy, AUC, log loss and calibration error of calibrated class probabilities. */
export function classMetrics(predictions: Predictions): Metrics {
  const { labels, probabilities, classes } = predictions;
  const n = labels.length;
  let right = 0;
  const losses = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    if (topLabel(predictions, row).label === labels[row]) right++;
    losses[row] = -Math.log(Math.max(1e-15, at(probabilities, row * classes + at(labels, row))));
  }
  return {
    accuracy: shareMetric(right, n),
    auc: aucMetric(predictions),
    logLoss: meanMetric(losses),
    ece: calibrationMetric(predictions),
  };
}

/** Root of the mean squared error, mean absolute error, and share of the variance that is explained. */
export function numberMetrics(predictions: ArrayLike<number>, truth: ArrayLike<number>): Metrics {
  const n = truth.length;
  // Divided by the largest, so that squares stay finite whatever the unit
  const largest = Array.from(truth).reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const squares = Float64Array.from(truth, (value, row) => (at(predictions, row) / largest - value / largest) ** 2);
  const mse = meanMetric(squares);
  const mean = Array.from(truth).reduce((sum, value) => sum + value / largest / n, 0);
  const variance = Array.from(truth).reduce((sum, value) => sum + (value / largest - mean) ** 2 / n, 0);
  const explained = (error: number): number => (variance > 0 ? 1 - error / variance : 0);
  const root = (error: number): number => largest * Math.sqrt(Math.max(0, error));
  const mae = meanMetric(squares.map(Math.sqrt));
  return {
    rmse: { value: root(mse.value), low: root(mse.low), high: root(mse.high), n },
    mae: { value: largest * mae.value, low: largest * mae.low, high: largest * mae.high, n },
    r2: { value: explained(mse.value), low: explained(mse.high), high: explained(mse.low), n },
  };
}

/** A counted share with its Wilson interval. */
export function shareMetric(count: number, n: number): Metric {
  const { value, lower, upper } = wilsonInterval(count, n);
  return { value, low: lower, high: upper, n };
}

/** A mean of numbers that are never below 0, with its interval by Student's distribution; of one number it is that number. */
export function meanMetric(values: Float64Array): Metric {
  const { value, half } = meanOf(values);
  return { value, low: Math.max(0, value - half), high: value + half, n: values.length };
}

function meanOf(values: Float64Array): { readonly value: number; readonly half: number } {
  const n = values.length;
  const about = values.reduce((sum, entry) => sum + entry / n, 0);
  // Once more, for what rounding has left: the mean of ones is one
  const value = about + values.reduce((sum, entry) => sum + (entry - about) / n, 0);
  const variance = n > 1 ? values.reduce((sum, entry) => sum + (entry - value) ** 2 / (n - 1), 0) : 0;
  return { value, half: n > 1 ? studentPoint(n - 1) * Math.sqrt(variance / n) : 0 };
}

/** Figures that are never above 1. */
const isShare: Readonly<Record<MetricName, boolean>> = {
  accuracy: true,
  auc: true,
  logLoss: false,
  ece: true,
  coverage: true,
  rmse: false,
  mae: false,
  r2: true,
};

/** Shares of rows. */
const isCounted: Readonly<Partial<Record<MetricName, true>>> = { accuracy: true, coverage: true };

/**
 * Mean over folds with the interval that their differences give (Student's t would be wider still for few folds). It is at least as
 * wide as the rows of the folds allow: of counted shares Wilson's of all rows together, of other figures what the intervals of
 * the folds come to by the rule of G. Zou and A. Donner (Statistics in Medicine 2008), so that folds that agree, or are perfect, prove
 * no more than their rows do. Folds that cannot tell (no row of a class) do not count.
 */
export function meanOfFolds(folds: readonly Metrics[]): Metrics {
  const names = Object.keys(folds[0] ?? {}) as (keyof Metrics)[];
  return Object.fromEntries(
    names.map((name) => {
      const entries = folds.flatMap((fold) => fold[name] ?? []).filter(({ value }) => !Number.isNaN(value));
      const [first] = entries;
      if (first === undefined || entries.length === 1) return [name, first ?? unknown];
      const { value: mean, half } = meanOf(Float64Array.from(entries, ({ value }) => value));
      const [least, most] = [name === "r2" ? -Infinity : 0, isShare[name] ? 1 : Infinity];
      const within = (bound: number): number => Math.min(most, Math.max(least, bound));
      const [value, n] = [within(mean), entries.reduce((sum, entry) => sum + entry.n, 0)];
      const counted = isCounted[name] ? wilsonInterval(value * n, n) : meanInterval(value, entries);
      return [
        name,
        {
          value,
          low: Math.min(within(counted.lower), within(mean - half)),
          high: Math.max(within(counted.upper), within(mean + half)),
          n,
        },
      ];
    }),
  );
}

/** Ends of the interval of a mean of figures, from the ends of theirs. */
function meanInterval(mean: number, entries: readonly Metric[]): { lower: number; upper: number } {
  const lengthOf = (distances: readonly number[]): number => Math.hypot(...distances) / entries.length;
  return {
    lower: mean - lengthOf(entries.map(({ value, low }) => value - low)),
    upper: mean + lengthOf(entries.map(({ value, high }) => high - value)),
  };
}

const unknown: Metric = { value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0 };

/** Area under the ROC curve; of several classes the mean of each against the rest, over the classes that occur. */
function aucMetric({ probabilities, labels, classes }: Predictions): Metric {
  const n = labels.length;
  const of = classes === 2 ? [1] : Array.from({ length: classes }, (_, index) => index);
  const areas = of.flatMap((label) => {
    const scores = Float64Array.from({ length: n }, (_, row) => at(probabilities, row * classes + label));
    const isPositive = Uint8Array.from({ length: n }, (_, row) => (labels[row] === label ? 1 : 0));
    const area = areaUnderCurve(scores, isPositive);
    return area === undefined ? [] : [area];
  });
  if (areas.length === 0) return { ...unknown, n };
  const mean = (name: keyof Area): number =>
    Math.min(1, areas.reduce((sum, area) => sum + area[name], 0) / areas.length);
  return { value: mean("value"), low: mean("low"), high: mean("high"), n };
}

/** An area with the ends of its interval. */
type Area = Pick<Metric, "value" | "low" | "high">;

/**
 * The area by ranks (ties count half); undefined where one side has no rows. The interval holds every area that the measured
 * one is within 1.96 standard errors of (R. Newcombe, Statistics in Medicine 2006), by the variance of J. Hanley and
 * B. McNeil (Radiology 1982) at that area: it stays below 1, and has a width where all rows are in order.
 */
export function areaUnderCurve(scores: Float64Array, isPositive: Uint8Array): Area | undefined {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => at(scores, a) - at(scores, b));
  const positives = isPositive.reduce((sum, flag) => sum + flag, 0);
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  let ranks = 0;
  for (let begin = 0; begin < order.length; ) {
    let end = begin;
    while (end < order.length && scores[at(order, end)] === scores[at(order, begin)]) end++;
    for (let place = begin; place < end; place++)
      if (isPositive[at(order, place)] === 1) ranks += (begin + end + 1) / 2;
    begin = end;
  }
  const value = (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
  return { value, ...areaInterval(value, positives, negatives) };
}

function areaInterval(value: number, positives: number, negatives: number): Pick<Area, "low" | "high"> {
  const isNear = (area: number): boolean => {
    const [both, squared] = [area / (2 - area), (2 * area * area) / (1 + area)];
    const spread = area * (1 - area) + (positives - 1) * (both - area ** 2) + (negatives - 1) * (squared - area ** 2);
    return Math.abs(value - area) <= z95 * Math.sqrt(Math.max(0, spread) / (positives * negatives));
  };
  const edge = (far: number): number => {
    let [outside, inside] = [far, value];
    for (let step = 0; step < 50; step++) {
      const middle = (outside + inside) / 2;
      if (isNear(middle)) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return { low: edge(0), high: edge(1) };
}

/**
 * The expected calibration error with a parametric bootstrap interval: what right answers and confidences differ by in each
 * bin is drawn anew from the normal distribution of its mean.
 */
function calibrationMetric(predictions: Predictions): Metric {
  const value = expectedCalibrationError(predictions);
  const bins = differencesOf(predictions);
  const normals = normalDraws(bins.length * resamples);
  const errors = Array.from({ length: resamples }, (_, draw) =>
    bins.reduce((sum, { mean, error }, bin) => sum + Math.abs(mean + error * at(normals, draw * bins.length + bin)), 0),
  ).sort((a, b) => a - b);
  const n = predictions.labels.length;
  return { value, low: Math.min(value, at(errors, 4)), high: Math.max(value, at(errors, resamples - 5)), n };
}

/** For each bin the sum over its rows of (right − confidence) / n, and its standard error. */
function differencesOf(predictions: Predictions): { readonly mean: number; readonly error: number }[] {
  const n = predictions.labels.length;
  const sums = new Float64Array(standardBins);
  const squares = new Float64Array(standardBins);
  for (let row = 0; row < n; row++) {
    const { label, confidence } = topLabel(predictions, row);
    const bin = Math.min(standardBins - 1, Math.max(0, Math.ceil(confidence * standardBins) - 1));
    const difference = (label === predictions.labels[row] ? 1 : 0) - confidence;
    sums[bin] = at(sums, bin) + difference / n;
    squares[bin] = at(squares, bin) + difference ** 2;
  }
  return Array.from(sums, (mean, bin) => ({ mean, error: Math.sqrt(at(squares, bin)) / n }));
}

/** Normal numbers, always the same, by the method of Box and Muller. */
function normalDraws(count: number): Float64Array {
  const words = new WordStream(threefry([0, 0], [0x65636520, 1]), 0);
  const uniform = (): number => (words.next() + 0.5) / 2 ** 32;
  return Float64Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}
