/**
 * Division of floats toward minus infinity and its remainder, exact to the last bit. No machine divides so, and the long division
 * of `kernel/meaning.ts` takes a step for every few bits of the quotient: usual operands go a short way here, which runs in
 * vectors, and the operation itself is the rare side of a select. `division.ts` is for targets without f64.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Single } from "./single.ts";

/** The operations that are made here. */
export type Division = "quotient" | "remainder";

/** `op` of f32 or f64 operands, by way of f64. */
export function exactDivision(s: Single, op: Division, a: Expression, b: Expression): Expression {
  const { isRare, result } = (a.dtype === "f64" ? divideDoubles : divideSingles)(s, op, a, b);
  return s.select(s.apply("not", isRare), result, s.apply(op, a, b));
}

interface Divided {
  /** Where `result` may be wrong. NaN of operands that are NaN is right. */
  readonly isRare: Expression;
  readonly result: Expression;
}

/**
 * 24 bits divided by 24 bits come no nearer to a whole number than 2^−25, unless they meet it: below 2^27 the quotient in f64 has
 * the right whole part, its product with b fits into 53 bits, and so does what is left.
 */
function divideSingles(s: Single, op: Division, a: Expression, b: Expression): Divided {
  const [x, y] = [s.toDouble(a), s.toDouble(b)];
  const count = s.apply("floor", s.divide(x, y));
  const size = s.abs(b);
  return {
    isRare: s.apply("or", s.apply("lessEqual", s.multiply(size, 2 ** 27), s.abs(a)), s.equal(size, Infinity)),
    result: op === "quotient" ? s.toSingle(count) : s.withSignOf(s.toSingle(s.subtract(x, s.multiply(count, y))), b),
  };
}

/** Products with divisors up to this one stay inside of the range. */
const largest = 2 ** 900;

/**
 * The whole part of a rounded quotient may be one too large, never too small. Below 2^26 its products with both halves of b are
 * exact, and so are the two differences: a and the first product are within a factor of two of each other, or multiples of
 * 2^(n + 1) below 2^(n + 54), where 2^n is the last place of b.
 */
function divideDoubles(s: Single, op: Division, a: Expression, b: Expression): Divided {
  const [x, y] = [s.abs(a), s.abs(b)];
  const tooLarge = s.apply("floor", s.divide(x, y));
  const head = s.ofBits(s.apply("and", s.bits(y), -(2 ** 27)));
  const near = s.subtract(s.subtract(x, s.multiply(tooLarge, head)), s.multiply(tooLarge, s.subtract(y, head)));
  const isOver = s.less(near, 0);
  const rest = s.select(isOver, s.add(near, y), near);
  const count = s.select(isOver, s.subtract(tooLarge, 1), tooLarge);
  // rounding toward minus infinity instead of zero
  const signs = s.ofBits(s.apply("xor", s.bits(a), s.bits(b)));
  const isMoved = s.apply("and", s.less(s.bits(signs), 0), s.apply("not", s.equal(rest, 0)));
  return {
    isRare: s.apply("or", s.less(largest, y), s.apply("lessEqual", s.multiply(y, 2 ** 26), x)),
    result:
      op === "quotient"
        ? s.withSignOf(s.select(isMoved, s.add(count, 1), count), signs)
        : s.withSignOf(s.select(isMoved, s.subtract(y, rest), rest), b),
  };
}
