/** Modified Bessel functions of the first kind, of order 0 (which Kaiser's window is made of) and 1. */
import { abs, divide, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp } from "../../tensor/transcendental.ts";
import { besselFar0, besselFar1 } from "./coefficients.ts";
import { type Coefficients, polynomial, withSlope } from "./parts.ts";

/** Up to here the power series, whose terms are all positive. */
const edge = 15;

/** 1 / (k! (k + order)!), of the series in x²/4. */
function series(order: number): Coefficients {
  const list = [1];
  for (let k = 1; k < 36; k++) list.push((list[k - 1] ?? 0) / (k * (k + order)));
  return { f32: list.slice(0, 28), f64: list };
}

/** Iₙ(|x|) for order 0 and twice that over |x| for order 1, near 0 and far from it. */
function bessel(x: Tensor, order: 0 | 1): { readonly near: Tensor; readonly far: Tensor; readonly isFar: Tensor } {
  const size = abs(x);
  const isFar = size.greater(edge);
  const inside = where(isFar, 0, x).multiply(0.5);
  const distance = where(isFar, size, edge);
  // e^x is beyond the range before Iₙ is: two halves
  const root = exp(distance.multiply(0.5));
  const scale = polynomial(divide(1, distance), order === 0 ? besselFar0 : besselFar1).divide(distance.sqrt());
  const far = where(size.equal(Infinity), Infinity, root.multiply(scale).multiply(root));
  return { near: polynomial(inside.square(), series(order)), far, isFar };
}

/**
 * I₀(x), the modified Bessel function of order 0. Integers become f32.
 *
 * @example
 * ```ts
 * import { i0, tensor } from "smilodon";
 * console.log(await i0(tensor([0, 1], { dtype: "f64" })).toArray()); // [1, 1.2660658777520084]
 * ```
 */
export function i0<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function i0(x: Tensor): Tensor {
  return withSlope(
    x,
    (values) => {
      const { near, far, isFar } = bessel(values, 0);
      return where(isFar, far, near);
    },
    i1,
  );
}

/**
 * I₁(x), the modified Bessel function of order 1: the derivative of `i0`. Integers become f32.
 *
 * @example
 * ```ts
 * import { i1, tensor } from "smilodon";
 * console.log(await i1(tensor([0, 1], { dtype: "f64" })).toArray()); // [0, 0.5651591039924851]
 * ```
 */
export function i1<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function i1(x: Tensor): Tensor {
  return withSlope(
    x,
    (values) => {
      const { near, far, isFar } = bessel(values, 1);
      return where(isFar, where(values.less(0), far.multiply(-1), far), near.multiply(values).multiply(0.5));
    },
    (values) => {
      const isZero = values.equal(0);
      const ratio = i1(values).divide(where(isZero, 1, values));
      return subtract(i0(values), where(isZero, 0.5, ratio));
    },
  );
}
