/**
 * Arithmetic, element by element. Shapes broadcast, dtypes promote, JavaScript numbers take the dtype of the
 * tensor, booleans count as i32. `comparison.ts`, `transcendental.ts` and `activation.ts` continue the list.
 */
import { withOneOrigin } from "../graph/node.ts";
import { dtypes, isFloat } from "../shape/dtype.ts";
import { ArgumentError, DtypeError } from "../support/errors.ts";
import { greater, less, where } from "./comparison.ts";
import { attachMethods, type BinaryMethod, type UnaryMethod } from "./methods.ts";
import {
  commonDtype,
  type Fitting,
  type Joined,
  joinPair,
  mapOperands,
  type Operand,
  operandNode,
  toFloat,
  toNumber,
} from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link add} */
    add: BinaryMethod;
    /** {@link subtract} */
    subtract: BinaryMethod;
    /** {@link multiply} */
    multiply: BinaryMethod;
    /** {@link divide} */
    divide: BinaryMethod;
    /** {@link floorDivide} */
    floorDivide: BinaryMethod;
    /** {@link remainder} */
    remainder: BinaryMethod;
    /** {@link pow} */
    pow: BinaryMethod;
    /** {@link maximum} */
    maximum: BinaryMethod;
    /** {@link minimum} */
    minimum: BinaryMethod;
    /** {@link clip} */
    clip<A extends ShapeType>(this: Tensor<A>, low?: number, high?: number): Tensor<A>;
    clip(low?: Tensor | number, high?: Tensor | number): Tensor;
    /** {@link negative} */
    negative: UnaryMethod;
    /** {@link abs} */
    abs: UnaryMethod;
    /** {@link sign} */
    sign: UnaryMethod;
    /** {@link square} */
    square: UnaryMethod;
    /** {@link sqrt} */
    sqrt: UnaryMethod;
    /** {@link rsqrt} */
    rsqrt: UnaryMethod;
    /** {@link reciprocal} */
    reciprocal: UnaryMethod;
    /** {@link floor} */
    floor: UnaryMethod;
    /** {@link ceil} */
    ceil: UnaryMethod;
    /** {@link round} */
    round: UnaryMethod;
    /** {@link trunc} */
    trunc: UnaryMethod;
  }
}

/**
 * The sum of a and b, element by element.
 * @throws ShapeError where the shapes do not broadcast, DtypeError where the dtypes have no common one.
 *
 * @example
 * ```ts
 * import { add, tensor } from "smilodon";
 * console.log(await add(tensor([1, 2]), 3).toArray()); // [4, 5]
 * ```
 */
export function add<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("add", [a, b], toNumber);
}

/**
 * The difference a − b, element by element.
 *
 * @example
 * ```ts
 * import { subtract, tensor } from "smilodon";
 * console.log(await subtract(1, tensor([1, 2])).toArray()); // [0, -1]
 * ```
 */
export function subtract<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("subtract", [a, b], toNumber);
}

/**
 * a · b, element by element; `matmul` is the matrix product.
 *
 * @example
 * ```ts
 * import { multiply, tensor } from "smilodon";
 * console.log(await multiply(tensor([[1], [2]]), tensor([3, 4])).toArray()); // [[3, 4], [6, 8]]
 * ```
 */
export function multiply<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("multiply", [a, b], toNumber);
}

/**
 * a / b as floating-point numbers (integers become f32). Division by zero gives infinities and NaN.
 *
 * @example
 * ```ts
 * import { divide, tensor } from "smilodon";
 * console.log(await divide(tensor([1, 2]), 4).toArray()); // [0.25, 0.5]
 * ```
 */
export function divide<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("divide", [a, b], toFloat);
}

/**
 * The whole number below a / b: rounded toward minus infinity, as Python's `//`. Whole numbers by 0 give 0.
 *
 * @example
 * ```ts
 * import { floorDivide, tensor } from "smilodon";
 * console.log(await floorDivide(tensor([7, -7]), 2).toArray()); // [3, -4]
 * ```
 */
export function floorDivide<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("floorDivide", [a, b], toNumber);
}

/**
 * What is left of a after whole multiples of b, with the sign of b, as Python's `%`. Whole numbers by 0 give 0.
 *
 * @example
 * ```ts
 * import { remainder, tensor } from "smilodon";
 * console.log(await remainder(tensor([7, -7]), 4).toArray()); // [3, 1]
 * ```
 */
export function remainder<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("remainder", [a, b], toNumber);
}

/**
 * a to the power of b. Small whole JavaScript exponents become products. Integers to the power of integers stay integers, and
 * wrap where they leave the range; to a negative power they give 0, but for 1 and −1, as in PyTorch.
 * @throws DtypeError for integers to the power of negative JavaScript numbers.
 *
 * @example
 * ```ts
 * import { pow, tensor } from "smilodon";
 * console.log(await pow(tensor([2, 3]), 3).toArray()); // [8, 27]
 * console.log(await pow(2, tensor([0, 1, 10], { dtype: "i32" })).toArray()); // [1, 2, 1024]
 * ```
 */
export function pow<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function pow(a: Operand, b: Operand): Tensor {
  if (a instanceof Tensor && typeof b === "number" && Number.isInteger(b) && b >= 0) {
    if (b <= largestProduct || !isFloat(a.dtype)) return productOf(a, b);
  }
  const dtype = commonDtype("pow", [a, b]);
  if (isFloat(dtype)) return mapOperands("pow", [a, b]);
  if (typeof b === "number") {
    throw new DtypeError(
      `pow: ${dtype} to the power of ${b} would leave the integers. Convert with astype("f32") first.`,
      { dtype, exponent: b },
    );
  }
  return withOneOrigin(() => wholePower(...joinPair("pow", a, b, toNumber)));
}

/** base · base · … as the bits of the exponent say, for integers of one dtype. */
function wholePower(base: Tensor, exponent: Tensor): Tensor {
  const { bytes, lowest } = dtypes[base.dtype];
  const isSigned = lowest < 0;
  let [power, result]: [Tensor, Tensor] = [base, where(hasBit(exponent, 0), base, 1)];
  for (let bit = 1; bit < 8 * bytes - (isSigned ? 1 : 0); bit++) {
    power = power.multiply(power);
    result = where(hasBit(exponent, bit), result.multiply(power), result);
  }
  // The bits of a negative exponent still tell odd from even, which is all that 1 and −1 ask
  return isSigned ? where(exponent.less(0).logicalAnd(abs(base).notEqual(1)), 0, result) : result;
}

function hasBit(x: Tensor, bit: number): Tensor {
  return mapOperands("bitwiseAnd", [x, 2 ** bit]).notEqual(0);
}

/** Up to this exponent a product is as exact as the power, and faster. */
const largestProduct = 3;

/** base · base · … by repeated squaring. */
function productOf(base: Tensor, exponent: number): Tensor {
  const dtype = toNumber(base.dtype);
  if (exponent <= 1) return new Tensor(operandNode(exponent === 0 ? 1 : base, dtype, base.shape));
  const half = productOf(base, Math.floor(exponent / 2));
  const square = half.multiply(half);
  return exponent % 2 === 0 ? square : square.multiply(base);
}

/**
 * The greater of a and b; NaN where either is. Where they are equal, both take half of the derivative.
 *
 * @example
 * ```ts
 * import { maximum, tensor } from "smilodon";
 * console.log(await maximum(tensor([1, 5]), 3).toArray()); // [3, 5]
 * ```
 */
export function maximum<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("maximum", [a, b]);
}

/**
 * The lesser of a and b; NaN where either is. Where they are equal, both take half of the derivative.
 *
 * @example
 * ```ts
 * import { minimum, tensor } from "smilodon";
 * console.log(await minimum(tensor([1, 5]), 3).toArray()); // [1, 3]
 * ```
 */
export function minimum<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("minimum", [a, b]);
}

/**
 * x kept between `low` and `high`, each optional, numbers or tensors that broadcast with x; dtypes promote. Where the lower
 * bound is above the upper one the upper one is the result; NaN gives NaN. The derivative is 1 from bound to bound, bounds
 * included.
 * @throws ArgumentError where both are numbers and `low` is above `high`; ShapeError where the shapes do not broadcast.
 *
 * @example
 * ```ts
 * import { clip, tensor } from "smilodon";
 * console.log(await clip(tensor([-2, 0.5, 2]), 0, 1).toArray()); // [0, 0.5, 1]
 * console.log(await clip(tensor([-2, 0.5, 2]), undefined, tensor([0, 0, 1])).toArray()); // [-2, 0, 1]
 * ```
 */
export function clip<S extends ShapeType>(x: Tensor<S>, low?: number, high?: number): Tensor<S>;
export function clip(x: Tensor, low?: Tensor | number, high?: Tensor | number): Tensor;
export function clip(x: Tensor, low: Tensor | number = -Infinity, high: Tensor | number = Infinity): Tensor {
  return withOneOrigin(() => {
    if (typeof low === "number" && typeof high === "number" && !(low <= high))
      throw new ArgumentError(`clip: the lower bound ${low} is above the upper bound ${high}.`, { low, high });
    let result = x;
    if (low !== -Infinity) result = where(isBeyond(less, result, low), low, result);
    if (high !== Infinity) result = where(isBeyond(greater, result, high), high, result);
    return result;
  });
}

/** Is x past the bound, or the bound unknown? */
function isBeyond(past: typeof less | typeof greater, x: Tensor, bound: Tensor | number): Tensor {
  const isPast: Tensor = past(x, bound);
  return bound instanceof Tensor && isFloat(bound.dtype) ? isPast.logicalOr(bound.notEqual(bound)) : isPast;
}

/**
 * The number of opposite sign, −x. Unsigned integers wrap.
 *
 * @example
 * ```ts
 * import { negative, tensor } from "smilodon";
 * console.log(await negative(tensor([1, -2])).toArray()); // [-1, 2]
 * ```
 */
export function negative<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("negative", [x], toNumber);
}

/**
 * The magnitude of x. The derivative at 0 is 0.
 *
 * @example
 * ```ts
 * import { abs, tensor } from "smilodon";
 * console.log(await abs(tensor([1, -2])).toArray()); // [1, 2]
 * ```
 */
export function abs<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("abs", [x], toNumber);
}

/**
 * −1, 0 or 1 as x is below, at or above zero (0 also of −0); NaN of NaN. The derivative is 0.
 *
 * @example
 * ```ts
 * import { sign, tensor } from "smilodon";
 * console.log(await sign(tensor([-3, 0, 2])).toArray()); // [-1, 0, 1]
 * ```
 */
export function sign<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("sign", [x], toNumber);
}

/**
 * The square of x, element by element.
 *
 * @example
 * ```ts
 * import { square, tensor } from "smilodon";
 * console.log(await square(tensor([3, -2])).toArray()); // [9, 4]
 * ```
 */
export function square<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("multiply", [x, x], toNumber, "square");
}

/**
 * √x; NaN below zero. Integers become f32.
 *
 * @example
 * ```ts
 * import { sqrt, tensor } from "smilodon";
 * console.log(await sqrt(tensor([4, 9])).toArray()); // [2, 3]
 * ```
 */
export function sqrt<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("sqrt", [x], toFloat);
}

/**
 * 1 / √x.
 *
 * @example
 * ```ts
 * import { rsqrt, tensor } from "smilodon";
 * console.log(await rsqrt(tensor([4, 0.25])).toArray()); // [0.5, 2]
 * ```
 */
export function rsqrt<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return withOneOrigin(() => reciprocal(sqrt(x)));
}

/**
 * 1 / x.
 *
 * @example
 * ```ts
 * import { reciprocal, tensor } from "smilodon";
 * console.log(await reciprocal(tensor([4, 0.5])).toArray()); // [0.25, 2]
 * ```
 */
export function reciprocal<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("divide", [1, x], toFloat, "reciprocal");
}

/**
 * The greatest whole number that is not above x. Integers stay as they are; the derivative is 0.
 *
 * @example
 * ```ts
 * import { floor, tensor } from "smilodon";
 * console.log(await floor(tensor([1.5, -1.5])).toArray()); // [1, -2]
 * ```
 */
export function floor<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return isFloat(x.dtype) ? mapOperands("floor", [x]) : x;
}

/**
 * The least whole number that is not below x. Integers stay as they are; the derivative is 0.
 *
 * @example
 * ```ts
 * import { ceil, tensor } from "smilodon";
 * console.log(await ceil(tensor([1.5, -1.5])).toArray()); // [2, -1]
 * ```
 */
export function ceil<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return isFloat(x.dtype) ? mapOperands("ceil", [x]) : x;
}

/**
 * The nearest whole number, halves to the even one. Integers stay as they are; the derivative is 0.
 *
 * @example
 * ```ts
 * import { round, tensor } from "smilodon";
 * console.log(await round(tensor([0.5, 1.5, 2.6])).toArray()); // [0, 2, 3]
 * ```
 */
export function round<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return isFloat(x.dtype) ? mapOperands("round", [x]) : x;
}

/**
 * x without its fraction: rounded toward zero. Integers stay as they are; the derivative is 0.
 *
 * @example
 * ```ts
 * import { trunc, tensor } from "smilodon";
 * console.log(await trunc(tensor([1.5, -1.5])).toArray()); // [1, -1]
 * ```
 */
export function trunc<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function trunc(x: Tensor): Tensor {
  return withOneOrigin(() => (isFloat(x.dtype) ? where(x.less(0), ceil(x), floor(x)) : x));
}

attachMethods({
  add,
  subtract,
  multiply,
  divide,
  floorDivide,
  remainder,
  pow,
  maximum,
  minimum,
  clip,
  negative,
  abs,
  sign,
  square,
  sqrt,
  rsqrt,
  reciprocal,
  floor,
  ceil,
  round,
  trunc,
});
