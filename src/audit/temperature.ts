/**
 * Temperature scaling (Guo, Pleiss, Sun, Weinberger 2017, section 4.2): one number T that divides all logits, so that
 * the model becomes as sure as it is right. It never changes which class comes first.
 */

import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { exp } from "../support/sameMath.ts";

/** Logits of n samples with their true labels. */
export interface LabelledLogits {
  /** Row-major [n, classes]. Log-probabilities serve as well. */
  readonly logits: ArrayLike<number>;
  /** The true class of each sample, 0 … classes − 1. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/** Bounds between which the temperature is sought. */
export const temperatureBounds = { lowest: 0.05, highest: 10 } as const;

/** How a temperature is fitted. */
export interface TemperatureOptions {
  /**
   * So many samples more are taken to be of any class alike, spread over all (after J. Platt 1999): few samples that are all
   * right are no reason to be sure without end. Default 0.
   */
  readonly doubt?: number;
}

/**
 * The temperature in [0.05, 10] that minimises the negative log-likelihood of softmax(logits / T). Fit it on samples
 * that the model has not learned from.
 * @throws ArgumentError where lengths do not fit; DataError where a logit is not finite.
 *
 * @example
 * ```ts
 * import { fitTemperature } from "smilodon/audit";
 * // Sure to 98 % (logit 4) and right in three of four: the temperature makes it 75 % (logit log 3).
 * const logits = [0, 4, 0, 4, 0, 4, 0, 4];
 * const temperature = fitTemperature({ logits, labels: [1, 1, 1, 0], classes: 2 });
 * console.log(4 / temperature, Math.log(3)); // 1.0986, 1.0986
 * ```
 */
export function fitTemperature(
  { logits, labels, classes }: LabelledLogits,
  { doubt = 0 }: TemperatureOptions = {},
): number {
  checkLogits({ logits, labels, classes });
  const samples = { logits: Float64Array.from(logits), labels, classes, doubt: doubt / (labels.length + doubt) };
  // The likelihood is convex in β = 1 / T, so its slope has one sign change: bisect that.
  let low = 1 / temperatureBounds.highest;
  let high = 1 / temperatureBounds.lowest;
  if (likelihoodSlope(samples, low) >= 0) return 1 / low;
  if (likelihoodSlope(samples, high) <= 0) return 1 / high;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (likelihoodSlope(samples, middle) > 0) high = middle;
    else low = middle;
  }
  return 2 / (low + high);
}

/** softmax(logits / temperature), row-major [n, classes], in f64. */
export function applyTemperature(logits: ArrayLike<number>, classes: number, temperature: number): Float64Array {
  if (!(temperature > 0)) {
    throw new ArgumentError(`applyTemperature: the temperature is ${temperature}; it has to be above 0.`, {
      temperature,
    });
  }
  const probabilities = new Float64Array(logits.length);
  for (let start = 0; start + classes <= logits.length; start += classes) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, at(logits, start + c));
    let total = 0;
    for (let c = 0; c < classes; c++) total += exp((at(logits, start + c) - largest) / temperature);
    for (let c = 0; c < classes; c++) {
      probabilities[start + c] = exp((at(logits, start + c) - largest) / temperature) / total;
    }
  }
  return probabilities;
}

/** Probabilities as logits for `fitTemperature`: their logarithms, clipped at 1e-12. */
export function logitsOf(probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(probabilities, (probability) => Math.log(Math.max(1e-12, probability)));
}

/** One logit of class 1, as binary models give it, as the two logits (0, z) that mean the same. */
export function binaryLogits(logitOfOne: ArrayLike<number>): Float64Array {
  const logits = new Float64Array(logitOfOne.length * 2);
  for (let row = 0; row < logitOfOne.length; row++) logits[2 * row + 1] = at(logitOfOne, row);
  return logits;
}

/** d/dβ of the negative log-likelihood at β = 1 / T: mean of Σ_c p_c·z_c − z_y, a share `doubt` of z_y being the mean of all z. */
function likelihoodSlope(
  { logits, labels, classes, doubt }: LabelledLogits & { readonly doubt: number },
  inverse: number,
): number {
  let slope = 0;
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes;
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[start + c] ?? 0);
    let total = 0;
    let weighted = 0;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const logit = logits[start + c] ?? 0;
      sum += logit;
      const weight = Math.exp((logit - largest) * inverse);
      total += weight;
      weighted += weight * logit;
    }
    slope += weighted / total - (1 - doubt) * at(logits, start + at(labels, row)) - (doubt * sum) / classes;
  }
  return slope / labels.length;
}

function checkLogits({ logits, labels, classes }: LabelledLogits): void {
  if (labels.length === 0) throw new DataError("fitTemperature: there are no samples.");
  if (logits.length !== labels.length * classes) {
    throw new ArgumentError(
      `fitTemperature: ${logits.length} logits do not fit ${labels.length} labels and ${classes} classes.`,
      { logits: logits.length, labels: labels.length, classes },
    );
  }
  for (let index = 0; index < logits.length; index++) {
    if (Number.isFinite(logits[index])) continue;
    throw new DataError(`fitTemperature: row ${Math.floor(index / classes)} holds the logit ${logits[index]}.`, {
      index,
    });
  }
  for (let row = 0; row < labels.length; row++) {
    const label = at(labels, row);
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new DataError(`fitTemperature: label ${label} of row ${row} is not one of 0 … ${classes - 1}.`, {
      row,
      label,
    });
  }
}
