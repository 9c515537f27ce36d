/**
 * Numbers as integers of few bits: q = round(x / scale) + zeroPoint, back by x ≈ (q − zeroPoint) · scale, as the ONNX operators have
 * it. `weights.ts` makes whole weights of it, `integers.ts` computes with the integers.
 */
import { type Dtype, dtypes, isFloat } from "../../shape/dtype.ts";
import { normalizeAxis, type Shape, showShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, clip, divide, maximum, minimum, multiply, round, subtract } from "../../tensor/arithmetic.ts";
import { astype, stopGradient } from "../../tensor/cast.ts";
import { equal, greaterEqual, lessEqual, logicalAnd, where } from "../../tensor/comparison.ts";
import { zerosLike } from "../../tensor/creation.ts";
import { broadcastTo, reshape } from "../../tensor/manipulate.ts";
import { max, min } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Where scales and zero points stand. */
export interface ScaleOptions {
  /** The axis that scales of one axis belong to, or that blocks lie along; negative ones count from the end. Default 1. */
  readonly axis?: number;
  /** So many positions along `axis` share a scale, the last block may be shorter; scales have the rank of x then. Default 0: no blocks. */
  readonly blockSize?: number;
}

/** How `quantizeLinear` is told what to make. */
export interface QuantizeOptions extends ScaleOptions {
  /** u8, i8 or i16. Default: that of the zero point, without one u8. */
  readonly dtype?: Dtype;
}

/**
 * round(x / scale) + zeroPoint as an integer, halves to even, stopped at the ends of the range (NaN becomes 0). A scale of
 * shape [] or [1] is for all, of shape [n] for each position along `axis`, with `blockSize` for each block along it. Has no
 * derivative: see `fakeQuantize`.
 * @throws DtypeError where x or the scale are no floats or the result no integer of 8 or 16 bits; ShapeError where scales do not fit.
 *
 * Source: ONNX operator QuantizeLinear, version 21.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { quantizeLinear } from "smilodon/quantization";
 * const x = tensor([0, 0.25, 0.75, 1000]);
 * console.log(await quantizeLinear(x, tensor(0.5), tensor(128, { dtype: "u8" })).toArray()); // [128, 128, 130, 255]
 * ```
 */
export function quantizeLinear(x: Tensor, scale: Tensor, zeroPoint?: Tensor, options: QuantizeOptions = {}): Tensor {
  const operation = "quantizeLinear";
  const { dtype = zeroPoint?.dtype ?? "u8" } = options;
  requireFloats(operation, { x, scale });
  requireNarrow(operation, dtype);
  const scales = spread(operation, "scale", x.shape, scale, options);
  const rounded = round(divide(x, astype(scales, x.dtype)));
  const zero = zeroPoint && astype(spread(operation, "zeroPoint", x.shape, zeroPoint, options), x.dtype);
  return saturate(zero === undefined ? rounded : add(rounded, zero), dtype);
}

/**
 * (q − zeroPoint) · scale, in the dtype of the scale. Scales and zero points stand as in `quantizeLinear`. It is a map, and
 * part of the product that uses it: see `quantizedMatmul`.
 * @throws DtypeError where q is a float or the scale none; ShapeError where scales do not fit.
 *
 * Source: ONNX operator DequantizeLinear, version 21.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { dequantizeLinear } from "smilodon/quantization";
 * const q = tensor([[1, -2], [3, 4]], { dtype: "i8" });
 * console.log(await dequantizeLinear(q, tensor([0.5, 2])).toArray()); // [[0.5, -4], [1.5, 8]]
 * ```
 */
export function dequantizeLinear(q: Tensor, scale: Tensor, zeroPoint?: Tensor, options: ScaleOptions = {}): Tensor {
  const operation = "dequantizeLinear";
  requireFloats(operation, { scale });
  requireIntegers(operation, { q, ...(zeroPoint && { zeroPoint }) });
  const scales = spread(operation, "scale", q.shape, scale, options);
  const wide = astype(q, q.dtype === "u32" || q.dtype === "i64" ? "i64" : "i32");
  const zero = zeroPoint && spread(operation, "zeroPoint", q.shape, astype(zeroPoint, wide.dtype), options);
  return multiply(astype(zero === undefined ? wide : subtract(wide, zero), scale.dtype), scales);
}

/** What `dynamicQuantizeLinear` gives. */
export interface DynamicallyQuantized {
  /** u8, of the shape of x. */
  readonly values: Tensor;
  /** f32 of shape []. */
  readonly scale: Tensor;
  /** u8 of shape []. */
  readonly zeroPoint: Tensor;
}

/**
 * x as u8 with the scale and the zero point that its own least and largest element ask for, 0 always among them; all computed when
 * it runs. Where all is 0, or there is nothing, the scale is 1.
 * @throws DtypeError where x is no float.
 *
 * Source: ONNX operator DynamicQuantizeLinear, version 11.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { dynamicQuantizeLinear } from "smilodon/quantization";
 * const { values, zeroPoint } = dynamicQuantizeLinear(tensor([-1, 0, 4.1]));
 * console.log(await values.toArray(), await zeroPoint.item()); // [0, 50, 255] 50
 * ```
 */
export function dynamicQuantizeLinear(x: Tensor): DynamicallyQuantized {
  requireFloats("dynamicQuantizeLinear", { x });
  const values = astype(x, "f32");
  const [low, high] =
    x.size === 0 ? [zeroLike(values), zeroLike(values)] : [minimum(min(values), 0), maximum(max(values), 0)];
  const span = subtract(high, low);
  const scale = where(equal(span, 0), 1, divide(span, 255));
  const zeroPoint = saturate(round(divide(subtract(0, low), scale)), "u8");
  return { values: quantizeLinear(values, scale, zeroPoint), scale, zeroPoint };
}

function zeroLike(x: Tensor): Tensor {
  return zerosLike(x).sum();
}

/** What `fakeQuantize` may be told. */
export interface FakeQuantizeOptions extends ScaleOptions {
  /** The ends of the range of integers. Default −128 and 127. */
  readonly lowest?: number;
  readonly highest?: number;
}

/**
 * The float that is left of x when it is quantized and brought back, to train networks that will be quantized. The derivative passes
 * where x lies inside the range and is zero outside, as if nothing were rounded (straight-through estimator); scale and zero point are constants.
 * @throws DtypeError where x or the scale are no floats; ArgumentError where the range is empty; ShapeError where scales do not fit.
 *
 * Source: B. Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference", CVPR
 * 2018, section 3; as PyTorch's `fake_quantize_per_tensor_affine` and `fake_quantize_per_channel_affine`.
 *
 * @example
 * ```ts
 * import { grad, tensor, type Tensor } from "smilodon";
 * import { fakeQuantize } from "smilodon/quantization";
 * const f = (x: Tensor) => fakeQuantize(x, tensor(0.5), tensor(0, { dtype: "i32" }), { lowest: -4, highest: 3 }).sum();
 * console.log(await f(tensor([0.6, 1.2, 9])).item(), await grad(f)(tensor([0.6, 1.2, 9])).toArray()); // 3 [1, 1, 0]
 * ```
 */
export function fakeQuantize(x: Tensor, scale: Tensor, zeroPoint?: Tensor, options: FakeQuantizeOptions = {}): Tensor {
  const operation = "fakeQuantize";
  const { lowest = -128, highest = 127 } = options;
  requireFloats(operation, { x, scale });
  if (!Number.isInteger(lowest) || !Number.isInteger(highest) || lowest >= highest)
    throw new ArgumentError(
      `fakeQuantize: the range is ${lowest} to ${highest}; two whole numbers are needed, the lower first.`,
      {
        lowest,
        highest,
      },
    );
  const value = stopGradient(x);
  const scales = stopGradient(astype(spread(operation, "scale", x.shape, scale, options), x.dtype));
  const zero =
    zeroPoint === undefined
      ? 0
      : stopGradient(astype(spread(operation, "zeroPoint", x.shape, zeroPoint, options), x.dtype));
  const whole = add(round(divide(value, scales)), zero);
  const made = multiply(subtract(clip(whole, lowest, highest), zero), scales);
  const isInside = logicalAnd(greaterEqual(whole, lowest), lessEqual(whole, highest));
  // Nothing, with the derivative of x
  return add(made, where(isInside, subtract(x, value), 0));
}

/** Whole floats as `dtype`, stopped at its ends. */
export function saturate(whole: Tensor, dtype: Dtype): Tensor {
  const { lowest, highest } = dtypes[dtype];
  return astype(clip(whole, lowest, highest), dtype);
}

/** `scale` as it has to stand beside a tensor of `shape`. @throws ShapeError where it does not fit. */
export function spread(operation: string, name: string, shape: Shape, scale: Tensor, options: ScaleOptions): Tensor {
  const { axis = 1, blockSize = 0 } = options;
  if (scale.size === 1 && blockSize === 0) return reshape(scale, []);
  const along = normalizeAxis(operation, axis, shape.length);
  const length = at(shape, along);
  if (blockSize === 0) {
    if (scale.rank === 1 && scale.shape[0] === length)
      return reshape(
        scale,
        shape.map((_, each) => (each === along ? length : 1)),
      );
    throw new ShapeError(
      `${operation}: ${name} ${showShape(scale.shape)} does not fit ${showShape(shape)}: one number, or [${length}] for axis ${along}, is needed.`,
      { shape, given: scale.shape, axis: along },
    );
  }
  if (!Number.isInteger(blockSize) || blockSize < 1)
    throw new ArgumentError(
      `${operation}: blockSize is ${blockSize}; a whole number of positions, or 0 for no blocks, is needed.`,
      {
        blockSize,
      },
    );
  const expected = shape.map((size, each) => (each === along ? Math.ceil(size / blockSize) : size));
  if (expected.length !== scale.rank || expected.some((size, each) => size !== scale.shape[each]))
    throw new ShapeError(
      `${operation}: ${name} ${showShape(scale.shape)} does not fit ${showShape(shape)} in blocks of ${blockSize} along axis ${along}: ${showShape(expected)} is needed.`,
      { shape, given: scale.shape, expected },
    );
  return repeatBlocks(scale, along, blockSize, length);
}

/** Each position of `axis` repeated `count` times, cut to `length`. */
function repeatBlocks(scale: Tensor, axis: number, count: number, length: number): Tensor {
  const { shape } = scale;
  const apart = reshape(scale, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const repeated = broadcastTo(apart, [...shape.slice(0, axis + 1), count, ...shape.slice(axis + 1)]);
  const whole = at(shape, axis) * count;
  const joined = reshape(repeated, [...shape.slice(0, axis), whole, ...shape.slice(axis + 1)]);
  return whole === length ? joined : joined.slice(...shape.slice(0, axis).map(() => null), [0, length]);
}

/** @throws DtypeError naming the first that is no float. */
export function requireFloats(operation: string, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, { dtype }] of Object.entries(tensors)) {
    if (isFloat(dtype)) continue;
    throw new DtypeError(`${operation}: ${name} is ${dtype}; it has to be a float. Convert with astype("f32").`, {
      dtype,
    });
  }
}

/** @throws DtypeError naming the first that is no integer. */
export function requireIntegers(operation: string, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, { dtype }] of Object.entries(tensors)) {
    if (dtypes[dtype].kind === "integer") continue;
    throw new DtypeError(`${operation}: ${name} is ${dtype}; it has to be an integer, as quantizeLinear gives.`, {
      dtype,
    });
  }
}

/** @throws DtypeError unless `dtype` is an integer of 8 or 16 bits. */
export function requireNarrow(operation: string, dtype: Dtype): void {
  if (dtype === "u8" || dtype === "i8" || dtype === "i16") return;
  throw new DtypeError(`${operation}: the result would be ${dtype}; u8, i8 and i16 are what can be made.`, { dtype });
}
