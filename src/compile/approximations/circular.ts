/**
 * sin, cos and tan. Up to `edge` the multiples of π/2 are taken off in four parts whose products are exact; beyond it they
 * are counted in integers with as many bits of 2/π as f32 can ask for (Payne and Hanek, 1983). The second way is the
 * rare branch of a `select`: targets that can skip it do.
 */
import type { Expression } from "../../kernel/expression.ts";
import { at } from "../../support/invariant.ts";
import { mantissaBits, type Single, signBit } from "./single.ts";

/** Below it multiples of π/2 have at most 11 bits, and eleven and thirteen bits multiply exactly. */
const edge = 3000;
const twoOverPi = 0.636619772;
/** π/2 in parts of 13 bits, and the rest. All constants: tools/approximations/fit.py. */
const halfPiParts = [1.570556640625, 0.0002396702766418457, 1.5890691429376602e-8, 2.5633440682570896e-12] as const;
/** π/2, its first 12 bits, and the rest. */
const [halfPi, halfPiHead, halfPiTail] = [1.5707963267948966, 1.5703125, 0.0004838267923332751] as const;
/** Bits of 2/π in words of 32, after one word of zeros. */
const twoOverPiBits = [0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab];
/** sin r = r + r·z·P(z) and cos r = 1 − z/2 + z²·Q(z), z = r², for |r| ≤ π/4. */
const sinTail = [-0.16666653752326965, 0.008332106284797192, -0.00019507846445776522];
const cosTail = [0.04166664555668831, -0.0013887297827750444, 2.443008816044312e-5];

/** |x| = quadrant·π/2 + r, up to whole turns. */
interface Reduced {
  /** i32; its two lowest bits count. */
  readonly quadrant: Expression;
  /** The rest, and what f32 loses of it. */
  readonly r: Expression;
  readonly tail: Expression;
}

/** sin x. */
export function sin(s: Single, x: Expression): Expression {
  const sign = s.apply("and", s.bits(x), signBit);
  return circular(s, x, (reduced) => s.ofBits(s.apply("xor", s.bits(wave(s, reduced)), sign)));
}

/** cos x, a quarter turn ahead. */
export function cos(s: Single, x: Expression): Expression {
  return circular(s, x, ({ quadrant, ...rest }) => wave(s, { quadrant: s.add(quadrant, 1), ...rest }));
}

/** tan x. As the quotient of sin and cos as f32 has them it would be 2.2 units in the last place off. */
export function tan(s: Single, x: Expression): Expression {
  const sign = s.apply("and", s.bits(x), signBit);
  return circular(s, x, (reduced) => s.ofBits(s.apply("xor", s.bits(slope(s, reduced)), sign)));
}

function circular(s: Single, x: Expression, value: (reduced: Reduced) => Expression): Expression {
  const a = s.abs(x);
  // infinite and NaN less themselves are NaN
  const rare = s.add(value(reduceLarge(s, a)), s.subtract(x, x));
  return s.select(s.less(a, edge), value(reduceSmall(s, a)), rare);
}

/** sin of quadrant·π/2 + r + tail. */
function wave(s: Single, reduced: Reduced): Expression {
  const { sine, cosine } = parts(s, reduced);
  const { quadrant } = reduced;
  const isOdd = isOddQuadrant(s, quadrant);
  const sign = s.apply("shiftLeft", s.apply("and", quadrant, 2), 30);
  const value = s.select(isOdd, s.add(cosine.most, cosine.rest), s.add(sine.most, sine.rest));
  return s.ofBits(s.apply("xor", s.bits(value), sign));
}

/** tan of quadrant·π/2 + r + tail: what f32 lacks of both parts goes into the quotient. */
function slope(s: Single, reduced: Reduced): Expression {
  const [sine, cosine] = [normalized(s, parts(s, reduced).sine), normalized(s, parts(s, reduced).cosine)];
  const isOdd = isOddQuadrant(s, reduced.quadrant);
  const choose = (even: Expression, odd: Expression) => s.select(isOdd, odd, even);
  const negative = (a: Expression) => s.apply("negative", a);
  const over = choose(cosine.most, negative(sine.most));
  const quotient = s.divide(choose(sine.most, cosine.most), over);
  const lacking = s.subtract(
    choose(sine.rest, cosine.rest),
    s.multiply(quotient, choose(cosine.rest, negative(sine.rest))),
  );
  return s.add(quotient, s.divide(lacking, over));
}

/** A number as a sum: `rest` is smaller by far. */
interface Parts {
  readonly most: Expression;
  readonly rest: Expression;
}

/** The same sum, `most` being all that f32 has of it. */
function normalized(s: Single, { most, rest }: Parts): Parts {
  const sum = s.add(most, rest);
  return { most: sum, rest: s.subtract(rest, s.subtract(sum, most)) };
}

function isOddQuadrant(s: Single, quadrant: Expression): Expression {
  return s.equal(s.apply("and", quadrant, 1), 1);
}

/** sin and cos of r + tail. */
function parts(s: Single, { r, tail }: Reduced): { readonly sine: Parts; readonly cosine: Parts } {
  const z = s.multiply(r, r);
  // what rounding 1 − z/2 loses is put back
  const half = s.multiply(z, 0.5);
  const most = s.subtract(1, half);
  // sin and cos of r + tail have tail·cos r more, and tail·sin r less, than those of r
  const even = s.add(s.multiply(s.multiply(r, z), s.polynomial(z, sinTail)), s.multiply(tail, most));
  const lost = s.subtract(s.subtract(s.subtract(1, most), half), s.multiply(r, tail));
  const odd = s.add(lost, s.multiply(s.multiply(z, z), s.polynomial(z, cosTail)));
  return { sine: { most: r, rest: even }, cosine: { most, rest: odd } };
}

function reduceSmall(s: Single, a: Expression): Reduced {
  const n = s.apply("round", s.multiply(a, twoOverPi));
  const [first, second, third, fourth] = halfPiParts;
  const take = (from: Expression, part: number) => {
    const product = s.multiply(n, part);
    const rest = s.subtract(from, product);
    return { rest, lost: s.subtract(s.subtract(from, rest), product) };
  };
  // near a multiple nearly everything cancels, elsewhere each difference is rounded: both are put right
  const once = s.subtract(a, s.multiply(n, first));
  const twice = take(once, second);
  const thrice = take(twice.rest, third);
  const lost = s.add(twice.lost, thrice.lost);
  return { quadrant: s.toWhole(n), ...sumOf(s, thrice.rest, s.subtract(lost, s.multiply(n, fourth))) };
}

/** high + low, and what rounding that loses. */
function sumOf(s: Single, high: Expression, low: Expression): { readonly r: Expression; readonly tail: Expression } {
  const r = s.add(high, low);
  return { r, tail: s.add(s.subtract(high, r), low) };
}

/** a·2/π as a number of 64 bits, two before the point: the rest is whole turns. */
function reduceLarge(s: Single, a: Expression): Reduced {
  const bits = s.toUnsigned(s.bits(a));
  const mantissa = s.apply("or", s.apply("and", bits, mantissaBits), 2 ** 23);
  const [first, second, third] = windowOfBits(s, s.subtract(s.apply("shiftRight", bits, 23), 120));
  const low = s.multiply(mantissa, second);
  const sum = s.add(low, multiplyHigh(s, mantissa, third));
  const carry = s.toUnsigned(s.less(sum, low));
  const high = s.add(s.add(s.multiply(mantissa, first), multiplyHigh(s, mantissa, second)), carry);
  const quadrant = s.apply("shiftRight", s.add(high, 2 ** 29), 30);
  // what is left of the nearest quadrant, in f32 of its own and the bits that f32 loses
  const rest = s.toWhole(s.subtract(high, s.apply("shiftLeft", quadrant, 30)));
  const head = s.toSingle(rest);
  const lost = s.add(s.toSingle(s.subtract(rest, s.toWhole(head))), s.multiply(s.toSingle(sum), 2 ** -32));
  // times π/2: the product of two heads of 12 bits is exact
  const fraction = s.multiply(head, 2 ** -30);
  const fractionHead = s.head(fraction);
  const fractionTail = s.add(s.subtract(fraction, fractionHead), s.multiply(lost, 2 ** -30));
  const tail = s.add(s.multiply(fractionHead, halfPiTail), s.multiply(fractionTail, halfPi));
  return { quadrant: s.toWhole(quadrant), ...sumOf(s, s.multiply(fractionHead, halfPiHead), tail) };
}

/** Three words of 2/π from bit `start` on (u32, below 136). */
function windowOfBits(s: Single, start: Expression): [Expression, Expression, Expression] {
  const word = s.apply("shiftRight", start, 5);
  const within = s.apply("and", start, 31);
  const others = s.subtract(32, within);
  const words = [0, 1, 2, 3].map((ahead) =>
    [0, 1, 2, 3].reduceRight<Expression>(
      (found, place) => s.select(s.equal(word, place), s.u32(twoOverPiBits[place + ahead] ?? 0), found),
      s.u32(twoOverPiBits[4 + ahead] ?? 0),
    ),
  );
  const joined = (high: number) =>
    s.apply("or", s.apply("shiftLeft", at(words, high), within), s.apply("shiftRight", at(words, high + 1), others));
  return [joined(0), joined(1), joined(2)];
}

/** The high 32 bits of a product of two u32, from products of 16 bits. */
function multiplyHigh(s: Single, a: Expression, b: Expression): Expression {
  const low = (x: Expression) => s.apply("and", x, 0xffff);
  const high = (x: Expression) => s.apply("shiftRight", x, 16);
  const middle = s.add(s.multiply(high(a), low(b)), high(s.multiply(low(a), low(b))));
  const other = s.add(s.multiply(low(a), high(b)), low(middle));
  return s.add(s.add(s.multiply(high(a), high(b)), high(middle)), high(other));
}
