/**
 * Reverse mode, one row a primitive: from the derivative of the final result with respect to a node's result (the
 * cotangent) to that with respect to one of its inputs. Rules are made of tensor operations, so derivatives can be
 * differentiated again. Maps have their rows in `mapDerivatives.ts`; `gradient.ts` applies the rules.
 */
import { isNode, type Node, node } from "../graph/node.ts";
import type { Primitive, Window } from "../graph/primitives.ts";
import { at } from "../support/invariant.ts";
import { multiply } from "../tensor/arithmetic.ts";
import { notEqual, where } from "../tensor/comparison.ts";
import { zerosLike } from "../tensor/creation.ts";
import { recurrence } from "../tensor/cumulative.ts";
import { writeRules } from "../tensor/indexed/writeRules.ts";
import { addInto } from "../tensor/indexedWrites.ts";
import { permuteDims, reshape } from "../tensor/manipulate.ts";
import { castNode, expandNode, mapTensor } from "../tensor/operands.ts";
import { sum } from "../tensor/reduce.ts";
import { slideBack } from "../tensor/slideBack.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Application, applicationOf, isMap, isUnshared, type Unshared } from "./application.ts";
import { before, productOfOthers, scatterSlice, shareOfExtreme, spread } from "./derivativeParts.ts";
import { mapDerivatives } from "./mapDerivatives.ts";

/** The cotangent of input `index`, or undefined for zero. */
export type VjpRule<P extends Primitive> = (
  cotangent: Tensor,
  application: Application<P>,
  index: number,
) => Tensor | undefined;

/** The cotangent of input `index` of `applied`, in the dtype of that input; undefined for zero. */
export function pullBack(applied: Node, inputs: readonly Node[], cotangent: Tensor, index: number): Tensor | undefined {
  const result = isUnshared(applied)
    ? applyRule(applied, inputs, cotangent, index)
    : isMap(applied)
      ? mapDerivatives[applied.primitive][index]?.(cotangent, applicationOf(applied, inputs))
      : undefined;
  return result === undefined ? undefined : new Tensor(castNode(result.node, at(inputs, index).type.dtype));
}

function applyRule<P extends Unshared>(
  applied: Node<P>,
  inputs: readonly Node[],
  cotangent: Tensor,
  index: number,
): Tensor | undefined {
  const rule: VjpRule<P> = vjpRules[applied.primitive];
  return rule(cotangent, applicationOf(applied, inputs), index);
}

/** Leaves have no inputs. */
const leaf = (): undefined => undefined;

/** Rules by primitive. */
export const vjpRules: { readonly [P in Unshared]: VjpRule<P> } = {
  source: leaf,
  constant: leaf,
  iota: leaf,
  reshape: (g, { a }) => reshape(g, a.shape),
  permuteDims: (g, { params: { axes } }) =>
    permuteDims(
      g,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  broadcast: (g, { a, output }) => {
    const repeated = a.shape.flatMap((size, axis) => (size === output.shape[axis] ? [] : [axis]));
    return reshape(sum(g, repeated), a.shape);
  },
  slice: (g, { a, params: { starts, steps } }) => scatterSlice(g, starts, steps, a.shape),
  pad: (g, { a, params: { low } }) => mapTensor("slice", g, { starts: low, steps: low.map(() => 1), shape: a.shape }),
  concat: (g, { inputs, params: { axis } }, index) => {
    const { shape } = at(inputs, index);
    const before = inputs.slice(0, index).reduce((total, input) => total + at(input.shape, axis), 0);
    return mapTensor("slice", g, {
      starts: shape.map((_, each) => (each === axis ? before : 0)),
      steps: shape.map(() => 1),
      shape,
    });
  },
  gather: (g, { a, b, params: { axis, batch } }, index) =>
    index === 0 ? addInto(zerosLike(a), b, g, { axis, batch }) : undefined,
  scatter: (g, { inputs, output, params }, index) => {
    const write = { base: at(inputs, 0), indices: at(inputs, 1), updates: at(inputs, 2), output, params };
    return writeRules[params.combine].pullBack(g, write, index === 0);
  },
  // Whole numbers have no derivative
  distribute: () => undefined,
  after: (g, _application, index) => (index === 0 ? g : undefined),
  sum: (g, { a, params: { axes } }) => spread(g, a, axes),
  prod: (g, { a, params: { axes } }) => multiply(spread(g, a, axes), productOfOthers(a, axes)),
  max: (g, { a, output, params: { axes } }) => multiply(spread(g, a, axes), shareOfExtreme(a, output, axes)),
  min: (g, { a, output, params: { axes } }) => multiply(spread(g, a, axes), shareOfExtreme(a, output, axes)),
  // The cotangent comes back by the same recurrence, with each factor at the position before
  recurrence: (g, { a, b, output, params }, index) => {
    const back = { ...params, kind: "linear", isReversed: !params.isReversed, initial: 0 } as const;
    if (params.kind !== "linear") {
      const isOlder = notEqual(output, b);
      const all = recurrence(before(isOlder.astype(g.dtype), back), g, back);
      return index === 0 ? where(isOlder, all, 0) : where(isOlder, 0, all);
    }
    const term = recurrence(isConstant(a) ? a : before(a, back), g, back);
    return index === 0 ? multiply(term, before(output, params)) : term;
  },
  contract: (g, { inputs, params }, index) => {
    const { left, right, output, windows, accumulate } = params;
    const [names, otherNames, other] = index === 0 ? [left, right, at(inputs, 1)] : [right, left, at(inputs, 0)];
    const operand = at(inputs, index);
    // The roles change places: the cotangent stands where the result was, and this operand is the result
    const mine = (name: number) => windows.some((window) => window.input === name || window.kernel === name);
    const reached = names.filter((name) => output.includes(name) || otherNames.includes(name) || mine(name));
    const sizeOfName = (name: number) => at(operand.shape, names.indexOf(name));
    const result = slideBack(
      { node: castNode(g.node, other.dtype), names: output },
      { node: other.node, names: otherNames },
      windows.filter((window) => names.includes(window.input)),
      windows
        .filter((window) => names.includes(window.kernel))
        .map((window) => turned(window, sizeOfName(window.kernel))),
      { names: reached, shape: reached.map(sizeOfName), accumulate, dtype: operand.dtype },
    );
    return new Tensor(restoreNames(result, names, reached, operand));
  },
};

/** Is `x` one number everywhere? */
function isConstant({ node }: Tensor): boolean {
  let inner = node;
  while (isNode(inner, "broadcast") || isNode(inner, "reshape")) inner = at(inner.inputs, 0);
  return isNode(inner, "constant");
}

/** The window in which kernel and output have changed roles: the input position is the same sum of both. */
function turned({ input, output, kernel, stride, dilation }: Window, size: number): Window {
  return { input, output: kernel, kernel: output, stride: dilation, dilation: stride, size };
}

/** Axes of an operand that were summed without the other having them: every element has the same cotangent. */
function restoreNames(result: Node, names: readonly number[], reached: readonly number[], operand: Tensor): Node {
  if (reached.length === names.length) return result;
  const shape = operand.shape.map((size, axis) => (reached.includes(at(names, axis)) ? size : 1));
  return expandNode(node("reshape", [result], { shape }), operand.shape);
}
