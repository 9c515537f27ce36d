/**
 * Forward mode, one row a primitive: from the changes of the inputs (tangents; undefined is zero) to the change of
 * the result. Linear primitives apply themselves to the tangents. Maps have their rows in `mapDerivatives.ts`;
 * `jvp.ts` applies the rules.
 */
import { type Node, node } from "../graph/node.ts";
import type { Primitive, PrimitiveOf } from "../graph/primitives.ts";
import { at } from "../support/invariant.ts";
import { add, multiply } from "../tensor/arithmetic.ts";
import { notEqual, where } from "../tensor/comparison.ts";
import { zerosLike } from "../tensor/creation.ts";
import { recurrence } from "../tensor/cumulative.ts";
import { writeRules } from "../tensor/indexed/writeRules.ts";
import { castNode, mapTensor } from "../tensor/operands.ts";
import { sum } from "../tensor/reduce.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Application, applicationOf, isMap, isUnshared, type Unshared } from "./application.ts";
import { before, productOfOthers, shareOfExtreme } from "./derivativeParts.ts";
import { mapDerivatives } from "./mapDerivatives.ts";

/** Changes of the inputs, in their order. */
export type Tangents = readonly (Tensor | undefined)[];

/** The change of the result, or undefined for zero. */
export type JvpRule<P extends Primitive> = (tangents: Tangents, application: Application<P>) => Tensor | undefined;

/** The change of the result of `applied`, in its dtype; undefined for zero. */
export function pushForward(applied: Node, inputs: readonly Node[], tangents: Tangents): Tensor | undefined {
  const result = isUnshared(applied)
    ? applyRule(applied, inputs, tangents)
    : isMap(applied)
      ? applyMap(applied, inputs, tangents)
      : undefined;
  return result === undefined ? undefined : new Tensor(castNode(result.node, applied.type.dtype));
}

function applyRule<P extends Unshared>(
  applied: Node<P>,
  inputs: readonly Node[],
  tangents: Tangents,
): Tensor | undefined {
  const rule: JvpRule<P> = jvpRules[applied.primitive];
  return rule(tangents, applicationOf(applied, inputs));
}

/** The sum of what the change of each input does. */
function applyMap(applied: Node<PrimitiveOf<"map">>, inputs: readonly Node[], tangents: Tangents): Tensor | undefined {
  const application = applicationOf(applied, inputs);
  const scalings = mapDerivatives[applied.primitive];
  return total(tangents.map((tangent, index) => tangent && scalings[index]?.(tangent, application)));
}

/** Leaves have no inputs. */
const leaf = (): undefined => undefined;

/** Primitives of one input that are linear in it: the tangent goes the same way. */
function linear<P extends "reshape" | "permuteDims" | "broadcast" | "slice" | "sum">(primitive: P): JvpRule<P> {
  return ([tangent], { params }) => (tangent === undefined ? undefined : mapTensor(primitive, tangent, params));
}

/** The extreme changes as those that equal it do, on average. */
const extreme: JvpRule<"max" | "min"> = ([tangent], { a, output, params: { axes } }) =>
  tangent === undefined ? undefined : sum(multiply(tangent, shareOfExtreme(a, output, axes)), axes);

/** Rules by primitive. */
export const jvpRules: { readonly [P in Unshared]: JvpRule<P> } = {
  source: leaf,
  constant: leaf,
  iota: leaf,
  reshape: linear("reshape"),
  permuteDims: linear("permuteDims"),
  broadcast: linear("broadcast"),
  slice: linear("slice"),
  pad: ([tangent], { params: { low, high } }) =>
    tangent === undefined ? undefined : mapTensor("pad", tangent, { low, high, value: 0 }),
  concat: (tangents, { inputs, params }) =>
    new Tensor(
      node(
        "concat",
        tangents.map((tangent, index) => (tangent ?? zerosLike(at(inputs, index))).node),
        params,
      ),
    ),
  gather: ([tangent], { b, params }) =>
    tangent && new Tensor(node("gather", [tangent.node, b.node], { ...params, value: 0 })),
  // Whole numbers have no derivative
  distribute: () => undefined,
  scatter: ([base, , updates], { inputs, output, params }) => {
    const write = { base: at(inputs, 0), indices: at(inputs, 1), updates: at(inputs, 2), output, params };
    return writeRules[params.combine].pushForward(base, updates, write);
  },
  after: ([tangent]) => tangent,
  sum: linear("sum"),
  prod: ([tangent], { a, params: { axes } }) =>
    tangent === undefined ? undefined : sum(multiply(tangent, productOfOthers(a, axes)), axes),
  max: extreme,
  min: extreme,
  recurrence: ([factor, term], { a, b, output, params }) => {
    if (params.kind !== "linear") {
      // Each change is that of the term which was chosen, or the one before it
      const isOlder = notEqual(output, b);
      const driven = total([factor && where(isOlder, factor, 0), term && where(isOlder, 0, term)]);
      return driven && recurrence(isOlder.astype(driven.dtype), driven, { ...params, kind: "linear", initial: 0 });
    }
    const driven = total([factor && multiply(factor, before(output, params)), term]);
    return driven && recurrence(a, driven, { ...params, initial: 0 });
  },
  contract: ([left, right], { a, b, params }) =>
    total([
      left && new Tensor(node("contract", [left.node, b.node], params)),
      right && new Tensor(node("contract", [a.node, right.node], params)),
    ]),
};

function total(parts: Tangents): Tensor | undefined {
  let result: Tensor | undefined;
  for (const part of parts) result = result === undefined || part === undefined ? (result ?? part) : add(result, part);
  return result;
}
