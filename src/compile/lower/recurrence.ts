/**
 * The nest of a recurrence: state that a loop carries along one axis. Rows along the other axes are independent:
 * lanes run over them where their elements are neighbours, and a few run side by side where they are not.
 */
import type { Node } from "../../graph/node.ts";
import type { RecurrenceKind } from "../../graph/primitives.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { computedIn } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import { hasLoop, loopOver, type NestContext, type Step } from "../nest.ts";
import type { Values } from "./values.ts";
import type { Computation } from "./waits.ts";

/** What is done to the state with the factor, and then with the term. */
const scalars = {
  linear: ["multiply", "add"],
  maximum: ["add", "maximum"],
  minimum: ["add", "minimum"],
} as const satisfies { readonly [K in RecurrenceKind]: readonly [ScalarOp, ScalarOp] };

/** The nest that computes `node` and stores it. */
export function lowerRecurrence(context: NestContext, node: Node<"recurrence">, values: Values): Computation {
  const { builder, arithmetic } = context;
  const { kind, axis, isReversed, initial } = node.params;
  const { shape } = node.type;
  const dtype = computedIn(node.type.dtype);
  const axes = shape.map((extent) => context.newAxis(extent));
  const along = at(axes, axis);
  const forward = context.position(along);
  const position = isReversed ? arithmetic.sum([[forward, -1]], along.extent - 1) : forward;
  const indices = axes.map((each, index) => (index === axis ? position : context.position(each)));
  const [factor, term] = node.inputs.map((input) => builder.cast(dtype, values.at(input, indices)));
  const [state, next] = [context.newLocal(dtype), context.newLocal(dtype)];
  const [within, joined] = scalars[kind];
  const moved = builder.apply(within, factor ?? position, builder.local(state, dtype));
  const value = builder.local(next, dtype);
  const step: Step[] = [
    // A name of its own, so that the state before and after are never taken for each other
    { kind: "carry", local: next, initial: builder.apply(joined, moved, term ?? position) },
    { kind: "update", local: state, value },
    { kind: "store", tensor: node, indices, value: builder.cast(node.type.dtype, value) },
  ];
  return {
    axes: axes.filter((each) => each !== along && hasLoop(each)),
    body: [
      { kind: "carry", local: state, initial: builder.literal(dtype, initial) },
      { ...loopOver(along, step), ordered: true },
    ],
    contraction: false,
    computes: [node],
  };
}
