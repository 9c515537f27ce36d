/** Softmax and its logarithm: written as maximum, exponential, sum and quotient, which the compiler fuses into one pass over each row. */
import { withOneOrigin } from "../graph/node.ts";
import { normalizeAxis } from "../shape/shape.ts";
import { stopGradient } from "./cast.ts";
import { attachMethods } from "./methods.ts";
import { explaining, throughFloats } from "./operands.ts";
import { max, sum } from "./reduce.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";
import { exp, log } from "./transcendental.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link softmax} */
    softmax<A extends ShapeType>(this: Tensor<A>, axis?: number): Tensor<A>;
    /** {@link logSoftmax} */
    logSoftmax<A extends ShapeType>(this: Tensor<A>, axis?: number): Tensor<A>;
  }
}

/**
 * eˣ / Σ eˣ along `axis` (the last by default), without overflow. NaN where all elements are −∞.
 * @throws ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { softmax, tensor } from "smilodon";
 * console.log(await softmax(tensor([0, 0, -Infinity])).toArray()); // [0.5, 0.5, 0]
 * ```
 */
export function softmax<S extends ShapeType>(x: Tensor<S>, axis?: number): Tensor<S>;
export function softmax(x: Tensor, axis = -1): Tensor {
  return withOneOrigin(() => {
    const position = axisOf("softmax", x, axis);
    return throughFloats(x, (values) => {
      const powers = exp(shifted(values, position));
      return powers.divide(sum(powers, position, { keepDims: true }));
    });
  });
}

/**
 * The logarithm of `softmax`, without underflow.
 *
 * @example
 * ```ts
 * import { logSoftmax, tensor } from "smilodon";
 * console.log(await logSoftmax(tensor([0, -1000])).toArray()); // [0, -1000]
 * ```
 */
export function logSoftmax<S extends ShapeType>(x: Tensor<S>, axis?: number): Tensor<S>;
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return withOneOrigin(() => {
    const position = axisOf("logSoftmax", x, axis);
    return throughFloats(x, (values) => {
      const below = shifted(values, position);
      return below.subtract(log(sum(exp(below), position, { keepDims: true })));
    });
  });
}

function axisOf(operation: string, x: Tensor, axis: number): number {
  return explaining(operation, [x], () => normalizeAxis(operation, axis, x.rank));
}

/** `values` less their maximum along `axis`, which changes neither function; the derivative of the maximum cancels. */
function shifted(values: Tensor, axis: number): Tensor {
  return values.size === 0 ? values : values.subtract(stopGradient(max(values, axis, { keepDims: true })));
}

attachMethods({ softmax, logSoftmax });
