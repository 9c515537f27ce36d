/** Products of quantized numbers, added up as i32 and so exactly: what the integer operators of ONNX mean. */
import { node } from "../../graph/node.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { add, divide, multiply, round, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { matmul } from "../../tensor/linear.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type ConvolutionOptions, conv1d, conv2d, conv3d } from "../../tensor/windows/convolution.ts";
import { requireFloats, requireIntegers, requireNarrow, saturate } from "./affine.ts";

/** Zero points of the two factors of `matMulInteger`. */
export interface ZeroPoints {
  /** Of the left: one number, [rows], or a shape that broadcasts with it, […, rows, 1]. Default 0. */
  readonly left?: Tensor;
  /** Of the right: one number, [columns], or a shape that broadcasts with it, […, 1, columns]. Default 0. */
  readonly right?: Tensor;
}

/**
 * (a − left) · (b − right) as matrices, of i8 or u8 and in i32: exact, unless a sum leaves the range of i32 and wraps. Batch axes broadcast as in
 * `matmul`.
 * @throws DtypeError where something is no integer; ShapeError where sizes or zero points do not fit.
 *
 * Source: ONNX operator MatMulInteger, version 10.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { matMulInteger } from "smilodon/quantization";
 * const a = tensor([[11, 7, 3]], { dtype: "u8" });
 * const b = tensor([[1], [2], [3]], { dtype: "i8" });
 * console.log(await matMulInteger(a, b, { left: tensor(12, { dtype: "u8" }) }).toArray()); // [[-38]]
 * ```
 */
export function matMulInteger(a: Tensor, b: Tensor, { left, right }: ZeroPoints = {}): Tensor {
  const operation = "matMulInteger";
  requireIntegers(operation, { a, b, ...(left && { left }), ...(right && { right }) });
  const isPlain = left === undefined && right === undefined && a.rank === 2 && b.rank === 2;
  if (isPlain && a.dtype === b.dtype && isByte(a.dtype) && a.shape[1] === b.shape[0]) return multiplyBytes(a, b);
  const ofRows = left?.rank === 1 && left.size > 1 ? reshape(left, [left.size, 1]) : left;
  return matmul(shifted(operation, a, ofRows), shifted(operation, b, right));
}

/** How `convInteger` moves, and the zero points. */
export interface ConvIntegerOptions extends ConvolutionOptions {
  /** Of x: one number. The padding is made of it. Default 0. */
  readonly xZeroPoint?: Tensor;
  /** Of the kernel: one number, or [out]. Default 0. */
  readonly weightZeroPoint?: Tensor;
}

/**
 * The convolution of integers, x [batch, channels, …sizes] and weight [out, channels / groups, …kernel] of i8 or u8, in i32 and exact; in
 * one to three dimensions, as the rank says. Padding counts as zero.
 * @throws DtypeError where something is no integer; ShapeError where ranks, channels or sizes do not fit.
 *
 * Source: ONNX operator ConvInteger, version 10.
 *
 * @example
 * ```ts
 * import { ones, tensor } from "smilodon";
 * import { convInteger } from "smilodon/quantization";
 * const x = tensor([[[[2, 3], [4, 5]]]], { dtype: "u8" });
 * const weight = ones([1, 1, 2, 2], { dtype: "u8" });
 * console.log(await convInteger(x, weight, { xZeroPoint: tensor(1, { dtype: "u8" }) }).toArray()); // [[[[10]]]]
 * ```
 */
export function convInteger(x: Tensor, weight: Tensor, options: ConvIntegerOptions = {}): Tensor {
  const operation = "convInteger";
  const { xZeroPoint, weightZeroPoint, ...movement } = options;
  requireIntegers(operation, {
    x,
    weight,
    ...(xZeroPoint && { xZeroPoint }),
    ...(weightZeroPoint && { weightZeroPoint }),
  });
  const slide = { 3: conv1d, 4: conv2d, 5: conv3d }[x.rank];
  if (slide === undefined)
    throw new ShapeError(
      `convInteger: x has ${x.rank} axes, ${showShape(x.shape)}; [batch, channels, …] with one to three sizes is needed.`,
      {
        shape: x.shape,
      },
    );
  const ofKernel =
    weightZeroPoint !== undefined && weightZeroPoint.size > 1
      ? reshape(weightZeroPoint, [weightZeroPoint.size, ...weight.shape.slice(1).map(() => 1)])
      : weightZeroPoint;
  return slide(shifted(operation, x, xZeroPoint), shifted(operation, weight, ofKernel), movement);
}

/** A quantized tensor: (values − zeroPoint) · scale. */
export interface QuantizedTensor {
  readonly values: Tensor;
  readonly scale: Tensor;
  readonly zeroPoint: Tensor;
}

/**
 * The matrix product of quantized matrices, quantized: values of a and b are multiplied exactly as i32, and rounded once, to integers of
 * the dtype of the result's zero point. Scales and zero points are one number each, for a also one for each row, for b and the
 * result one for each column.
 * @throws DtypeError where values are no integers or scales no floats; ShapeError where sizes do not fit.
 *
 * Source: ONNX operator QLinearMatMul, version 21.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { qLinearMatMul } from "smilodon/quantization";
 * const zeroPoint = tensor(0, { dtype: "i8" });
 * const a = { values: tensor([[10, 20]], { dtype: "i8" }), scale: tensor(0.1), zeroPoint };
 * const b = { values: tensor([[5], [6]], { dtype: "i8" }), scale: tensor(0.2), zeroPoint };
 * console.log(await qLinearMatMul(a, b, { scale: tensor(0.5), zeroPoint }).toArray()); // [[7]]
 * ```
 */
export function qLinearMatMul(
  a: QuantizedTensor,
  b: QuantizedTensor,
  result: Pick<QuantizedTensor, "scale" | "zeroPoint">,
): Tensor {
  const operation = "qLinearMatMul";
  requireFloats(operation, { "a.scale": a.scale, "b.scale": b.scale, "result.scale": result.scale });
  requireNarrow(operation, result.zeroPoint.dtype);
  const sums = astype(matMulInteger(a.values, b.values, { left: a.zeroPoint, right: b.zeroPoint }), "f32");
  const rows = a.scale.rank === 1 && a.scale.size > 1 ? reshape(a.scale, [a.scale.size, 1]) : scalar(a.scale);
  const factor = divide(multiply(rows, scalar(b.scale)), scalar(result.scale));
  const whole = round(multiply(sums, astype(factor, "f32")));
  return saturate(add(whole, astype(scalar(result.zeroPoint), "f32")), result.zeroPoint.dtype);
}

/** One number as such. */
function scalar(x: Tensor): Tensor {
  return x.size === 1 ? reshape(x, []) : x;
}

/** `x` as i32, less its zero point. @throws ShapeError where that would make it larger. */
function shifted(operation: string, x: Tensor, zeroPoint: Tensor | undefined): Tensor {
  const wide = astype(x, "i32");
  if (zeroPoint === undefined) return wide;
  const moved = subtract(wide, astype(scalar(zeroPoint), "i32"));
  if (moved.rank !== x.rank || moved.shape.some((size, axis) => size !== x.shape[axis]))
    throw new ShapeError(
      `${operation}: a zero point of shape ${showShape(zeroPoint.shape)} does not fit ${showShape(x.shape)}: one number, or one for each row or column, is needed.`,
      { shape: x.shape, given: zeroPoint.shape },
    );
  return moved;
}

function isByte(dtype: Dtype): boolean {
  return dtype === "i8" || dtype === "u8";
}

/** The matrix product of i8 or u8 matrices [rows, inner] and [inner, columns] as i32, read as the bytes that they are. */
export function multiplyBytes(a: Tensor, b: Tensor): Tensor {
  const params = { left: [0, 2], right: [2, 1], output: [0, 1], windows: [], accumulate: "i32", dtype: "i32" } as const;
  return new Tensor(node("contract", [a.node, b.node], params));
}
