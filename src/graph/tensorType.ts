/** The type of a tensor, known before anything is computed. */
import type { Dtype } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";

/** Shape and dtype of a tensor. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: Dtype;
}
