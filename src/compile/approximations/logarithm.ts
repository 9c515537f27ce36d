/** log and log1p, as fdlibm computes them (`e_logf.c`, `s_log1pf.c`), without branches. */
import type { Expression } from "../../kernel/expression.ts";
import { mantissaBits, rootHalfBits, type Single, smallestNormal } from "./single.ts";

/** ln 2 in two parts, the first of 15 bits: its product with an exponent is exact. */
const ln2Head = 0.693145751953125;
const ln2Tail = 1.428606765330187e-6;
/** log((1 + s)/(1 − s)) = 2·s + s·z·P(z), z = s²: tools/approximations/fit.py. */
const logTail = [0.6666678190231323, 0.39976736903190613, 0.2989591360092163];

/** y = 2^k·m with √½ ≤ m < √2, for normal y > 0; k as i32. */
export function splitExponent(s: Single, y: Expression): { k: Expression; m: Expression } {
  const offset = s.subtract(s.bits(y), rootHalfBits);
  const k = s.apply("shiftRight", offset, 23);
  const m = s.ofBits(s.add(s.apply("and", offset, mantissaBits), rootHalfBits));
  return { k, m };
}

/** k·ln 2 + log(1 + f) + correction, for k as f32. */
function combine(s: Single, k: Expression, f: Expression, correction: Expression | number): Expression {
  const q = s.divide(f, s.add(f, 2));
  const z = s.multiply(q, q);
  const half = s.multiply(s.multiply(f, 0.5), f);
  const tail = s.add(
    s.multiply(q, s.add(half, s.multiply(z, s.polynomial(z, logTail)))),
    s.add(s.multiply(k, ln2Tail), correction),
  );
  return s.add(s.subtract(f, s.subtract(half, tail)), s.multiply(k, ln2Head));
}

/** −Infinity at `pole`, NaN below it, Infinity and NaN as they are. */
function atEdges(s: Single, x: Expression, pole: number, inside: Expression): Expression {
  const above = s.select(s.less(x, Infinity), inside, x);
  return s.select(s.less(x, pole), NaN, s.select(s.equal(x, pole), -Infinity, above));
}

/** The natural logarithm. */
export function log(s: Single, x: Expression): Expression {
  const isTiny = s.less(x, smallestNormal);
  const { k, m } = splitExponent(s, s.select(isTiny, s.multiply(x, 2 ** 23), x));
  const exponent = s.toSingle(s.subtract(k, s.select(isTiny, s.whole(23), s.whole(0))));
  return atEdges(s, x, 0, combine(s, exponent, s.subtract(m, 1), 0));
}

/** log(1 + x): what rounding 1 + x loses is put back. */
export function log1p(s: Single, x: Expression): Expression {
  const u = s.add(x, 1);
  const { k, m } = splitExponent(s, u);
  const lost = s.select(s.less(k, 2), s.subtract(x, s.subtract(u, 1)), s.subtract(1, s.subtract(u, x)));
  // where 1 + x needs no splitting, x itself is exact
  const isNear = s.equal(k, 0);
  const f = s.select(isNear, x, s.subtract(m, 1));
  const correction = s.select(isNear, 0, s.divide(lost, u));
  const inside = combine(s, s.toSingle(k), f, correction);
  return s.select(s.less(s.abs(x), 2 ** -25), x, atEdges(s, x, -1, inside));
}
