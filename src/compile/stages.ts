/**
 * Reductions of very many elements to few results, in two stages: fixed chunks first, then the chunks. So threads have
 * something to share, and the order of the additions depends on nothing but the shape.
 */
import type { Node } from "../graph/node.ts";
import type { PrimitiveOf } from "../graph/primitives.ts";
import { sizeOf } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import type { MakeNode } from "./fold.ts";

type Reduction = PrimitiveOf<"reduce">;

/** Reductions of fewer elements are over before a second thread has woken up. */
const fewestElements = 2 ** 17;
/** With more results than this, threads share those. */
const mostResults = 64;
/** Chunks: enough for any number of threads to share evenly, few enough to add up in no time. */
const [fewestChunks, mostChunks] = [8, 64];

/** What brings the results of two parts together. */
const joins = { sum: "add", prod: "multiply", max: "maximum", min: "minimum" } as const satisfies {
  [P in Reduction]: PrimitiveOf<"map">;
};

/** The same reduction in two stages, or undefined where one does. */
export function inStages(reduction: Node<Reduction>, make: MakeNode): Node | undefined {
  const input = at(reduction.inputs, 0);
  const { shape } = input.type;
  const { axes } = reduction.params;
  if (sizeOf(shape) < fewestElements || sizeOf(reduction.type.shape) > mostResults) return undefined;
  // Reduced axes side by side are one
  const first = Math.min(...axes);
  let end = first;
  while (axes.includes(end)) end++;
  const length = sizeOf(shape.slice(first, end));
  if (length < fewestChunks) return undefined;
  const others = axes.filter((axis) => axis >= end).map((axis) => axis - end + first + 1);
  const isFlat = end - first === 1;
  const flat = isFlat
    ? input
    : make("reshape", [input], { shape: [...shape.slice(0, first), length, ...shape.slice(end)] });
  return staged(reduction.primitive, flat, first, others, make);
}

/** `input` reduced along `axis` in chunks, and along `others` with them; what makes no whole chunk is reduced apart. */
function staged(primitive: Reduction, input: Node, axis: number, others: readonly number[], node: MakeNode): Node {
  const { shape } = input.type;
  const length = shape[axis] ?? 1;
  const chunks = chunksOf(length) ?? mostChunks;
  const whole = length - (length % chunks);
  const split = [...shape.slice(0, axis), chunks, whole / chunks, ...shape.slice(axis + 1)];
  const parts = node("reshape", [sliced(input, axis, [0, whole], node)], { shape: split });
  const partial = node(primitive, [parts], { axes: [axis + 1, ...others.map((other) => other + 1)] });
  const result = node(primitive, [partial], { axes: [axis] });
  if (whole === length) return result;
  const rest = node(primitive, [sliced(input, axis, [whole, length], node)], { axes: [axis, ...others] });
  return node(joins[primitive], [result, rest], {});
}

/** The largest number of equal chunks of `length` elements. */
function chunksOf(length: number): number | undefined {
  for (let chunks = Math.min(mostChunks, length); chunks >= fewestChunks; chunks--)
    if (length % chunks === 0) return chunks;
  return undefined;
}

function sliced(input: Node, axis: number, [start, end]: readonly [number, number], node: MakeNode): Node {
  const { shape } = input.type;
  if (start === 0 && end === shape[axis]) return input;
  return node("slice", [input], {
    starts: shape.map((_, each) => (each === axis ? start : 0)),
    steps: shape.map(() => 1),
    shape: shape.map((size, each) => (each === axis ? end - start : size)),
  });
}
