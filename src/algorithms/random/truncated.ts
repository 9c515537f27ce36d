/** Normal numbers without tails. */
import type { Shape } from "../../shape/shape.ts";
import { ArgumentError } from "../../support/errors.ts";
import { maximum, minimum } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { drawingFloats, type FloatRandomOptions, unitInterval } from "../../tensor/drawing.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { ndtr, ndtri } from "../special/normal.ts";
import { type DistributionParameter, finite, parameterOf, positive } from "./parameters.ts";

/** Options of `truncatedNormal`. */
export interface TruncatedNormalOptions extends FloatRandomOptions {
  /** Least value. Default −2: a number, not a count of deviations. */
  readonly low?: DistributionParameter;
  /** Largest value. Default 2. */
  readonly high?: DistributionParameter;
  /** Mean of the normal numbers of which those from `low` to `high` are drawn. Default 0. */
  readonly mean?: DistributionParameter;
  /** Their standard deviation. Default 1. */
  readonly deviation?: DistributionParameter;
}

const notNan = { holds: (value: number) => !Number.isNaN(value), text: "a number" };

/**
 * Normal numbers of those that lie from `low` to `high`, also where that is far out in a tail. There are derivatives with
 * respect to all parameters. Elements where `low` is not below `high`, or where no number of the dtype lies between them, are NaN.
 * @throws ArgumentError where `low` is not below `high` or the deviation not above 0, DtypeError for dtypes that are not floats.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.truncatedNormal([1000], { low: 0 });
 * console.log((await x.min().item()) >= 0, (await x.max().item()) <= 2); // true true
 * ```
 */
export function truncatedNormal<const S extends Shape>(shape: S, options?: TruncatedNormalOptions): Tensor<S>;
export function truncatedNormal(
  shape: Shape,
  { low = -2, high = 2, mean = 0, deviation = 1, ...options }: TruncatedNormalOptions = {},
): Tensor {
  if (typeof low === "number" && typeof high === "number" && low >= high)
    throw new ArgumentError(`truncatedNormal: low is ${low} and high is ${high}; low has to be below high.`, {
      low,
      high,
    });
  return drawingFloats("truncatedNormal", shape, options, (words, inner) => {
    const of = (name: string, value: DistributionParameter, range = notNan) =>
      parameterOf("truncatedNormal", name, value, range, shape, inner);
    const [center, spread] = [of("mean", mean, finite), of("deviation", deviation, positive)];
    const from = of("low", low).subtract(center).divide(spread);
    const to = of("high", high).subtract(center).divide(spread);
    // The lower tail is as fine as floats are, so what lies above the mean is drawn in the mirror
    const isMirrored = from.greater(0);
    const [left, right] = [where(isMirrored, to.multiply(-1), from), where(isMirrored, from.multiply(-1), to)];
    const [below, upTo] = [ndtr(left), ndtr(right)];
    const share = below.add(upTo.subtract(below).multiply(unitInterval(words(0), inner)));
    const standard = where(left.less(right), minimum(maximum(ndtri(share), left), right), NaN);
    return where(isMirrored, standard.multiply(-1), standard).multiply(spread).add(center);
  });
}
