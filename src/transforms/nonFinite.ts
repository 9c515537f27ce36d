/**
 * Where a NaN or an infinity came from: the operation that made the first one from finite values, on a way of such values
 * to the result. Infinities that lead nowhere (the −∞ of a mask, a branch that `where` does not take) are not blamed.
 */
import type { Node } from "../graph/node.ts";
import { isRegionNode } from "../graph/region.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { isFloat } from "../shape/dtype.ts";
import { at } from "../support/invariant.ts";
import { isFinite as isFiniteNumber } from "../tensor/comparison.ts";
import { stack } from "../tensor/joining.ts";
import { all } from "../tensor/reduce.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The operation that first gave a value that is not finite. */
export interface NonFiniteOrigin {
  /** Its result; of an argument or a parameter the tensor itself. */
  readonly tensor: Tensor;
  /** The primitive; `source` where the value was given from outside. */
  readonly operation: string;
  /** Path of the layer; empty outside layers. */
  readonly layer: string;
  /** `file:line:column` in the user's code; empty where it is not known. */
  readonly line: string;
}

/** Values that are judged with one launch. */
const atOnce = 128;

/** Which of `tensors` are finite throughout; integers are. */
export async function areFinite(tensors: readonly Tensor[]): Promise<boolean[]> {
  const finite = tensors.map(() => true);
  const floats = tensors.flatMap(({ dtype, size }, index) => (isFloat(dtype) && size > 0 ? [index] : []));
  for (let begin = 0; begin < floats.length; begin += atOnce) {
    const some = floats.slice(begin, begin + atOnce);
    const flags = await stack(some.map((index): Tensor => all(isFiniteNumber(at(tensors, index))))).data();
    some.forEach((index, position) => (finite[index] = at(flags, position) !== 0));
  }
  return finite;
}

/**
 * The origin of what is not finite in `results`, or undefined where everything in them is finite. Their graph has to be
 * there still: take them from a function that ran in `keepingGraph`, and do not read them before.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * const x = tensor([1, 0]);
 * const loss = x.log().sum(); // findNonFinite([loss]) names `log` and this line
 * console.log(await loss.item()); // -Infinity
 * ```
 */
export async function findNonFinite(results: readonly Tensor[]): Promise<NonFiniteOrigin | undefined> {
  const order = topologicalOrder(results.map(({ node }) => node));
  const nodes = order.filter((node) => !isRegionNode(node) && isFloat(node.type.dtype));
  const finite = await areFinite(nodes.map((node) => new Tensor(node)));
  const bad = new Set(nodes.filter((_, index) => !at(finite, index)));
  const leading = new Set(
    topologicalOrder(
      results.map(({ node }) => node).filter((node) => bad.has(node)),
      undefined,
      (node) => badInputs(node, bad),
    ),
  );
  const origins = nodes.filter((node) => leading.has(node) && badInputs(node, bad).length === 0);
  const origin = origins.find(({ primitive }) => primitive !== "constant") ?? origins[0];
  if (origin === undefined) return undefined;
  const { primitive, layer } = origin;
  return { tensor: new Tensor(origin), operation: primitive, layer, line: origin.origin.line };
}

/** The inputs that are not finite; a loop or a branch is looked through. */
function badInputs(node: Node, bad: ReadonlySet<Node>): Node[] {
  return node.inputs
    .flatMap((input) => (isRegionNode(input) ? input.inputs : [input]))
    .filter((input) => bad.has(input));
}
