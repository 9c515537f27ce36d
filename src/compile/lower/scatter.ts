/**
 * The nest of an indexed write: the base is copied, then the updates are added one after the other in the order of
 * the indices, so that equal indices add up, always in the same order. Rows of an update run side by side.
 */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { type Axis, hasLoop, loopOver, type NestContext, nestLoops, type Step } from "../nest.ts";
import type { Values } from "./values.ts";
import { pointedAt } from "./views.ts";
import type { Computation } from "./waits.ts";

/** The nest that computes `node` and stores it. */
export function lowerScatter(context: NestContext, node: Node<"scatterAdd">, values: Values): Computation {
  const [base, updates] = [at(node.inputs, 0), at(node.inputs, 2)];
  const loops = (extents: readonly number[]) => extents.map((extent) => context.newAxis(extent));
  const around = loops(node.type.shape.slice(0, node.params.axis));
  const positionIn = (inner: readonly Axis[]) => [...around, ...inner].map((axis) => context.position(axis));
  const copied = loops(base.type.shape.slice(around.length));
  const added = loops(updates.type.shape.slice(around.length));
  const body = [...nestLoops(copied, [store(node, positionIn(copied), values.at(base, positionIn(copied)))])];
  if (sizeOf(updates.type.shape) > 0) {
    const pointing = added.length + 1 - copied.length;
    const add = addition(context, node, values, positionIn(added));
    body.push(...inOrder(context, added.slice(0, pointing), nestLoops(added.slice(pointing), [add])));
  }
  return { axes: around.filter(hasLoop), body, contraction: false, computes: [node] };
}

/** Adds the update at `indices` to the element it is for; one that points nowhere leaves the element as it is. */
function addition(
  context: NestContext,
  node: Node<"scatterAdd">,
  values: Values,
  indices: readonly Expression[],
): Step {
  const { builder } = context;
  const { element, exists } = pointedAt(context, node, indices, (input, inner) => values.at(input, inner));
  const before = context.load(node, element);
  const sum = builder.map("add", before, values.at(at(node.inputs, 2), indices));
  return store(node, element, builder.apply("select", exists, sum, before));
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
