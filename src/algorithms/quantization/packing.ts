/** Integers of four bits, two a byte: what `weights.ts` keeps them as. */
import { normalizeAxis } from "../../shape/shape.ts";
import { ArgumentError, DtypeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { multiply, subtract } from "../../tensor/arithmetic.ts";
import { bitwiseAnd, bitwiseOr, bitwiseRightShift } from "../../tensor/bitwise.ts";
import { astype } from "../../tensor/cast.ts";
import { greaterEqual, where } from "../../tensor/comparison.ts";
import { stack } from "../../tensor/joining.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { mapTensor } from "../../tensor/operands.ts";
import { pad } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Along which axis neighbours share a byte. */
export interface PackOptions {
  /** Negative ones count from the end. Default −1. */
  readonly axis?: number;
}

/** What was packed. */
export interface UnpackOptions extends PackOptions {
  /** Positions along the axis. Default: two for each byte. */
  readonly length?: number;
  /** "i8" for −8 to 7 (two's complement), "u8" for 0 to 15. Default "i8". */
  readonly dtype?: "i8" | "u8";
}

/**
 * The lower four bits of integers, two a byte along an axis: the first of two neighbours in the low half. An odd one at the end has
 * zeros beside it. What does not fit into four bits loses its upper ones.
 * @throws DtypeError unless `x` is i8 or u8.
 *
 * Source: the layout of INT4 and UINT4 tensors in ONNX.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { packInt4, unpackInt4 } from "smilodon/quantization";
 * const packed = packInt4(tensor([1, -2, 7], { dtype: "i8" }));
 * console.log(await packed.toArray()); // [225, 7]
 * console.log(await unpackInt4(packed, { length: 3 }).toArray()); // [1, -2, 7]
 * ```
 */
export function packInt4(x: Tensor, { axis = -1 }: PackOptions = {}): Tensor {
  if (x.dtype !== "i8" && x.dtype !== "u8")
    throw new DtypeError(`packInt4: the numbers are ${x.dtype}; i8 or u8 is needed, with values of four bits.`, {
      dtype: x.dtype,
    });
  const along = normalizeAxis("packInt4", axis, x.rank);
  const length = at(x.shape, along);
  const even =
    length % 2 === 0
      ? x
      : pad(
          x,
          x.shape.map((_, each): [number, number] => [0, each === along ? 1 : 0]),
        );
  const half = (start: number) => bitwiseAnd(astype(everySecond(even, along, start, Math.ceil(length / 2)), "i32"), 15);
  return astype(bitwiseOr(half(0), multiply(half(1), 16)), "u8");
}

/**
 * What `packInt4` packed. It is a map: in a product it is part of the product.
 * @throws DtypeError unless `packed` is u8; ArgumentError where `length` is not one that such bytes hold.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { unpackInt4 } from "smilodon/quantization";
 * console.log(await unpackInt4(tensor([0xf1], { dtype: "u8" }), { dtype: "u8" }).toArray()); // [1, 15]
 * ```
 */
export function unpackInt4(packed: Tensor, { axis = -1, length: given, dtype = "i8" }: UnpackOptions = {}): Tensor {
  if (packed.dtype !== "u8")
    throw new DtypeError(`unpackInt4: the bytes are ${packed.dtype}; u8 is needed, as packInt4 gives.`, {
      dtype: packed.dtype,
    });
  const along = normalizeAxis("unpackInt4", axis, packed.rank);
  const bytes = at(packed.shape, along);
  const length = given ?? 2 * bytes;
  if (Math.ceil(length / 2) !== bytes || !Number.isInteger(length))
    throw new ArgumentError(
      `unpackInt4: ${bytes} bytes hold ${2 * bytes} or ${2 * bytes - 1} numbers, and length is ${length}.`,
      {
        length,
        bytes,
      },
    );
  const wide = astype(packed, "i32");
  const pairs = stack([bitwiseAnd(wide, 15), bitwiseRightShift(wide, 4)], along + 1);
  const whole = reshape(
    pairs,
    packed.shape.map((size, each) => (each === along ? 2 * size : size)),
  );
  const cut = length === 2 * bytes ? whole : everyOf(whole, along, 0, 1, length);
  return astype(dtype === "u8" ? cut : where(greaterEqual(cut, 8), subtract(cut, 16), cut), dtype);
}

function everySecond(x: Tensor, axis: number, start: number, count: number): Tensor {
  return everyOf(x, axis, start, 2, count);
}

function everyOf(x: Tensor, axis: number, start: number, step: number, count: number): Tensor {
  return mapTensor("slice", x, {
    starts: x.shape.map((_, each) => (each === axis ? start : 0)),
    steps: x.shape.map((_, each) => (each === axis ? step : 1)),
    shape: x.shape.map((size, each) => (each === axis ? count : size)),
  });
}
