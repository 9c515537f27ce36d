/**
 * The values of random graphs (`randomGraphs.ts`): what is known of each, and the small pieces that steps are made of.
 */
import { type Node, node } from "../../src/graph/node.ts";
import { type Dtype, isFloat } from "../../src/shape/dtype.ts";
import type { PlainMap } from "../../src/tensor/operands.ts";

/** One step of a description: which kind of step, which values, which parameters. */
export type Instruction = readonly [kind: number, a: number, b: number, c: number];

/** A value of the graph, with what is known of its elements. */
export interface Value {
  readonly node: Node;
  /** No element is larger in magnitude. */
  readonly bound: number;
  /** Right devices differ by no more; 0 where all bits are settled, so that jumps and bits may follow. */
  readonly error: number;
}

/** Which floats a graph has: both, or one, where every jump stands on settled bits so that gradients can be compared too. */
export type Kind = "mixed" | "f32" | "f64";

/** What a step makes of the values so far; undefined where the numbers lead to nothing. */
export type Maker = (values: readonly Value[], instruction: Instruction, kind: Kind) => Value | undefined;

/** Larger values are scaled down: less where gradients are taken, which multiply them. */
const largest = { mixed: 1e4, f32: 30, f64: 30 } as const satisfies Record<Kind, number>;

/** A few units in the last place of 1. */
export const roundings: { readonly [D in Dtype]: number } = {
  bool: 0,
  u8: 0,
  i8: 0,
  i16: 0,
  i32: 0,
  u32: 0,
  i64: 0,
  f16: 2 ** -9,
  bf16: 2 ** -6,
  f32: 2 ** -21,
  f64: 2 ** -49,
};

/** May a step jump at some values of these inputs? Not where a gradient is taken and devices may differ in a bit. */
export function mayJump(kind: Kind, ...inputs: readonly Value[]): boolean {
  return kind === "mixed" || inputs.every(({ error }) => error === 0);
}

/** The value that `index` falls on: half of the time one of the last four, so that graphs grow deep. */
export function pick(values: readonly Value[], index: number): Value {
  const count = values.length;
  const place = index % (2 * count);
  const value = values[place < count ? place : Math.max(0, count - 1 - (place % 4))];
  if (value === undefined) throw new Error("there are sources");
  return value;
}

/** One of the values that may stand beside `value`: broadcast to its shape where that is all it takes. */
export function partner(values: readonly Value[], value: Value, index: number): Value {
  const { shape, dtype } = value.node.type;
  const fitting = values.filter(
    ({ node: { type } }) =>
      type.dtype === dtype &&
      type.shape.length === shape.length &&
      type.shape.every((size, axis) => size === 1 || size === shape[axis]),
  );
  const chosen = pick(fitting, index);
  return {
    ...chosen,
    node: String(chosen.node.type.shape) === String(shape) ? chosen.node : node("broadcast", [chosen.node], { shape }),
  };
}

/** Values that grow too large are scaled down, so that nothing overflows; integers wrap anyhow. */
export function tamed(value: Value, kind: Kind): Value {
  const { dtype, shape } = value.node.type;
  if (!isFloat(dtype)) return { ...value, bound: Math.min(value.bound, 2 ** 32), error: 0 };
  if (value.bound <= largest[kind]) return value;
  const factor = constant(1 / value.bound, dtype, shape);
  return {
    node: node("multiply", [value.node, factor], {}),
    bound: 1,
    error: value.error / value.bound + roundings[dtype],
  };
}

/** One number everywhere. */
export function constant(value: number, dtype: Dtype, shape: readonly number[]): Node {
  const scalar = node("constant", [], { value, dtype });
  return node("broadcast", [node("reshape", [scalar], { shape: shape.map(() => 1) })], { shape });
}

/** The result of a function whose derivative is at most `slope`. */
export function smooth(result: Node, bound: number, slope: number, ...inputs: readonly Value[]): Value {
  return {
    node: result,
    bound,
    error:
      slope * inputs.reduce((sum, { error }) => sum + error, 0) + roundings[result.type.dtype] * Math.max(bound, 1),
  };
}

/** Elements are chosen or change sign: nothing is rounded. */
export function exact(result: Node, ...inputs: readonly Value[]): Value {
  return {
    node: result,
    bound: Math.max(...inputs.map(({ bound }) => bound)),
    error: Math.max(...inputs.map(({ error }) => error)),
  };
}

/** A map without parameters. */
export const map = (primitive: PlainMap, ...inputs: readonly (Value | Node)[]): Node =>
  node(
    primitive,
    inputs.map((input) => ("node" in input ? input.node : input)),
    {},
  );

/** |x| + shift, or x² + shift, to keep away from where a function is steep. */
export function shifted(x: Value, shift: number, kind: Kind): Value {
  const { dtype, shape } = x.node.type;
  if (!mayJump(kind, x)) {
    const square = smooth(map("multiply", x, x), x.bound ** 2, 2 * x.bound, x);
    return smooth(map("add", square, constant(shift, dtype, shape)), square.bound + shift, 1, square);
  }
  const made = map("add", map("abs", x), constant(shift, dtype, shape));
  return x.error === 0 ? { node: made, bound: x.bound + shift, error: 0 } : smooth(made, x.bound + shift, 1, x);
}
