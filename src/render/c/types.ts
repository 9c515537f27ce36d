/**
 * How values are held in C. What is smaller than 32 bits is held in 32, halves as their bits with the sign extended; a bool is
 * 0 or 1 as a scalar and a mask as a vector. Scalars and vectors have functions of the same names, told apart by the type
 * at the end: `maximum_f32`, `maximum_f32x16`.
 */
import { reinterpret, toWide } from "../../kernel/meaning.ts";
import { bytesOf, type ComputedDtype, computedIn, type Dtype, isHalf } from "../../shape/dtype.ts";

/** The scalar types of the prelude that values are held in. */
export type Held = "f32" | "f64" | "i32" | "u32" | "i64" | "b";

/** What a value of each dtype is held in. */
export const heldIn: { readonly [D in Dtype]: Held } = {
  bool: "b",
  u8: "u32",
  i8: "i32",
  i16: "i32",
  i32: "i32",
  u32: "u32",
  i64: "i64",
  f16: "i32",
  bf16: "i32",
  f32: "f32",
  f64: "f64",
};

/** What elements of each dtype are in memory. */
export const storedAs: { readonly [D in Dtype]: string } = {
  bool: "bool",
  u8: "u8",
  i8: "i8",
  i16: "i16",
  i32: "i32",
  u32: "u32",
  i64: "i64",
  f16: "i16",
  bf16: "i16",
  f32: "f32",
  f64: "f64",
};

/** The dtype whose operations choose among values of `dtype`. */
export function operatedAs(dtype: Dtype): ComputedDtype {
  return isHalf(dtype) ? "i32" : computedIn(dtype);
}

/** The type of `width` values held as `held`: a scalar for 1. */
export function typeOf(held: Held, width: number): string {
  if (held === "b") return `b${width}`;
  return width === 1 ? held : `${held}x${width}`;
}

/** The type of `width` values of `dtype`. */
export function typeName(dtype: Dtype, width: number): string {
  return typeOf(heldIn[dtype], width);
}

/** Bytes that a lane of `dtype` takes in a register. */
export function laneBytes(dtype: Dtype): 4 | 8 {
  return bytesOf(dtype) === 8 ? 8 : 4;
}

/** A literal as a scalar. */
export function literal(dtype: Dtype, value: number): string {
  if (dtype === "f32") return floatText(Math.fround(value), "f");
  if (dtype === "f64") return floatText(value, "");
  if (dtype === "i64") {
    const wide = toWide(value);
    return wide === -(2n ** 63n) ? "(-9223372036854775807LL - 1)" : `(${wide}LL)`;
  }
  const word = isHalf(dtype) ? Number(reinterpret(dtype, "i16", value)) : value;
  if (heldIn[dtype] === "u32") return `${word}u`;
  if (word === -(2 ** 31)) return "(-2147483647 - 1)";
  return word < 0 ? `(${word})` : `${word}`;
}

function floatText(value: number, suffix: "f" | ""): string {
  if (Number.isNaN(value)) return `__builtin_nan${suffix}("")`;
  if (!Number.isFinite(value)) return `(${value < 0 ? "-" : ""}__builtin_inf${suffix}())`;
  const text = `${Math.abs(value)}`;
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `(${sign}${/[.e]/.test(text) ? text : `${text}.0`}${suffix})`;
}

/** `value` in all of `width` lanes. */
export function splat(dtype: Dtype, width: number, value: string): string {
  return `splat_${typeName(dtype, width)}(${value})`;
}
