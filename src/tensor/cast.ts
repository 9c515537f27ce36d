/** Changing the element type: by value (`astype`) or by reading the same bits anew (`bitcast`); and keeping derivatives out. */
import { type Node, node } from "../graph/node.ts";
import { checkDtype, type Dtype, dtypes } from "../shape/dtype.ts";
import { attachMethods } from "./methods.ts";
import { castNode, operandNode } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link astype} */
    astype<A extends ShapeType>(this: Tensor<A>, dtype: Dtype, options?: CastOptions): Tensor<A>;
    /** {@link bitcast} */
    bitcast<A extends ShapeType>(this: Tensor<A>, dtype: Dtype): Tensor<A>;
    /** {@link stopGradient} */
    stopGradient<A extends ShapeType>(this: Tensor<A>): Tensor<A>;
  }
}

/** How `astype` makes integers. */
export interface CastOptions {
  /** Integers stop at the ends of the range of an integer dtype, as floats always do. Default false: they wrap. */
  readonly saturate?: boolean;
  /** Floats become the nearest integer, halves the even one. Default false: they lose their fraction. */
  readonly round?: boolean;
}

/**
 * The values as `dtype`. Floats become integers by dropping the fraction and stopping at the ends of the range
 * (NaN becomes 0); integers wrap; bool asks "is not zero". Floats become smaller floats by rounding to nearest, halves to even.
 * Derivatives pass between floats and are zero otherwise.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * console.log(await tensor([1.7, -1.7]).astype("i32").toArray()); // [1, -1]
 * console.log(await tensor([1.5, 2.5, 300]).astype("u8", { round: true }).toArray()); // [2, 2, 255]
 * console.log(await tensor([300], { dtype: "i32" }).astype("u8", { saturate: true }).toArray()); // [255]
 * ```
 */
export function astype<S extends ShapeType>(x: Tensor<S>, dtype: Dtype, options?: CastOptions): Tensor<S>;
export function astype(x: Tensor, dtype: Dtype, { saturate = false, round = false }: CastOptions = {}): Tensor {
  if (x.dtype === dtype) return x;
  const [from, to] = [dtypes[x.dtype], dtypes[checkDtype(dtype)]];
  if (to.kind !== "integer") return new Tensor(castNode(x.node, dtype));
  let value = x.node;
  if (round && from.kind === "float") value = node("round", [value], {});
  if (saturate && from.kind === "integer") value = kept(kept(value, "maximum", to.lowest), "minimum", to.highest);
  return new Tensor(castNode(value, dtype));
}

/** `input` no lower, or no higher, than `bound`, where that is inside the range of its dtype. */
function kept(input: Node, primitive: "maximum" | "minimum", bound: number): Node {
  const { dtype, shape } = input.type;
  const isInside = dtypes[dtype].lowest < bound && bound < dtypes[dtype].highest;
  return isInside ? node(primitive, [input, operandNode(bound, dtype, shape)], {}) : input;
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
