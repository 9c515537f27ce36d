/** Parameters of distributions: numbers or tensors, for each element of what is drawn. */
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError } from "../../support/errors.ts";
import { astype } from "../../tensor/cast.ts";
import { full } from "../../tensor/creation.ts";
import type { DrawnDtype } from "../../tensor/drawing.ts";
import { broadcastTo, reshape } from "../../tensor/manipulate.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** A number, or a tensor that broadcasts to the shape that is drawn. */
export type DistributionParameter = number | Tensor;

/** What a parameter has to be where it is a number; elements of tensors that are not give NaN. */
export interface ParameterRange {
  readonly holds: (value: number) => boolean;
  readonly text: string;
}

/** Above 0 and finite. */
export const positive: ParameterRange = { holds: (value) => value > 0 && value < Infinity, text: "above 0" };
/** 0 or above, and finite. */
export const nonNegative: ParameterRange = { holds: (value) => value >= 0 && value < Infinity, text: "0 or above" };
/** Any number but NaN and the infinities. */
export const finite: ParameterRange = { holds: Number.isFinite, text: "a finite number" };

/**
 * The parameter of each element, in one list of `dtype`.
 * @throws ArgumentError for a number out of range, ShapeError for a tensor that does not broadcast to `shape`.
 */
export function parameterOf(
  operation: string,
  name: string,
  value: DistributionParameter,
  range: ParameterRange,
  shape: Shape,
  dtype: DrawnDtype,
): Tensor {
  const count = sizeOf(shape);
  if (value instanceof Tensor) return reshape(broadcastTo(astype(value, dtype), shape), [count]);
  if (!range.holds(value))
    throw new ArgumentError(`${operation}: ${name} is ${value}; it has to be ${range.text}.`, { [name]: value });
  return full([count], value, { dtype });
}
