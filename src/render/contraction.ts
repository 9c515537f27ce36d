/**
 * Which sums of products are computed with one rounding, where the machine can. The expressions alone decide, so that
 * vectors and the scalars that are left over after them agree to the last bit, however a target spells them.
 */
import type { Expression } from "../kernel/expression.ts";
import type { ReduceOp } from "../kernel/scalarOps.ts";
import { at } from "../support/invariant.ts";

/** `first`·`second` + `other`, or `other` − `first`·`second` where the product `isSubtracted`. */
export interface Contraction {
  readonly isSubtracted: boolean;
  readonly first: Expression;
  readonly second: Expression;
  readonly other: Expression;
}

/** `expression` as a contraction, where it is one; products in `shared` are held for other uses too. */
export function contractionOf(expression: Expression, shared: ReadonlySet<Expression>): Contraction | undefined {
  if (expression.kind !== "apply" || expression.dtype !== "f32") return undefined;
  const { op, inputs } = expression;
  if (op !== "add" && op !== "subtract") return undefined;
  const [first, second] = [at(inputs, 0), at(inputs, 1)];
  const [product, other] = isProduct(second, shared) || op === "subtract" ? [second, first] : [first, second];
  if (!isProduct(product, shared)) return undefined;
  return { isSubtracted: op === "subtract", first: at(product.inputs, 0), second: at(product.inputs, 1), other };
}

/** op(state, value) as a contraction with the state as its other part, where it is one. */
export function accumulationOf(
  op: ReduceOp,
  value: Expression,
  shared: ReadonlySet<Expression>,
): Pick<Contraction, "first" | "second"> | undefined {
  if (op !== "add" || !isProduct(value, shared)) return undefined;
  return { first: at(value.inputs, 0), second: at(value.inputs, 1) };
}

type Apply = Extract<Expression, { kind: "apply" }>;

function isProduct(expression: Expression, shared: ReadonlySet<Expression>): expression is Apply {
  if (expression.kind !== "apply" || expression.op !== "multiply" || shared.has(expression)) return false;
  return expression.dtype === "f32" || expression.dtype === "f64";
}
