/**
 * Signs and neighbours of numbers, which their bits tell: −0 is below 0 here, and NaN has a sign too. `arithmetic.ts` has
 * `sign`, which only compares.
 */
import { withOneOrigin } from "../graph/node.ts";
import { type Dtype, dtypes, isFloat, isHalf } from "../shape/dtype.ts";
import { negative } from "./arithmetic.ts";
import { bitcast } from "./cast.ts";
import { equal, isNan, less, where } from "./comparison.ts";
import { type Fitting, type Joined, joinPair, mapOperands, type Operand, toFloat, toNumber } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";

/** The integers that have as many bits as each float has. */
function bitsOf(dtype: Dtype): Dtype {
  return isHalf(dtype) ? "i16" : dtype === "f64" ? "i64" : "i32";
}

/**
 * Is x below zero, or −0, or a NaN with that sign? Of unsigned integers and booleans never.
 *
 * @example
 * ```ts
 * import { signbit, tensor } from "smilodon";
 * console.log(await signbit(tensor([-0, 0, -2])).toArray()); // [true, false, true]
 * ```
 */
export function signbit<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function signbit(x: Tensor): Tensor {
  return withOneOrigin(() => {
    if (dtypes[x.dtype].lowest === 0) return mapOperands("less", [x, x], (dtype) => dtype, "signbit");
    return less(isFloat(x.dtype) ? bitcast(x, bitsOf(x.dtype)) : x, 0);
  });
}

/**
 * The magnitude of a with the sign of b, −0 and NaN included. Integers become f32. Derivatives come through a alone.
 *
 * @example
 * ```ts
 * import { copysign, tensor } from "smilodon";
 * console.log(await copysign(tensor([1, -2]), tensor([-0, 3])).toArray()); // [-1, 2]
 * ```
 */
export function copysign<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function copysign(a: Operand, b: Operand): Tensor {
  return withOneOrigin(() => {
    const [value, sign] = joinPair("copysign", a, b, toFloat);
    return where(equal(signbit(value), signbit(sign)), value, negative(value));
  });
}

/**
 * The number of a's dtype that comes next after a on the way to b; b itself where both are equal. Integers become f32. The
 * derivative is 0.
 *
 * @example
 * ```ts
 * import { nextafter, tensor } from "smilodon";
 * console.log(await nextafter(tensor([1, 0]), tensor([2, -1])).toArray()); // [1.0000001192092896, -1.401298464324817e-45]
 * ```
 */
export function nextafter<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function nextafter(a: Operand, b: Operand): Tensor {
  return withOneOrigin(() => {
    const [from, to] = joinPair("nextafter", a, b, toFloat);
    const dtype = from.dtype;
    const integer = bitsOf(dtype);
    // the bits of a float without its sign count up with its magnitude
    const isZero = from.equal(0);
    const isOutward: Tensor = isZero.logicalOr(equal(less(from, to), from.greater(0)));
    const start = where(isZero, copysign(from, to), from);
    const step = where(isOutward, 1, -1).astype(integer);
    const next = bitcast(bitcast(start, integer).add(step), dtype);
    const isUnknown = isNan(from).logicalOr(isNan(to));
    return where(isUnknown, NaN, where(equal(from, to), to, next));
  });
}

/**
 * x itself; booleans count as i32.
 *
 * @example
 * ```ts
 * import { positive, tensor } from "smilodon";
 * console.log(await positive(tensor([1, -2])).toArray()); // [1, -2]
 * ```
 */
export function positive<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return x.astype(toNumber(x.dtype));
}

/**
 * 0 where x is below zero, 1 where it is above, and `atZero` where it is zero; NaN of NaN. The derivative with respect to x
 * is 0.
 *
 * @example
 * ```ts
 * import { heaviside, tensor } from "smilodon";
 * console.log(await heaviside(tensor([-3, 0, 2]), 0.5).toArray()); // [0, 0.5, 1]
 * ```
 */
export function heaviside<A extends Operand, B extends Operand>(x: A, atZero: Fitting<A, B>): Joined<A, B>;
export function heaviside(x: Operand, atZero: Operand): Tensor {
  return withOneOrigin(() => {
    const [value, middle] = joinPair("heaviside", x, atZero, toNumber);
    const isAbove: Tensor = value.greater(0).astype(value.dtype);
    const step = isFloat(value.dtype) ? where(isNan(value), NaN, isAbove) : isAbove;
    return where(value.equal(0), middle, step);
  });
}
