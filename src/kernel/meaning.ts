/**
 * What scalar operations mean, in plain numbers: the definition that constant folding, the interpreter and every
 * test go by. f32 results are the double result rounded once; integers wrap as hardware wraps them; booleans are
 * 0 and 1. `scalarOps.ts` has the vocabulary, `erf.ts` the one function that JavaScript lacks.
 */
import { bytesOf, type Data, type Dtype, isFloat } from "../shape/dtype.ts";
import { at } from "../support/invariant.ts";
import { erf } from "./erf.ts";
import type { ReduceOp, ScalarOp } from "./scalarOps.ts";
import { scalarOps } from "./scalarOps.ts";

/** A scalar operation on operands of one dtype; arguments beyond its arity are ignored. */
export type Meaning = (a: number, b: number, c: number) => number;

const rounders: { readonly [D in Dtype]: (value: number) => number } = {
  bool: (value) => (value !== 0 ? 1 : 0),
  u8: (value) => value & 0xff,
  i32: (value) => value | 0,
  u32: (value) => value >>> 0,
  f32: Math.fround,
  f64: (value) => value,
};

/** `value` as `dtype` holds it: integers drop the fraction and wrap modulo 2^bits, f32 rounds to nearest, bool asks "is not zero". */
export function roundTo(dtype: Dtype, value: number): number {
  return rounders[dtype](value);
}

/**
 * The value of `cast`: float to integer truncates toward zero and saturates, NaN gives 0; integer to a narrower or
 * differently signed integer wraps; anything to bool asks "is not zero" (NaN is not).
 */
export function convert(from: Dtype, to: Dtype, value: number): number {
  if (!isFloat(from) || isFloat(to) || to === "bool") return roundTo(to, value);
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), lowest[to]), highest[to]) + 0;
}

const bits = new ArrayBuffer(8);
const views: { readonly [D in Dtype]: Data } = {
  bool: new Uint8Array(bits),
  u8: new Uint8Array(bits),
  i32: new Int32Array(bits),
  u32: new Uint32Array(bits),
  f32: new Float32Array(bits),
  f64: new Float64Array(bits),
};

/** The value of `bitcast`: the same bits read as a dtype of equal size. */
export function reinterpret(from: Dtype, to: Dtype, value: number): number {
  views[from][0] = value;
  return roundTo(to, at(views[to], 0));
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
  if (identity === "lowest") return lowest[dtype];
  if (identity === "highest") return highest[dtype];
  return identity === "allBits" ? roundTo(dtype, -1) : identity;
}

const lowest: { readonly [D in Dtype]: number } = {
  bool: 0,
  u8: 0,
  i32: -(2 ** 31),
  u32: 0,
  f32: -Infinity,
  f64: -Infinity,
};
const highest: { readonly [D in Dtype]: number } = {
  bool: 1,
  u8: 0xff,
  i32: 2 ** 31 - 1,
  u32: 2 ** 32 - 1,
  f32: Infinity,
  f64: Infinity,
};

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
  sign: rounded(Math.sign),
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
