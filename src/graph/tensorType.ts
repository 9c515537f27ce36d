/** The type of a tensor, known before anything is computed. */
import type { Dtype } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";

/** Shape and dtype of a tensor. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** What is known of a function inside a graph without looking into it; `region.ts` has the function. */
export interface RegionSignature {
  readonly parameterTypes: readonly TensorType[];
  readonly resultTypes: readonly TensorType[];
  /** A text that two regions share exactly when they compute the same. */
  toJSON(): string;
}

/** A type as a text, for keys. Programs of eager loops are made of it at every step, so it is joined by hand. */
export function typeText({ dtype, shape }: TensorType): string {
  let text = `${dtype}[`;
  for (const extent of shape) text += `${extent},`;
  return `${text}];`;
}
