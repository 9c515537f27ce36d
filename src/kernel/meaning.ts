/**
 * What scalar operations mean, in plain numbers: the definition that constant folding, the interpreter and every
 * test go by. f32 results are the double result rounded once; integers wrap as hardware wraps them; booleans are
 * 0 and 1. `scalarOps.ts` has the vocabulary, `erf.ts` the two functions that JavaScript lacks, `wideMeaning.ts` what
 * is different for the bigints of i64.
 */
import { bytesOf, type Dtype, dtypes, isFloat } from "../shape/dtype.ts";
import { halfBits, halfValue, readElement, type Scalar, writeElement } from "../shape/elements.ts";
import { erf, erfc } from "./erf.ts";
import type { ReduceOp, ScalarOp } from "./scalarOps.ts";
import { scalarOps } from "./scalarOps.ts";

/** A scalar operation on operands of one dtype; arguments beyond its arity are ignored. */
export type Meaning = (a: number, b: number, c: number) => number;

const rounders: { readonly [D in Dtype]: (value: number) => number } = {
  bool: (value) => (value !== 0 ? 1 : 0),
  u8: (value) => value & 0xff,
  i8: (value) => (value << 24) >> 24,
  i16: (value) => (value << 16) >> 16,
  i32: (value) => value | 0,
  u32: (value) => value >>> 0,
  i64: (value) => clamp("i64", Math.trunc(value) || 0),
  f16: (value) => halfValue("f16", halfBits("f16", value)),
  bf16: (value) => halfValue("bf16", halfBits("bf16", value)),
  f32: Math.fround,
  f64: (value) => value,
};

/**
 * `value` as `dtype` holds it: integers drop the fraction and wrap modulo 2^bits, floats round to nearest (those of 16 bits
 * by way of f32), bool asks "is not zero". i64 stops at its ends, and 2^63 stands for the number below it.
 */
export function roundTo(dtype: Dtype, value: number): number {
  return rounders[dtype](value);
}

function clamp(dtype: Dtype, value: number): number {
  return Math.min(Math.max(value, dtypes[dtype].lowest), dtypes[dtype].highest);
}

/**
 * The value of `cast`: float to integer truncates toward zero and saturates, NaN gives 0; integer to a narrower or
 * differently signed integer wraps; anything to bool asks "is not zero" (NaN is not).
 */
export function convert(from: Dtype, to: Dtype, value: Scalar): Scalar {
  if (from === "i64") return fromWide(to, toWide(value));
  const number = Number(value);
  if (to === "i64") return toWide(roundTo(to, number));
  if (!isFloat(from) || isFloat(to) || to === "bool") return roundTo(to, number);
  return Number.isNaN(number) ? 0 : clamp(to, Math.trunc(number)) + 0;
}

/** The value of an i64 as a bigint: bigints stay, numbers stop at the ends of the range. */
export function toWide(value: Scalar): bigint {
  return typeof value === "bigint" ? value : value === dtypes.i64.highest ? 2n ** 63n - 1n : BigInt(value);
}

function fromWide(to: Dtype, value: bigint): Scalar {
  if (to === "i64") return value;
  if (to === "bool") return value === 0n ? 0 : 1;
  if (!isFloat(to)) return roundTo(to, Number(BigInt.asIntN(32, value)));
  const number = Number(value);
  if (to === "f64" || Number.isSafeInteger(number)) return roundTo(to, number);
  // rounded once: what a double would lose is kept as one bit
  return roundTo(to, Number((value >> 10n) | (value & 1023n ? 1n : 0n)) * 1024);
}

const bits = new ArrayBuffer(8);

/** The value of `bitcast`: the same bits read as a dtype of equal size. */
export function reinterpret(from: Dtype, to: Dtype, value: Scalar): Scalar {
  writeElement(from, new dtypes[from].stored(bits), 0, value);
  return readElement(to, new dtypes[to].stored(bits), 0);
}

/** The value of `op` for operands of `dtype` (for `select`, of its two values). */
export function evaluate(op: ScalarOp, dtype: Dtype, values: readonly number[]): number {
  const [a = 0, b = 0, c = 0] = values;
  return meanings[op](dtype)(a, b, c);
}

/** `op` on operands of `dtype` as a function, for whoever evaluates it many times. */
export function meaningOf(op: ScalarOp, dtype: Dtype): Meaning {
  return meanings[op](dtype);
}

/** The value that changes nothing when `op` reduces numbers of `dtype`. */
export function identityOf(op: ReduceOp, dtype: Dtype): number {
  const { identity } = scalarOps[op];
  if (identity === "lowest" || identity === "highest") return dtypes[dtype][identity];
  return identity === "allBits" ? roundTo(dtype, -1) : identity;
}

/** Arithmetic whose exact or double result is rounded to the dtype. */
function rounded(compute: Meaning): (dtype: Dtype) => Meaning {
  return (dtype) => {
    const round = rounders[dtype];
    return (a, b, c) => round(compute(a, b, c));
  };
}

/** Arithmetic that is defined differently on floats and on integers; both are rounded to the dtype. */
function byKind(float: Meaning, whole: Meaning): (dtype: Dtype) => Meaning {
  return (dtype) => rounded(isFloat(dtype) ? float : whole)(dtype);
}

/** Operations that only choose or compare: the same for all dtypes, and exact. */
function exact(compute: Meaning): (dtype: Dtype) => Meaning {
  return () => compute;
}

const meanings: { readonly [Op in ScalarOp]: (dtype: Dtype) => Meaning } = {
  negative: rounded((a) => -a),
  abs: rounded(Math.abs),
  // −0 has no sign here: its sum with 0 is 0
  sign: rounded((a) => Math.sign(a) + 0),
  floor: rounded(Math.floor),
  ceil: rounded(Math.ceil),
  round: rounded(roundHalfToEven),
  sqrt: rounded(Math.sqrt),
  exp: rounded(Math.exp),
  expm1: rounded(Math.expm1),
  log: rounded(Math.log),
  log1p: rounded(Math.log1p),
  sin: rounded(Math.sin),
  cos: rounded(Math.cos),
  tanh: rounded(Math.tanh),
  sigmoid: rounded(sigmoid),
  erf: rounded(erf),
  erfc: rounded(erfc),
  not: exact((a) => (a === 0 ? 1 : 0)),
  add: rounded((a, b) => a + b),
  subtract: rounded((a, b) => a - b),
  multiply: byKind((a, b) => a * b, Math.imul),
  divide: rounded((a, b) => a / b),
  quotient: byKind(floorQuotient, (a, b) => (b === 0 ? 0 : Math.floor(a / b))),
  remainder: byKind(floorRemainder, (a, b) => (b === 0 ? 0 : a - Math.floor(a / b) * b)),
  power: rounded(power),
  maximum: exact((a, b) => Math.max(a, b)),
  minimum: exact((a, b) => Math.min(a, b)),
  equal: exact((a, b) => (a === b ? 1 : 0)),
  less: exact((a, b) => (a < b ? 1 : 0)),
  lessEqual: exact((a, b) => (a <= b ? 1 : 0)),
  and: rounded((a, b) => a & b),
  or: rounded((a, b) => a | b),
  xor: rounded((a, b) => a ^ b),
  shiftLeft: shifted(
    (a, count) => a << count,
    () => 0,
  ),
  shiftRight: (dtype) =>
    dtype === "i32"
      ? shifted(
          (a, count) => a >> count,
          (a) => (a < 0 ? -1 : 0),
        )(dtype)
      : shifted(
          (a, count) => a >>> count,
          () => 0,
        )(dtype),
  select: exact((condition, a, b) => (condition !== 0 ? a : b)),
};

/** Shifts; a count outside 0 … bits − 1 shifts everything out. */
function shifted(
  within: (a: number, count: number) => number,
  beyond: (a: number) => number,
): (dtype: Dtype) => Meaning {
  return (dtype) => {
    const width = dtype === "bool" ? 1 : 8 * bytesOf(dtype);
    return rounded((a, count) => (count >= 0 && count < width ? within(a, count) : beyond(a)))(dtype);
  };
}

/** Nearest whole number, halves to the even one. */
export function roundHalfToEven(a: number): number {
  // adding and taking away 2^52 leaves no room for a fraction; the sign of zero is put back
  const magnitude = Math.abs(a);
  if (!(magnitude < 2 ** 52)) return a;
  const whole = magnitude + 2 ** 52 - 2 ** 52;
  return a < 0 || Object.is(a, -0) ? -whole : whole;
}

/** 1 / (1 + e^−x) without overflow. */
export function sigmoid(a: number): number {
  const small = Math.exp(-Math.abs(a));
  return a >= 0 ? 1 / (1 + small) : small / (1 + small);
}

/** C's pow: JavaScript's, except that 1^anything and (−1)^±Infinity are 1. */
export function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return a ** b;
}

/** The quotient of floats toward minus infinity, consistent with `floorRemainder`, as Python and NumPy have it; a / 0 is infinite or NaN. */
export function floorQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  const quotient = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
  if (quotient === 0) return Math.sign(a / b) * 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** What is left of a after whole multiples of b, with the sign of b, as Python's `%`; by 0 it is NaN. */
export function floorRemainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}
