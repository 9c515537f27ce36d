/** Arrays in JavaScript's memory with shape and dtype: what files and data loaders hold before there is a tensor. */
import { type Dtype, dtypeOfData, type StoredData } from "../shape/dtype.ts";
import { numbersOf, type Scalar, storedAs } from "../shape/elements.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { ShapeError } from "../support/errors.ts";
import { fromData, type HostData, type Tensor } from "./tensor.ts";

/** Elements row by row, with what they mean. */
export interface HostArray {
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** As `Tensor.data` gives them, but for i64: bigints, which lose nothing. */
  readonly data: HostData;
}

/**
 * `data` as array of `shape` (one axis by default), converted where `dtype` is not what it has by itself.
 * @throws ShapeError where `shape` has another number of elements.
 *
 * @example
 * ```ts
 * import { hostArray } from "smilodon/data";
 * const features = hostArray(new Float64Array([1, 2, 3, 4]), [2, 2], "f32");
 * ```
 */
export function hostArray(
  data: ArrayLike<Scalar>,
  shape: Shape = [data.length],
  dtype: Dtype = dtypeOfData(data),
): HostArray {
  if (sizeOf(checkShape("hostArray", shape)) !== data.length) {
    throw new ShapeError(
      `hostArray: ${data.length} elements do not fill shape ${showShape(shape)}, which has ${sizeOf(shape)}.`,
      { shape, elements: data.length },
    );
  }
  return { dtype, shape, data: hostDataOf(dtype, storedAs(dtype, data)) };
}

/** Stored elements as host arrays hold them. */
export function hostDataOf(dtype: Dtype, stored: StoredData): HostData {
  return stored instanceof BigInt64Array ? stored : numbersOf(dtype, stored);
}

/** A tensor that holds a copy of `array`. */
export function tensorOf({ data, shape, dtype }: HostArray): Tensor {
  return fromData(data, shape, dtype);
}

/** The values of `tensor`, computed if they have not been. */
export async function toHostArray(tensor: Tensor): Promise<HostArray> {
  const data = tensor.dtype === "i64" ? await tensor.bigints() : await tensor.data();
  return { dtype: tensor.dtype, shape: tensor.shape, data };
}
