/**
 * Element types: what a number is, how it is stored, how two of them combine. One row a dtype; the promotion
 * rules are those of the Python array API standard, with its open cases settled as PyTorch has them.
 * `elements.ts` turns numbers into what is stored and back.
 */
import { DtypeError } from "../support/errors.ts";

/** What is told of each dtype. */
interface DtypeRow {
  /** Size of an element in memory. */
  readonly bytes: number;
  readonly kind: "bool" | "integer" | "float";
  /** The dtype that kernels compute in: itself, unless it is only stored. Sums and products of sums stay in it, too. */
  readonly computed: string;
  /** The typed array that gives its elements as JavaScript numbers. */
  readonly array: unknown;
  /** The typed array that lies in memory: bits where JavaScript has no numbers of this type, bigints for 64 bits. */
  readonly stored: unknown;
  /** The ends of the range. The largest i64 is no JavaScript number: 2^63 stands for it. */
  readonly lowest: number;
  readonly highest: number;
}

/** Every element type. */
export const dtypes = {
  bool: row(1, "bool", "bool", Uint8Array, Uint8Array, 0, 1),
  u8: row(1, "integer", "u8", Uint8Array, Uint8Array, 0, 2 ** 8 - 1),
  i8: row(1, "integer", "i32", Int8Array, Int8Array, -(2 ** 7), 2 ** 7 - 1),
  i16: row(2, "integer", "i32", Int16Array, Int16Array, -(2 ** 15), 2 ** 15 - 1),
  i32: row(4, "integer", "i32", Int32Array, Int32Array, -(2 ** 31), 2 ** 31 - 1),
  u32: row(4, "integer", "u32", Uint32Array, Uint32Array, 0, 2 ** 32 - 1),
  i64: row(8, "integer", "i64", Float64Array, BigInt64Array, -(2 ** 63), 2 ** 63),
  f16: row(2, "float", "f32", Float32Array, Uint16Array, -Infinity, Infinity),
  bf16: row(2, "float", "f32", Float32Array, Uint16Array, -Infinity, Infinity),
  f32: row(4, "float", "f32", Float32Array, Float32Array, -Infinity, Infinity),
  f64: row(8, "float", "f64", Float64Array, Float64Array, -Infinity, Infinity),
} as const satisfies Record<string, DtypeRow>;

function row<const C extends string, A, S>(
  bytes: 1 | 2 | 4 | 8,
  kind: DtypeRow["kind"],
  computed: C,
  array: A,
  stored: S,
  lowest: number,
  highest: number,
) {
  return { bytes, kind, computed, array, stored, lowest, highest };
}

/** Name of an element type, for example `"f32"`. */
export type Dtype = keyof typeof dtypes;

/** Dtypes that kernels compute in. */
export type ComputedDtype = (typeof dtypes)[Dtype]["computed"];

/** Floating-point numbers of 16 bits. */
export type HalfDtype = "f16" | "bf16";

/** Floating-point numbers. */
export type FloatDtype = HalfDtype | "f32" | "f64";

/** The typed array of numbers that elements of dtype `D` are read as; booleans are bytes of 0 and 1. */
export type DataOf<D extends Dtype> = InstanceType<(typeof dtypes)[D]["array"]>;

/** Any of the typed arrays that tensor elements are read as. */
export type Data = DataOf<Dtype>;

/** Any of the typed arrays that lie in memory. */
export type StoredData = InstanceType<(typeof dtypes)[Dtype]["stored"]>;

/** All dtypes, in the order of the table. */
export const allDtypes = Object.keys(dtypes) as readonly Dtype[];

/** `dtype` itself. @throws DtypeError where there is none of that name. */
export function checkDtype(dtype: Dtype): Dtype {
  if (Object.hasOwn(dtypes, dtype)) return dtype;
  throw new DtypeError(
    `There is no dtype ${String(dtype)}; there are ${allDtypes.join(", ")}, and only tensors have one.`,
    { dtype },
  );
}

/** Is `dtype` one of the floating-point types? @throws DtypeError where there is none of that name. */
export function isFloat(dtype: Dtype): dtype is FloatDtype {
  return dtypes[checkDtype(dtype)].kind === "float";
}

/** Is `dtype` one of the floating-point types of 16 bits? */
export function isHalf(dtype: Dtype): dtype is HalfDtype {
  return dtype === "f16" || dtype === "bf16";
}

/** Bytes that one element takes. */
export function bytesOf(dtype: Dtype): number {
  return dtypes[dtype].bytes;
}

/** The dtype that kernels compute in for elements of `dtype`. */
export function computedIn(dtype: Dtype): ComputedDtype {
  return dtypes[dtype].computed;
}

const dtypesOfArrays: { readonly [name: string]: Dtype } = {
  Float64Array: "f64",
  Float16Array: "f16",
  BigInt64Array: "i64",
  Int32Array: "i32",
  Uint32Array: "u32",
  Int16Array: "i16",
  Int8Array: "i8",
  Uint8Array: "u8",
};

/** The dtype that JavaScript data has by itself. */
export function dtypeOfData(data: object): Dtype {
  return dtypesOfArrays[Object.prototype.toString.call(data).slice(8, -1)] ?? "f32";
}

/** In the order of `dtypes`. */
const promotions = {
  bool: ["bool", "u8", "i8", "i16", "i32", "u32", "i64", "f16", "bf16", "f32", "f64"],
  u8: ["u8", "u8", "i16", "i16", "i32", "u32", "i64", "f16", "bf16", "f32", "f64"],
  i8: ["i8", "i16", "i8", "i16", "i32", "i64", "i64", "f16", "bf16", "f32", "f64"],
  i16: ["i16", "i16", "i16", "i16", "i32", "i64", "i64", "f16", "bf16", "f32", "f64"],
  i32: ["i32", "i32", "i32", "i32", "i32", "i64", "i64", "f16", "bf16", "f32", "f64"],
  u32: ["u32", "u32", "i64", "i64", "i64", "u32", "i64", "f16", "bf16", "f32", "f64"],
  i64: ["i64", "i64", "i64", "i64", "i64", "i64", "i64", "f16", "bf16", "f32", "f64"],
  f16: ["f16", "f16", "f16", "f16", "f16", "f16", "f16", "f16", "f32", "f32", "f64"],
  bf16: ["bf16", "bf16", "bf16", "bf16", "bf16", "bf16", "bf16", "f32", "bf16", "f32", "f64"],
  f32: ["f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f64"],
  f64: ["f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64"],
} as const satisfies { readonly [A in Dtype]: readonly Dtype[] };

/**
 * The dtype that both `a` and `b` become where they meet: the smallest that holds both, except that integers become
 * the float that they meet (i64 and f16 give f16), as in PyTorch.
 */
export function promote(a: Dtype, b: Dtype): Dtype {
  return promotions[a][allDtypes.indexOf(b)] ?? a;
}
