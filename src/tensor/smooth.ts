/** Smooth nonlinearities besides those of `activation.ts`, with derivatives that are finite everywhere; integers become f32. */
import { withOneOrigin } from "../graph/node.ts";
import { ArgumentError } from "../support/errors.ts";
import { elu, sigmoid, withinBounds } from "./activation.ts";
import { abs, sign } from "./arithmetic.ts";
import { where } from "./comparison.ts";
import { split } from "./joining.ts";
import { floatsOf, throughFloats } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";
import { exp, tanh } from "./transcendental.ts";

/**
 * 1.0507 · elu(x, 1.6733): layers of it keep mean 0 and variance 1.
 *
 * Source: G. Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017.
 *
 * @example
 * ```ts
 * import { selu, tensor } from "smilodon";
 * console.log(await selu(tensor([0, 1])).toArray()); // [0, 1.0507010221481323]
 * ```
 */
export function selu<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function selu(x: Tensor): Tensor {
  return withOneOrigin(() =>
    throughFloats(x, (values) => elu(values, 1.6732632423543772).multiply(1.0507009873554805)),
  );
}

/**
 * x above 0, alpha · (e^(x/alpha) − 1) elsewhere.
 *
 * Source: J. Barron, "Continuously differentiable exponential linear units", 2017.
 * @throws ArgumentError where alpha is 0.
 *
 * @example
 * ```ts
 * import { celu, tensor } from "smilodon";
 * console.log(await celu(tensor([-Infinity, 1]), 2).toArray()); // [-2, 1]
 * ```
 */
export function celu<S extends ShapeType>(x: Tensor<S>, alpha?: number): Tensor<S>;
export function celu(x: Tensor, alpha = 1): Tensor {
  if (alpha === 0) throw new ArgumentError("celu: alpha is 0, and x is divided by it. Take relu.", { alpha });
  return withOneOrigin(() =>
    throughFloats(x, (values) => {
      const bent = elu(values.divide(alpha)).multiply(alpha);
      return where(values.greater(0), values, bent);
    }),
  );
}

/**
 * x · tanh(softplus(x)).
 *
 * Source: D. Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.
 *
 * @example
 * ```ts
 * import { mish, tensor } from "smilodon";
 * console.log(await mish(tensor([-Infinity, 0, 100])).toArray()); // [0, 0, 100]
 * ```
 */
export function mish<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function mish(x: Tensor): Tensor {
  // tanh(ln(1 + p)) is n/(n + 2) with n = p(p + 2), p = eˣ; from 40 on that is 1
  const gated = (bounded: Tensor) => {
    const power = exp(bounded);
    const n = power.multiply(power.add(2));
    return bounded.multiply(n.divide(n.add(2)));
  };
  return withOneOrigin(() => throughFloats(x, (values) => withinBounds(values, 40, gated, -1000)));
}

/**
 * x / (1 + |x|).
 *
 * @example
 * ```ts
 * import { softsign, tensor } from "smilodon";
 * console.log(await softsign(tensor([-Infinity, 1])).toArray()); // [-1, 0.5]
 * ```
 */
export function softsign<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function softsign(x: Tensor): Tensor {
  return withOneOrigin(() =>
    throughFloats(x, (values) => {
      const isInfinite = abs(values).equal(Infinity);
      const finite = where(isInfinite, 0, values);
      return where(isInfinite, sign(values), finite.divide(abs(finite).add(1)));
    }),
  );
}

/**
 * x − tanh(x).
 *
 * @example
 * ```ts
 * import { tanhshrink, tensor } from "smilodon";
 * console.log(await tanhshrink(tensor([0, 50])).toArray()); // [0, 49]
 * ```
 */
export function tanhshrink<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function tanhshrink(x: Tensor): Tensor {
  return withOneOrigin(() => throughFloats(x, (values) => values.subtract(tanh(values))));
}

/**
 * a · sigmoid(b) of the two halves a and b of an axis, by default the last.
 *
 * Source: Y. Dauphin et al., "Language modeling with gated convolutional networks", ICML 2017.
 * @throws ShapeError where the axis has no two halves.
 *
 * @example
 * ```ts
 * import { glu, tensor } from "smilodon";
 * console.log(await glu(tensor([2, 0])).toArray()); // [1]
 * ```
 */
export function glu(x: Tensor, axis = -1): Tensor {
  return withOneOrigin(() => {
    const [value, gate] = split(floatsOf(x), 2, axis);
    return value === undefined || gate === undefined ? x : value.multiply(sigmoid(gate));
  });
}
