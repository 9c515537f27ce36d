/** Arrays in JavaScript's memory with shape and dtype: what files and data loaders hold before there is a tensor. */
import { type Data, type Dtype, dtypeOfData, dtypes } from "../shape/dtype.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { ShapeError } from "../support/errors.ts";
import { fromData, type Tensor } from "./tensor.ts";

/** Elements row by row, with what they mean. */
export interface HostArray {
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** In the typed array of `dtype`. */
  readonly data: Data;
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
  data: ArrayLike<number>,
  shape: Shape = [data.length],
  dtype: Dtype = dtypeOfData(data),
): HostArray {
  if (sizeOf(checkShape("hostArray", shape)) !== data.length) {
    throw new ShapeError(
      `hostArray: ${data.length} elements do not fill shape ${showShape(shape)}, which has ${sizeOf(shape)}.`,
      { shape, elements: data.length },
    );
  }
  if (dtype === "bool") return { dtype, shape, data: Uint8Array.from(data, (value) => (value ? 1 : 0)) };
  return { dtype, shape, data: holdsAlready(dtype, data) ? data : dtypes[dtype].array.from(data) };
}

function holdsAlready(dtype: Dtype, data: ArrayLike<number>): data is Data {
  return data instanceof dtypes[dtype].array;
}

/** A tensor that holds a copy of `array`. */
export function tensorOf({ data, shape, dtype }: HostArray): Tensor {
  return fromData(data, shape, dtype);
}

/** The values of `tensor`, computed if they have not been. */
export async function toHostArray(tensor: Tensor): Promise<HostArray> {
  return { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() };
}
