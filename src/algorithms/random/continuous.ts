/**
 * Continuous distributions whose numbers are a function of one uniform or normal number each, so that they fuse with what uses
 * them and have derivatives with respect to their parameters. `gamma.ts` has those that are tried until one is accepted.
 */
import type { Shape } from "../../shape/shape.ts";
import { sign } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import {
  drawingFloats,
  type FloatRandomOptions,
  gumbelNoise,
  openUnit,
  standardNormal,
  type Words,
} from "../../tensor/drawing.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp, log, tan } from "../../tensor/transcendental.ts";
import { type DistributionParameter, finite, parameterOf, positive } from "./parameters.ts";

/** Options of `exponential`. */
export interface ExponentialOptions extends FloatRandomOptions {
  /** Events in a unit of time: one over the mean. Default 1. */
  readonly rate?: DistributionParameter;
}

/** Options of distributions that are moved and stretched. */
export interface LocationOptions extends FloatRandomOptions {
  /** What is added. Default 0. */
  readonly location?: DistributionParameter;
  /** What is multiplied by, above 0. Default 1. */
  readonly scale?: DistributionParameter;
}

/** Options of `logNormal`. */
export interface LogNormalOptions extends FloatRandomOptions {
  /** Mean of the logarithm. Default 0. */
  readonly mean?: DistributionParameter;
  /** Standard deviation of the logarithm. Default 1. */
  readonly deviation?: DistributionParameter;
}

/**
 * Waiting times: density rate · exp(−rate · x) for x ≥ 0.
 * @throws ArgumentError where the rate is not above 0, DtypeError for dtypes that are not floats.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.exponential([1000], { rate: 2 });
 * console.log(Math.abs((await x.mean().item()) - 0.5) < 0.1); // true
 * ```
 */
export function exponential<const S extends Shape>(shape: S, options?: ExponentialOptions): Tensor<S>;
export function exponential(shape: Shape, { rate = 1, ...options }: ExponentialOptions = {}): Tensor {
  return drawingFloats("exponential", shape, options, (words, inner) => {
    const divisor = parameterOf("exponential", "rate", rate, positive, shape, inner);
    return log(openUnit(words(0), inner))
      .multiply(-1)
      .divide(divisor);
  });
}

/**
 * Laplace's distribution: density exp(−|x − location| / scale) / (2 · scale).
 * @throws ArgumentError where the scale is not above 0, DtypeError for dtypes that are not floats.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.laplace([1000], { location: 3 });
 * console.log(Math.abs((await x.mean().item()) - 3) < 0.3); // true
 * ```
 */
export function laplace<const S extends Shape>(shape: S, options?: LocationOptions): Tensor<S>;
export function laplace(shape: Shape, options: LocationOptions = {}): Tensor {
  return located("laplace", shape, options, (words, inner) => {
    const side = sign(openUnit(words(1), inner).subtract(0.5));
    return log(openUnit(words(0), inner)).multiply(where(side.equal(0), 1, side));
  });
}

/**
 * Gumbel's distribution of largest values: location − scale · ln(−ln u).
 * @throws ArgumentError where the scale is not above 0, DtypeError for dtypes that are not floats.
 *
 * Source: E. Gumbel, "Statistical theory of extreme values and some practical applications", 1954.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.gumbel([1000]);
 * console.log(Math.abs((await x.mean().item()) - 0.5772) < 0.2); // true
 * ```
 */
export function gumbel<const S extends Shape>(shape: S, options?: LocationOptions): Tensor<S>;
export function gumbel(shape: Shape, options: LocationOptions = {}): Tensor {
  return located("gumbel", shape, options, (words, inner) => gumbelNoise(words(0), inner));
}

/**
 * The logistic distribution, whose distribution function is the sigmoid.
 * @throws ArgumentError where the scale is not above 0, DtypeError for dtypes that are not floats.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * console.log(Math.abs(await random.logistic([1000]).mean().item()) < 0.3); // true
 * ```
 */
export function logistic<const S extends Shape>(shape: S, options?: LocationOptions): Tensor<S>;
export function logistic(shape: Shape, options: LocationOptions = {}): Tensor {
  return located("logistic", shape, options, (words, inner) => {
    // The difference of two Gumbel numbers: as fine in both tails
    return gumbelNoise(words(0), inner).subtract(gumbelNoise(words(1), inner));
  });
}

/**
 * Cauchy's distribution, which has no mean: density 1 / (π · scale · (1 + ((x − location) / scale)²)).
 * @throws ArgumentError where the scale is not above 0, DtypeError for dtypes that are not floats.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * console.log(random.cauchy([3]).shape); // [3]
 * ```
 */
export function cauchy<const S extends Shape>(shape: S, options?: LocationOptions): Tensor<S>;
export function cauchy(shape: Shape, options: LocationOptions = {}): Tensor {
  return located("cauchy", shape, options, (words, inner) =>
    tan(openUnit(words(0), inner).subtract(0.5).multiply(Math.PI)),
  );
}

/**
 * Numbers whose logarithm is normal.
 * @throws ArgumentError where the deviation is not above 0, DtypeError for dtypes that are not floats.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.logNormal([1000], { deviation: 0.1 });
 * console.log(Math.abs((await x.mean().item()) - 1) < 0.1); // true
 * ```
 */
export function logNormal<const S extends Shape>(shape: S, options?: LogNormalOptions): Tensor<S>;
export function logNormal(shape: Shape, { mean = 0, deviation = 1, ...options }: LogNormalOptions = {}): Tensor {
  return drawingFloats("logNormal", shape, options, (words, inner) => {
    const center = parameterOf("logNormal", "mean", mean, finite, shape, inner);
    const spread = parameterOf("logNormal", "deviation", deviation, positive, shape, inner);
    return exp(standardNormal(words, inner).multiply(spread).add(center));
  });
}

function located(
  operation: string,
  shape: Shape,
  { location = 0, scale = 1, ...options }: LocationOptions,
  standard: (words: Words, inner: "f32" | "f64") => Tensor,
): Tensor {
  return drawingFloats(operation, shape, options, (words, inner) => {
    const stretch = parameterOf(operation, "scale", scale, positive, shape, inner);
    const move = parameterOf(operation, "location", location, finite, shape, inner);
    return standard(words, inner).multiply(stretch).add(move);
  });
}
