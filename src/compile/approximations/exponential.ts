/** exp and what is made of it: expm1, sigmoid, tanh. Coefficients: tools/approximations/fit.py. */
import type { Expression } from "../../kernel/expression.ts";
import type { Single } from "./single.ts";

const log2e = 1.44269504;
const roundingShift = 1.5 * 2 ** 23;
/** The bias of an exponent as f32 stores it; what is scaled in two steps needs two of it. */
export const bias = 127;
/** ln 2 in two parts, the first of 15 bits: its product with a whole number below 2^9 is exact. */
const ln2Head = 0.693145751953125;
const ln2Tail = 1.428606765330187e-6;
/** e^r = 1 + r + r²·P(r) for |r| ≤ ln 2 / 2. */
const expTail = [
  0.4999999403953552, 0.16666516661643982, 0.04166828468441963, 0.00836925022304058, 0.0013820468448102474,
];
/** The same for e^r − 1, in proportion. */
const expm1Tail = [
  0.5, 0.1666666567325592, 0.041666485369205475, 0.008333541452884674, 0.0013933227164670825, 0.00019766928744502366,
];
/** tanh x = x + x·z·P(z), z = x², below `tanhEdge`. */
const tanhTail = [
  -0.3333328068256378, 0.13331405818462372, -0.05373651534318924, 0.02062816731631756, -0.0056922961957752705,
];
const tanhEdge = 0.625;

/** x = n·ln 2 + r. */
interface Reduced {
  /** i32; its last nine bits are those of n + the bias asked for, and so are those of its half. */
  readonly biased: Expression;
  readonly r: Expression;
}

/**
 * x = n·ln 2 + r with whole n, for |x| below 2^20. Adding 1.5·2^23 leaves no room for a fraction and puts n in the last bits, which
 * takes fewer instructions than to round and convert; what else it leaves in the bits, making an exponent of n moves out.
 */
function reduce(s: Single, x: Expression, added: number): Reduced {
  const { shifted, n } = nearestWhole(s, s.multiply(x, log2e), added);
  const r = s.subtract(s.subtract(x, s.multiply(n, ln2Head)), s.multiply(n, ln2Tail));
  return { biased: s.bits(shifted), r };
}

/** The whole number nearest to x, for |x| below 2^20, as f32, and the same moved up by `added` among the last bits. */
export function nearestWhole(s: Single, x: Expression, added: number): Record<"shifted" | "n", Expression> {
  const shifted = s.add(x, roundingShift + added);
  return { shifted, n: s.subtract(shifted, roundingShift + added) };
}

/** e^r for a reduced argument. */
function expReduced(s: Single, r: Expression): Expression {
  return s.add(s.add(r, s.multiply(s.multiply(r, r), s.polynomial(r, expTail))), 1);
}

/** p·2^n in two steps, so that results below the normal range are rounded once; n is biased twice: a + b − 254 = n. */
export function scaleByBiased(s: Single, p: Expression, biased: Expression): Expression {
  const a = s.apply("shiftRight", biased, 1);
  const b = s.subtract(biased, a);
  return s.multiply(s.multiply(p, s.power(a)), s.power(b));
}

/** ln 2^−150: below it e^x is 0 in f32. */
const lowest = -103.97208;

/** e^x, for all x. */
export function exp(s: Single, x: Expression): Expression {
  return expUpTo89(s, s.apply("minimum", x, 89));
}

/** e^x for x ≤ 89. Underflow is slow on many machines and common (masks), so it is stepped around. */
function expUpTo89(s: Single, x: Expression): Expression {
  const isZero = s.less(x, lowest);
  const { biased, r } = reduce(s, s.select(isZero, 0, x), 2 * bias);
  return s.select(isZero, 0, scaleByBiased(s, expReduced(s, r), biased));
}

/** e^x where it is a normal number. */
export function expNormal(s: Single, x: Expression): Expression {
  const { biased, r } = reduce(s, x, bias);
  return s.multiply(expReduced(s, r), s.power(biased));
}

/**
 * e^(low − square) = (1 + part)·2^n for `square` up to 104 and small `low`, neither of which is rounded before what
 * cancels is gone; n is biased twice, as `scaleByBiased` takes it.
 */
export function expOfDifference(s: Single, low: Expression, square: Expression): Record<"part" | "biased", Expression> {
  const { shifted, n } = nearestWhole(s, s.multiply(s.subtract(low, square), log2e), 2 * bias);
  const r = s.subtract(s.subtract(low, s.add(square, s.multiply(n, ln2Head))), s.multiply(n, ln2Tail));
  return { part: expm1Reduced(s, r), biased: s.bits(shifted) };
}

/** e^r − 1 for a reduced argument. */
function expm1Reduced(s: Single, r: Expression): Expression {
  return s.add(r, s.multiply(s.multiply(r, r), s.polynomial(r, expm1Tail)));
}

/** e^x − 1: 2·(2^(n−1)·(e^r − 1) + (2^(n−1) − ½)), which overflows only where the result does. */
export function expm1(s: Single, x: Expression): Expression {
  const { biased, r } = reduce(s, s.clamp(x, -20, 89), bias - 1);
  const part = expm1Reduced(s, r);
  const scale = s.power(biased);
  const whole = s.multiply(s.add(s.multiply(scale, part), s.subtract(scale, 0.5)), 2);
  // numbers that small are their own result: zeros keep their sign
  const isTiny = s.less(s.abs(x), 2 ** -25);
  return s.select(isTiny, x, s.select(s.equal(scale, 0.5), part, whole));
}

/** 1 / (1 + e^−x), from e^−|x|, which cannot overflow. */
export function sigmoid(s: Single, x: Expression): Expression {
  const small = expUpTo89(s, s.apply("negative", s.abs(x)));
  return s.divide(s.select(s.less(x, 0), small, 1), s.add(small, 1));
}

/** A polynomial near zero, elsewhere 1 − 2 / (e^2|x| + 1). */
export function tanh(s: Single, x: Expression): Expression {
  const a = s.apply("minimum", s.abs(x), 9.5);
  const z = s.multiply(a, a);
  const near = s.add(a, s.multiply(s.multiply(a, z), s.polynomial(z, tanhTail)));
  const far = s.subtract(1, s.divide(2, s.add(expNormal(s, s.multiply(a, 2)), 1)));
  return s.withSignOf(s.select(s.less(a, tanhEdge), near, far), x);
}
