/**
 * What is cut off is not computed: a slice of a contraction with windows is the contraction at the positions that are left, of
 * the part of its input that these reach. The derivative of a convolution with padding ends in such a slice, whose lines are as long as
 * the input's then, and fill vectors.
 */
import { isNode, type Node } from "../graph/node.ts";
import { at } from "../support/invariant.ts";
import type { MakeNode } from "./fold.ts";

/**
 * `slice` of a contraction with windows as a contraction of less; undefined for all other slices. A reshape that leaves the axes
 * that are cut as they are, the last ones, may stand between.
 */
export function withoutBorders(
  slice: Node,
  [input]: readonly Node[],
  isLeaf: (node: Node) => boolean,
  make: MakeNode,
): Node | undefined {
  if (!isNode(slice, "slice") || input === undefined || isLeaf(input)) return undefined;
  const isReshaped = isNode(input, "reshape");
  const whole = isReshaped ? at(input.inputs, 0) : input;
  if (isLeaf(whole) || !isNode(whole, "contract") || slice.params.steps.some((step) => step !== 1)) return undefined;
  const { shape } = whole.type;
  const further = shape.length - slice.type.shape.length;
  const first = slice.type.shape.findIndex((size, axis) => size !== input.type.shape[axis]);
  if (first < 0 || !input.type.shape.every((size, axis) => axis < first || size === shape[axis + further]))
    return undefined;
  const left = shape.map((size, axis): Cut => {
    const cutAxis = axis - further;
    return cutAxis < first
      ? { start: 0, size }
      : { start: at(slice.params.starts, cutAxis), size: at(slice.type.shape, cutAxis) };
  });
  const cuts = new Map<number, Cut>();
  const operands = [whole.params.left, whole.params.right].map((names, side) => ({
    names,
    node: at(whole.inputs, side),
  }));
  const windows = whole.params.windows.map((window) => {
    const { start, size } = at(left, whole.params.output.indexOf(window.output));
    const kernel = operands.find(({ names }) => names.includes(window.kernel));
    if (size === 0 || size === window.size || kernel === undefined) return window;
    const kernelSize = at(kernel.node.type.shape, kernel.names.indexOf(window.kernel));
    const length = window.stride * (size - 1) + window.dilation * (kernelSize - 1) + 1;
    cuts.set(window.input, { start: window.stride * start, size: length });
    return { ...window, size };
  });
  const slides = (name: number) => windows.some(({ output, input }) => output === name && cuts.has(input));
  if (left.some(({ size }, axis) => size !== shape[axis] && !slides(at(whole.params.output, axis)))) return undefined;
  const parts = operands.map(({ node, names }) =>
    cut(
      node,
      names.map((name) => cuts.get(name)),
      isLeaf,
      make,
    ),
  );
  const less = make("contract", parts, { ...whole.params, windows });
  return isReshaped ? make("reshape", [less], { shape: slice.type.shape }) : less;
}

/** The part of one axis that is left. */
interface Cut {
  readonly start: number;
  readonly size: number;
}

/** The part of `node` that `cuts` leave; zeros around it that are cut off were never put there. */
function cut(node: Node, cuts: readonly (Cut | undefined)[], isLeaf: (node: Node) => boolean, make: MakeNode): Node {
  if (cuts.every((each, axis) => each === undefined || each.size === node.type.shape[axis])) return node;
  if (!isLeaf(node) && isNode(node, "pad")) {
    const inner = at(node.inputs, 0);
    const low = [...node.params.low];
    const high = [...node.params.high];
    const left = cuts.map((each, axis): Cut | undefined | "across" => {
      if (each === undefined || (low[axis] === 0 && high[axis] === 0)) return each;
      const before = at(low, axis) - each.start;
      const after = each.size - before - at(inner.type.shape, axis);
      [low[axis], high[axis]] = [before, after];
      return before < 0 || after < 0 ? "across" : undefined;
    });
    const whole = left.flatMap((each) => (each === "across" ? [] : [each]));
    if (whole.length === left.length)
      return make("pad", [cut(inner, whole, isLeaf, make)], { ...node.params, low, high });
  }
  const starts = cuts.map((each) => each?.start ?? 0);
  const shape = cuts.map((each, axis) => each?.size ?? at(node.type.shape, axis));
  return make("slice", [node], { starts, steps: starts.map(() => 1), shape });
}
