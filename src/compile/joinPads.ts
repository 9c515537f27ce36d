/**
 * The gradient of what was cut apart: a sum of pieces with zeros around them, piece beside piece along one axis, is the pieces put
 * together. Nobody then adds zeros, or asks at each element which piece it is in.
 */
import { isNode, type Node } from "../graph/node.ts";
import { isFloat } from "../shape/dtype.ts";
import { at } from "../support/invariant.ts";
import { type MakeNode, uniform } from "./fold.ts";

/** A tensor with zeros before and after it along one axis. */
interface Piece {
  readonly axis: number;
  readonly low: number;
  readonly high: number;
  /** What is put together, in order. */
  readonly parts: readonly Node[];
}

/** The sum `add` of `inputs` without the zeros, where they are neighbouring pieces; leaves are not looked into. */
export function joinedPads(
  add: Node,
  inputs: readonly Node[],
  isLeaf: (node: Node) => boolean,
  make: MakeNode,
): Node | undefined {
  if (!isNode(add, "add")) return undefined;
  const [a, b] = inputs.map((input) => pieceOf(input, isLeaf));
  if (a === undefined || b === undefined || a.axis !== b.axis) return undefined;
  const { axis } = a;
  const size = at(add.type.shape, axis);
  const [first, second] = a.low < b.low ? [a, b] : [b, a];
  if (size - first.high !== second.low) return undefined;
  const parts = [...first.parts, ...second.parts].map((part) => plusZero(part, make));
  const whole = make("concat", parts, { axis });
  if (first.low === 0 && second.high === 0) return whole;
  const alone = (zeros: number) => add.type.shape.map((_, each) => (each === axis ? zeros : 0));
  return make("pad", [whole], { low: alone(first.low), high: alone(second.high), value: 0 });
}

/** What adding zeros did to `part`: −0 is 0 then. */
function plusZero(part: Node, make: MakeNode): Node {
  if (!isFloat(part.type.dtype)) return part;
  const zero = uniform(make, part, 0);
  return isNode(part, "add") && part.inputs[1] === zero ? part : make("add", [part, zero], {});
}

function pieceOf(node: Node, isLeaf: (node: Node) => boolean): Piece | undefined {
  if (isLeaf(node) || !isNode(node, "pad")) return undefined;
  const { low, high, value } = node.params;
  const padded = low.flatMap((zeros, axis) => (zeros !== 0 || high[axis] !== 0 ? [axis] : []));
  const [axis, ...others] = padded;
  if (value !== 0 || axis === undefined || others.length > 0) return undefined;
  const inner = at(node.inputs, 0);
  const isJoined = !isLeaf(inner) && isNode(inner, "concat") && inner.params.axis === axis;
  return { axis, low: at(low, axis), high: at(high, axis), parts: isJoined ? inner.inputs : [inner] };
}
