/**
 * The nonlinearities of networks, element by element. Compositions of primitives that stay finite for every finite
 * input, in value and derivative; integers become f32. `normalize.ts` has softmax.
 */
import { withOneOrigin } from "../graph/node.ts";
import { maximum, minimum, negative } from "./arithmetic.ts";
import { where } from "./comparison.ts";
import { attachMethods, type UnaryMethod } from "./methods.ts";
import { floatsOf, mapOperands, throughFloats, toFloat } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";
import { erfc, exp, expm1, log1p } from "./transcendental.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link sigmoid} */
    sigmoid: UnaryMethod;
    /** {@link logSigmoid} */
    logSigmoid: UnaryMethod;
    /** {@link softplus} */
    softplus: UnaryMethod;
    /** {@link relu} */
    relu: UnaryMethod;
    /** {@link leakyRelu} */
    leakyRelu<A extends ShapeType>(this: Tensor<A>, slope?: number): Tensor<A>;
    /** {@link elu} */
    elu<A extends ShapeType>(this: Tensor<A>, alpha?: number): Tensor<A>;
    /** {@link silu} */
    silu: UnaryMethod;
    /** {@link gelu} */
    gelu<A extends ShapeType>(this: Tensor<A>, options?: GeluOptions): Tensor<A>;
  }
}

/** A power of e with this exponent below 0 is a number of 24 bits, within 2^−38. */
const lifted = 19.390625;

/**
 * 1 / (1 + e^−x).
 *
 * @example
 * ```ts
 * import { sigmoid, tensor } from "smilodon";
 * console.log(await sigmoid(tensor([0, Infinity])).toArray()); // [0.5, 1]
 * ```
 */
export function sigmoid<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("sigmoid", [x], toFloat);
}

/**
 * ln sigmoid(x), without underflow.
 *
 * @example
 * ```ts
 * import { logSigmoid, tensor } from "smilodon";
 * console.log(await logSigmoid(tensor([-1000])).toArray()); // [-1000]
 * ```
 */
export function logSigmoid<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return withOneOrigin(() => negative(softplus(negative(floatsOf(x)))));
}

/**
 * ln(1 + eˣ), without overflow: a smooth relu.
 *
 * @example
 * ```ts
 * import { softplus, tensor } from "smilodon";
 * console.log(await softplus(tensor([-1000, 1000])).toArray()); // [0, 1000]
 * ```
 */
export function softplus<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function softplus(x: Tensor): Tensor {
  return withOneOrigin(() => {
    // From here on ln(1 + eˣ) rounds to x
    const values = floatsOf(x);
    const isLarge = values.greater(x.dtype === "f64" ? 37 : 17);
    return where(isLarge, values, log1p(exp(where(isLarge, 0, values))));
  });
}

/**
 * max(x, 0). The derivative at 0 is 0; NaN stays.
 *
 * @example
 * ```ts
 * import { relu, tensor } from "smilodon";
 * console.log(await relu(tensor([-1, 2])).toArray()); // [0, 2]
 * ```
 */
export function relu<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function relu(x: Tensor): Tensor {
  return withOneOrigin(() => where(x.lessEqual(0), 0, x));
}

/**
 * x above 0, slope · x elsewhere.
 *
 * @example
 * ```ts
 * import { leakyRelu, tensor } from "smilodon";
 * console.log(await leakyRelu(tensor([-1, 2]), 0.5).toArray()); // [-0.5, 2]
 * ```
 */
export function leakyRelu<S extends ShapeType>(x: Tensor<S>, slope?: number): Tensor<S>;
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return withOneOrigin(() => where(x.greater(0), x, x.multiply(slope)));
}

/**
 * x above 0, alpha · (eˣ − 1) elsewhere.
 *
 * Source: D. Clevert, T. Unterthiner, S. Hochreiter, "Fast and accurate deep network learning by exponential linear
 * units", ICLR 2016.
 *
 * @example
 * ```ts
 * import { elu, tensor } from "smilodon";
 * console.log(await elu(tensor([-Infinity, 2])).toArray()); // [-1, 2]
 * ```
 */
export function elu<S extends ShapeType>(x: Tensor<S>, alpha?: number): Tensor<S>;
export function elu(x: Tensor, alpha = 1): Tensor {
  return withOneOrigin(() => {
    const isPositive = x.greater(0);
    // What is not chosen must not overflow either: its derivative would be 0 · ∞
    return where(isPositive, x, expm1(where(isPositive, 0, x)).multiply(alpha));
  });
}

/**
 * x · sigmoid(x), also called swish.
 *
 * @example
 * ```ts
 * import { silu, tensor } from "smilodon";
 * console.log(await silu(tensor([0, 1000])).toArray()); // [0, 1000]
 * ```
 */
export function silu<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function silu(x: Tensor): Tensor {
  // far below 0 sigmoid is eˣ, which is not a normal number where x · eˣ still is one: computed for a higher x
  const gated = (bounded: Tensor) => {
    const isFar = bounded.less(-40);
    const power = exp(where(isFar, bounded.add(lifted), negative(bounded)));
    return where(isFar, bounded.multiply(power).multiply(Math.exp(-lifted)), bounded.divide(power.add(1)));
  };
  return withOneOrigin(() => throughFloats(x, (values) => withinBounds(values, 1000, gated)));
}

/** How `gelu` is computed. */
export interface GeluOptions {
  /** `"none"`: by the error function; `"tanh"`: the older approximation, within 0.0005 of it. Default `"none"`. */
  readonly approximate?: "none" | "tanh";
}

/**
 * x · Φ(x), with Φ the distribution function of the standard normal.
 *
 * Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units", arXiv 1606.08415.
 *
 * @example
 * ```ts
 * import { gelu, tensor } from "smilodon";
 * console.log(await gelu(tensor([0, 100])).toArray()); // [0, 100]
 * console.log(await gelu(tensor([0, 100]), { approximate: "tanh" }).toArray()); // [0, 100]
 * ```
 */
export function gelu<S extends ShapeType>(x: Tensor<S>, options?: GeluOptions): Tensor<S>;
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  return withOneOrigin(() => {
    // (1 + tanh y)/2 is sigmoid 2y, and (1 + erf y)/2 is erfc(−y)/2, both without cancellation
    const gated = (bounded: Tensor) => {
      if (approximate === "none") return bounded.multiply(0.5).multiply(erfc(bounded.multiply(-Math.SQRT1_2)));
      const cubic = bounded.add(bounded.multiply(bounded).multiply(bounded).multiply(0.044715));
      return bounded.multiply(sigmoid(cubic.multiply(2 * Math.sqrt(2 / Math.PI))));
    };
    return withinBounds(floatsOf(x), 40, gated);
  });
}

/**
 * What `gated` makes of x between lowest and limit; x itself above. Beyond them a gate is exactly 0 or 1, and ∞ · 0 in it or in its
 * derivative would be NaN.
 */
export function withinBounds(x: Tensor, limit: number, gated: (bounded: Tensor) => Tensor, lowest = -limit): Tensor {
  return where(x.greaterEqual(limit), x, gated(minimum(maximum(x, lowest), limit)));
}

attachMethods({ sigmoid, logSigmoid, softplus, relu, leakyRelu, elu, silu, gelu });
