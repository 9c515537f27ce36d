/** What the special functions beside this file share: polynomials by dtype, and derivatives that are given. */

import { withOneOrigin } from "../../graph/node.ts";
import { multiply } from "../../tensor/arithmetic.ts";
import { throughFloats } from "../../tensor/operands.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { customJvp } from "../../transforms/customRules.ts";

/** Coefficients in rising order, enough of them for each dtype that is computed in. */
export interface Coefficients {
  readonly f32: readonly number[];
  readonly f64: readonly number[];
}

/** The polynomial of x with these coefficients, by Horner's rule. */
export function polynomial(x: Tensor, coefficients: Coefficients | readonly number[]): Tensor {
  const list = "f64" in coefficients ? coefficients[x.dtype === "f64" ? "f64" : "f32"] : coefficients;
  const [last = 0, ...rest] = [...list].reverse();
  const [next = 0, ...others] = rest;
  // the first step without a tensor of one number
  return others.reduce<Tensor>((sum, each) => sum.multiply(x).add(each), x.multiply(last).add(next));
}

/** `compute` of x as floats, with `slope` for its derivative. */
export function withSlope(x: Tensor, compute: (x: Tensor) => Tensor, slope: (x: Tensor) => Tensor): Tensor {
  const ruled = customJvp(compute, ([value], [change]) => multiply(change, slope(value)));
  return withOneOrigin(() => throughFloats(x, ruled));
}
