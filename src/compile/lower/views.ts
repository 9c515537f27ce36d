/** Where the elements of a view come from: each row turns a position in the result into positions in the inputs. */
import { isNode, type Node } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import type { Expression } from "../../kernel/expression.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { flatten } from "../affine.ts";
import type { NestContext } from "../nest.ts";

/** Gives the value of `input` at `indices`. */
export type ValueAt = (input: Node, indices: readonly Expression[]) => Expression;

type ViewRule<P extends PrimitiveOf<"view">> = (
  context: NestContext,
  node: Node<P>,
  indices: readonly Expression[],
  valueAt: ValueAt,
) => Expression;

/** The value of each view at a position. */
const viewRules: { readonly [P in PrimitiveOf<"view">]: ViewRule<P> } = {
  reshape: (context, node, indices, valueAt) => {
    const input = at(node.inputs, 0);
    return valueAt(input, reshaped(context, indices, node.type.shape, input.type.shape));
  },
  permuteDims: (_context, node, indices, valueAt) => {
    const inner = new Array<Expression>(indices.length);
    node.params.axes.forEach((axis, position) => {
      inner[axis] = at(indices, position);
    });
    return valueAt(at(node.inputs, 0), inner);
  },
  broadcast: (context, node, indices, valueAt) => {
    const input = at(node.inputs, 0);
    return valueAt(
      input,
      indices.map((index, axis) => (input.type.shape[axis] === 1 ? context.builder.index(0) : index)),
    );
  },
  slice: (context, node, indices, valueAt) => {
    const { starts, steps } = node.params;
    return valueAt(
      at(node.inputs, 0),
      indices.map((index, axis) => context.arithmetic.sum([[index, at(steps, axis)]], at(starts, axis))),
    );
  },
  pad: (context, node, indices, valueAt) => {
    const { builder, arithmetic } = context;
    const input = at(node.inputs, 0);
    const padding = builder.literal(node.type.dtype, node.params.value);
    if (sizeOf(input.type.shape) === 0) return padding;
    const shifted = indices.map((index, axis) => arithmetic.sum([[index, 1]], -at(node.params.low, axis)));
    const within = shifted.map((index, axis) => isWithin(context, index, at(input.type.shape, axis)));
    const inside = within.reduce((all, each) => builder.apply("and", all, each), builder.literal("bool", 1));
    return builder.apply(
      "select",
      inside,
      valueAt(
        input,
        shifted.map((index, axis) => clamp(context, index, at(input.type.shape, axis))),
      ),
      padding,
    );
  },
  concat: (context, node, indices, valueAt) => {
    const { builder, arithmetic } = context;
    const { axis } = node.params;
    const parts: { value: Expression; end: number }[] = [];
    let offset = 0;
    for (const input of node.inputs) {
      const size = at(input.type.shape, axis);
      const start = offset;
      offset += size;
      if (size === 0) continue;
      const own = indices.map((index, each) =>
        each === axis ? clamp(context, arithmetic.sum([[index, 1]], -start), size) : index,
      );
      parts.push({ value: valueAt(input, own), end: offset });
    }
    const last = parts.pop();
    if (last === undefined) return builder.literal(node.type.dtype, 0);
    return parts.reduceRight(
      (rest, { value, end }) =>
        builder.apply("select", builder.apply("less", at(indices, axis), builder.index(end)), value, rest),
      last.value,
    );
  },
  gather: (context, node, indices, valueAt) => {
    const input = at(node.inputs, 0);
    const { element, exists } = pointedAt(context, node, indices, valueAt);
    if (node.params.value === null) return valueAt(input, element);
    const value = context.builder.literal(node.type.dtype, node.params.value);
    if (sizeOf(input.type.shape) === 0) return value;
    return context.builder.apply("select", exists, valueAt(input, element), value);
  },
  call: (_context, node, indices, valueAt) => valueAt(at(node.inputs, 0), indices),
  after: (_context, node, indices, valueAt) => valueAt(at(node.inputs, 0), indices),
};

/**
 * Where in the first input of `node` the indices point, for a position of what is read there or written: an element that can be
 * read in any case, and whether it is the one that is meant.
 */
export function pointedAt(
  context: NestContext,
  node: Node<"gather" | "scatter">,
  position: readonly Expression[],
  valueAt: ValueAt,
): { readonly element: readonly Expression[]; readonly exists: Expression } {
  const { axis, batch } = node.params;
  const [input, indices] = [at(node.inputs, 0).type.shape, at(node.inputs, 1)];
  const end = axis + indices.type.shape.length - batch;
  const [outer, inner] = [position.slice(0, axis), position.slice(end)];
  const index = valueAt(indices, [...outer.slice(0, batch), ...position.slice(axis, end)]);
  const size = at(input, axis);
  const isKnown = isNode(node, "gather") && node.params.value === null;
  const place = isKnown ? index : clamp(context, index, size);
  return { element: [...outer, place, ...inner], exists: isWithin(context, index, size) };
}

/** The value of a view at `indices`. */
export function viewValue<P extends PrimitiveOf<"view">>(
  context: NestContext,
  node: Node<P>,
  indices: readonly Expression[],
  valueAt: ValueAt,
): Expression {
  const rule: ViewRule<P> = viewRules[node.primitive];
  return rule(context, node, indices, valueAt);
}

/**
 * The position in a dense tensor of shape `to` of what stands at `indices` in one of shape `from`. Axes that a reshape leaves alone
 * keep their index as it is: only those between which elements move are counted through.
 */
function reshaped(
  context: NestContext,
  indices: readonly Expression[],
  from: readonly number[],
  to: readonly number[],
): Expression[] {
  const result: Expression[] = [];
  let [start, end] = [0, 0];
  while (start < from.length || end < to.length) {
    const [first, other] = [start, end];
    let [size, wanted] = [from[start++] ?? 1, to[end++] ?? 1];
    while (size !== wanted) {
      if (size < wanted) size *= at(from, start++);
      else wanted *= at(to, end++);
    }
    const inner = flatten(context.arithmetic, indices.slice(first, start), from.slice(first, start));
    result.push(...unflatten(context, inner, to.slice(other, end)));
  }
  return result;
}

/** Position in a dense tensor of `shape`, from the number of the element. */
function unflatten(context: NestContext, element: Expression, shape: readonly number[]): Expression[] {
  const { arithmetic, builder } = context;
  let stride = sizeOf(shape);
  let rest = element;
  return shape.map((size) => {
    stride /= size;
    if (size <= 1) return builder.index(0);
    const index = arithmetic.quotient(rest, stride);
    rest = arithmetic.remainder(rest, stride);
    return index;
  });
}

function isWithin(context: NestContext, index: Expression, size: number): Expression {
  const { arithmetic, builder } = context;
  const [low, high] = arithmetic.rangeOf(index);
  const above = low >= 0 ? builder.literal("bool", 1) : builder.apply("lessEqual", builder.index(0), index);
  const below = high < size ? builder.literal("bool", 1) : builder.apply("less", index, builder.index(size));
  return builder.apply("and", above, below);
}

/** The nearest position that exists: what is read there is not used, but must be readable. */
function clamp(context: NestContext, index: Expression, size: number): Expression {
  const { arithmetic, builder } = context;
  if (size === 1) return builder.index(0);
  const [low, high] = arithmetic.rangeOf(index);
  const raised = low >= 0 ? index : builder.apply("maximum", index, builder.index(0));
  return high < size ? raised : builder.apply("minimum", raised, builder.index(size - 1));
}
