/**
 * Conversions from and to dtypes that are only stored, as integer arithmetic on their bits: small integers by way of
 * i32, f16 and bf16 by way of f32. It runs in vectors, and rounds to nearest, halves to even.
 */
import type { ExpressionBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { computedIn, type Dtype, dtypes, isFloat } from "../../shape/dtype.ts";
import { Single } from "./single.ts";

const signless = 0x7fffffff;
/** An f16 moved up by 13 bits has an exponent that is this much too small. */
const rebias = 112 << 23;
/** 2^−14 as bits of f32: the smallest normal f16. */
const smallestHalf = 113 << 23;
/** 65520 as bits of f32: from here on an f16 is infinite. */
const infiniteHalf = 0x477ff000;
const infinite = 0x7f800000;

/** Is one of the two only stored, so that targets may lack the conversion? */
export function isStoredCast(from: Dtype, to: Dtype): boolean {
  return computedIn(from) !== from || computedIn(to) !== to;
}

/** `x` as `to`, in terms of conversions among dtypes that are computed in, of truncation and of bits. */
export function castStored(builder: ExpressionBuilder, to: Dtype, x: Expression): Expression {
  const s = new Single(builder);
  const wide = widened(builder, s, x);
  const value = builder.cast(computedIn(to), wide);
  if (to === "f16" || to === "bf16") {
    const bits = to === "f16" ? bitsOfHalf(s, value) : bitsOfBrain(s, value);
    return builder.bitcast(to, builder.cast("i16", bits));
  }
  if (computedIn(to) === to) return value;
  const edge = 2 ** (8 * dtypes[to].bytes - 1);
  return builder.cast(to, isFloat(wide.dtype) ? s.clamp(value, -edge, edge - 1) : value);
}

/** The value of `x` in the dtype that kernels compute in. */
function widened(builder: ExpressionBuilder, s: Single, x: Expression): Expression {
  if (!isFloat(x.dtype) || computedIn(x.dtype) === x.dtype) return builder.cast(computedIn(x.dtype), x);
  const bits = builder.cast("i32", builder.bitcast("i16", x));
  return x.dtype === "bf16" ? s.ofBits(s.apply("shiftLeft", bits, 16)) : halfOfBits(s, bits);
}

function halfOfBits(s: Single, bits: Expression): Expression {
  const moved = s.apply("shiftLeft", s.apply("and", bits, 0x7fff), 13);
  const normal = s.add(moved, s.select(s.less(moved, infinite - 2 * rebias), s.whole(rebias), s.whole(2 * rebias)));
  // below the normal range: one more in the exponent, and that one taken away again
  const small = s.bits(s.subtract(s.ofBits(s.add(moved, smallestHalf)), 2 ** -14));
  const size = s.select(s.less(moved, 1 << 23), small, normal);
  return s.ofBits(s.apply("or", size, s.apply("shiftLeft", s.apply("and", bits, 0x8000), 16)));
}

function bitsOfHalf(s: Single, value: Expression): Expression {
  const bits = s.bits(value);
  const size = s.apply("and", bits, signless);
  const isOdd = s.apply("and", s.apply("shiftRight", size, 13), 1);
  const normal = s.apply("shiftRight", s.add(s.add(size, 0xfff - rebias), isOdd), 13);
  // a half has steps of 2^−24, as the smallest f16 have: adding it rounds, and leaves their number in the low bits
  const small = s.subtract(s.bits(s.add(s.ofBits(size), 0.5)), 0x3f000000);
  const finite = s.select(s.less(size, smallestHalf), small, normal);
  const isNumber = s.apply("lessEqual", size, infinite);
  const found = s.select(s.less(size, infiniteHalf), finite, s.whole(0x7c00));
  const signed = s.apply("or", found, s.apply("and", s.apply("shiftRight", bits, 16), 0x8000));
  return s.select(isNumber, signed, s.whole(0x7e00));
}

function bitsOfBrain(s: Single, value: Expression): Expression {
  const bits = s.bits(value);
  const isOdd = s.apply("and", s.apply("shiftRight", bits, 16), 1);
  const rounded = s.apply("shiftRight", s.add(s.add(bits, 0x7fff), isOdd), 16);
  return s.select(s.apply("lessEqual", s.apply("and", bits, signless), infinite), rounded, s.whole(0x7fc0));
}
