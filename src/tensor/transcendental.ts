/**
 * Exponentials, logarithms, trigonometric and hyperbolic functions, element by element. Integers and booleans
 * become f32. Domains, infinities and NaN are IEEE's: log(−1) is NaN, exp(−∞) is 0.
 */
import { withOneOrigin } from "../graph/node.ts";
import { abs, negative, sign, sqrt, square } from "./arithmetic.ts";
import { stopGradient } from "./cast.ts";
import { where } from "./comparison.ts";
import { attachMethods, type BinaryMethod, type UnaryMethod } from "./methods.ts";
import { type Fitting, floatsOf, type Joined, mapOperands, type Operand, throughFloats, toFloat } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link exp} */
    exp: UnaryMethod;
    /** {@link exp2} */
    exp2: UnaryMethod;
    /** {@link expm1} */
    expm1: UnaryMethod;
    /** {@link log} */
    log: UnaryMethod;
    /** {@link log2} */
    log2: UnaryMethod;
    /** {@link log10} */
    log10: UnaryMethod;
    /** {@link log1p} */
    log1p: UnaryMethod;
    /** {@link sin} */
    sin: UnaryMethod;
    /** {@link cos} */
    cos: UnaryMethod;
    /** {@link tan} */
    tan: UnaryMethod;
    /** {@link sinh} */
    sinh: UnaryMethod;
    /** {@link cosh} */
    cosh: UnaryMethod;
    /** {@link tanh} */
    tanh: UnaryMethod;
    /** {@link asinh} */
    asinh: UnaryMethod;
    /** {@link acosh} */
    acosh: UnaryMethod;
    /** {@link atanh} */
    atanh: UnaryMethod;
    /** {@link erf} */
    erf: UnaryMethod;
    /** {@link erfc} */
    erfc: UnaryMethod;
    /** {@link logaddexp} */
    logaddexp: BinaryMethod;
  }
}

/** Above this, x² + 1 and x² are one number in every dtype. */
const large = 2 ** 28;

/**
 * The exponential function, e to the power of x.
 *
 * @example
 * ```ts
 * import { exp, tensor } from "smilodon";
 * console.log(await exp(tensor([0, 1])).toArray()); // [1, 2.7182817459106445]
 * ```
 */
export function exp<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("exp", [x], toFloat);
}

/**
 * Two to the power of x.
 *
 * @example
 * ```ts
 * import { exp2, tensor } from "smilodon";
 * console.log(await exp2(tensor([3, -1])).toArray()); // [8, 0.5]
 * ```
 */
export function exp2<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function exp2(x: Tensor): Tensor {
  return mapOperands("pow", [2, x], toFloat, "exp2");
}

/**
 * eˣ − 1, exact also near 0.
 *
 * @example
 * ```ts
 * import { expm1, tensor } from "smilodon";
 * console.log(await expm1(tensor([0])).toArray()); // [0]
 * ```
 */
export function expm1<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("expm1", [x], toFloat);
}

/**
 * The natural logarithm; −∞ at 0 and NaN below.
 *
 * @example
 * ```ts
 * import { log, tensor } from "smilodon";
 * console.log(await log(tensor([1, 0])).toArray()); // [0, -Infinity]
 * ```
 */
export function log<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("log", [x], toFloat);
}

/**
 * The logarithm to base 2.
 *
 * @example
 * ```ts
 * import { log2, tensor } from "smilodon";
 * console.log(await log2(tensor([1, 2])).toArray()); // [0, 1]
 * ```
 */
export function log2<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function log2(x: Tensor): Tensor {
  return withOneOrigin(() => log(x).multiply(Math.LOG2E));
}

/**
 * The logarithm to base 10.
 *
 * @example
 * ```ts
 * import { log10, tensor } from "smilodon";
 * console.log(await log10(tensor([1])).toArray()); // [0]
 * ```
 */
export function log10<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function log10(x: Tensor): Tensor {
  return withOneOrigin(() => log(x).multiply(Math.LOG10E));
}

/**
 * ln(1 + x), exact also near 0.
 *
 * @example
 * ```ts
 * import { log1p, tensor } from "smilodon";
 * console.log(await log1p(tensor([0])).toArray()); // [0]
 * ```
 */
export function log1p<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("log1p", [x], toFloat);
}

/**
 * The sine of x in radians.
 *
 * @example
 * ```ts
 * import { sin, tensor } from "smilodon";
 * console.log(await sin(tensor([0])).toArray()); // [0]
 * ```
 */
export function sin<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("sin", [x], toFloat);
}

/**
 * The cosine of x in radians.
 *
 * @example
 * ```ts
 * import { cos, tensor } from "smilodon";
 * console.log(await cos(tensor([0])).toArray()); // [1]
 * ```
 */
export function cos<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("cos", [x], toFloat);
}

/**
 * The tangent of x in radians.
 *
 * @example
 * ```ts
 * import { tan, tensor } from "smilodon";
 * console.log(await tan(tensor([0])).toArray()); // [0]
 * ```
 */
export function tan<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function tan(x: Tensor): Tensor {
  return withOneOrigin(() => sin(x).divide(cos(x)));
}

/**
 * The hyperbolic sine.
 *
 * @example
 * ```ts
 * import { sinh, tensor } from "smilodon";
 * console.log(await sinh(tensor([0])).toArray()); // [0]
 * ```
 */
export function sinh<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function sinh(x: Tensor): Tensor {
  // near 0, eˣ and e⁻ˣ cancel
  return hyperbolic(
    x,
    (values) => expm1(values).subtract(expm1(negative(values))),
    (rising, falling) => rising.subtract(falling),
  );
}

/**
 * The hyperbolic cosine.
 *
 * @example
 * ```ts
 * import { cosh, tensor } from "smilodon";
 * console.log(await cosh(tensor([0])).toArray()); // [1]
 * ```
 */
export function cosh<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function cosh(x: Tensor): Tensor {
  return hyperbolic(
    x,
    (values) => exp(values).add(exp(negative(values))),
    (rising, falling) => rising.add(falling),
  );
}

/**
 * The hyperbolic tangent.
 *
 * @example
 * ```ts
 * import { tanh, tensor } from "smilodon";
 * console.log(await tanh(tensor([0, Infinity])).toArray()); // [0, 1]
 * ```
 */
export function tanh<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("tanh", [x], toFloat);
}

/**
 * The inverse hyperbolic sine.
 *
 * @example
 * ```ts
 * import { asinh, tensor } from "smilodon";
 * console.log(await asinh(tensor([0])).toArray()); // [0]
 * ```
 */
export function asinh<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function asinh(input: Tensor): Tensor {
  const compute = (x: Tensor) => {
    // Above `large`, √(x² + 1) is |x|, and x² would overflow
    const size = abs(x);
    const isLarge = size.greater(large);
    const bounded = where(isLarge, 0, x);
    const root = sqrt(square(bounded).add(1));
    const middle = log1p(abs(bounded).add(square(bounded).divide(root.add(1))));
    const magnitude = where(isLarge, log(where(isLarge, size, 1)).add(Math.LN2), middle);
    return where(x.equal(0), x, magnitude.multiply(sign(x)));
  };
  return withOneOrigin(() => throughFloats(input, compute));
}

/**
 * The inverse hyperbolic cosine; NaN below 1.
 *
 * @example
 * ```ts
 * import { acosh, tensor } from "smilodon";
 * console.log(await acosh(tensor([1])).toArray()); // [0]
 * ```
 */
export function acosh<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function acosh(input: Tensor): Tensor {
  const compute = (x: Tensor) => {
    const isLarge = x.greater(large);
    const above = where(isLarge, 1, x).subtract(1);
    // x² − 1, rounded once near 1; the size keeps it below 0 where x is below 1
    const root = sqrt(above.multiply(2).add(above.multiply(abs(above))));
    const sum = above.add(root);
    // what rounding the sum loses
    const lost = above.subtract(sum.subtract(root)).divide(sum.add(1));
    const middle = log1p(sum).add(stopGradient(lost));
    return where(isLarge, log(where(isLarge, x, 1)).add(Math.LN2), middle);
  };
  return withOneOrigin(() => throughFloats(input, compute));
}

/**
 * The inverse hyperbolic tangent; infinite at ±1 and NaN beyond.
 *
 * @example
 * ```ts
 * import { atanh, tensor } from "smilodon";
 * console.log(await atanh(tensor([0, 1])).toArray()); // [0, Infinity]
 * ```
 */
export function atanh<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function atanh(x: Tensor): Tensor {
  return withOneOrigin(() =>
    log1p(x)
      .subtract(log1p(negative(floatsOf(x))))
      .multiply(0.5),
  );
}

/**
 * The error function 2/√π ∫₀ˣ e^−t² dt.
 *
 * @example
 * ```ts
 * import { erf, tensor } from "smilodon";
 * console.log(await erf(tensor([0, Infinity])).toArray()); // [0, 1]
 * ```
 */
export function erf<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("erf", [x], toFloat);
}

/**
 * 1 − erf x, without cancellation where erf x is nearly 1.
 *
 * @example
 * ```ts
 * import { erfc, tensor } from "smilodon";
 * console.log(await erfc(tensor([0, -Infinity])).toArray()); // [1, 2]
 * ```
 */
export function erfc<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("erfc", [x], toFloat);
}

/**
 * ln(eᵃ + eᵇ) without overflow.
 *
 * @example
 * ```ts
 * import { logaddexp, tensor } from "smilodon";
 * console.log(await logaddexp(tensor([1000]), 1000).toArray()); // [1000.693115234375]
 * ```
 */
export function logaddexp<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return withOneOrigin(() => {
    const high: Tensor = mapOperands("maximum", [a, b], toFloat, "logaddexp");
    const low: Tensor = mapOperands("minimum", [a, b], toFloat, "logaddexp");
    // where both are the same infinity, their difference would be NaN
    const distance = where(low.equal(high), 0, low.subtract(high));
    return high.add(log1p(exp(distance)));
  });
}

/** Below it eˣ is finite in every dtype. */
const edge = 88;
/** Enough that half of e^`lowered` is more than 1, and within 2^−29 of a number of 24 bits. */
const lowered = 1.078125;

/** Half of what `near` makes of x; far from 0, half of what `far` makes of eˣ and e⁻ˣ: finite where that is, though eˣ may not be. */
function hyperbolic(
  x: Tensor,
  near: (values: Tensor) => Tensor,
  far: (rising: Tensor, falling: Tensor) => Tensor,
): Tensor {
  const compute = (values: Tensor) => {
    const isNear = abs(values).less(edge);
    const distant = where(isNear, edge, values);
    const powers = far(exp(distant.subtract(lowered)), exp(negative(distant).subtract(lowered)));
    return where(isNear, near(where(isNear, values, 0)).multiply(0.5), powers.multiply(Math.exp(lowered) / 2));
  };
  return withOneOrigin(() => throughFloats(x, compute));
}

attachMethods({
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  erfc,
  logaddexp,
});
