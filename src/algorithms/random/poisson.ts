/** Numbers of events. */
import type { Shape } from "../../shape/shape.ts";
import { abs, floor, sqrt } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { full, zerosLike } from "../../tensor/creation.ts";
import { type DrawnDtype, drawingFloats, type FloatRandomOptions, openUnit, type Words } from "../../tensor/drawing.ts";
import { all } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp, log } from "../../tensor/transcendental.ts";
import { whileLoop } from "../../transforms/control/whileLoop.ts";
import { lgamma } from "../special/gamma.ts";
import { firstAccepted } from "./accepted.ts";
import { type DistributionParameter, nonNegative, parameterOf } from "./parameters.ts";

/** Below this rate terms of the distribution are added up until they pass a uniform number; from it on numbers are tried. */
const manyEvents = 10;

/**
 * Numbers of events where `rate` are expected: k with probability exp(−rate) · rate^k / k!. They are floats, as PyTorch's are, so
 * that elements whose rate is negative or infinite can be NaN. There is no derivative: the result steps.
 * @throws ArgumentError where the rate is negative, DtypeError for dtypes that are not floats.
 *
 * Source: W. Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics and
 * Economics 12 (1993), algorithm PTRS; for rates below 10 by inversion.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.poisson([1000], 4);
 * console.log(Math.abs((await x.mean().item()) - 4) < 0.4); // true
 * ```
 */
export function poisson<const S extends Shape>(
  shape: S,
  rate: DistributionParameter,
  options?: FloatRandomOptions,
): Tensor<S>;
export function poisson(shape: Shape, rate: DistributionParameter, options: FloatRandomOptions = {}): Tensor {
  return drawingFloats("poisson", shape, options, (words) => {
    // In double precision, since k · ln rate − rate − ln k! is a small difference of large numbers
    const expected = parameterOf("poisson", "rate", rate, nonNegative, shape, "f64").stopGradient();
    const isMany = expected.greaterEqual(manyEvents);
    const isValid = expected.greaterEqual(0).logicalAnd(expected.less(Infinity));
    const few = byInversion(words, where(isMany.logicalOr(isValid.logicalNot()), 0, expected), "f64");
    const many = byTrial(words(1), where(isMany, expected, manyEvents), isMany.logicalAnd(isValid), "f64");
    return where(isValid, where(isMany, many, few), NaN);
  });
}

/** The least k whose share and those before it reach a uniform number. */
function byInversion(words: Words, rate: Tensor, dtype: DrawnDtype): Tensor {
  const uniform = openUnit(words(0), dtype);
  const first: readonly [Tensor, Tensor, Tensor] = [zerosLike(rate), exp(rate.multiply(-1)), exp(rate.multiply(-1))];
  // A rate below 10 gives no more than this but once in 10¹⁹
  const most = 80;
  const [count] = whileLoop(
    ([count, , sum]) => all(sum.greaterEqual(uniform).logicalOr(count.greaterEqual(most))).logicalNot(),
    ([count, term, sum]) => {
      const goesOn = sum.less(uniform).logicalAnd(count.less(most));
      const next = count.add(goesOn.astype(dtype));
      const share = where(goesOn, term.multiply(rate).divide(where(goesOn, next, 1)), term);
      return [next, share, where(goesOn, sum.add(share), sum)] as const;
    },
    first,
  );
  return count;
}

function byTrial(keys: readonly [Tensor, Tensor], rate: Tensor, isWanted: Tensor, dtype: DrawnDtype): Tensor {
  const b = sqrt(rate).multiply(2.53).add(0.931);
  const a = b.multiply(0.02483).subtract(0.059);
  const inverseAlpha = full(b.shape, 1.1328, { dtype }).divide(b.subtract(3.4)).add(1.1239);
  const easy = full(b.shape, -3.6224, { dtype }).divide(b.subtract(2)).add(0.9277);
  const logRate = log(rate);
  const attempt = (words: Words) => {
    const u = openUnit(words(0), dtype).subtract(0.5);
    const v = openUnit(words(1), dtype);
    const slack = abs(u).multiply(-1).add(0.5);
    const k = floor(a.multiply(2).divide(slack).add(b).multiply(u).add(rate).add(0.43));
    const isInside = slack.greaterEqual(0.07).logicalAnd(v.lessEqual(easy));
    const isOutside = k.less(0).logicalOr(slack.less(0.013).logicalAnd(v.greater(slack)));
    const left = log(v)
      .add(log(inverseAlpha))
      .subtract(log(a.divide(slack.square()).add(b)));
    const right = k
      .multiply(logRate)
      .subtract(rate)
      .subtract(lgamma(where(isOutside, 0, k).add(1)));
    return { value: k, isAccepted: isInside.logicalOr(isOutside.logicalNot().logicalAnd(left.lessEqual(right))) };
  };
  return firstAccepted(keys, attempt, isWanted.logicalNot(), dtype);
}
