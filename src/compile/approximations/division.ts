/** Division toward minus infinity and its remainder, for targets that have neither; exact while the quotient is below 2^23. */
import type { Expression } from "../../kernel/expression.ts";
import type { Single } from "./single.ts";

/** ⌊a/b⌋, ±Infinity or NaN where b is 0. */
export function quotient(s: Single, a: Expression, b: Expression): Expression {
  const { count, rest } = divide(s, a, b);
  // a rounded division may reach the next whole number
  const whole = s.select(haveOtherSigns(s, rest, b), s.subtract(count, 1), count);
  const isBounded = s.less(s.abs(a), Infinity);
  const byInfinity = s.select(isBounded, s.select(haveOtherSigns(s, a, b), -1, s.divide(a, b)), NaN);
  const edge = s.select(s.equal(b, 0), s.divide(a, b), byInfinity);
  return s.select(s.apply("or", s.equal(s.abs(b), Infinity), s.equal(b, 0)), edge, s.select(isBounded, whole, NaN));
}

/** a − ⌊a/b⌋·b, with the sign of b. */
export function remainder(s: Single, a: Expression, b: Expression): Expression {
  const { rest } = divide(s, a, b);
  const inside = s.withSignOf(s.abs(s.select(haveOtherSigns(s, rest, b), s.add(rest, b), rest)), b);
  // by ±Infinity, numbers of its sign stay as they are
  const byInfinity = s.select(haveOtherSigns(s, a, b), b, s.withSignOf(s.abs(a), b));
  return s.select(s.less(s.abs(a), Infinity), s.select(s.equal(s.abs(b), Infinity), byInfinity, inside), NaN);
}

/** Is one below zero and the other above? */
function haveOtherSigns(s: Single, a: Expression, b: Expression): Expression {
  const differ = s.apply("xor", s.less(a, 0), s.less(b, 0));
  return s.apply("and", differ, s.apply("not", s.equal(a, 0)));
}

function divide(s: Single, a: Expression, b: Expression): { count: Expression; rest: Expression } {
  const count = s.apply("floor", s.divide(a, b));
  const [countHead, bHead] = [s.head(count), s.head(b)];
  const [countTail, bTail] = [s.subtract(count, countHead), s.subtract(b, bHead)];
  // each product of halves is exact
  const rest = s.subtract(
    s.subtract(
      s.subtract(s.subtract(a, s.multiply(countHead, bHead)), s.multiply(countHead, bTail)),
      s.multiply(countTail, bHead),
    ),
    s.multiply(countTail, bTail),
  );
  return { count, rest };
}
