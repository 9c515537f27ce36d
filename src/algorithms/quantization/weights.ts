/**
 * Matrices of weights as integers of 4 or 8 bits with a scale for each column, or for each group of rows in it. Products read the
 * integers: there is no copy of the weights as floats, beyond the panels of large products.
 */
import { type Shape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import {
  abs,
  add,
  clip,
  divide,
  maximum,
  minimum,
  multiply,
  negative,
  round,
  subtract,
} from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, where } from "../../tensor/comparison.ts";
import { matmul } from "../../tensor/linear.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { max, min } from "../../tensor/reduce.ts";
import { pad } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { requireFloats, saturate, spread } from "./affine.ts";
import { multiplyBytes } from "./integers.ts";
import { packInt4, unpackInt4 } from "./packing.ts";

/** How weights are quantized. */
export interface WeightOptions {
  /** Of each weight. Default 8. */
  readonly bits?: 4 | 8;
  /** So many rows of a column share a scale, usually 32, 64 or 128; null: all of them. Default null. */
  readonly groupSize?: number | null;
  /** Is 0 in the middle of the range? Otherwise each group has a zero point as well. Default true. */
  readonly symmetric?: boolean;
}

/** A quantized matrix [rows, columns]: (values − zero point) · scale. A tree of tensors like any other: it can be given to compiled functions. */
export interface QuantizedWeight {
  /** Of 8 bits [rows, columns], i8, or u8 with zero points. Of 4 bits u8 [⌈rows / 2⌉, columns], rows 2i and 2i + 1 in the low and high half of byte i. */
  readonly values: Tensor;
  /** f32 [groups, columns] */
  readonly scale: Tensor;
  /** u8 [groups, columns], or null: 0 for 8 bits, 8 for 4. */
  readonly zeroPoint: Tensor | null;
  readonly bits: 4 | 8;
  readonly rows: number;
  /** Rows that share a scale. */
  readonly groupSize: number;
}

/**
 * `weight` [rows, columns], which is multiplied from the left, as integers. Symmetric ones go from −127 to 127 or −7 to 7 with the scale
 * max|w| / 127 or / 7, others from 0 to 255 or 15 between the least and the greatest weight, 0 always among them.
 * @throws DtypeError where the weight is no float; ShapeError where it is no matrix; ArgumentError where bits or group are none that there are.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { dequantizeWeight, quantizeWeight } from "smilodon/quantization";
 * const q = quantizeWeight(tensor([[1, 0.5], [-2, 7]]), { bits: 4 });
 * console.log(q.values.shape, await dequantizeWeight(q).toArray()); // [1, 2] [[1.14, 0], [-2, 7]], nearly
 * ```
 */
export function quantizeWeight(weight: Tensor, options: WeightOptions = {}): QuantizedWeight {
  const { bits = 8, groupSize: given = null, symmetric = true } = options;
  requireFloats("quantizeWeight", { weight });
  if (weight.rank !== 2)
    throw new ShapeError(
      `quantizeWeight: the weight has ${weight.rank} axes, ${showShape(weight.shape)}; a matrix [rows, columns] is needed.`,
      {
        shape: weight.shape,
      },
    );
  if ((bits !== 4 && bits !== 8) || (given !== null && (!Number.isInteger(given) || given < 1)))
    throw new ArgumentError(
      `quantizeWeight: ${String(bits)} bits in groups of ${String(given)}; 4 or 8 bits, and a whole number of rows or null, are needed.`,
      { bits, groupSize: given },
    );
  const [rows, columns] = [at(weight.shape, 0), at(weight.shape, 1)];
  const groupSize = Math.max(1, Math.min(given ?? rows, rows));
  const groups = Math.ceil(rows / groupSize);
  const values = astype(weight, "f32");
  const padded = pad(values, [
    [0, groups * groupSize - rows],
    [0, 0],
  ]);
  const parts = reshape(padded, [groups, groupSize, columns]);
  const most = 2 ** (bits - 1) - 1;
  if (symmetric) {
    const scale = whole(divide(max(abs(parts), 1), most));
    const made = clip(round(divide(values, ofRows(scale, groupSize, values.shape))), -most, most);
    const stored = bits === 8 ? astype(made, "i8") : packInt4(astype(add(made, 8), "u8"), { axis: 0 });
    return { values: stored, scale, zeroPoint: null, bits, rows, groupSize };
  }
  const highest = 2 ** bits - 1;
  const low = minimum(min(parts, 1), 0);
  const scale = whole(divide(subtract(maximum(max(parts, 1), 0), low), highest));
  const zeroPoint = clip(round(divide(negative(low), scale)), 0, highest);
  const [scales, zeros] = [scale, zeroPoint].map((each) => ofRows(each, groupSize, values.shape));
  const made = clip(add(round(divide(values, scales ?? scale)), zeros ?? zeroPoint), 0, highest);
  const bytes = saturate(made, "u8");
  const stored = bits === 8 ? bytes : packInt4(bytes, { axis: 0 });
  return { values: stored, scale, zeroPoint: astype(zeroPoint, "u8"), bits, rows, groupSize };
}

/** `scale`, 1 where it is 0: all that it is for is 0 too. */
function whole(scale: Tensor): Tensor {
  return where(equal(scale, 0), 1, scale);
}

/** What `quantizeWeight` left of the weight, f32 [rows, columns]: a map, and in a product part of the product. */
export function dequantizeWeight(q: QuantizedWeight): Tensor {
  const shifted = integersOf(q);
  return multiply(shifted, ofRows(q.scale, q.groupSize, shifted.shape));
}

/** The integers less their zero points, as f32 [rows, columns]. */
function integersOf({ values, zeroPoint, bits, rows, groupSize }: QuantizedWeight): Tensor {
  const all = bits === 8 ? values : unpackInt4(values, { axis: 0, length: rows, dtype: "u8" });
  const numbers = astype(all, "f32");
  if (zeroPoint === null) return bits === 8 ? numbers : subtract(numbers, 8);
  return subtract(numbers, ofRows(astype(zeroPoint, "f32"), groupSize, numbers.shape));
}

/** What there is one of for each group, beside every row. */
function ofRows(perGroup: Tensor, groupSize: number, shape: Shape): Tensor {
  if (perGroup.shape[0] === 1) return perGroup;
  return spread("quantizedMatmul", "scale", shape, perGroup, { axis: 0, blockSize: groupSize });
}

/**
 * x · weight for x […, rows], in the dtype of x: as `matmul(x, dequantizeWeight(q))`, where the product reads the integers
 * themselves. Weights are read as 1 or ½ byte each: products of few rows, which wait for memory, gain most. Derivatives with respect to x
 * and the scales.
 * @throws DtypeError where x is no float; ShapeError where its last axis is another.
 *
 * @example
 * ```ts
 * import { ones, tensor } from "smilodon";
 * import { quantizedMatmul, quantizeWeight } from "smilodon/quantization";
 * const q = quantizeWeight(tensor([[1, -3], [2, 4]]));
 * console.log(await quantizedMatmul(ones([1, 2]), q).round().toArray()); // [[3, 1]]
 * ```
 */
export function quantizedMatmul(x: Tensor, q: QuantizedWeight): Tensor {
  requireRows("quantizedMatmul", x, q);
  // One scale a column is the same for all of a sum, and is applied once
  const product =
    q.scale.shape[0] === 1
      ? multiply(matmul(x, integersOf(q)), reshape(q.scale, [at(q.scale.shape, 1)]))
      : matmul(x, dequantizeWeight(q));
  return astype(product, x.dtype);
}

/** How `dynamicQuantizedMatmul` quantizes x. */
export interface DynamicOptions {
  /** What shares a scale: each row of x, or all of it. Default "row". */
  readonly per?: "row" | "tensor";
}

/**
 * x · weight for x […, rows] and 8-bit weights with one symmetric scale a column: x becomes i8 as well when it runs, with the scale
 * max|x| / 127 of each row or of all, and the products of integers are added up exactly as i32. Has no derivative.
 * @throws DtypeError where x is no float; ShapeError where its last axis is another; ArgumentError where the weights have
 * groups, zero points or 4 bits.
 *
 * @example
 * ```ts
 * import { ones, tensor } from "smilodon";
 * import { dynamicQuantizedMatmul, quantizeWeight } from "smilodon/quantization";
 * const q = quantizeWeight(tensor([[127, -3], [2, 127]]));
 * console.log(await dynamicQuantizedMatmul(ones([1, 2]), q).toArray()); // [[129, 124]], nearly
 * ```
 */
export function dynamicQuantizedMatmul(x: Tensor, q: QuantizedWeight, { per = "row" }: DynamicOptions = {}): Tensor {
  const operation = "dynamicQuantizedMatmul";
  requireRows(operation, x, q);
  if (q.bits !== 8 || q.zeroPoint !== null || q.scale.shape[0] !== 1)
    throw new ArgumentError(
      `${operation}: the weights have ${q.bits} bits in groups of ${q.groupSize} of ${q.rows} rows${q.zeroPoint === null ? "" : " with zero points"}; 8 bits, symmetric, and one scale a column are needed: quantizeWeight(weight).`,
      { bits: q.bits, groupSize: q.groupSize },
    );
  const flat = reshape(x, [x.size / Math.max(1, q.rows), q.rows]);
  const { values, scale } = quantizeRows(astype(flat, "f32"), per);
  const sums = astype(multiplyBytes(values, q.values), "f32");
  const product = multiply(multiply(sums, scale), q.scale);
  return astype(reshape(product, [...x.shape.slice(0, -1), at(q.scale.shape, 1)]), x.dtype);
}

/** Symmetric i8 of each row of a matrix, or of all, with its scale [rows, 1] or [1, 1]. */
export function quantizeRows(x: Tensor, per: "row" | "tensor"): { readonly values: Tensor; readonly scale: Tensor } {
  const size = abs(x);
  const most =
    x.size === 0 ? reshape(size.sum(), [1, 1]) : max(size, { axis: per === "row" ? 1 : [0, 1], keepDims: true });
  const scale = whole(divide(most, 127));
  return { values: saturate(round(divide(x, scale)), "i8"), scale };
}

function requireRows(operation: string, x: Tensor, { rows }: QuantizedWeight): void {
  requireFloats(operation, { x });
  if (x.rank > 0 && x.shape.at(-1) === rows) return;
  throw new ShapeError(
    `${operation}: x has shape ${showShape(x.shape)} and the weight ${rows} rows; the last axis of x has to be as long.`,
    {
      shape: x.shape,
      rows,
    },
  );
}
