/**
 * What programs ask about dtypes: which converts to which, kinds, ranges and precision. Names and answers are the Python
 * array API standard's; `dtype.ts` has the table.
 */
import { DtypeError } from "../support/errors.ts";
import { bytesOf, type Dtype, dtypes, isFloat, promote } from "./dtype.ts";

/** Kinds of dtypes; a dtype is a kind of its own. There are no complex dtypes. */
export type DtypeKind = "bool" | "signed integer" | "unsigned integer" | "integral" | "real floating" | "numeric";

/** What is to be known of a floating-point dtype. */
export interface FloatInfo {
  readonly dtype: Dtype;
  /** Bits of an element. */
  readonly bits: number;
  /** From 1 to the next greater number. */
  readonly eps: number;
  readonly min: number;
  readonly max: number;
  /** The least number above 0 with all its digits. */
  readonly smallestNormal: number;
}

/** What is to be known of an integer dtype. */
export interface IntegerInfo {
  readonly dtype: Dtype;
  /** Bits of an element. */
  readonly bits: number;
  /** As a bigint for i64, whose ends no number holds. */
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** Bits of the fraction and of the exponent. */
const layouts: { readonly [name in Dtype]?: readonly [fraction: number, exponent: number] } = {
  f16: [10, 5],
  bf16: [7, 8],
  f32: [23, 8],
  f64: [52, 11],
};

const kinds: { readonly [K in DtypeKind]: (dtype: Dtype) => boolean } = {
  bool: (dtype) => dtype === "bool",
  "signed integer": (dtype) => dtypes[dtype].kind === "integer" && dtypes[dtype].lowest < 0,
  "unsigned integer": (dtype) => dtypes[dtype].kind === "integer" && dtypes[dtype].lowest === 0,
  integral: (dtype) => dtypes[dtype].kind === "integer",
  "real floating": isFloat,
  numeric: (dtype) => dtype !== "bool",
};

/**
 * Does promotion turn `from` into `to`? What `astype` does besides changes values.
 *
 * @example
 * ```ts
 * import { canCast } from "smilodon";
 * console.log(canCast("u8", "i32"), canCast("f64", "f32")); // true false
 * ```
 */
export function canCast(from: Dtype, to: Dtype): boolean {
  return promote(from, to) === to;
}

/**
 * Is `dtype` of this kind, or one of these kinds?
 *
 * @example
 * ```ts
 * import { isDtype } from "smilodon";
 * console.log(isDtype("u8", "integral"), isDtype("u8", ["f32", "bool"])); // true false
 * ```
 */
export function isDtype(dtype: Dtype, kind: Dtype | DtypeKind | readonly (Dtype | DtypeKind)[]): boolean {
  const list = typeof kind === "string" ? [kind] : kind;
  return list.some((each) => each === dtype || (isKind(each) && kinds[each](dtype)));
}

function isKind(name: Dtype | DtypeKind): name is DtypeKind {
  return Object.hasOwn(kinds, name);
}

/**
 * Range and precision of a floating-point dtype. @throws DtypeError for others.
 *
 * @example
 * ```ts
 * import { finfo } from "smilodon";
 * console.log(finfo("f64").eps === Number.EPSILON, finfo("f16").max); // true 65504
 * ```
 */
export function finfo(dtype: Dtype): FloatInfo {
  const layout = layouts[dtype];
  if (layout === undefined)
    throw new DtypeError(`finfo: ${dtype} is no floating-point dtype. Ask iinfo about integers.`, { dtype });
  const [fraction, exponent] = layout;
  const eps = 2 ** -fraction;
  const highest = 2 ** (exponent - 1);
  const max = 2 ** (highest - 1) * (2 - eps);
  return { dtype, bits: 8 * bytesOf(dtype), eps, min: -max, max, smallestNormal: 2 ** (2 - highest) };
}

/**
 * Range of an integer dtype. @throws DtypeError for others.
 *
 * @example
 * ```ts
 * import { iinfo } from "smilodon";
 * console.log(iinfo("i8").min, iinfo("i64").max); // -128 9223372036854775807n
 * ```
 */
export function iinfo(dtype: Dtype): IntegerInfo {
  const { kind, lowest, highest } = dtypes[dtype];
  if (kind !== "integer")
    throw new DtypeError(`iinfo: ${dtype} is no integer dtype. Ask finfo about floats.`, { dtype });
  const bits = 8 * bytesOf(dtype);
  if (dtype === "i64") return { dtype, bits, min: -(2n ** 63n), max: 2n ** 63n - 1n };
  return { dtype, bits, min: lowest, max: highest };
}
