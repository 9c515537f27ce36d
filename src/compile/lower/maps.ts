/** How each map of the graph is computed from scalars: mostly one scalar operation each. */
import type { Node } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import type { ExpressionBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { type ScalarOp, transcendentalOps } from "../../kernel/scalarOps.ts";
import { at } from "../../support/invariant.ts";

type MapRule = ScalarOp | "value" | "cast" | "bitcast";

/** The scalar operation behind each map that is not called the same. `value`: the input itself. */
const renamed: { readonly [P in Exclude<PrimitiveOf<"map">, ScalarOp>]: MapRule } = {
  identity: "value",
  logicalNot: "not",
  astype: "cast",
  bitcast: "bitcast",
  floorDivide: "quotient",
  pow: "power",
  bitwiseAnd: "and",
  bitwiseOr: "or",
  bitwiseXor: "xor",
  bitwiseLeftShift: "shiftLeft",
  bitwiseRightShift: "shiftRight",
  where: "select",
};

function isRenamed(primitive: PrimitiveOf<"map">): primitive is keyof typeof renamed {
  return primitive in renamed;
}

function ruleOf(primitive: PrimitiveOf<"map">): MapRule {
  return isRenamed(primitive) ? renamed[primitive] : primitive;
}

/** The value of a map at one position, from the values of its inputs there. */
export function mapValue(
  builder: ExpressionBuilder,
  node: Node<PrimitiveOf<"map">>,
  inputs: readonly Expression[],
): Expression {
  const rule = ruleOf(node.primitive);
  switch (rule) {
    case "value":
      return at(inputs, 0);
    case "cast":
      return builder.cast(node.type.dtype, at(inputs, 0));
    case "bitcast":
      return builder.bitcast(node.type.dtype, at(inputs, 0));
    default:
      return builder.map(rule, ...inputs);
  }
}

const long: ReadonlySet<MapRule> = transcendentalOps;
const middling: ReadonlySet<MapRule> = new Set<MapRule>(["divide", "sqrt", "quotient", "remainder"]);

/** Rough cost of one element of a map, in additions. */
export function mapCost(primitive: PrimitiveOf<"map">): number {
  const rule = ruleOf(primitive);
  return long.has(rule) ? 12 : middling.has(rule) ? 4 : 1;
}
