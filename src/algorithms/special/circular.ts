/**
 * The inverse trigonometric functions: an angle from the ratio of two sides, by a polynomial for angles up to π/8, within
 * 2 ulp. `tensor/transcendental.ts` has sine, cosine and tangent.
 */
import { abs, divide, maximum, minimum, multiply, negative, sqrt, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { onesLike } from "../../tensor/creation.ts";
import { hypot } from "../../tensor/elementary.ts";
import { type Fitting, type Joined, joinFloats, type Operand } from "../../tensor/operands.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import { copysign, signbit } from "../../tensor/signs.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { customJvp } from "../../transforms/customRules.ts";
import { arctangent } from "./coefficients.ts";
import { polynomial, withSlope } from "./parts.ts";

/** tan(π/8). */
const steep = Math.SQRT2 - 1;

/** The angle between 0 and π/2 whose tangent is y / x; neither is negative. */
function angleOf(y: Tensor, x: Tensor): Tensor {
  const [high, low] = [maximum(x, y), minimum(x, y)];
  const isNothing = high.equal(0);
  const isCorner = low.equal(Infinity);
  const quotient = low.divide(where(isNothing, 1, high));
  const ratio: Tensor = where(isCorner, 1, quotient);
  const isSteep = ratio.greater(steep);
  const tangent = where(isSteep, ratio.subtract(1).divide(ratio.add(1)), ratio);
  const small = tangent.multiply(polynomial(tangent.multiply(tangent), arctangent));
  const angle = where(isSteep, small.add(Math.PI / 4), small);
  return where(y.greater(x), subtract(Math.PI / 2, angle), angle);
}

/**
 * The angle of (b, a): that of a/b in the quadrant of the two, from −π to π. Zeros and infinities of both signs as IEEE
 * has them; the derivatives at (0, 0) are 0.
 *
 * @example
 * ```ts
 * import { atan2, tensor } from "smilodon";
 * console.log(await atan2(tensor([0, 1], { dtype: "f64" }), tensor([-1, 0])).toArray()); // [3.141592653589793, 1.5707963267948966]
 * ```
 */
export function atan2<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function atan2(a: Operand, b: Operand): Tensor {
  const compute = (y: Tensor, x: Tensor) => {
    const angle = angleOf(abs(y), abs(x));
    return copysign(where(signbit(x), subtract(Math.PI, angle), angle), y);
  };
  const ruled = customJvp(compute, ([y, x], [dy, dx]) => {
    const length = hypot(y, x);
    const safe = where(length.equal(0), 1, length);
    return subtract(multiply(dy, divide(divide(x, safe), safe)), multiply(dx, divide(divide(y, safe), safe)));
  });
  return joinFloats("atan2", a, b, ruled);
}

/**
 * The angle between −π/2 and π/2 whose tangent is x. Integers become f32.
 *
 * @example
 * ```ts
 * import { atan, tensor } from "smilodon";
 * console.log(await atan(tensor([0, Infinity], { dtype: "f64" })).toArray()); // [0, 1.5707963267948966]
 * ```
 */
export function atan<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function atan(x: Tensor): Tensor {
  return withSlope(
    x,
    (values) => copysign(angleOf(abs(values), onesLike(values)), values),
    (values) => divide(1, values.multiply(values).add(1)),
  );
}

/**
 * The angle between −π/2 and π/2 whose sine is x; NaN outside −1 … 1. Integers become f32.
 *
 * @example
 * ```ts
 * import { asin, tensor } from "smilodon";
 * console.log(await asin(tensor([0, 1], { dtype: "f64" })).toArray()); // [0, 1.5707963267948966]
 * ```
 */
export function asin<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function asin(x: Tensor): Tensor {
  return withSlope(
    x,
    (values) => copysign(angleOf(abs(values), cosineOf(values)), values),
    (values) => divide(1, cosineOf(values)),
  );
}

/**
 * The angle between 0 and π whose cosine is x; NaN outside −1 … 1. Integers become f32.
 *
 * @example
 * ```ts
 * import { acos, tensor } from "smilodon";
 * console.log(await acos(tensor([1, -1], { dtype: "f64" })).toArray()); // [0, 3.141592653589793]
 * ```
 */
export function acos<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function acos(x: Tensor): Tensor {
  return withSlope(
    x,
    (values) => angleOf(sqrt(subtract(1, values)), sqrt(values.add(1))).multiply(2),
    (values) => negative(divide(1, cosineOf(values))),
  );
}

/** √(1 − x²), exact also near ±1. */
function cosineOf(x: Tensor): Tensor {
  return sqrt(subtract(1, x).multiply(x.add(1)));
}
