/** Nonlinearities of straight pieces. Derivatives at the corners are PyTorch's; integers become f32. `activation.ts` has relu. */
import { withOneOrigin } from "../graph/node.ts";
import { ArgumentError } from "../support/errors.ts";
import { relu } from "./activation.ts";
import { abs, clip, multiply, sign } from "./arithmetic.ts";
import { greater, greaterEqual, lessEqual, where } from "./comparison.ts";
import { floatsOf } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";

/**
 * x, kept between `low` and `high`. The derivative at the bounds is 0; `clip` has 1 there.
 * @throws ArgumentError where `low` is above `high`.
 *
 * @example
 * ```ts
 * import { hardTanh, tensor } from "smilodon";
 * console.log(await hardTanh(tensor([-3, 0.5, 7])).toArray()); // [-1, 0.5, 1]
 * ```
 */
export function hardTanh<S extends ShapeType>(x: Tensor<S>, low?: number, high?: number): Tensor<S>;
export function hardTanh(x: Tensor, low = -1, high = 1): Tensor {
  if (!(low <= high))
    throw new ArgumentError(`hardTanh: the lower bound ${low} is above the upper bound ${high}.`, { low, high });
  return withOneOrigin(() => {
    const values = floatsOf(x);
    return where(lessEqual(values, low), low, where(greaterEqual(values, high), high, values));
  });
}

/**
 * x, kept between 0 and 6.
 *
 * @example
 * ```ts
 * import { relu6, tensor } from "smilodon";
 * console.log(await relu6(tensor([-3, 5, 7])).toArray()); // [0, 5, 6]
 * ```
 */
export function relu6<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return hardTanh(x, 0, 6);
}

/**
 * x / 6 + ½, kept between 0 and 1: a sigmoid of straight lines.
 *
 * @example
 * ```ts
 * import { hardSigmoid, tensor } from "smilodon";
 * console.log(await hardSigmoid(tensor([-4, 0, 4])).toArray()); // [0, 0.5, 1]
 * ```
 */
export function hardSigmoid<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function hardSigmoid(x: Tensor): Tensor {
  return withOneOrigin(() => relu6(floatsOf(x).add(3)).divide(6));
}

/**
 * x · hardSigmoid(x): 0 below −3, x above 3.
 *
 * Source: A. Howard et al., "Searching for MobileNetV3", ICCV 2019.
 *
 * @example
 * ```ts
 * import { hardSwish, tensor } from "smilodon";
 * console.log(await hardSwish(tensor([-4, 3, 5])).toArray()); // [0, 3, 5]
 * ```
 */
export function hardSwish<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function hardSwish(x: Tensor): Tensor {
  return withOneOrigin(() => {
    const values = floatsOf(x);
    const bounded: Tensor = clip(values, -3, 3);
    return where(greater(values, 3), values, bounded.multiply(bounded.add(3)).divide(6));
  });
}

/**
 * x where it is above `limit`, `value` elsewhere.
 *
 * @example
 * ```ts
 * import { tensor, threshold } from "smilodon";
 * console.log(await threshold(tensor([0.5, 2]), 1, -7).toArray()); // [-7, 2]
 * ```
 */
export function threshold<S extends ShapeType>(x: Tensor<S>, limit: number, value: number): Tensor<S>;
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  return withOneOrigin(() => where(lessEqual(floatsOf(x), limit), value, floatsOf(x)));
}

/**
 * x where it is farther than `limit` from 0, 0 elsewhere.
 *
 * @example
 * ```ts
 * import { hardshrink, tensor } from "smilodon";
 * console.log(await hardshrink(tensor([-2, 0.25, 2])).toArray()); // [-2, 0, 2]
 * ```
 */
export function hardshrink<S extends ShapeType>(x: Tensor<S>, limit?: number): Tensor<S>;
export function hardshrink(x: Tensor, limit = 0.5): Tensor {
  return withOneOrigin(() => where(lessEqual(abs(floatsOf(x)), limit), 0, floatsOf(x)));
}

/**
 * x brought `limit` nearer to 0, and 0 where it is nearer already.
 *
 * @example
 * ```ts
 * import { softshrink, tensor } from "smilodon";
 * console.log(await softshrink(tensor([-2, 0.25, 2])).toArray()); // [-1.5, 0, 1.5]
 * ```
 */
export function softshrink<S extends ShapeType>(x: Tensor<S>, limit?: number): Tensor<S>;
export function softshrink(x: Tensor, limit = 0.5): Tensor {
  return withOneOrigin(() => {
    const values = floatsOf(x);
    return multiply(sign(values), relu(abs(values).subtract(limit)));
  });
}

/**
 * x above 0, weight · x elsewhere; the weight broadcasts with x.
 *
 * Source: K. He et al., "Delving deep into rectifiers", ICCV 2015.
 *
 * @example
 * ```ts
 * import { prelu, tensor } from "smilodon";
 * console.log(await prelu(tensor([-4, 2]), tensor([0.25])).toArray()); // [-1, 2]
 * ```
 */
export function prelu<S extends ShapeType>(x: Tensor<S>, weight: Tensor): Tensor<S>;
export function prelu(x: Tensor, weight: Tensor): Tensor {
  return withOneOrigin(() => {
    const values = floatsOf(x);
    return where(greater(values, 0), values, values.multiply(weight));
  });
}
