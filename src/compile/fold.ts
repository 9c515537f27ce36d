/**
 * What a map is known to be before anything runs: a constant where its operands are, an operand where it changes nothing.
 * The rules are those of `kernel/builder.ts`, which is asked what it makes of the map; they hold for every value, NaN,
 * infinities and −0 included.
 */
import { isNode, type Node, type node } from "../graph/node.ts";
import { ExpressionBuilder } from "../kernel/builder.ts";
import type { Expression } from "../kernel/expression.ts";
import { at } from "../support/invariant.ts";
import { mapValue } from "./lower/maps.ts";
import { isFamily } from "./lower/values.ts";

/** Makes nodes; equal ones are the same. */
export type MakeNode = typeof node;

/** A simpler node of the value of `map` applied to `inputs`, or undefined where there is none. Leaves are not looked into. */
export function folded(
  map: Node,
  inputs: readonly Node[],
  isLeaf: (node: Node) => boolean,
  make: MakeNode,
): Node | undefined {
  const constants = inputs.map((input) => constantOf(input, isLeaf));
  const [constant] = constants;
  if (constant !== undefined && isUniformView(map, inputs)) return uniform(make, map, constant.params.value);
  if (!isFamily(map, "map")) return undefined;
  const isUnary = (operand: Node): operand is Node<Undoable> => !isLeaf(operand) && isUndoable(operand);
  const isPromising =
    constants.some((constant) => constant !== undefined) ||
    (inputs.length === 1 && isUnary(at(inputs, 0))) ||
    (inputs.length === 3 && inputs[1] === inputs[2]);
  if (!isPromising) return undefined;
  const builder = new ExpressionBuilder();
  const known: Node[] = [];
  const unknown = (operand: Node): Expression => {
    const place = known.indexOf(operand);
    return builder.local(place >= 0 ? place : known.push(operand) - 1, operand.type.dtype);
  };
  const operands = inputs.map((operand, position) => {
    const constant = constants[position];
    if (constant !== undefined) return builder.literal(constant.params.dtype, constant.params.value);
    return isUnary(operand) ? mapValue(builder, operand, operand.inputs.map(unknown)) : unknown(operand);
  });
  const value = mapValue(builder, map, operands);
  if (value.kind === "literal") return uniform(make, map, value.value);
  if (value.kind === "local") return known[value.local];
  if (value.kind === "cast" && value.input.kind === "local" && known[value.input.local] !== inputs[0])
    return make("astype", [at(known, value.input.local)], { dtype: value.dtype });
  const place = operands.indexOf(value);
  return place >= 0 ? inputs[place] : undefined;
}

/** The constant that `node` repeats, if it does nothing else. */
function constantOf(node: Node, isLeaf: (node: Node) => boolean): Node<"constant"> | undefined {
  let inner = node;
  while (!isLeaf(inner) && (inner.primitive === "broadcast" || inner.primitive === "reshape"))
    inner = at(inner.inputs, 0);
  return isNode(inner, "constant") && !isLeaf(inner) ? inner : undefined;
}

/** Is `view` another way to look at a constant that is repeated already? */
function isUniformView({ primitive }: Node, [input]: readonly Node[]): boolean {
  const isView = primitive === "reshape" || primitive === "permuteDims" || primitive === "slice";
  return isView && input?.primitive === "broadcast";
}

/** Maps that another one may undo. */
type Undoable = "negative" | "logicalNot" | "astype" | "bitcast";

function isUndoable({ primitive }: Node): boolean {
  return primitive === "negative" || primitive === "logicalNot" || primitive === "astype" || primitive === "bitcast";
}

/** `value` everywhere, in the type of `like`. */
export function uniform(make: MakeNode, like: Node, value: number): Node {
  const { shape, dtype } = like.type;
  const constant = make("constant", [], { value, dtype });
  if (shape.length === 0) return constant;
  const single = make("reshape", [constant], { shape: shape.map(() => 1) });
  return shape.every((size) => size === 1) ? single : make("broadcast", [single], { shape });
}
