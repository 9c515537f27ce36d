/**
 * The regularized incomplete gamma and beta functions, by series and continued fractions that run until every element has
 * converged. All is computed in f64, whatever the dtype: the powers in front need the digits. What stands in front of the series
 * is written as a deviance (C. Loader, "Fast and accurate computation of binomial probabilities", 2000), so that large
 * parameters cost no digits.
 */

import { withOneOrigin } from "../../graph/node.ts";
import { UnsupportedError } from "../../support/errors.ts";
import { abs, divide, multiply, sqrt, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { fullLike, onesLike, zerosLike } from "../../tensor/creation.ts";
import { commonDtype, commonShape, type Operand, operandNode, toFloat } from "../../tensor/operands.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { exp, log1p } from "../../tensor/transcendental.ts";
import { whileLoop } from "../../transforms/control/whileLoop.ts";
import { customJvp, customVjp } from "../../transforms/customRules.ts";
import { lgammaAbove, stirlingRest } from "./gamma.ts";
import { polynomial } from "./parts.ts";

/** Where parameters begin to be large. */
const edge = 8;
/** Steps that one pass over memory takes. */
const unrolled = 8;
/** Passes after which a loop ends in any case: about 10⁴ steps, which parameters of 10⁶ need. */
const mostPasses = 1500;
const precision = 2 ** -52;
/** In the place of 0 in Lentz's algorithm. */
const tiny = 1e-290;

/** 2 / (2k + 3), of (2 artanh r − 2r) / r³. */
const deviances = Array.from({ length: 14 }, (_, k) => 2 / (2 * k + 3));

/** m − ln(1 + m) for m = (x − a) / a, exact also near 0 and −1. */
function deviance(x: Tensor, a: Tensor): Tensor {
  const m = x.subtract(a).divide(a);
  const isNear = abs(m).less(0.4);
  const near = where(isNear, m, 0);
  // ln(1 + m) is 2 artanh r for r = m / (2 + m), of which m − 2r is r · m
  const r = near.divide(near.add(2));
  const square = r.square();
  const inside = r.multiply(near.subtract(square.multiply(polynomial(square, deviances))));
  const ratio = where(isNear, 2, x.divide(a));
  return where(isNear, inside, ratio.subtract(1).subtract(ratio.log()));
}

/** xᵃ · e⁻ˣ / Γ(a + 1) for a > 0, x > 0. */
function gammaFront(a: Tensor, x: Tensor): Tensor {
  const isLarge = a.greaterEqual(edge);
  const large = where(isLarge, a, edge);
  const place = where(isLarge, x, edge);
  const ofLarge = exp(large.multiply(deviance(place, large)).add(stirlingRest(large)).multiply(-1)).divide(
    sqrt(large.multiply(2 * Math.PI)),
  );
  const small = where(isLarge, 1, a);
  const argument = where(isLarge, 1, x);
  const ofSmall = argument.pow(small).multiply(exp(lgammaAbove(small.add(1)).add(argument).multiply(-1)));
  return where(isLarge, ofLarge, ofSmall);
}

/** Σ xᵏ / ((a + 1) … (a + k)), where x is below a + 1. */
function gammaSeries(a: Tensor, x: Tensor): Tensor {
  const one = onesLike(a);
  const [, total] = whileLoop(
    ([term, sum, k]: readonly [Tensor, Tensor, Tensor]) =>
      term
        .greater(sum.multiply(precision / 8))
        .any()
        .logicalAnd(k.less(unrolled * mostPasses)),
    ([term, sum, k]) => {
      let [last, all]: [Tensor, Tensor] = [term, sum];
      for (let step = 1; step <= unrolled; step++) {
        last = last.multiply(x.divide(a.add(k.add(step))));
        all = all.add(last);
      }
      return [last, all, k.add(unrolled)] as const;
    },
    [one, one, new Tensor(operandNode(0, "f64", []))] as const,
  );
  return total;
}

/** One step of Lentz's algorithm: the numerator and denominator of the fraction's next part. */
type Part = (k: Tensor) => readonly [over: Tensor, under: Tensor];

/** A continued fraction by Lentz's algorithm as Thompson and Barnett mended it: `start` + over₁ / (under₁ + over₂ / (…)). */
function fraction(start: Tensor, parts: readonly Part[]): Tensor {
  const safe = (x: Tensor) => where(abs(x).less(tiny), tiny, x);
  const first = safe(start);
  const [, , value] = whileLoop(
    ([, , , change, k]: readonly [Tensor, Tensor, Tensor, Tensor, Tensor]) =>
      abs(change.subtract(1))
        .greater(precision)
        .any()
        .logicalAnd(k.less((unrolled * mostPasses) / parts.length)),
    ([c, d, h, , k]) => {
      let [c1, d1, h1, change]: [Tensor, Tensor, Tensor, Tensor] = [c, d, h, onesLike(h)];
      for (let step = 0; step < unrolled / parts.length; step++) {
        for (const part of parts) {
          const [over, under] = part(k.add(step + 1));
          d1 = divide(1, safe(under.add(over.multiply(d1))));
          c1 = safe(under.add(over.divide(c1)));
          change = c1.multiply(d1);
          h1 = h1.multiply(change);
        }
      }
      return [c1, d1, h1, change, k.add(unrolled / parts.length)] as const;
    },
    [first, zerosLike(first), first, fullLike(first, 2), new Tensor(operandNode(0, "f64", []))] as const,
  );
  return value;
}

/** P and Q of gamma, each without cancellation where it is small. */
function gammaParts(a: Tensor, x: Tensor): { readonly lower: Tensor; readonly upper: Tensor } {
  const isInside = a.greater(0).logicalAnd(x.greater(0)).logicalAnd(a.less(Infinity)).logicalAnd(x.less(Infinity));
  const isLow = isInside.logicalAnd(x.less(a.add(1)));
  const isHigh = isInside.logicalAnd(x.greaterEqual(a.add(1)));
  const [a1, x1] = [where(isLow, a, 1), where(isLow, x, 0.5)];
  const lower = gammaFront(a1, x1).multiply(gammaSeries(a1, x1));
  const [a2, x2] = [where(isHigh, a, 1), where(isHigh, x, 2)];
  const part: Part = (k) => [k.multiply(a2.subtract(k)), x2.subtract(a2).add(k.multiply(2)).add(1)];
  const upper = gammaFront(a2, x2)
    .multiply(a2)
    .divide(fraction(x2.subtract(a2).add(1), [part]));
  // at the edges: nothing below 0, everything below ∞
  const isWrong = a.less(0).logicalOr(x.less(0)).logicalOr(a.notEqual(a)).logicalOr(x.notEqual(x));
  const isUndecided = a
    .equal(0)
    .logicalAnd(x.equal(0))
    .logicalOr(a.equal(Infinity).logicalAnd(x.equal(Infinity)));
  const isAll = a.equal(0).logicalOr(x.equal(Infinity)).astype("f64");
  const edgeOf = (value: Tensor) => where(isWrong.logicalOr(isUndecided), NaN, value);
  return {
    lower: where(isLow, lower, where(isHigh, subtract(1, upper), edgeOf(isAll))),
    upper: where(isHigh, upper, where(isLow, subtract(1, lower), edgeOf(subtract(1, isAll)))),
  };
}

/** The density of the gamma distribution: xᵃ⁻¹ e⁻ˣ / Γ(a). */
function gammaDensity(a: Tensor, x: Tensor): Tensor {
  const isInside = a.greater(0).logicalAnd(x.greater(0)).logicalAnd(x.less(Infinity));
  const [a1, x1] = [where(isInside, a, 1), where(isInside, x, 1)];
  return where(isInside, gammaFront(a1, x1).multiply(a1).divide(x1), 0);
}

/**
 * The regularized lower incomplete gamma function P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a), the distribution function of the gamma
 * distribution. NaN for a < 0 or x < 0. Computed in f64; the time grows with √a. Integers become f32.
 * @throws UnsupportedError where a derivative with respect to `a` is asked for: there is none with respect to parameters.
 *
 * @example
 * ```ts
 * import { gammainc, tensor } from "smilodon";
 * console.log(await gammainc(1, tensor([0, Infinity])).toArray()); // [0, 1]
 * ```
 */
export function gammainc(a: Operand, x: Operand): Tensor {
  const ruled = customJvp(
    (first: Tensor, second: Tensor) => gammaParts(first, second).lower,
    ([first, second], [, change]) => multiply(change, gammaDensity(first, second)),
  );
  return inDoubles("gammainc", [a, x], ([first, second]) => ruled(first, second));
}

/**
 * The regularized upper incomplete gamma function Q(a, x) = 1 − P(a, x), without cancellation. NaN for a < 0 or x < 0. Computed
 * in f64; the time grows with √a. Integers become f32.
 * @throws UnsupportedError where a derivative with respect to `a` is asked for: there is none with respect to parameters.
 *
 * @example
 * ```ts
 * import { gammaincc, tensor } from "smilodon";
 * console.log(await gammaincc(1, tensor([0, Infinity])).toArray()); // [1, 0]
 * ```
 */
export function gammaincc(a: Operand, x: Operand): Tensor {
  const ruled = customJvp(
    (first: Tensor, second: Tensor) => gammaParts(first, second).upper,
    ([first, second], [, change]) => multiply(change, gammaDensity(first, second).multiply(-1)),
  );
  return inDoubles("gammaincc", [a, x], ([first, second]) => ruled(first, second));
}

/** xᵃ (1 − x)ᵇ / B(a, b), for a, b > 0 and x, `rest` = 1 − x > 0. */
function betaFront(a: Tensor, b: Tensor, x: Tensor, rest: Tensor): Tensor {
  const isLarge = a.greaterEqual(edge).logicalAnd(b.greaterEqual(edge));
  const [p, q] = [where(isLarge, a, edge), where(isLarge, b, edge)];
  const n = p.add(q);
  const [y, z] = [where(isLarge, x, 0.5), where(isLarge, rest, 0.5)];
  const ofP = p.multiply(deviance(n.multiply(y), p));
  const ofQ = q.multiply(deviance(n.multiply(z), q));
  const series = stirlingRest(n).subtract(stirlingRest(p)).subtract(stirlingRest(q));
  const scale = sqrt(
    p
      .divide(n)
      .multiply(q)
      .multiply(1 / (2 * Math.PI)),
  );
  const ofLarge = scale.multiply(exp(series.subtract(ofP).subtract(ofQ)));
  // one of the two small: the quotient of two gamma functions of large arguments, from their difference
  const isSwapped = a.greater(b);
  const [small, other] = [where(isLarge, 1, where(isSwapped, b, a)), where(isLarge, 1, where(isSwapped, a, b))];
  const powers = where(isLarge, 0.5, x)
    .pow(where(isLarge, 1, a))
    .multiply(where(isLarge, 0.5, rest).pow(where(isLarge, 1, b)));
  const isFar = other.greaterEqual(edge);
  const far = where(isFar, other, edge);
  const sum = far.add(small);
  const growth = far
    .subtract(0.5)
    .multiply(log1p(small.divide(far)))
    .add(small.multiply(sum.log().subtract(1)))
    .add(stirlingRest(sum))
    .subtract(stirlingRest(far));
  const near = where(isFar, 1, other);
  const plain = lgammaAbove(near.add(small)).subtract(lgammaAbove(near));
  const ofSmall = powers.multiply(exp(where(isFar, growth, plain).subtract(lgammaAbove(small))));
  return where(isLarge, ofLarge, ofSmall);
}

/** The continued fraction of I, with what stands in front of it; for x below the mean. */
function betaTail(a: Tensor, b: Tensor, x: Tensor, rest: Tensor): Tensor {
  const twice = (k: Tensor) => a.add(k.multiply(2));
  const even: Part = (k) => {
    const m = k.subtract(1);
    const over = a.add(m).multiply(a.add(b).add(m)).multiply(x);
    return [over.divide(twice(m).multiply(twice(m).add(1))).multiply(-1), onesLike(x)];
  };
  const odd: Part = (k) => {
    const over = k.multiply(b.subtract(k)).multiply(x);
    return [over.divide(twice(k).subtract(1).multiply(twice(k))), onesLike(x)];
  };
  return betaFront(a, b, x, rest)
    .divide(a)
    .divide(fraction(onesLike(x), [even, odd]));
}

function betaOf(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const isInside = a.greater(0).logicalAnd(b.greater(0)).logicalAnd(x.greater(0)).logicalAnd(x.less(1));
  const isPlain = a.less(Infinity).logicalAnd(b.less(Infinity)).logicalAnd(isInside);
  const [p, q, y] = [where(isPlain, a, 1), where(isPlain, b, 1), where(isPlain, x, 0.5)];
  // from whichever end is nearer, seen from the mean
  const isTurned = y.greater(p.add(1).divide(p.add(q).add(2)));
  const rest = subtract(1, y);
  const tail = betaTail(
    where(isTurned, q, p),
    where(isTurned, p, q),
    where(isTurned, rest, y),
    where(isTurned, y, rest),
  );
  const inside = where(isTurned, subtract(1, tail), tail);
  const isProper = a.greater(0).logicalAnd(b.greater(0));
  const atEnds = where(x.equal(0), 0, where(x.equal(1), 1, NaN));
  return where(isPlain, inside, where(isProper, atEnds, NaN));
}

/** The density of the beta distribution: xᵃ⁻¹ (1 − x)ᵇ⁻¹ / B(a, b). */
function betaDensity(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const isInside = a.greater(0).logicalAnd(b.greater(0)).logicalAnd(x.greater(0)).logicalAnd(x.less(1));
  const [p, q, y] = [where(isInside, a, 1), where(isInside, b, 1), where(isInside, x, 0.5)];
  const rest = subtract(1, y);
  return where(isInside, betaFront(p, q, y, rest).divide(y).divide(rest), 0);
}

/**
 * The regularized incomplete beta function Iₓ(a, b) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b), the distribution function of the beta
 * distribution. NaN outside 0 ≤ x ≤ 1 and where a or b is not above 0 or infinite. Computed in f64; the time grows with √(a + b).
 * Integers become f32.
 * @throws UnsupportedError where a derivative with respect to `a` or `b` is asked for: there is none with respect to parameters.
 *
 * @example
 * ```ts
 * import { betainc, tensor } from "smilodon";
 * console.log(await betainc(1, 1, tensor([0, 0.25, 1])).toArray()); // [0, 0.25, 1]
 * ```
 */
export function betainc(a: Operand, b: Operand, x: Operand): Tensor {
  const ruled = customJvp(betaOf, ([p, q, y], [, , change]) => multiply(change, betaDensity(p, q, y)));
  return inDoubles("betainc", [a, b, x], ([p, q, y]) => ruled(p, q, y));
}

/** `compute` of the operands in f64, the result in the dtype that they have together. All but the last have no derivative. */
function inDoubles<const O extends readonly Operand[]>(
  operation: string,
  operands: O,
  compute: (values: { readonly [I in keyof O]: Tensor }) => Tensor,
): Tensor {
  const dtype = toFloat(commonDtype(operation, operands));
  const shape = commonShape(operation, operands);
  return withOneOrigin(() => {
    const values = operands.map((operand, index) => {
      const value = new Tensor(operandNode(operand, "f64", shape));
      return index < operands.length - 1 && operand instanceof Tensor ? withoutDerivative(operation, value) : value;
    });
    return compute(values as unknown as { readonly [I in keyof O]: Tensor }).astype(dtype);
  });
}

/** x itself; whoever differentiates it is told. */
function withoutDerivative(operation: string, x: Tensor): Tensor {
  const refuse = (): readonly [Tensor] => {
    throw new UnsupportedError(
      `${operation}: there is no derivative with respect to its parameters, only with respect to x. Put the parameter through stopGradient first.`,
      { operation },
    );
  };
  return customVjp((value: Tensor) => value, { forward: (value) => [value, null], backward: refuse })(x);
}
