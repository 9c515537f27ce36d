/** Rows drawn in proportion to weights: for classes that are rare, or rows that count more. */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { drawsFor } from "./shuffle.ts";

/**
 * Weights with which each class is drawn equally often, whatever its share of the rows. Labels may be numbers or texts.
 *
 * @example
 * ```ts
 * import { balancedWeights } from "smilodon/data";
 * console.log(balancedWeights(["cat", "cat", "cat", "dog"])); // 1/3, 1/3, 1/3, 1
 * ```
 */
export function balancedWeights(labels: ArrayLike<number | string>): Float64Array {
  const counts = new Map<number | string, number>();
  for (let row = 0; row < labels.length; row++) {
    const label = at(labels, row);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return Float64Array.from({ length: labels.length }, (_, row) => 1 / (counts.get(at(labels, row)) ?? 1));
}

/**
 * `count` rows drawn with repetition, each in proportion to its weight; `seed` and `epoch` decide which.
 * @throws ArgumentError where a weight is below 0 or no number, or all are 0.
 */
export function sampledOrder(weights: ArrayLike<number>, count: number, seed: number, epoch: number): Uint32Array {
  const ends = new Float64Array(weights.length);
  let total = 0;
  for (let row = 0; row < weights.length; row++) {
    const weight = at(weights, row);
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new ArgumentError(`Loader: the weight of row ${row} is ${weight}; it has to be zero or more.`, { row });
    total += weight;
    ends[row] = total;
  }
  if (total === 0) throw new ArgumentError("Loader: all weights are 0; some row has to be drawn.");
  const words = drawsFor(seed, "sample", epoch);
  return Uint32Array.from({ length: count }, () => rowAt(ends, total * uniform(words.next(), words.next())));
}

/** A number of 53 random bits in 0 … 1, below 1. */
function uniform(first: number, second: number): number {
  return ((first >>> 5) * 2 ** 26 + (second >>> 6)) / 2 ** 53;
}

/** The first row whose end lies above `place`: rows of weight 0 are never met. */
function rowAt(ends: Float64Array, place: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(ends, middle) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}
