/** Operations on the bits of integers and booleans, element by element. Shapes broadcast, dtypes promote. */

import { dtypes } from "../shape/dtype.ts";
import { DtypeError } from "../support/errors.ts";
import { logicalNot } from "./comparison.ts";
import { attachMethods, type BinaryMethod } from "./methods.ts";
import { type Fitting, type Joined, keep, mapOperands, type Operand } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link bitwiseAnd} */
    bitwiseAnd: BinaryMethod;
    /** {@link bitwiseOr} */
    bitwiseOr: BinaryMethod;
    /** {@link bitwiseXor} */
    bitwiseXor: BinaryMethod;
    /** {@link bitwiseLeftShift} */
    bitwiseLeftShift: BinaryMethod;
    /** {@link bitwiseRightShift} */
    bitwiseRightShift: BinaryMethod;
  }
}

/**
 * Bits that a and b both have. @throws DtypeError for floats.
 *
 * @example
 * ```ts
 * import { bitwiseAnd, tensor } from "smilodon";
 * console.log(await bitwiseAnd(tensor([12], { dtype: "i32" }), 10).toArray()); // [8]
 * ```
 */
export function bitwiseAnd<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseAnd", [a, b]);
}

/**
 * Bits that a or b has. @throws DtypeError for floats.
 *
 * @example
 * ```ts
 * import { bitwiseOr, tensor } from "smilodon";
 * console.log(await bitwiseOr(tensor([12], { dtype: "i32" }), 10).toArray()); // [14]
 * ```
 */
export function bitwiseOr<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseOr", [a, b]);
}

/**
 * Bits that just one of a and b has. @throws DtypeError for floats.
 *
 * @example
 * ```ts
 * import { bitwiseXor, tensor } from "smilodon";
 * console.log(await bitwiseXor(tensor([12], { dtype: "i32" }), 10).toArray()); // [6]
 * ```
 */
export function bitwiseXor<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseXor", [a, b]);
}

/**
 * The bits that x has not: −x − 1 of signed integers; of booleans the opposite. @throws DtypeError for floats.
 *
 * @example
 * ```ts
 * import { bitwiseInvert, tensor } from "smilodon";
 * console.log(await bitwiseInvert(tensor([0, 5], { dtype: "i32" })).toArray()); // [-1, -6]
 * ```
 */
export function bitwiseInvert<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function bitwiseInvert(x: Tensor): Tensor {
  if (x.dtype === "bool") return logicalNot(x);
  const { kind, lowest, highest } = dtypes[x.dtype];
  if (kind === "float")
    throw new DtypeError(
      `bitwiseInvert is defined for integers and booleans, not for ${x.dtype}. Convert with astype.`,
      {
        dtype: x.dtype,
      },
    );
  return mapOperands("bitwiseXor", [x, lowest < 0 ? -1 : highest], keep, "bitwiseInvert");
}

/**
 * The bits of a, moved `b` places up; zeros follow. A count below 0 or not below the number of bits shifts all of them
 * out: the result is 0. @throws DtypeError for floats.
 *
 * @example
 * ```ts
 * import { bitwiseLeftShift, tensor } from "smilodon";
 * console.log(await bitwiseLeftShift(tensor([3], { dtype: "i32" }), 2).toArray()); // [12]
 * ```
 */
export function bitwiseLeftShift<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseLeftShift", [a, b]);
}

/**
 * The bits of a, moved `b` places down; signed integers keep their sign, unsigned ones fill with
 * zeros. A count below 0 or not below the number of bits shifts all of them out: the result is 0, or −1 of numbers below 0.
 * @throws DtypeError for floats.
 *
 * @example
 * ```ts
 * import { bitwiseRightShift, tensor } from "smilodon";
 * console.log(await bitwiseRightShift(tensor([-8], { dtype: "i32" }), 1).toArray()); // [-4]
 * ```
 */
export function bitwiseRightShift<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseRightShift", [a, b]);
}

attachMethods({ bitwiseAnd, bitwiseOr, bitwiseXor, bitwiseLeftShift, bitwiseRightShift });
