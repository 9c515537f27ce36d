/**
 * Element types: what a number is, how it is stored, how two of them combine. One row a dtype; the promotion
 * rules are those of the Python array API standard, with its open cases settled as PyTorch has them.
 */
import { DtypeError } from "../support/errors.ts";

/** Every element type: its size in memory, its kind, and the typed array that holds it in JavaScript. */
export const dtypes = {
  bool: { bytes: 1, kind: "bool", array: Uint8Array },
  u8: { bytes: 1, kind: "integer", array: Uint8Array },
  i32: { bytes: 4, kind: "integer", array: Int32Array },
  u32: { bytes: 4, kind: "integer", array: Uint32Array },
  f32: { bytes: 4, kind: "float", array: Float32Array },
  f64: { bytes: 8, kind: "float", array: Float64Array },
} as const satisfies Record<string, { bytes: number; kind: "bool" | "integer" | "float"; array: unknown }>;

/** Name of an element type, for example `"f32"`. */
export type Dtype = keyof typeof dtypes;

/** The typed array that holds elements of dtype `D`; booleans are bytes of 0 and 1. */
export type DataOf<D extends Dtype> = InstanceType<(typeof dtypes)[D]["array"]>;

/** Any of the typed arrays that hold tensor elements. */
export type Data = DataOf<Dtype>;

/** All dtypes, in the order of the table. */
export const allDtypes = Object.keys(dtypes) as readonly Dtype[];

/** Is `dtype` one of the floating-point types? */
export function isFloat(dtype: Dtype): boolean {
  return dtypes[dtype].kind === "float";
}

/** Bytes that one element takes. */
export function bytesOf(dtype: Dtype): number {
  return dtypes[dtype].bytes;
}

/** The dtype that JavaScript data has by itself. */
export function dtypeOfData(data: ArrayLike<number>): Dtype {
  if (data instanceof Float64Array) return "f64";
  if (data instanceof Int32Array) return "i32";
  if (data instanceof Uint32Array) return "u32";
  if (data instanceof Uint8Array) return "u8";
  return "f32";
}

const promotions: { readonly [A in Dtype]: { readonly [B in Dtype]: Dtype | undefined } } = {
  bool: { bool: "bool", u8: "u8", i32: "i32", u32: "u32", f32: "f32", f64: "f64" },
  u8: { bool: "u8", u8: "u8", i32: "i32", u32: "u32", f32: "f32", f64: "f64" },
  i32: { bool: "i32", u8: "i32", i32: "i32", u32: undefined, f32: "f32", f64: "f64" },
  u32: { bool: "u32", u8: "u32", i32: undefined, u32: "u32", f32: "f32", f64: "f64" },
  f32: { bool: "f32", u8: "f32", i32: "f32", u32: "f32", f32: "f32", f64: "f64" },
  f64: { bool: "f64", u8: "f64", i32: "f64", u32: "f64", f32: "f64", f64: "f64" },
};

/**
 * The dtype that holds both `a` and `b`.
 * @throws DtypeError where the standard has none among our dtypes (i32 with u32 needs 64 bits).
 */
export function promote(a: Dtype, b: Dtype): Dtype {
  const result = promotions[a][b];
  if (result === undefined) {
    throw new DtypeError(`${a} and ${b} have no common dtype here. Convert one of them with astype first.`, { a, b });
  }
  return result;
}
