/**
 * Which sums of products are computed with one rounding, where the engine has relaxed vector instructions. The
 * expressions alone decide, so that vectors and the scalars that are left over after them agree to the last bit.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { ReduceOp } from "../../kernel/scalarOps.ts";
import { at } from "../../support/invariant.ts";
import type { Opcode } from "./opcodes.ts";

/** `first`·`second` + `other`, or `other` − `first`·`second`, as one instruction on vectors. */
export interface Contraction {
  readonly opcode: Opcode;
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
  const opcode = op === "add" ? "f32x4.relaxed_madd" : "f32x4.relaxed_nmadd";
  return { opcode, first: at(product.inputs, 0), second: at(product.inputs, 1), other };
}

/** op(state, value) as a contraction, where it is one: the state is pushed last. */
export function accumulationOf(
  op: ReduceOp,
  value: Expression,
  shared: ReadonlySet<Expression>,
): Omit<Contraction, "other"> | undefined {
  if (op !== "add" || !isProduct(value, shared)) return undefined;
  const opcode = value.dtype === "f64" ? "f64x2.relaxed_madd" : "f32x4.relaxed_madd";
  return { opcode, first: at(value.inputs, 0), second: at(value.inputs, 1) };
}

type Apply = Extract<Expression, { kind: "apply" }>;

function isProduct(expression: Expression, shared: ReadonlySet<Expression>): expression is Apply {
  if (expression.kind !== "apply" || expression.op !== "multiply" || shared.has(expression)) return false;
  return expression.dtype === "f32" || expression.dtype === "f64";
}
