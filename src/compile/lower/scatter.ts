/**
 * The nest of an indexed write: the base is copied, then the updates are combined with it one after the other in the
 * order of the indices, so that equal indices meet, always in the same order. Rows of an update run side by side.
 */
import type { Node } from "../../graph/node.ts";
import type { Combine } from "../../graph/primitives.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { type Axis, hasLoop, loopOver, type NestContext, nestLoops, type Step } from "../nest.ts";
import type { Values } from "./values.ts";
import { pointedAt } from "./views.ts";
import type { Computation } from "./waits.ts";

/** The nest that computes `node` and stores it. */
export function lowerScatter(context: NestContext, node: Node<"scatter">, values: Values): Computation {
  const [base, updates] = [at(node.inputs, 0), at(node.inputs, 2)];
  const loops = (extents: readonly number[]) => extents.map((extent) => context.newAxis(extent));
  const around = loops(node.type.shape.slice(0, node.params.axis));
  const positionIn = (inner: readonly Axis[]) => [...around, ...inner].map((axis) => context.position(axis));
  const copied = loops(base.type.shape.slice(around.length));
  const written = loops(updates.type.shape.slice(around.length));
  const body = [...nestLoops(copied, [store(node, positionIn(copied), values.at(base, positionIn(copied)))])];
  if (sizeOf(updates.type.shape) > 0) {
    const pointing = written.length + 1 - copied.length;
    const write = writing(context, node, values, positionIn(written));
    body.push(...inOrder(context, written.slice(0, pointing), nestLoops(written.slice(pointing), [write])));
  }
  return { axes: around.filter(hasLoop), body, contraction: false, computes: [node] };
}

/** What updates do to the element that is there; those that are set forget it. */
const operations: { readonly [C in Exclude<Combine, "set">]: ScalarOp } = {
  add: "add",
  multiply: "multiply",
  max: "maximum",
  min: "minimum",
};

/** Writes the update at `indices` to the element it is for; one that points nowhere leaves the element as it is. */
function writing(context: NestContext, node: Node<"scatter">, values: Values, indices: readonly Expression[]): Step {
  const { builder } = context;
  const { element, exists } = pointedAt(context, node, indices, (input, inner) => values.at(input, inner));
  const before = context.load(node, element);
  const update = values.at(at(node.inputs, 2), indices);
  const { combine } = node.params;
  const after = combine === "set" ? update : builder.map(operations[combine], before, update);
  return store(node, element, builder.apply("select", exists, after, before));
}

function store(tensor: Node, indices: readonly Expression[], value: Expression): Step {
  return { kind: "store", tensor, indices, value };
}

/** `body` in loops that keep their order; in one at least, which says that the nest is of this kind. */
function inOrder(context: NestContext, axes: readonly Axis[], body: readonly Step[]): readonly Step[] {
  const needed = axes.filter(hasLoop);
  const loops = needed.length > 0 ? needed : [context.newAxis(1)];
  return loops.reduceRight((inner, axis) => [{ ...loopOver(axis, inner), ordered: true }], body);
}
