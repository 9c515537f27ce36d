/**
 * Derivatives of the primitives that work element by element, one row a primitive and one entry an input: the
 * entry multiplies a tangent of the input, or just as well a cotangent of the result, by the derivative. So forward
 * and reverse mode share this table. Where a function has a corner: 0 for abs at 0, halves for equal maxima.
 */
import type { PrimitiveOf } from "../graph/primitives.ts";
import { add, divide, floorDivide, multiply, negative, sign, subtract } from "../tensor/arithmetic.ts";
import { where } from "../tensor/comparison.ts";
import { mapOperands } from "../tensor/operands.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cos, exp, log, sin } from "../tensor/transcendental.ts";
import type { Application } from "./application.ts";

/** `change` times the derivative with respect to one input. */
export type Scaling = (change: Tensor, application: Application) => Tensor;

/** For functions that are constant between jumps, and those whose result is not a float: no derivative comes through. */
const flat: readonly undefined[] = [];
const same: Scaling = (t) => t;
const opposite: Scaling = (t) => negative(t);

/** Derivatives by primitive; an input without an entry has the derivative zero. */
export const mapDerivatives: { readonly [P in PrimitiveOf<"map">]: readonly (Scaling | undefined)[] } = {
  identity: [same],
  negative: [opposite],
  abs: [(t, { a }) => multiply(t, sign(a))],
  sign: flat,
  floor: flat,
  ceil: flat,
  round: flat,
  sqrt: [(t, { output }) => divide(t, multiply(output, 2))],
  exp: [(t, { output }) => multiply(t, output)],
  expm1: [(t, { output }) => multiply(t, add(output, 1))],
  log: [(t, { a }) => divide(t, a)],
  log1p: [(t, { a }) => divide(t, add(a, 1))],
  sin: [(t, { a }) => multiply(t, cos(a))],
  cos: [(t, { a }) => negative(multiply(t, sin(a)))],
  tanh: [(t, { output }) => multiply(t, subtract(1, multiply(output, output)))],
  sigmoid: [(t, { output }) => multiply(t, multiply(output, subtract(1, output)))],
  erf: [(t, { a }) => multiply(t, multiply(exp(negative(multiply(a, a))), 2 / Math.sqrt(Math.PI)))],
  erfc: [(t, { a }) => multiply(t, multiply(exp(negative(multiply(a, a))), -2 / Math.sqrt(Math.PI)))],
  logicalNot: flat,
  // Whoever applies a row converts to the dtype at hand
  astype: [same],
  bitcast: [same],
  add: [same, same],
  subtract: [same, opposite],
  multiply: [(t, { b }) => multiply(t, b), (t, { a }) => multiply(t, a)],
  divide: [(t, { b }) => divide(t, b), (t, { b, output }) => negative(divide(multiply(t, output), b))],
  floorDivide: flat,
  remainder: [same, (t, { a, b }) => negative(multiply(t, floorDivide(a, b)))],
  pow: [powerByBase, powerByExponent],
  maximum: [(t, { a, b }) => chosen(t, b.less(a), a, b), (t, { a, b }) => chosen(t, a.less(b), a, b)],
  minimum: [(t, { a, b }) => chosen(t, a.less(b), a, b), (t, { a, b }) => chosen(t, b.less(a), a, b)],
  equal: flat,
  less: flat,
  lessEqual: flat,
  bitwiseAnd: flat,
  bitwiseOr: flat,
  bitwiseXor: flat,
  bitwiseLeftShift: flat,
  bitwiseRightShift: flat,
  where: [undefined, (t, { a }) => where(a, t, 0), (t, { a }) => where(a, 0, t)],
};

/** All of `t` where this input was chosen, half where both are equal. */
function chosen(t: Tensor, isChosen: Tensor, a: Tensor, b: Tensor): Tensor {
  return where(a.equal(b), multiply(t, 0.5), where(isChosen, t, 0));
}

/** b · aᵇ⁻¹, and 0 for b = 0 also where a is 0. */
function powerByBase(t: Tensor, { a, b }: Application): Tensor {
  const isConstant = b.equal(0);
  const exponent = where(isConstant, 1, b);
  return where(isConstant, 0, multiply(t, multiply(exponent, power(a, subtract(exponent, 1)))));
}

/** aᵇ · ln a, and 0 for a = 0. */
function powerByExponent(t: Tensor, { a, output }: Application): Tensor {
  return multiply(t, multiply(output, log(where(a.equal(0), 1, a))));
}

function power(a: Tensor, b: Tensor): Tensor {
  return mapOperands("pow", [a, b]);
}
