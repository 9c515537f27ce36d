/**
 * One loop nest for each node that is kept in memory: a pass over its elements, a reduction, or a contraction,
 * with everything that is not kept computed on the way.
 */
import { isNode, type Node } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import type { Expression } from "../../kernel/expression.ts";
import { identityOf } from "../../kernel/meaning.ts";
import type { ReduceOp } from "../../kernel/scalarOps.ts";
import { computedIn, type Dtype } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at, invariant } from "../../support/invariant.ts";
import { type Axis, hasLoop, type Nest, type NestContext, nestLoops, type Step } from "../nest.ts";
import { lowerDistribute } from "./distribute.ts";
import { lowerRecurrence } from "./recurrence.ts";
import { lowerScatter } from "./scatter.ts";
import { isFamily, type Values } from "./values.ts";
import type { Computation } from "./waits.ts";

/** The nest that computes `node` and stores it. */
export function lowerToNest(context: NestContext, node: Node, values: Values): Nest {
  const computation = lowered(context, node, values);
  return { ...computation, waits: values.waitsOf(node) };
}

function lowered(context: NestContext, node: Node, values: Values): Computation {
  if (isFamily(node, "reduce")) return lowerReduction(context, node, values);
  if (isNode(node, "contract")) return lowerContraction(context, node, values);
  if (isNode(node, "distribute")) return lowerDistribute(context, node, values);
  if (isNode(node, "scatter")) return lowerScatter(context, node, values);
  if (isNode(node, "recurrence")) return lowerRecurrence(context, node, values);
  if (isNode(node, "concat") && hasRowsToJoin(node)) return lowerConcat(context, node, values);
  const axes = node.type.shape.map((extent, position) => context.resultAxis(position, extent));
  const indices = axes.map((axis) => context.position(axis));
  return nest(axes, [{ kind: "store", tensor: node, indices, value: values.computed(node, indices) }], node);
}

/** Rows from which on a loop for each input beats asking at every element which input it is from. */
const fewestRows = 8;

function hasRowsToJoin({ type, params: { axis } }: Node<"concat">): boolean {
  return sizeOf(type.shape.slice(0, axis)) >= fewestRows;
}

/** Inside the loops over what comes before the axis, a loop for each input: all of them are plain copies. */
function lowerConcat(context: NestContext, node: Node<"concat">, values: Values): Computation {
  const { axis } = node.params;
  const outer = node.type.shape.slice(0, axis).map((extent, position) => context.resultAxis(position, extent));
  let start = 0;
  const body = node.inputs.flatMap((input) => {
    const inner = input.type.shape.slice(axis).map((extent) => context.newAxis(extent));
    const indices = [...outer, ...inner].map((each) => context.position(each));
    const place = context.arithmetic.sum([[at(indices, axis), 1]], start);
    start += at(input.type.shape, axis);
    if (sizeOf(input.type.shape) === 0) return [];
    const value = values.at(input, indices);
    return nestLoops(inner, [{ kind: "store", tensor: node, indices: indices.with(axis, place), value }]);
  });
  return nest(outer, body, node);
}

/** The scalar operation that each reduction repeats. */
const reductionOps: { readonly [P in PrimitiveOf<"reduce">]: ReduceOp } = {
  sum: "add",
  prod: "multiply",
  max: "maximum",
  min: "minimum",
};

function lowerReduction(context: NestContext, node: Node<PrimitiveOf<"reduce">>, values: Values): Computation {
  const input = at(node.inputs, 0);
  const all = input.type.shape.map((extent, position) => context.resultAxis(position, extent));
  const kept = all.filter((_, axis) => !node.params.axes.includes(axis));
  return accumulation(context, node, {
    kept,
    reduced: all.filter((axis) => !kept.includes(axis)),
    op: reductionOps[node.primitive],
    dtype: computedIn(node.type.dtype),
    value: () =>
      context.builder.cast(
        computedIn(node.type.dtype),
        values.at(
          input,
          all.map((axis) => context.position(axis)),
        ),
      ),
  });
}

function lowerContraction(context: NestContext, node: Node<"contract">, values: Values): Computation {
  const { left, right, output, windows, accumulate } = node.params;
  const axes = new Map<number, Axis>(
    output.map((name, position) => [name, context.resultAxis(position, at(node.type.shape, position))]),
  );
  for (const window of windows) if (!axes.has(window.output)) axes.set(window.output, context.newAxis(window.size));
  const slides = (name: number) => windows.some((window) => window.input === name);
  const operands = [left, right].map((names, side) => ({ names, operand: at(node.inputs, side) }));
  for (const { names, operand } of operands) {
    names.forEach((name, axis) => {
      if (!axes.has(name) && !slides(name)) axes.set(name, context.newAxis(at(operand.type.shape, axis)));
    });
  }
  const axisOf = (name: number): Axis => {
    const axis = axes.get(name);
    invariant(axis !== undefined, `name ${name} of a contraction has a loop`);
    return axis;
  };
  const positionOf = (name: number): Expression => {
    const window = windows.find((each) => each.input === name);
    if (window === undefined) return context.position(axisOf(name));
    const parts = [
      [context.position(axisOf(window.output)), window.stride],
      [context.position(axisOf(window.kernel)), window.dilation],
    ] as const;
    return context.arithmetic.sum(parts);
  };
  const kept = output.map(axisOf);
  return accumulation(context, node, {
    kept,
    reduced: [...axes.values()].filter((axis) => !kept.includes(axis)),
    op: "add",
    dtype: accumulate,
    value: () => {
      const elements = operands.map(({ names, operand }) => values.at(operand, names.map(positionOf)));
      return context.builder.apply("multiply", ...elements.map((element) => context.builder.cast(accumulate, element)));
    },
  });
}

/** A reduction of `value` over the axes `reduced`, for each position of the axes `kept`. */
interface Accumulation {
  readonly kept: readonly Axis[];
  readonly reduced: readonly Axis[];
  readonly op: ReduceOp;
  readonly dtype: Dtype;
  readonly value: () => Expression;
}

function accumulation(
  context: NestContext,
  node: Node,
  { kept, reduced, op, dtype, value }: Accumulation,
): Computation {
  const { builder } = context;
  const indices = kept.map((axis) => context.position(axis));
  const store = (result: Expression): Step => ({
    kind: "store",
    tensor: node,
    indices,
    value: builder.cast(node.type.dtype, result),
  });
  const initial = builder.literal(dtype, identityOf(op, dtype));
  // Nothing to reduce: there is not even an element that could be read
  if (reduced.some((axis) => axis.extent === 0)) return nest(kept, [store(initial)], node);
  const state = context.newLocal(dtype);
  const loops = nestLoops(reduced, [{ kind: "accumulate", local: state, op, value: value() }]);
  const body: Step[] = [{ kind: "carry", local: state, initial }, ...loops, store(builder.local(state, dtype))];
  return nest(kept, body, node, isFamily(node, "contract"));
}

function nest(axes: readonly Axis[], body: readonly Step[], node: Node, contraction = false): Computation {
  return { axes: axes.filter(hasLoop), body, contraction, computes: [node] };
}
