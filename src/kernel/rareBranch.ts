/**
 * Selects of which one side is rarely wanted and costly, such as sin of huge arguments: by convention the side taken
 * where the condition fails. Expressions have no effects, so a renderer may skip what no lane asks for.
 */
import { isFloat } from "../shape/dtype.ts";
import type { Expression } from "./expression.ts";
import { scalarOps } from "./scalarOps.ts";
import { visitExpressions } from "./traverse.ts";

/** Expressions that the rare side must have for itself, so that a branch pays. */
const worthBranching = 60;

/** Is the last input of this `select` so much work of its own that it should run only where the condition fails? */
export function hasRareBranch(expression: Expression): boolean {
  return rareParts(expression).length > 0;
}

/** The expressions that only the rare side of this `select` needs; none where a branch does not pay. */
export function rareParts(expression: Expression): readonly Expression[] {
  if (expression.kind !== "apply" || expression.op !== "select") return [];
  const [condition, usual, rare] = expression.inputs;
  if (condition === undefined || usual === undefined || rare === undefined) return [];
  const seen = new Set<Expression>();
  visitExpressions([condition, usual], () => {}, seen);
  const own: Expression[] = [];
  visitExpressions([rare], (part) => own.push(part), seen);
  return own.length >= worthBranching || isIterative(rare) ? own : [];
}

function isIterative(expression: Expression): boolean {
  return expression.kind === "apply" && "iterative" in scalarOps[expression.op] && isFloat(expression.dtype);
}
