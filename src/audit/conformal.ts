/**
 * Split conformal prediction: instead of one label, the set of labels that calibration data do not rule out. On data
 * like the calibration data the set holds the truth with probability at least 1 − α, whatever the model is.
 * Source: Sadinle, Lei, Wasserman 2019 (LAC); Vovk, Gammerman, Shafer 2005.
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { checkPredictions, type Predictions } from "./predictions.ts";

/** What conformal prediction keeps from the calibration data. */
export interface ConformalRule {
  /** Share of answers whose set may miss the truth. */
  readonly alpha: number;
  /** Largest score 1 − p that a label in the set may have; Infinity where there were too few samples to rule anything out. */
  readonly threshold: number;
  /** Number of calibration samples. */
  readonly samples: number;
}

/**
 * Least ambiguous set-valued classifier (LAC): score s = 1 − p of the true class on calibration data, k = ⌈(n+1)(1−α)⌉,
 * threshold = the k-th smallest s (the finite-sample quantile). Sets are made by `predictionSet`.
 * @throws ArgumentError unless 0 < α < 1; ArgumentError, DataError where the predictions are not what they have to be.
 *
 * @example
 * ```ts
 * import { binaryPredictions, fitConformal, predictionSet } from "smilodon/audit";
 * const seen = binaryPredictions([0.9, 0.8, 0.3, 0.1], [1, 1, 1, 0]);
 * const rule = fitConformal(seen, 0.2); // scores 0.1, 0.1, 0.2, 0.7 and k = 4
 * console.log(predictionSet(rule, [0.55, 0.45])); // [0, 1]: neither can be ruled out
 * ```
 */
export function fitConformal(calibration: Predictions, alpha: number): ConformalRule {
  const count = checkPredictions("fitConformal", calibration);
  const { probabilities, labels, classes } = calibration;
  const scores = Float64Array.from(
    { length: count },
    (_, row) => 1 - at(probabilities, row * classes + at(labels, row)),
  );
  return { alpha, threshold: conformalQuantile(scores, alpha), samples: count };
}

/**
 * The k-th smallest of n scores with k = ⌈(n+1)(1−α)⌉: a fresh score of the same kind is at most this with probability
 * at least 1 − α. Infinity where k > n: so few samples rule nothing out.
 * @throws ArgumentError unless 0 < α < 1; DataError where a score is NaN or there are none.
 */
export function conformalQuantile(scores: ArrayLike<number>, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) {
    throw new ArgumentError(`conformalQuantile: alpha is ${alpha}; it has to lie between 0 and 1.`, { alpha });
  }
  if (scores.length === 0) throw new DataError("conformalQuantile: there are no scores.");
  const sorted = Float64Array.from(scores).sort();
  if (sorted.some(Number.isNaN)) throw new DataError("conformalQuantile: a score is NaN.");
  // The product is rounded: 0.95 · 20 must not become 20 where 19 is meant.
  const rank = Math.ceil((sorted.length + 1) * (1 - alpha) - 1e-9);
  return rank > sorted.length ? Number.POSITIVE_INFINITY : at(sorted, Math.max(1, rank) - 1);
}

/**
 * The labels that the rule does not rule out for one sample, in their order: {c : 1 − p_c ≤ threshold}. Empty where
 * nothing is plausible enough, which itself says that the sample is unlike the calibration data.
 */
export function predictionSet(rule: ConformalRule, probabilities: ArrayLike<number>): readonly number[] {
  return Array.from(probabilities, (_, label) => label).filter(
    (label) => 1 - at(probabilities, label) <= rule.threshold,
  );
}

/** How the sets of a rule do on labelled samples. */
export interface SetQuality {
  /** Share of samples whose set holds the truth. */
  readonly coverage: number;
  /** Mean number of labels in a set. */
  readonly meanSize: number;
  /** Share of samples whose set is empty. */
  readonly empty: number;
}

/** Coverage, mean size and share of empty sets on `test`. */
export function measureSets(rule: ConformalRule, test: Predictions): SetQuality {
  const count = checkPredictions("measureSets", test);
  let covered = 0;
  let size = 0;
  let empty = 0;
  for (let row = 0; row < count; row++) {
    const start = row * test.classes;
    const set = predictionSet(
      rule,
      Array.from({ length: test.classes }, (_, c) => at(test.probabilities, start + c)),
    );
    if (set.includes(at(test.labels, row))) covered++;
    if (set.length === 0) empty++;
    size += set.length;
  }
  return { coverage: covered / count, meanSize: size / count, empty: empty / count };
}
