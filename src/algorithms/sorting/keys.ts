/**
 * Whole numbers that stand in the order of the elements of a tensor, whatever their dtype: what is compared and counted when
 * elements are sorted. `rows.ts` sorts by them. Equal elements have equal keys: +0 and −0, and any NaN, which comes last.
 */
import type { Dtype } from "../../shape/dtype.ts";
import { subtract } from "../../tensor/arithmetic.ts";
import { bitwiseAnd, bitwiseRightShift, bitwiseXor } from "../../tensor/bitwise.ts";
import { astype, bitcast } from "../../tensor/cast.ts";
import { greater, where } from "../../tensor/comparison.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** How elements of one dtype become keys. */
export interface KeyForm {
  /** Bits that tell keys apart. */
  readonly bits: number;
  /** Are keys from −2^(bits − 1) on, rather than from 0? */
  readonly isSigned: boolean;
  /** The element as a whole number with the same information: i32, or i64 for dtypes of 64 bits. */
  readonly store: (x: Tensor) => Tensor;
  /** The element that was stored. */
  readonly restore: (stored: Tensor, dtype: Dtype) => Tensor;
  /** The key of what was stored. */
  readonly key: (stored: Tensor) => Tensor;
  /** What is stored for the first and the last elements in the order. */
  readonly ends: readonly [first: number, last: number];
}

/** Integers, which are their own keys. */
function asWhole(bits: number, isSigned: boolean): KeyForm {
  const first = isSigned ? -(2 ** (bits - 1)) : 0;
  return {
    bits,
    isSigned,
    store: (x) => astype(x, "i32"),
    restore: astype,
    key: (stored) => stored,
    ends: [first, first + 2 ** bits - 1],
  };
}

/** Floats of `bits` bits, whose infinity has the bits `infinity`: sign and magnitude become one number. */
function asFloat(bits: number, infinity: number): Pick<KeyForm, "bits" | "isSigned" | "key" | "ends"> {
  const magnitudes = 2 ** (bits - 1) - 1;
  return {
    bits,
    isSigned: true,
    key: (stored) => {
      const magnitude = bitwiseAnd(stored, magnitudes);
      const sign = bitwiseRightShift(stored, bits - 1);
      const number = subtract(bitwiseXor(magnitude, sign), sign);
      return where(greater(magnitude, infinity), magnitudes, number);
    },
    ends: [infinity - 2 ** (bits - 1), magnitudes],
  };
}

/** Floats of 16 bits, as the i32 that continues their sign. */
const asHalf = (infinity: number): KeyForm => ({
  ...asFloat(16, infinity),
  store: (x) => astype(bitcast(x, "i16"), "i32"),
  restore: (stored, dtype) => bitcast(astype(stored, "i16"), dtype),
});

/** How elements become keys, by dtype. */
export const keyForms = {
  bool: asWhole(1, false),
  u8: asWhole(8, false),
  i8: asWhole(8, true),
  i16: asWhole(16, true),
  i32: asWhole(32, true),
  // The same bits, of which the first counts the other way
  u32: {
    ...asWhole(32, true),
    store: (x) => bitcast(x, "i32"),
    restore: bitcast,
    key: (stored) => bitwiseXor(stored, -(2 ** 31)),
    ends: [0, -1],
  },
  i64: { ...asWhole(64, true), store: (x) => x, restore: (stored) => stored },
  f16: asHalf(0x7c00),
  bf16: asHalf(0x7f80),
  f32: { ...asFloat(32, 0x7f800000), store: (x) => bitcast(x, "i32"), restore: bitcast },
  f64: { ...asFloat(64, 0x7ff * 2 ** 52), store: (x) => bitcast(x, "i64"), restore: bitcast },
} as const satisfies { readonly [D in Dtype]: KeyForm };
