/**
 * The logarithm of the gamma function and its derivatives. Between 1 and 2 polynomials that are exact at the zeros, up to 8 by
 * recurrence, beyond by Stirling's series, below 0 by reflection. Each is one kernel.
 */
import { ArgumentError } from "../../support/errors.ts";
import { abs, add, divide, floor, multiply, negative, round, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { sinPi } from "../../tensor/elementary.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cos, log, sin } from "../../tensor/transcendental.ts";
import { logGamma, psi, psiRoot } from "./coefficients.ts";
import { polynomial, withSlope } from "./parts.ts";

/** From here on Stirling's series. */
const edge = 8;
/** B₂ₖ / (2k (2k − 1)), of ln Γ. */
const stirling = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
];
/** −B₂ₖ / 2k, of ψ. */
const stirlingSlope = [
  -1 / 12,
  1 / 120,
  -1 / 252,
  1 / 240,
  -1 / 132,
  691 / 32760,
  -1 / 12,
  3617 / 8160,
  -43867 / 14364,
];

/**
 * ln |Γ(x)|: ∞ at 0 and at negative whole numbers, as PyTorch has it. Within a few ulp; near the zeros below 0, where ln |Γ|
 * crosses zero, in absolute terms. Integers become f32.
 *
 * @example
 * ```ts
 * import { lgamma, tensor } from "smilodon";
 * console.log(await lgamma(tensor([1, 4])).toArray()); // [0, 1.7917594909667969]
 * ```
 */
export function lgamma<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function lgamma(x: Tensor): Tensor {
  return withSlope(x, lgammaOf, digamma);
}

function lgammaOf(x: Tensor): Tensor {
  const isBelow = x.less(0);
  const size = abs(x);
  const above = lgammaAbove(size);
  // ln(π / |x sin πx|) − ln Γ(|x|)
  const sine = abs(sinPi(where(isBelow, x, 0.5)));
  const reflected = subtract(Math.log(Math.PI), log(sine.multiply(where(isBelow, size, 1)))).subtract(above);
  const isPole = isBelow.logicalAnd(x.equal(floor(x)));
  return where(isPole, Infinity, where(isBelow, reflected, above));
}

/** ln Γ(x) for x ≥ 0. */
export function lgammaAbove(x: Tensor): Tensor {
  const isLarge = x.greaterEqual(edge);
  const { reduced, product } = reduce(where(isLarge, 1, x));
  const near = polynomial(reduced.subtract(1.5), logGamma).multiply(reduced.subtract(1)).multiply(reduced.subtract(2));
  // below 1 the step goes up: Γ(x) = Γ(x + 1) / x
  const logarithm = log(product);
  const small = near.add(where(x.less(1), negative(logarithm), logarithm));
  const far = where(isLarge, x, edge);
  const large = far
    .subtract(0.5)
    .multiply(log(far).subtract(1))
    .add(Math.log(2 * Math.PI) / 2 - 0.5)
    .add(stirlingRest(far));
  return where(isLarge, where(x.equal(Infinity), x, large), small);
}

/** What ln Γ(x) is above (x − ½) ln x − x + ln √2π, for x ≥ 8. */
export function stirlingRest(x: Tensor): Tensor {
  const inverse = divide(1, x);
  return inverse.multiply(polynomial(inverse.square(), seriesFor(x, stirling)));
}

function seriesFor(x: Tensor, series: readonly number[]): readonly number[] {
  return x.dtype === "f64" ? series : series.slice(0, 4);
}

/**
 * Between 0 and 8: a number between 1 and 2 that is whole steps away, the product of what the steps pass (x itself below 1),
 * and the sum of the inverses of its factors times it.
 */
function reduce(x: Tensor): { readonly reduced: Tensor; readonly product: Tensor; readonly sum: Tensor } {
  let reduced: Tensor = x;
  let product: Tensor = where(x.less(1), x, 1);
  let sum: Tensor = where(x.less(1), 1, 0).astype(x.dtype);
  for (let step = 0; step < edge - 2; step++) {
    const isAbove = reduced.greaterEqual(2);
    const lower = reduced.subtract(1);
    sum = where(isAbove, add(multiply(sum, lower), product), sum);
    product = where(isAbove, multiply(product, lower), product);
    reduced = where(isAbove, lower, reduced);
  }
  return { reduced: where(x.less(1), x.add(1), reduced), product, sum };
}

/**
 * ψ(x), the derivative of ln Γ: −∞ at 0 and ∞ at −0, NaN at negative whole numbers, as PyTorch has it. Integers become f32.
 *
 * @example
 * ```ts
 * import { digamma, tensor } from "smilodon";
 * console.log(await digamma(tensor([1, 2])).toArray()); // [-0.5772156715393066, 0.42278432846069336]
 * ```
 */
export function digamma<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function digamma(x: Tensor): Tensor {
  return withSlope(x, digammaOf, (values) => polygamma(1, values));
}

function digammaOf(x: Tensor): Tensor {
  const isBelow = x.less(0);
  const above = digammaAbove(where(isBelow, subtract(1, x), x));
  const reflected = subtract(above, multiply(cotangentPi(where(isBelow, x, 0.5)), Math.PI));
  const isPole = isBelow.logicalAnd(x.equal(floor(x)));
  const plain = where(isPole, NaN, where(isBelow, reflected, above));
  return where(x.equal(0), negative(divide(1, x)), plain);
}

function digammaAbove(x: Tensor): Tensor {
  const isLarge = x.greaterEqual(edge);
  const { reduced, product, sum } = reduce(where(isLarge, 1, x));
  const [head, tail] = psiRoot;
  const near = polynomial(reduced.subtract(1.5), psi).multiply(reduced.subtract(head).subtract(tail));
  const steps = sum.divide(product);
  const small = near.add(where(x.less(1), negative(steps), steps));
  const far = where(isLarge, x, edge);
  const square = divide(1, far.square());
  const large = log(far)
    .subtract(divide(0.5, far))
    .add(square.multiply(polynomial(square, seriesFor(x, stirlingSlope))));
  return where(isLarge, large, small);
}

/** cot πx. */
function cotangentPi(x: Tensor): Tensor {
  const angle = x.subtract(round(x)).multiply(Math.PI);
  return cos(angle).divide(sin(angle));
}

/** B₂ₖ / (2k)!, of the sum of Euler and Maclaurin. */
const bernoulli = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];
/** Terms that are added one by one before. */
const terms = { f32: 6, f64: 10 } as const;

/**
 * The derivative number `n` of ψ at x; `polygamma(1, x)` is the trigamma function. Integers become f32.
 * @throws ArgumentError where `n` is no whole number of 0 or more.
 *
 * @example
 * ```ts
 * import { polygamma, tensor } from "smilodon";
 * console.log(await polygamma(1, tensor([1], { dtype: "f64" })).toArray()); // [1.6449340668482264]
 * ```
 */
export function polygamma<S extends ShapeType>(n: number, x: Tensor<S>): Tensor<S>;
export function polygamma(n: number, x: Tensor): Tensor {
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`polygamma: n is ${n}; a whole number of 0 or more is needed.`, { n });
  if (n === 0) return digamma(x);
  const compute = (values: Tensor) => {
    const isBelow = values.less(0);
    const above = zeta(n + 1, where(isBelow, subtract(1, values), values)).multiply(signOf(n + 1) * factorial(n));
    const reflected = above
      .multiply(signOf(n))
      .subtract(polynomial(cotangentPi(where(isBelow, values, 0.5)), cotangentSlopes(n)));
    return where(isBelow, reflected, above);
  };
  return withSlope(x, compute, (values) => polygamma(n + 1, values));
}

const signOf = (n: number) => (n % 2 === 0 ? 1 : -1);
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** π times the derivative number `n` of cot πx, as a polynomial of cot πx. */
function cotangentSlopes(n: number): readonly number[] {
  let list: readonly number[] = [0, Math.PI];
  for (let step = 0; step < n; step++) {
    const slope = list.slice(1).map((coefficient, power) => -Math.PI * coefficient * (power + 1));
    list = [...slope, 0, 0].map((coefficient, power) => coefficient + (slope[power - 2] ?? 0));
  }
  return list;
}

/** Σ (x + k)^−s over all k ≥ 0, for whole s ≥ 2 and x ≥ 0: Hurwitz's zeta function, by the sum of Euler and Maclaurin. */
function zeta(s: number, x: Tensor): Tensor {
  const count = terms[x.dtype === "f64" ? "f64" : "f32"];
  let total = wholePower(divide(1, x), s);
  for (let k = 1; k < count; k++) total = total.add(wholePower(divide(1, x.add(k)), s));
  const inverse = divide(1, x.add(count));
  let rising = s;
  const series = bernoulli.map((coefficient, k) => {
    const term = coefficient * rising;
    rising *= (s + 2 * k + 1) * (s + 2 * k + 2);
    return term;
  });
  const power = wholePower(inverse, s - 1);
  const rest = inverse.multiply(inverse.multiply(polynomial(inverse.square(), series)).add(0.5)).add(1 / (s - 1));
  return total.add(power.multiply(rest));
}

/** x to the power of a whole number of 1 or more. */
function wholePower(x: Tensor, n: number): Tensor {
  if (n === 1) return x;
  const half = wholePower(x, Math.floor(n / 2));
  return n % 2 === 0 ? half.multiply(half) : half.multiply(half).multiply(x);
}
