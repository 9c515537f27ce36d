/**
 * What the audit functions look at: class probabilities of many samples beside their true labels, as plain arrays.
 * Everything in this folder is a pure function of such numbers; calibration.ts is the place to go on.
 */
import { ArgumentError, DataError } from "../support/errors.ts";

/** Class probabilities of n samples with their true labels. */
export interface Predictions {
  /** Row-major [n, classes]: for each sample one probability a class, adding up to 1. */
  readonly probabilities: ArrayLike<number>;
  /** The true class of each sample, 0 … classes − 1. */
  readonly labels: ArrayLike<number>;
  /** Number of classes, at least 2. */
  readonly classes: number;
}

/** The class that a model prefers for one sample, and its probability. */
export interface TopLabel {
  readonly label: number;
  readonly confidence: number;
}

/** The most probable class of sample `row`; among equals the first. */
export function topLabel(predictions: Pick<Predictions, "probabilities" | "classes">, row: number): TopLabel {
  const { probabilities, classes } = predictions;
  let label = 0;
  let confidence = -Infinity;
  for (let index = 0; index < classes; index++) {
    const value = probabilities[row * classes + index] ?? Number.NaN;
    if (value > confidence) {
      label = index;
      confidence = value;
    }
  }
  return { label, confidence };
}

/** Share of samples whose most probable class is the true one. */
export function accuracyOf(predictions: Predictions): number {
  const count = checkPredictions("accuracyOf", predictions);
  let right = 0;
  for (let row = 0; row < count; row++) if (topLabel(predictions, row).label === predictions.labels[row]) right++;
  return right / count;
}

/**
 * Two-class predictions from the probability of class 1.
 * @example
 * ```ts
 * import { accuracyOf, binaryPredictions } from "smilodon/audit";
 * console.log(accuracyOf(binaryPredictions([0.2, 0.9, 0.6], [0, 1, 0]))); // 0.666…
 * ```
 */
export function binaryPredictions(probabilityOfOne: ArrayLike<number>, labels: ArrayLike<number>): Predictions {
  const probabilities = new Float64Array(probabilityOfOne.length * 2);
  for (let row = 0; row < probabilityOfOne.length; row++) {
    const one = probabilityOfOne[row] ?? Number.NaN;
    probabilities[2 * row] = 1 - one;
    probabilities[2 * row + 1] = one;
  }
  return { probabilities, labels, classes: 2 };
}

/**
 * The number of samples, once probabilities and labels are what they have to be.
 * @throws ArgumentError where the lengths do not fit; DataError naming the first row with a label or probability
 * that cannot be.
 */
export function checkPredictions(operation: string, { probabilities, labels, classes }: Predictions): number {
  const count = labels.length;
  if (!Number.isInteger(classes) || classes < 2) {
    throw new ArgumentError(`${operation}: classes is ${classes}; it has to be a whole number of at least 2.`, {
      classes,
    });
  }
  if (count === 0) throw new DataError(`${operation}: there are no samples.`);
  if (probabilities.length !== count * classes) {
    throw new ArgumentError(
      `${operation}: ${probabilities.length} probabilities do not fit ${count} labels and ${classes} classes; ` +
        `expected ${count * classes}, row by row.`,
      { probabilities: probabilities.length, labels: count, classes },
    );
  }
  for (let row = 0; row < count; row++) checkRow(operation, { probabilities, labels, classes }, row);
  return count;
}

function checkRow(operation: string, { probabilities, labels, classes }: Predictions, row: number): void {
  const label = labels[row] ?? Number.NaN;
  if (!Number.isInteger(label) || label < 0 || label >= classes) {
    throw new DataError(`${operation}: label ${label} of row ${row} is not one of 0 … ${classes - 1}.`, { row, label });
  }
  for (let index = row * classes; index < (row + 1) * classes; index++) {
    const value = probabilities[index] ?? Number.NaN;
    // A little room above 1: probabilities that were computed in f32.
    if (!(value >= 0 && value <= 1.00001)) {
      throw new DataError(`${operation}: row ${row} holds ${value}, which is not a probability.`, { row, value });
    }
  }
}
