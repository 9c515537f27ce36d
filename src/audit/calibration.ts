/**
 * Calibration: does "90 % sure" mean right in 90 of 100? Every number is published with the rule behind it, because
 * libraries differ in bins and edges. temperature.ts mends what is measured here.
 */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { checkPredictions, type Predictions, topLabel } from "./predictions.ts";

/** Samples of similar confidence, taken together. */
export interface ReliabilityBin {
  /** Confidences in the bin are above `lower` … */
  readonly lower: number;
  /** … and at most `upper`. */
  readonly upper: number;
  /** Number of samples. */
  readonly count: number;
  /** Mean confidence of the samples; 0 where there are none. */
  readonly confidence: number;
  /** Share of the samples that are right; 0 where there are none. */
  readonly accuracy: number;
}

/** The number of bins that the literature uses most (Guo et al. 2017). */
export const standardBins = 15;

/**
 * Samples by confidence in `bins` equal-width bins (a, b] over (0, 1]: the reliability diagram as data. The confidence
 * is that of the most probable class. Rule: Guo, Pleiss, Sun, Weinberger 2017, section 2.
 * @throws ArgumentError, DataError where the predictions are not what they have to be.
 */
export function reliabilityDiagram(predictions: Predictions, bins = standardBins): readonly ReliabilityBin[] {
  const count = checkPredictions("reliabilityDiagram", predictions);
  checkBins("reliabilityDiagram", bins);
  const rows = Array.from({ length: bins }, (): number[] => []);
  for (let row = 0; row < count; row++) at(rows, binOf(topLabel(predictions, row).confidence, bins)).push(row);
  return rows.map((members, index) =>
    summarize(predictions, members, { lower: index / bins, upper: (index + 1) / bins }),
  );
}

/**
 * Expected calibration error: Σ_b (n_b / n) · |accuracy_b − confidence_b| over `bins` equal-width bins (a, b].
 *
 * @example
 * ```ts
 * import { binaryPredictions, expectedCalibrationError } from "smilodon/audit";
 * // Four answers of 0.75, three of them right: perfectly calibrated.
 * const honest = binaryPredictions([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0]);
 * console.log(expectedCalibrationError(honest)); // 0
 * ```
 */
export function expectedCalibrationError(predictions: Predictions, bins = standardBins): number {
  return weightedGap(reliabilityDiagram(predictions, bins));
}

/** Maximum calibration error: the largest |accuracy_b − confidence_b| among the bins that hold a sample. */
export function maximumCalibrationError(predictions: Predictions, bins = standardBins): number {
  const filled = reliabilityDiagram(predictions, bins).filter((bin) => bin.count > 0);
  return Math.max(...filled.map(gapOf));
}

/**
 * Calibration error over groups of equal size: samples sorted by confidence (stable) and cut into `groups` nearly equal
 * consecutive groups, the first ones larger by one where the division leaves a rest. Less at the mercy of bin edges
 * than equal widths.
 */
export function equalMassCalibrationError(predictions: Predictions, groups = standardBins): number {
  return weightedGap(equalMassGroups(predictions, groups));
}

/** The groups behind `equalMassCalibrationError`, in order of confidence; `lower` and `upper` are their extremes. */
export function equalMassGroups(predictions: Predictions, groups = standardBins): readonly ReliabilityBin[] {
  const count = checkPredictions("equalMassGroups", predictions);
  checkBins("equalMassGroups", groups);
  const confidences = Array.from({ length: count }, (_, row) => topLabel(predictions, row).confidence);
  const order = confidences.map((_, row) => row).sort((a, b) => at(confidences, a) - at(confidences, b));
  const size = Math.floor(count / groups);
  const rest = count % groups;
  return Array.from({ length: groups }, (_, group) => {
    const start = group * size + Math.min(group, rest);
    const members = order.slice(start, start + size + (group < rest ? 1 : 0));
    const lower = confidences[members[0] ?? -1] ?? 0;
    const upper = confidences[members.at(-1) ?? -1] ?? 0;
    return summarize(predictions, members, { lower, upper });
  });
}

/** Negative log-likelihood: mean of −log p of the true class, in nats; p is clipped at 1e-12. */
export function negativeLogLikelihood(predictions: Predictions): number {
  const count = checkPredictions("negativeLogLikelihood", predictions);
  const { probabilities, labels, classes } = predictions;
  let total = 0;
  for (let row = 0; row < count; row++) {
    total -= Math.log(Math.max(1e-12, at(probabilities, row * classes + at(labels, row))));
  }
  return total / count;
}

/** Brier score: mean over samples of Σ_c (p_c − 1[y = c])², between 0 and 2 (the sum over all classes, not half of it). */
export function brierScore(predictions: Predictions): number {
  const count = checkPredictions("brierScore", predictions);
  const { probabilities, labels, classes } = predictions;
  let total = 0;
  for (let index = 0; index < count * classes; index++) {
    const truth = labels[Math.floor(index / classes)] === index % classes ? 1 : 0;
    total += (at(probabilities, index) - truth) ** 2;
  }
  return total / count;
}

/** Position of the bin (b/bins, (b+1)/bins] that holds `confidence`. */
function binOf(confidence: number, bins: number): number {
  let bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
  // The product above is rounded; the edges decide.
  while (bin > 0 && confidence <= bin / bins) bin--;
  while (bin < bins - 1 && confidence > (bin + 1) / bins) bin++;
  return bin;
}

function summarize(
  predictions: Predictions,
  rows: readonly number[],
  edges: { lower: number; upper: number },
): ReliabilityBin {
  let confidence = 0;
  let right = 0;
  for (const row of rows) {
    const top = topLabel(predictions, row);
    confidence += top.confidence;
    if (top.label === predictions.labels[row]) right++;
  }
  const count = rows.length;
  return { ...edges, count, confidence: confidence / Math.max(1, count), accuracy: right / Math.max(1, count) };
}

function gapOf(bin: ReliabilityBin): number {
  return Math.abs(bin.accuracy - bin.confidence);
}

function weightedGap(bins: readonly ReliabilityBin[]): number {
  const count = bins.reduce((total, bin) => total + bin.count, 0);
  return bins.reduce((total, bin) => total + bin.count * gapOf(bin), 0) / count;
}

function checkBins(operation: string, bins: number): void {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new ArgumentError(`${operation}: ${bins} bins are not possible; give a whole number of at least 1.`, {
      bins,
    });
  }
}
