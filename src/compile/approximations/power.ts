/**
 * power, as fdlibm computes it (`e_powf.c`), without branches: log₂ in two parts that are multiplied exactly, because
 * twelve bits times twelve bits fit; then 2^x. Edge cases are C's.
 */
import type { Expression } from "../../kernel/expression.ts";
import { bias, nearestWhole, scaleByBiased } from "./exponential.ts";
import { splitExponent } from "./logarithm.ts";
import { type Single, smallestNormal } from "./single.ts";

/** log((1 + s)/(1 − s)) = 2/3·s·(3 + z + z²·P(z)), z = s². Constants: tools/approximations/fit.py. */
const logTail = [0.5999999642372131, 0.4285795986652374, 0.3326942026615143, 0.29339316487312317];
/** 2/(3·ln 2), its first 12 bits, and the rest. */
const scale = 0.9617966939259756;
const scaleHead = 0.961669921875;
const scaleTail = 0.00012677205086220056;
/** 2^f = 1 + f·P(f) for |f| ≤ ½. */
const exp2Tail = [
  0.6931471824645996, 0.24022647738456726, 0.055503565818071365, 0.009618507698178291, 0.0013392806285992265,
  0.00015328892914112657,
];

/** Whole numbers from here on are even, and powers with them are 0, 1 or infinite. */
const mostExponent = 2 ** 32;

/** x to the power y. */
export function power(s: Single, x: Expression, y: Expression): Expression {
  const a = s.abs(x);
  const finite = powerOfPositive(s, a, s.clamp(y, -mostExponent, mostExponent));
  const isExtreme = s.apply("or", s.equal(a, 0), s.equal(a, Infinity));
  const extreme = s.select(s.apply("xor", s.equal(a, 0), s.less(y, 0)), 0, Infinity);
  const magnitude = s.select(isExtreme, extreme, finite);
  const signed = withSign(s, x, y, magnitude);
  const areNumbers = s.apply("and", s.equal(x, x), s.equal(y, y));
  const isOne = s.apply("or", s.equal(x, 1), s.equal(y, 0));
  return s.select(isOne, 1, s.select(areNumbers, signed, NaN));
}

/** Negative numbers have real powers where the exponent is whole; odd ones keep the sign. */
function withSign(s: Single, x: Expression, y: Expression, magnitude: Expression): Expression {
  const isWhole = s.equal(s.apply("floor", y), y);
  const half = s.multiply(y, 0.5);
  const isOdd = s.apply("and", isWhole, s.apply("not", s.equal(s.apply("floor", half), half)));
  const isNegative = s.less(s.bits(x), 0);
  const signed = s.select(s.apply("and", isOdd, isNegative), s.apply("negative", magnitude), magnitude);
  const isProper = s.apply("and", s.less(x, 0), s.less(-Infinity, x));
  return s.select(s.apply("and", isProper, s.apply("not", isWhole)), NaN, signed);
}

/** a^y for 0 < a < Infinity and |y| no more than `mostExponent`. */
function powerOfPositive(s: Single, a: Expression, y: Expression): Expression {
  const { head, tail } = log2(s, a);
  const yHead = s.head(y);
  const low = s.add(s.multiply(s.subtract(y, yHead), head), s.multiply(y, tail));
  const high = s.multiply(yHead, head);
  const { n, shifted } = nearestWhole(s, s.clamp(s.add(high, low), -160, 130), 2 * bias);
  const f = s.clamp(s.add(s.subtract(high, n), low), -1, 1);
  return scaleByBiased(s, s.add(s.multiply(f, s.polynomial(f, exp2Tail)), 1), s.bits(shifted));
}

/** log₂ a, its head of 12 bits. */
function log2(s: Single, a: Expression): { head: Expression; tail: Expression } {
  const isTiny = s.less(a, smallestNormal);
  const { k, m } = splitExponent(s, s.select(isTiny, s.multiply(a, 2 ** 24), a));
  const exponent = s.toSingle(s.subtract(k, s.select(isTiny, s.whole(24), s.whole(0))));
  const { head: q, tail: qTail } = ratio(s, m);
  const whole = s.add(q, qTail);
  // 3 + z + r in two parts; the square of q's head is exact
  const z = s.multiply(whole, whole);
  const headSquare = s.multiply(q, q);
  const r = s.add(s.multiply(s.multiply(z, z), s.polynomial(z, logTail)), s.multiply(qTail, s.add(q, whole)));
  const factor = s.head(s.add(s.add(headSquare, 3), r));
  const factorTail = s.subtract(r, s.subtract(s.subtract(factor, 3), headSquare));
  // q·factor in two parts
  const product = s.multiply(q, factor);
  const rest = s.add(s.multiply(qTail, factor), s.multiply(factorTail, whole));
  const productHead = s.head(s.add(product, rest));
  const productTail = s.subtract(rest, s.subtract(productHead, product));
  // times 2/(3·ln 2), and the exponent added
  const high = s.multiply(productHead, scaleHead);
  const low = s.add(s.multiply(productHead, scaleTail), s.multiply(productTail, scale));
  const head = s.head(s.add(s.add(high, low), exponent));
  return { head, tail: s.subtract(low, s.subtract(s.subtract(head, exponent), high)) };
}

/** (m − 1)/(m + 1) in a head of 12 bits and a tail. */
function ratio(s: Single, m: Expression): { head: Expression; tail: Expression } {
  const [over, under] = [s.subtract(m, 1), s.add(m, 1)];
  const inverse = s.divide(1, under);
  const head = s.head(s.multiply(over, inverse));
  const underHead = s.head(under);
  const underTail = s.subtract(m, s.subtract(underHead, 1));
  const tail = s.multiply(
    inverse,
    s.subtract(s.subtract(over, s.multiply(head, underHead)), s.multiply(head, underTail)),
  );
  return { head, tail };
}
