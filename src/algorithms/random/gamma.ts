/** Gamma's distribution, by trial, and those that are made of it. */
import type { Shape } from "../../shape/shape.ts";
import { ShapeError, UnsupportedError } from "../../support/errors.ts";
import { where } from "../../tensor/comparison.ts";
import { full } from "../../tensor/creation.ts";
import {
  type DrawnDtype,
  drawingFloats,
  type FloatRandomOptions,
  openUnit,
  standardNormal,
  type Words,
  wordsOfKeys,
} from "../../tensor/drawing.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { softmax } from "../../tensor/normalize.ts";
import { floatsOf } from "../../tensor/operands.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp, log, log1p } from "../../tensor/transcendental.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { firstAccepted } from "./accepted.ts";
import { type DistributionParameter, parameterOf, positive } from "./parameters.ts";

/** Options of `gamma`. */
export interface GammaOptions extends FloatRandomOptions {
  /** One over the scale. Default 1. */
  readonly rate?: DistributionParameter;
}

/**
 * Gamma's distribution: density rate^a · x^(a−1) · exp(−rate · x) / Γ(a) for x > 0, a the concentration. Elements whose
 * parameters are not above 0 are NaN. There is a derivative with respect to the rate, none with respect to the concentration.
 * @throws ArgumentError where a parameter is not above 0, DtypeError for dtypes that are not floats; UnsupportedError from
 * `grad` by the concentration.
 *
 * Source: G. Marsaglia, W. Tsang, "A simple method for generating gamma variables", ACM Transactions on Mathematical Software 26 (2000).
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.gamma([1000], 3, { rate: 2 });
 * console.log(Math.abs((await x.mean().item()) - 1.5) < 0.2); // true
 * ```
 */
export function gamma<const S extends Shape>(
  shape: S,
  concentration: DistributionParameter,
  options?: GammaOptions,
): Tensor<S>;
export function gamma(
  shape: Shape,
  concentration: DistributionParameter,
  { rate = 1, ...options }: GammaOptions = {},
): Tensor {
  return drawingFloats("gamma", shape, options, (words, inner) => {
    const a = parameterOf("gamma", "concentration", concentration, positive, shape, inner);
    const divisor = parameterOf("gamma", "rate", rate, positive, shape, inner);
    return where(divisor.greater(0), exp(logGamma("gamma", words, a, inner)).divide(divisor), NaN);
  });
}

/**
 * Beta's distribution on [0, 1]: density proportional to x^(alpha − 1) · (1 − x)^(beta − 1).
 * @throws ArgumentError where a parameter is not above 0, DtypeError for dtypes that are not floats; UnsupportedError from
 * `grad` by the parameters.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.beta([1000], 2, 6);
 * console.log(Math.abs((await x.mean().item()) - 0.25) < 0.05); // true
 * ```
 */
export function beta<const S extends Shape>(
  shape: S,
  alpha: DistributionParameter,
  beta: DistributionParameter,
  options?: FloatRandomOptions,
): Tensor<S>;
export function beta(
  shape: Shape,
  alpha: DistributionParameter,
  beta: DistributionParameter,
  options: FloatRandomOptions = {},
): Tensor {
  return drawingFloats("beta", shape, options, (words, inner) => {
    const [a, b] = [
      parameterOf("beta", "alpha", alpha, positive, shape, inner),
      parameterOf("beta", "beta", beta, positive, shape, inner),
    ];
    const others: Words = (block) => words(block + 1);
    return logGamma("beta", words, a, inner)
      .subtract(logGamma("beta", others, b, inner))
      .sigmoid();
  });
}

/**
 * Dirichlet's distribution: non-negative numbers along the last axis that add up to 1, of the shape of `concentration`.
 * Broadcast the concentration for several draws.
 * @throws ShapeError where it has no axis or the last one is empty, DtypeError for dtypes that are not floats; UnsupportedError
 * from `grad` by the concentration.
 *
 * @example
 * ```ts
 * import { random, tensor } from "smilodon";
 * const shares = random.dirichlet(tensor([1, 2, 3]));
 * console.log(Math.abs((await shares.sum().item()) - 1) < 1e-6); // true
 * ```
 */
export function dirichlet(concentration: Tensor, options: Omit<FloatRandomOptions, "dtype"> = {}): Tensor {
  const values = floatsOf(concentration);
  const { shape, dtype } = values;
  if (shape.length === 0 || shape.at(-1) === 0)
    throw new ShapeError(
      `dirichlet: the concentration has shape [${shape}]; its last axis has to have one element or more.`,
      { shape },
    );
  return drawingFloats("dirichlet", shape, { ...options, dtype }, (words, inner) => {
    const a = parameterOf("dirichlet", "concentration", values, positive, shape, inner);
    return reshape(softmax(reshape(logGamma("dirichlet", words, a, inner), shape)), [a.size]);
  });
}

/**
 * The sum of the squares of `freedom` normal numbers.
 * @throws as `gamma`
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.chiSquare([1000], 4);
 * console.log(Math.abs((await x.mean().item()) - 4) < 0.5); // true
 * ```
 */
export function chiSquare<const S extends Shape>(
  shape: S,
  freedom: DistributionParameter,
  options?: FloatRandomOptions,
): Tensor<S>;
export function chiSquare(shape: Shape, freedom: DistributionParameter, options: FloatRandomOptions = {}): Tensor {
  return drawingFloats("chiSquare", shape, options, (words, inner) => {
    const half = parameterOf("chiSquare", "freedom", freedom, positive, shape, inner).multiply(0.5);
    return exp(logGamma("chiSquare", words, half, inner)).multiply(2);
  });
}

/**
 * Student's distribution with `freedom` degrees of freedom.
 * @throws as `gamma`
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * console.log(Math.abs(await random.studentT([1000], 5).mean().item()) < 0.3); // true
 * ```
 */
export function studentT<const S extends Shape>(
  shape: S,
  freedom: DistributionParameter,
  options?: FloatRandomOptions,
): Tensor<S>;
export function studentT(shape: Shape, freedom: DistributionParameter, options: FloatRandomOptions = {}): Tensor {
  return drawingFloats("studentT", shape, options, (words, inner) => {
    const degrees = parameterOf("studentT", "freedom", freedom, positive, shape, inner);
    const halfLog = logGamma("studentT", words, degrees.multiply(0.5), inner);
    const normal = standardNormal((block) => words(block + 1), inner);
    // √(freedom / χ²), where χ² = 2 · gamma
    return normal.multiply(exp(log(degrees.multiply(0.5)).subtract(halfLog).multiply(0.5)));
  });
}

/** ln of gamma numbers, so that those of small concentrations, far below what floats hold, keep their order. */
function logGamma(operation: string, words: Words, concentration: Tensor, dtype: DrawnDtype): Tensor {
  const keys = words(0);
  const draw = customVjp((a: Tensor) => logGammaOf(keys, a, dtype), {
    forward: (a) => [logGammaOf(keys, a, dtype), null],
    backward: () => {
      throw new UnsupportedError(
        `random.${operation}: numbers that are drawn by trial have no derivative with respect to the parameters of their shape. Stop it with stopGradient(), or use a distribution that has one, for example logNormal.`,
      );
    },
  });
  return draw(concentration);
}

function logGammaOf(keys: readonly [Tensor, Tensor], concentration: Tensor, dtype: DrawnDtype): Tensor {
  const isSmall = concentration.less(1);
  // x of a + 1, times u^(1/a)
  const raised: Tensor = where(isSmall, concentration.add(1), concentration);
  const d = raised.subtract(1 / 3);
  const c = d.multiply(9).sqrt().reciprocal();
  const attempt = (words: Words) => {
    const x = standardNormal(words, dtype);
    const root = x.multiply(c);
    const logV = log1p(root).multiply(3);
    const v = exp(logV);
    const bound = x
      .square()
      .multiply(0.5)
      .add(d.multiply(logV.subtract(v).add(1)));
    const isAccepted = root.greater(-1).logicalAnd(log(openUnit(words(2), dtype)).less(bound));
    return { value: log(d).add(logV), isAccepted };
  };
  const isValid = concentration.greater(0).logicalAnd(concentration.less(Infinity));
  const found = firstAccepted(keys, attempt, isValid.logicalNot(), dtype);
  const boost = log(openUnit(wordsOfKeys(keys, full([], 0, { dtype: "u32" }))(3), dtype)).divide(concentration);
  return where(isSmall, found.add(boost), found);
}
