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
  const parts = Array.from({ length: window.stride }, (_, residue) => {
    const found = residuePart(sums, other, window, residue);
    if (found === undefined) return zeros(reached, axis, perResidue);
    const shape = reached.shape.map((each, position) => (position === axis ? found.window.size : each));
    const part = slideBack(found.sums, found.other, rest, [...settled, found.window], { ...reached, shape });
    return padAxis(part, axis, found.offset, perResidue - found.offset - found.window.size);
  });
  return interleave(parts, axis, size);
};

/**
 * Input positions stride · q + residue are reached from every stride-th kernel position, by a window of stride 1; from more of them
 * where stride and dilation have a common factor.
 */
function residuePart(
  sums: NamedNode,
  other: NamedNode,
  { input, output, kernel, stride, dilation, size }: Window,
  residue: number,
): { sums: NamedNode; other: NamedNode; window: Window; offset: number } | undefined {
  const kernelAxis = other.names.indexOf(kernel);
  const kernelSize = at(other.node.type.shape, kernelAxis);
  const common = commonFactor(stride, dilation);
  const [step, gap] = [stride / common, dilation / common];
  const first = Array.from({ length: Math.min(step, kernelSize) }, (_, k) => k).find(
    (k) => (dilation * k) % stride === residue,
  );
  if (first === undefined) return undefined;
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

function zeros({ shape, dtype }: Reached, axis: number, size: number): Node {
  const sizes = shape.map((each, position) => (position === axis ? size : each));
  const zero = node("constant", [], { value: 0, dtype });
  return node("broadcast", [node("reshape", [zero], { shape: sizes.map(() => 1) })], { shape: sizes });
}

/** Parts whose elements take turns along `axis`, `size` of them in all. */
function interleave(parts: readonly Node[], axis: number, size: number): Node {
  const first = at(parts, 0);
  if (parts.length === 1) return first;
  const { shape } = first.type;
  const apart = [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)];
  const joined = node(
    "concat",
    parts.map((part) => node("reshape", [part], { shape: apart })),
    { axis: axis + 1 },
  );
  const together = shape.map((each, position) => (position === axis ? each * parts.length : each));
  const all = node("reshape", [joined], { shape: together });
  const starts = shape.map(() => 0);
  const sizes = together.map((each, position) => (position === axis ? size : each));
  return node("slice", [all], { starts, steps: shape.map(() => 1), shape: sizes });
}
