/**
 * Contractions with windows, taken back: from sums at the output positions to what each input position gave. This
 * is the derivative of a convolution with respect to its input, and the transposed convolution. It is made of
 * contractions with windows again: one of stride 1 for each residue of the input position modulo the stride, so
 * that no product with an inserted zero is ever computed.
 */
import { type Node, node } from "../../graph/node.ts";
import type { Window } from "../../graph/primitives.ts";
import { at, invariant } from "../../support/invariant.ts";
import { type NamedNode, type Reached, type SlideBack, slideBack } from "../slideBack.ts";

/** See `SlideBack`: takes the first of `windows` back, and leaves the rest to the next call. */
export const slideWindows: SlideBack = (sums, other, [window, ...rest], settled, reached) => {
  invariant(window !== undefined, "there is a window to take back");
  const axis = reached.names.indexOf(window.input);
  const size = at(reached.shape, axis);
  const perResidue = Math.ceil(size / window.stride);
  const width = perResidue === 1 ? size : window.stride;
  const parts: Part[] = [];
  let next = 0;
  for (const [residue, first] of residuesReached(
    window,
    at(other.node.type.shape, other.names.indexOf(window.kernel)),
  )) {
    if (residue >= width) break;
    if (residue > next) parts.push(zeros(reached, axis, perResidue, residue - next));
    const found = residuePart(sums, other, window, residue, first);
    const shape = reached.shape.map((each, position) => (position === axis ? found.window.size : each));
    const part = slideBack(found.sums, found.other, rest, [...settled, found.window], { ...reached, shape });
    const padded = padAxis(part, axis, found.offset, perResidue - found.offset - found.window.size);
    parts.push({ node: padded, width: 1 });
    next = residue + 1;
  }
  if (next < width) parts.push(zeros(reached, axis, perResidue, width - next));
  return interleave(parts, axis, size);
};

/** What lies at `width` neighbouring residues, which come after one another along a further axis where there are several. */
interface Part {
  readonly node: Node;
  readonly width: number;
}

/** The residues that a kernel of `kernelSize` positions reaches, in order, each with the first position that does. */
function residuesReached({ stride, dilation }: Window, kernelSize: number): (readonly [number, number])[] {
  const step = stride / commonFactor(stride, dilation);
  const firsts = Array.from({ length: Math.min(step, kernelSize) }, (_, k) => [(dilation * k) % stride, k] as const);
  return firsts.sort(([a], [b]) => a - b);
}

/**
 * Input positions stride · q + residue are reached from every stride-th kernel position, by a window of stride 1; from more of them
 * where stride and dilation have a common factor.
 */
function residuePart(
  sums: NamedNode,
  other: NamedNode,
  { input, output, kernel, stride, dilation, size }: Window,
  residue: number,
  first: number,
): { sums: NamedNode; other: NamedNode; window: Window; offset: number } {
  const kernelAxis = other.names.indexOf(kernel);
  const kernelSize = at(other.node.type.shape, kernelAxis);
  const common = commonFactor(stride, dilation);
  const [step, gap] = [stride / common, dilation / common];
  const count = Math.ceil((kernelSize - first) / step);
  const margin = gap * (count - 1);
  return {
    sums: { names: sums.names, node: padAxis(sums.node, sums.names.indexOf(output), margin, margin) },
    other: { names: other.names, node: everyNth(other.node, kernelAxis, first, step, count) },
    window: { input: output, output: input, kernel, stride: 1, dilation: gap, size: size + margin },
    offset: (dilation * first - residue) / stride,
  };
}

/** The greatest common divisor. */
function commonFactor(a: number, b: number): number {
  return b === 0 ? a : commonFactor(b, a % b);
}

/** Elements first, first + step, … of an axis, the last one first: sliding back meets the kernel in reverse. */
function everyNth(input: Node, axis: number, first: number, step: number, count: number): Node {
  const only = (value: number, others: number) => input.type.shape.map((_, each) => (each === axis ? value : others));
  const shape = input.type.shape.map((size, each) => (each === axis ? count : size));
  return node("slice", [input], { starts: only(first + step * (count - 1), 0), steps: only(-step, 1), shape });
}

function padAxis(input: Node, axis: number, low: number, high: number): Node {
  if (low === 0 && high === 0) return input;
  const only = (value: number) => input.type.shape.map((_, each) => (each === axis ? value : 0));
  return node("pad", [input], { low: only(low), high: only(high), value: 0 });
}

function zeros({ shape, dtype }: Reached, axis: number, size: number, width: number): Part {
  const along = shape.map((each, position) => (position === axis ? size : each));
  const sizes = width === 1 ? along : [...along.slice(0, axis + 1), width, ...along.slice(axis + 1)];
  const zero = node("constant", [], { value: 0, dtype });
  const one = node("reshape", [zero], { shape: sizes.map(() => 1) });
  return { node: node("broadcast", [one], { shape: sizes }), width };
}

/** Parts whose elements take turns along `axis`, `size` of them in all. */
function interleave(parts: readonly Part[], axis: number, size: number): Node {
  const [first, ...others] = parts;
  invariant(first !== undefined, "every input position has a residue");
  if (others.length === 0 && first.width === 1) return first.node;
  const { shape: whole } = first.node.type;
  const shape = first.width === 1 ? whole : whole.toSpliced(axis + 1, 1);
  const apart = [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)];
  const joined = node(
    "concat",
    parts.map((part) => (part.width === 1 ? node("reshape", [part.node], { shape: apart }) : part.node)),
    { axis: axis + 1 },
  );
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const together = shape.map((each, position) => (position === axis ? each * width : each));
  const all = node("reshape", [joined], { shape: together });
  const starts = shape.map(() => 0);
  const sizes = together.map((each, position) => (position === axis ? size : each));
  return node("slice", [all], { starts, steps: shape.map(() => 1), shape: sizes });
}
