/** What scalar operations mean on i64, in bigints that wrap to 64 bits. The rest of `meaning.ts`. */
import type { Scalar } from "../shape/elements.ts";
import { invariant } from "../support/invariant.ts";
import type { ScalarOp } from "./scalarOps.ts";

/** An operation on i64; arguments beyond its arity are ignored. */
export type WideMeaning = (a: bigint, b: bigint, c: bigint) => Scalar;

const wrap = (value: bigint) => BigInt.asIntN(64, value);
const signOf = (value: bigint) => (value > 0n ? 1n : value < 0n ? -1n : 0n);
const isShift = (count: bigint) => count >= 0n && count < 64n;

function floatsOnly(): never {
  return invariant(false, "the operation is defined on floats or booleans alone") as never;
}

/** The quotient toward minus infinity; by 0 it is 0. */
function quotient(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  return wrap(a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n));
}

/** By operation. Conditions of `select` come as bigints, too. */
export const wideMeanings: { readonly [Op in ScalarOp]: WideMeaning } = {
  negative: (a) => wrap(-a),
  abs: (a) => wrap(a < 0n ? -a : a),
  sign: signOf,
  floor: floatsOnly,
  ceil: floatsOnly,
  round: floatsOnly,
  sqrt: floatsOnly,
  exp: floatsOnly,
  expm1: floatsOnly,
  log: floatsOnly,
  log1p: floatsOnly,
  sin: floatsOnly,
  cos: floatsOnly,
  tanh: floatsOnly,
  sigmoid: floatsOnly,
  erf: floatsOnly,
  erfc: floatsOnly,
  not: floatsOnly,
  add: (a, b) => wrap(a + b),
  subtract: (a, b) => wrap(a - b),
  multiply: (a, b) => wrap(a * b),
  divide: floatsOnly,
  quotient,
  remainder: (a, b) => (b === 0n ? 0n : wrap(a - quotient(a, b) * b)),
  power: floatsOnly,
  maximum: (a, b) => (a > b ? a : b),
  minimum: (a, b) => (a < b ? a : b),
  equal: (a, b) => (a === b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, count) => (isShift(count) ? wrap(a << count) : 0n),
  shiftRight: (a, count) => (isShift(count) ? a >> count : a < 0n ? -1n : 0n),
  select: (condition, a, b) => (condition !== 0n ? a : b),
};
