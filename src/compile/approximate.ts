/**
 * Functions in terms of what every target has: f32 exp, log, sin and the like as polynomials, without branches, so
 * that they run in vectors and give the same on every device. `approximations/` has one file a family.
 */
import type { ExpressionBuilder } from "../kernel/builder.ts";
import type { Expression } from "../kernel/expression.ts";
import type { ScalarOp } from "../kernel/scalarOps.ts";
import type { Target } from "../kernel/target.ts";
import { isFloat } from "../shape/dtype.ts";
import { at, invariant } from "../support/invariant.ts";
import { cos, sin, tan } from "./approximations/circular.ts";
import { quotient, remainder } from "./approximations/division.ts";
import { erf, erfc } from "./approximations/errorFunction.ts";
import { exactDivision } from "./approximations/exactDivision.ts";
import { exp, expm1, sigmoid, tanh } from "./approximations/exponential.ts";
import { log, log1p } from "./approximations/logarithm.ts";
import { power } from "./approximations/power.ts";
import { Single } from "./approximations/single.ts";
import { castStored, isStoredCast } from "./approximations/stored.ts";

/** `native`: every target has the operation. */
type Approximation = "native" | ((s: Single, x: Expression, y: Expression) => Expression);

const approximations: { readonly [Op in ScalarOp]: Approximation } = {
  negative: "native",
  abs: "native",
  sign: (s, x) => s.select(s.less(x, 0), -1, s.select(s.less(0, x), 1, s.add(x, 0))),
  floor: "native",
  ceil: "native",
  round: "native",
  sqrt: "native",
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tanh,
  sigmoid,
  erf,
  erfc,
  not: "native",
  add: "native",
  subtract: "native",
  multiply: "native",
  divide: "native",
  quotient,
  remainder,
  power,
  maximum: "native",
  minimum: "native",
  equal: "native",
  less: "native",
  lessEqual: "native",
  and: "native",
  or: "native",
  xor: "native",
  shiftLeft: "native",
  shiftRight: "native",
  select: "native",
};

/**
 * `op` of f32 `inputs` in terms of native operations: within 2 units in the last place of the true value over the whole
 * range, with IEEE's zeros, infinities and NaN; quotient and remainder are exact while the quotient is below 2^23.
 */
export function approximate(builder: ExpressionBuilder, op: ScalarOp, inputs: readonly Expression[]): Expression {
  const approximation = approximations[op];
  const [x, y] = [at(inputs, 0), at(inputs, -1)];
  invariant(approximation !== "native" && x.dtype === "f32", `${op} of ${x.dtype} can be approximated`);
  return approximation(new Single(builder), x, y);
}

/** The angle of which `value` is the tangent, spelled as a quotient that `target` would have to approximate. */
export function angleOfTangent(value: Expression, { nativeOps }: Target): Expression | undefined {
  if (nativeOps === "all" || value.kind !== "apply" || value.op !== "divide" || value.dtype !== "f32") return undefined;
  const [sine, cosine] = value.inputs;
  const isTangent =
    sine?.kind === "apply" &&
    cosine?.kind === "apply" &&
    sine.op === "sin" &&
    cosine.op === "cos" &&
    !nativeOps.has("sin");
  return isTangent && sine.inputs[0] === cosine.inputs[0] ? sine.inputs[0] : undefined;
}

/** The tangent of `angle`, within 2 units in the last place; a quotient of sine and cosine, each rounded, is not. */
export function tangent(builder: ExpressionBuilder, angle: Expression): Expression {
  return tan(new Single(builder), angle);
}

/**
 * `part` on other `inputs`; what `target` lacks is replaced: an f32 operation by its approximation, a conversion of what is
 * only stored by arithmetic on bits. Of f64, only divisions with a remainder are: by what is as exact, and quicker.
 */
export function nativeForm(
  builder: ExpressionBuilder,
  part: Expression,
  inputs: readonly Expression[],
  { nativeOps, convertsStored }: Target,
): Expression {
  if (part.kind === "cast" && !convertsStored && isStoredCast(part.input.dtype, part.dtype))
    return castStored(builder, part.dtype, at(inputs, 0));
  if (part.kind !== "apply" || nativeOps === "all") return builder.withInputs(part, inputs);
  const { op } = part;
  if ((op === "quotient" || op === "remainder") && isFloat(part.dtype) && nativeOps.has(op))
    return exactDivision(new Single(builder), op, at(inputs, 0), at(inputs, 1));
  const isForeign = !nativeOps.has(op) && approximations[op] !== "native" && inputs[0]?.dtype === "f32";
  return isForeign ? approximate(builder, op, inputs) : builder.withInputs(part, inputs);
}
