/** Comparing, choosing and logic, element by element. Shapes broadcast; the result of a comparison is bool. */

import { node, withOneOrigin } from "../graph/node.ts";
import { isFloat } from "../shape/dtype.ts";
import { DtypeError } from "../support/errors.ts";
import { attachMethods, type BinaryMethod, type UnaryMethod } from "./methods.ts";
import {
  commonDtype,
  commonShape,
  explaining,
  type Fitting,
  type Joined,
  keep,
  mapOperands,
  type Operand,
  operandNode,
  type ShapeOf,
} from "./operands.ts";
import type { Broadcast, ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link equal} */
    equal: BinaryMethod;
    /** {@link notEqual} */
    notEqual: BinaryMethod;
    /** {@link less} */
    less: BinaryMethod;
    /** {@link lessEqual} */
    lessEqual: BinaryMethod;
    /** {@link greater} */
    greater: BinaryMethod;
    /** {@link greaterEqual} */
    greaterEqual: BinaryMethod;
    /** {@link logicalAnd} */
    logicalAnd: BinaryMethod;
    /** {@link logicalOr} */
    logicalOr: BinaryMethod;
    /** {@link logicalXor} */
    logicalXor: BinaryMethod;
    /** {@link logicalNot} */
    logicalNot: UnaryMethod;
    /** {@link isNan} */
    isNan: UnaryMethod;
    /** {@link isInf} */
    isInf: UnaryMethod;
    /** {@link isFinite} */
    isFinite: UnaryMethod;
    /** {@link where}, with this tensor as condition. */
    where<A extends ShapeType, B extends Operand, C extends Operand>(
      this: Tensor<A>,
      a: B,
      b: Fitting<B, C>,
    ): Chosen<A, B, C>;
  }
}

/** The tensor that `where` gives. */
export type Chosen<A extends ShapeType, B, C> = Tensor<Broadcast<A, Broadcast<ShapeOf<B>, ShapeOf<C>>>>;

/**
 * a = b. NaN equals nothing, itself included.
 *
 * @example
 * ```ts
 * import { equal, tensor } from "smilodon";
 * console.log(await equal(tensor([1, 2]), 2).toArray()); // [false, true]
 * ```
 */
export function equal<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("equal", [a, b]);
}

/**
 * a ≠ b. NaN differs from everything.
 *
 * @example
 * ```ts
 * import { notEqual, tensor } from "smilodon";
 * console.log(await notEqual(tensor([1, 2]), 2).toArray()); // [true, false]
 * ```
 */
export function notEqual<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return withOneOrigin(() => new Tensor(node("logicalNot", [mapOperands("equal", [a, b], keep, "notEqual").node], {})));
}

/**
 * a < b.
 *
 * @example
 * ```ts
 * import { less, tensor } from "smilodon";
 * console.log(await less(tensor([1, 2]), 2).toArray()); // [true, false]
 * ```
 */
export function less<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("less", [a, b]);
}

/**
 * a ≤ b.
 *
 * @example
 * ```ts
 * import { lessEqual, tensor } from "smilodon";
 * console.log(await lessEqual(tensor([1, 2, 3]), 2).toArray()); // [true, true, false]
 * ```
 */
export function lessEqual<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("lessEqual", [a, b]);
}

/**
 * a > b.
 *
 * @example
 * ```ts
 * import { greater, tensor } from "smilodon";
 * console.log(await greater(tensor([1, 2, 3]), 2).toArray()); // [false, false, true]
 * ```
 */
export function greater<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("less", [b, a], keep, "greater");
}

/**
 * a ≥ b.
 *
 * @example
 * ```ts
 * import { greaterEqual, tensor } from "smilodon";
 * console.log(await greaterEqual(tensor([1, 2, 3]), 2).toArray()); // [false, true, true]
 * ```
 */
export function greaterEqual<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("lessEqual", [b, a], keep, "greaterEqual");
}

/**
 * Do a and b both hold? Numbers hold where they are not zero.
 *
 * @example
 * ```ts
 * import { logicalAnd, tensor } from "smilodon";
 * console.log(await logicalAnd(tensor([true, false]), true).toArray()); // [true, false]
 * ```
 */
export function logicalAnd<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseAnd", [a, b], () => "bool", "logicalAnd");
}

/**
 * Does a or b hold? Numbers hold where they are not zero.
 *
 * @example
 * ```ts
 * import { logicalOr, tensor } from "smilodon";
 * console.log(await logicalOr(tensor([true, false]), false).toArray()); // [true, false]
 * ```
 */
export function logicalOr<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseOr", [a, b], () => "bool", "logicalOr");
}

/**
 * Does just one of a and b hold? Numbers hold where they are not zero.
 *
 * @example
 * ```ts
 * import { logicalXor, tensor } from "smilodon";
 * console.log(await logicalXor(tensor([true, false]), true).toArray()); // [false, true]
 * ```
 */
export function logicalXor<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B> {
  return mapOperands("bitwiseXor", [a, b], () => "bool", "logicalXor");
}

/**
 * Does x not hold? Numbers hold where they are not zero.
 *
 * @example
 * ```ts
 * import { logicalNot, tensor } from "smilodon";
 * console.log(await logicalNot(tensor([true, false])).toArray()); // [false, true]
 * ```
 */
export function logicalNot<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return mapOperands("logicalNot", [x], () => "bool");
}

/**
 * Is x not a number? Integers always are.
 *
 * @example
 * ```ts
 * import { isNan, tensor } from "smilodon";
 * console.log(await isNan(tensor([NaN, 1])).toArray()); // [true, false]
 * ```
 */
export function isNan<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  const result: Tensor = notEqual<Tensor, Tensor>(x, x);
  return result;
}

/**
 * Is x infinite, of either sign?
 *
 * @example
 * ```ts
 * import { isInf, tensor } from "smilodon";
 * console.log(await isInf(tensor([-Infinity, NaN, 1])).toArray()); // [true, false, false]
 * ```
 */
export function isInf<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return withOneOrigin(() => {
    if (!isFloat(x.dtype)) return notEqual<Tensor, Tensor>(x, x);
    return equal(mapOperands("abs", [x], keep, "isInf"), Infinity);
  });
}

/**
 * Is x neither infinite nor NaN?
 *
 * @example
 * ```ts
 * import { isFinite, tensor } from "smilodon";
 * console.log(await isFinite(tensor([-Infinity, NaN, 1])).toArray()); // [false, false, true]
 * ```
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: it is the name that the array API standard gives it
export function isFinite<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return withOneOrigin(() => {
    if (!isFloat(x.dtype)) return equal<Tensor, Tensor>(x, x);
    return less(mapOperands("abs", [x], keep, "isFinite"), Infinity);
  });
}

/**
 * a where `condition` holds, else b. What is not chosen does not matter, NaN included, for values and derivatives.
 * @throws DtypeError where the condition is not bool, ShapeError where the three do not broadcast.
 *
 * @example
 * ```ts
 * import { tensor, where } from "smilodon";
 * const x = tensor([-1, 2]);
 * console.log(await where(x.greater(0), x, 0).toArray()); // [0, 2]
 * ```
 */
export function where<A extends ShapeType, B extends Operand, C extends Operand>(
  condition: Tensor<A>,
  a: B,
  b: Fitting<B, C>,
): Chosen<A, B, C> {
  return withOneOrigin(() => {
    const dtype = commonDtype("where", [a, b]);
    const shape = commonShape("where", [condition, a, b]);
    if (condition.dtype !== "bool") {
      return explaining("where", [condition], () => {
        throw new DtypeError(
          `where: the condition is ${condition.dtype}; it has to be bool. Compare first, for example x.greater(0).`,
          { dtype: condition.dtype },
        );
      });
    }
    return new Tensor(
      node(
        "where",
        [operandNode(condition, "bool", shape), operandNode(a, dtype, shape), operandNode(b, dtype, shape)],
        {},
      ),
    );
  });
}

attachMethods({
  equal,
  notEqual,
  less,
  lessEqual,
  greater,
  greaterEqual,
  logicalAnd,
  logicalOr,
  logicalXor,
  logicalNot,
  isNan,
  isInf,
  isFinite,
  where,
});
