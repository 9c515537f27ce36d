/** How each map of the graph is computed from scalars: mostly one scalar operation each. */
import type { Node } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import type { ExpressionBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { at } from "../../support/invariant.ts";

type MapRule = ScalarOp | "value" | "cast" | "bitcast";

/** The scalar operation behind each map. `value`: the input itself. */
const mapRules: { readonly [P in PrimitiveOf<"map">]: MapRule } = {
  identity: "value",
  negative: "negative",
  abs: "abs",
  sign: "sign",
  floor: "floor",
  ceil: "ceil",
  round: "round",
  sqrt: "sqrt",
  exp: "exp",
  expm1: "expm1",
  log: "log",
  log1p: "log1p",
  sin: "sin",
  cos: "cos",
  tanh: "tanh",
  sigmoid: "sigmoid",
  erf: "erf",
  logicalNot: "not",
  astype: "cast",
  bitcast: "bitcast",
  add: "add",
  subtract: "subtract",
  multiply: "multiply",
  divide: "divide",
  floorDivide: "quotient",
  remainder: "remainder",
  pow: "power",
  maximum: "maximum",
  minimum: "minimum",
  equal: "equal",
  less: "less",
  lessEqual: "lessEqual",
  bitwiseAnd: "and",
  bitwiseOr: "or",
  bitwiseXor: "xor",
  bitwiseLeftShift: "shiftLeft",
  bitwiseRightShift: "shiftRight",
  where: "select",
};

/** The value of a map at one position, from the values of its inputs there. */
export function mapValue(
  builder: ExpressionBuilder,
  node: Node<PrimitiveOf<"map">>,
  inputs: readonly Expression[],
): Expression {
  const rule: MapRule = mapRules[node.primitive];
  switch (rule) {
    case "value":
      return at(inputs, 0);
    case "cast":
      return builder.cast(node.type.dtype, at(inputs, 0));
    case "bitcast":
      return builder.bitcast(node.type.dtype, at(inputs, 0));
    default:
      return builder.apply(rule, ...inputs);
  }
}

const heavy: ReadonlySet<MapRule> = new Set<MapRule>([
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "erf",
  "power",
]);
const middling: ReadonlySet<MapRule> = new Set<MapRule>(["divide", "sqrt", "quotient", "remainder"]);

/** Rough cost of one element of a map, in additions. */
export function mapCost(primitive: PrimitiveOf<"map">): number {
  const rule = mapRules[primitive];
  return heavy.has(rule) ? 12 : middling.has(rule) ? 4 : 1;
}
