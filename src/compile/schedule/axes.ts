/** Prepares the outer loops of a nest: neighbours that walk through memory as one become one loop. */
import type { Expression } from "../../kernel/expression.ts";
import { inputsOf } from "../../kernel/traverse.ts";
import { at } from "../../support/invariant.ts";
import { coefficientOf, flatten } from "../affine.ts";
import {
  type Axis,
  allSteps,
  expressionsOf,
  loadsIn,
  type Nest,
  type NestContext,
  rewriteSteps,
  type Step,
  substitution,
} from "../nest.ts";

/** `nest` with as few outer loops as possible. */
export function collapseAxes(context: NestContext, nest: Nest): Nest {
  for (let inner = nest.axes.length - 1; inner > 0; inner--) {
    const [a, b] = [at(nest.axes, inner - 1), at(nest.axes, inner)];
    if (!walkAsOne(context, nest.body, a, b)) continue;
    const { axis, body } = joinAxes(context, nest.body, a, b);
    const axes = [...nest.axes.slice(0, inner - 1), axis, ...nest.axes.slice(inner + 1)];
    return collapseAxes(context, { ...nest, axes, body });
  }
  return nest;
}

/** `body` with one axis in the place of `a` and `b`. */
function joinAxes(context: NestContext, body: readonly Step[], a: Axis, b: Axis): { axis: Axis; body: Step[] } {
  const axis = context.newAxis(a.extent * b.extent);
  const positions = new Map([
    [a.local, context.builder.index(0)],
    [b.local, context.position(axis)],
  ]);
  return { axis, body: rewriteSteps(context, body, substitution(positions)) };
}

/** `steps` with loops that hold nothing but a loop as one, where the two walk through memory as one. */
export function collapseLoops(context: NestContext, steps: readonly Step[]): Step[] {
  return steps.map((step) => {
    if (step.kind !== "loop") return step;
    const body = collapseLoops(context, step.body);
    const [inner] = body;
    const isSimple = body.length === 1 && inner?.kind === "loop" && !step.ordered && !inner.ordered;
    if (!isSimple || !walkAsOne(context, inner.body, step.axis, inner.axis)) return { ...step, body };
    const { axis, body: joined } = joinAxes(context, inner.body, step.axis, inner.axis);
    return { ...inner, axis, body: joined };
  });
}

/** Does every index move by extent(b) steps of b when a moves by one, in addresses and in values? */
export function walkAsOne(context: NestContext, body: readonly Step[], a: Axis, b: Axis): boolean {
  const isLinear = (index: Expression): boolean | undefined => {
    const outer = coefficientOf(index, a.local);
    const inner = coefficientOf(index, b.local);
    return outer === undefined || inner === undefined ? undefined : outer === inner * b.extent;
  };
  return addressesIn(context, body).every((index) => isLinear(index) === true) && positionsAreLinear(body, isLinear);
}

/** The element numbers that `steps` load and store. */
function addressesIn(context: NestContext, steps: readonly Step[]): Expression[] {
  const addresses = loadsIn(steps).map((load) => load.index);
  for (const step of allSteps(steps)) if (step.kind === "store") addresses.push(storeAddress(context, step));
  return addresses;
}

/** The element number that a store writes. */
export function storeAddress(context: NestContext, store: Step & { kind: "store" }): Expression {
  return flatten(context.arithmetic, store.indices, store.tensor.type.shape);
}

/** Are the positions that `body` uses as values, outside addresses, all linear? Values that hold loads are looked into. */
function positionsAreLinear(body: readonly Step[], isLinear: (index: Expression) => boolean | undefined): boolean {
  const seen = new Set<Expression>();
  const check = (expression: Expression): boolean => {
    if (seen.has(expression) || expression.kind === "load") return true;
    seen.add(expression);
    const linear = expression.dtype === "i32" ? isLinear(expression) : undefined;
    return linear ?? inputsOf(expression).every(check);
  };
  return allSteps(body).every((step) => (step.kind === "store" ? check(step.value) : expressionsOf(step).every(check)));
}
