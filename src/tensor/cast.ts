/** Changing the element type: by value (`astype`) or by reading the same bits anew (`bitcast`); and keeping derivatives out. */
import { node } from "../graph/node.ts";
import type { Dtype } from "../shape/dtype.ts";
import { attachMethods } from "./methods.ts";
import { castNode } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link astype} */
    astype<A extends ShapeType>(this: Tensor<A>, dtype: Dtype): Tensor<A>;
    /** {@link bitcast} */
    bitcast<A extends ShapeType>(this: Tensor<A>, dtype: Dtype): Tensor<A>;
    /** {@link stopGradient} */
    stopGradient<A extends ShapeType>(this: Tensor<A>): Tensor<A>;
  }
}

/**
 * The values as `dtype`. Floats become integers by dropping the fraction and stopping at the ends of the range
 * (NaN becomes 0); integers wrap; bool asks "is not zero". Derivatives pass between floats and are zero otherwise.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * console.log(await tensor([1.7, -1.7]).astype("i32").toArray()); // [1, -1]
 * ```
 */
export function astype<S extends ShapeType>(x: Tensor<S>, dtype: Dtype): Tensor<S> {
  return x.dtype === dtype ? x : new Tensor(castNode(x.node, dtype));
}

/**
 * The same bits read as another dtype of equal size. Has no derivative.
 * @throws DtypeError where the sizes differ.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * console.log((await tensor([1]).bitcast("u32").item()).toString(16)); // 3f800000
 * ```
 */
export function bitcast<S extends ShapeType>(x: Tensor<S>, dtype: Dtype): Tensor<S> {
  return x.dtype === dtype ? x : new Tensor(node("bitcast", [x.node], { dtype }));
}

/**
 * x itself, which derivatives take for a constant.
 *
 * @example
 * ```ts
 * import { grad, tensor, type Tensor } from "smilodon";
 * const slope = grad((x: Tensor) => x.multiply(x.stopGradient()).sum());
 * console.log(await slope(tensor([3])).toArray()); // [3], not [6]
 * ```
 */
export function stopGradient<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
  return new Tensor(node("identity", [x.node], { blocksGradient: true }));
}

attachMethods({ astype, bitcast, stopGradient });
