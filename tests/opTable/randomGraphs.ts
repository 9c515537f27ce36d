/**
 * Random well-typed graphs, for tests that hold devices against each other. A graph is described by a list of
 * numbers, so that a property tester can shrink it; whatever the numbers are, a graph comes of them. Every value
 * carries how large it can be and how far two right devices can be apart in it, so that a difference is a fault.
 */
import { type Node, node } from "../../src/graph/node.ts";
import type { PrimitiveOf } from "../../src/graph/primitives.ts";
import { type Dtype, isFloat } from "../../src/shape/dtype.ts";
import { count } from "./host.ts";
import {
  constant,
  exact,
  type Instruction,
  type Kind,
  type Maker,
  map,
  mayJump,
  partner,
  pick,
  roundings,
  shifted,
  smooth,
  tamed,
  type Value,
} from "./randomValues.ts";
import { slide } from "./randomWindows.ts";
import { draw } from "./row.ts";
import { toTensor } from "./run.ts";

const mostElements = 1000;

/** The values that `instructions` make, sources first. */
export function buildGraph(instructions: readonly Instruction[], kind: Kind): Value[] {
  const float = kind === "mixed" ? "f32" : kind;
  const sources: readonly (readonly [readonly number[], Dtype])[] = [
    [[4, 6], float],
    [[6], float],
    [[1, 6], kind === "mixed" ? "f64" : kind],
    [[3, 5, 2], float],
    [[4, 6], "i32"],
    [[7], "u32"],
    [[5], "u8"],
    [[4, 1], "bool"],
    [[], float],
    [[3, 0], float],
    [[2, 9], float],
    [[2, 3, 4], float],
    [[2, 3], float],
  ];
  const values: Value[] = sources.map(([shape, dtype], index) => ({
    node: toTensor(draw(`graph${index}`, shape, dtype, isFloat(dtype) ? [-2, 2] : [-9, 9])).node,
    bound: 9,
    error: 0,
  }));
  for (const instruction of instructions) {
    const made = steps[instruction[0] % steps.length]?.(values, instruction, kind);
    if (made !== undefined && count(made.node.type.shape) <= mostElements) values.push(tamed(made, kind));
  }
  return values;
}

const steps: readonly Maker[] = [
  mapOne,
  mapOne,
  mapOne,
  mapTwo,
  mapTwo,
  mapTwo,
  compare,
  choose,
  convert,
  view,
  view,
  view,
  join,
  gather,
  scatter,
  reduce,
  reduce,
  recur,
  contract,
  slide,
  slide,
];

function mapOne(values: readonly Value[], [, a, b]: Instruction, kind: Kind): Value {
  const x = pick(values, a);
  const { dtype } = x.node.type;
  if (dtype === "bool") return exact(map("logicalNot", x), x);
  if (!isFloat(dtype)) return exact(map((["negative", "abs", "sign"] as const)[b % 3] ?? "abs", x), x);
  const away = shifted(x, 0.5, kind);
  const jumps = (["floor", "ceil", "round", "sign"] as const)[b % 4] ?? "floor";
  const makers: readonly (() => Value)[] = [
    () => exact(map("negative", x), x),
    () => size(x, kind),
    () => smooth(map("tanh", x), 1, 1, x),
    () => smooth(map("sigmoid", x), 1, 1, x),
    () => smooth(map("sin", x), 1, 1, x),
    () => smooth(map("cos", x), 1, 1, x),
    () => smooth(map("erf", x), 1, 1.2, x),
    () =>
      x.bound <= 4 ? smooth(map("exp", x), Math.exp(x.bound), Math.exp(x.bound), x) : exact(map("negative", x), x),
    () => (x.bound <= 4 ? smooth(map("expm1", x), Math.exp(x.bound), Math.exp(x.bound), x) : size(x, kind)),
    () => smooth(map("log", away), Math.log(away.bound + 2), 2, away),
    () => smooth(map("log1p", away), Math.log1p(away.bound), 1, away),
    () => smooth(map("sqrt", away), Math.sqrt(away.bound + 1), 1, away),
    () => (x.error === 0 ? { ...exact(map(jumps, x), x), bound: x.bound + 1 } : size(x, kind)),
    () => exact(node("identity", [x.node], { blocksGradient: false }), x),
  ];
  return makers[b % makers.length]?.() ?? x;
}

/** |x|; where its corner must not be met, x turned round. */
function size(x: Value, kind: Kind): Value {
  return exact(map(mayJump(kind, x) ? "abs" : "negative", x), x);
}

/** The larger or the smaller of two; where devices may not agree which, their sum. */
function extreme(primitive: "maximum" | "minimum", x: Value, y: Value, kind: Kind): Value {
  return mayJump(kind, x, y) ? exact(map(primitive, x, y), x, y) : smooth(map("add", x, y), x.bound + y.bound, 1, x, y);
}

function mapTwo(values: readonly Value[], [, a, b, c]: Instruction, kind: Kind): Value {
  const x = pick(values, a);
  const y = partner(values, x, b);
  const { dtype, shape } = x.node.type;
  if (dtype === "bool")
    return exact(
      map((["bitwiseAnd", "bitwiseOr", "bitwiseXor", "maximum", "minimum"] as const)[c % 5] ?? "maximum", x, y),
      x,
      y,
    );
  const [sum, product] = [x.bound + y.bound, x.bound * y.bound];
  const both: readonly (() => Value)[] = [
    // A product that is added at once may be rounded once or twice: only values without error are added without one
    () =>
      x.error + y.error === 0
        ? { node: map("add", x, y), bound: sum, error: 0 }
        : smooth(map("add", x, y), sum, 1, x, y),
    () =>
      x.error + y.error === 0
        ? { node: map("subtract", x, y), bound: sum, error: 0 }
        : smooth(map("subtract", x, y), sum, 1, x, y),
    () => smooth(map("multiply", x, y), product, Math.max(x.bound, y.bound), x, y),
    () => extreme("maximum", x, y, kind),
    () => extreme("minimum", x, y, kind),
  ];
  if (isFloat(dtype)) {
    const divisor = shifted(y, 0.5, kind);
    const exponent = node("multiply", [map("tanh", y), constant(2, dtype, shape)], {});
    const base = shifted(x, 0.5, kind);
    const power = (base.bound + 0.5) ** 2 * 4;
    const floats: readonly (() => Value)[] = [
      () => smooth(map("divide", x, divisor), 2 * x.bound, 2 + 4 * x.bound, x, divisor),
      () => smooth(map("pow", base, exponent), power, power * 20, base, smooth(exponent, 2, 2, y)),
      () =>
        x.error + divisor.error === 0
          ? { node: map("remainder", x, divisor), bound: divisor.bound, error: 0 }
          : extreme("maximum", x, y, kind),
    ];
    const made = [...both, ...floats];
    return made[c % made.length]?.() ?? x;
  }
  const whole = (
    [
      "floorDivide",
      "remainder",
      "bitwiseAnd",
      "bitwiseOr",
      "bitwiseXor",
      "bitwiseLeftShift",
      "bitwiseRightShift",
    ] as const
  ).map((primitive) => () => ({ node: map(primitive, x, y), bound: 2 ** 32, error: 0 }));
  const made = [...both, ...whole];
  return made[c % made.length]?.() ?? x;
}

function compare(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  const x = pick(values, a);
  const y = partner(values, x, b);
  if (x.error + y.error > 0) return undefined;
  return { node: map((["equal", "less", "lessEqual"] as const)[c % 3] ?? "less", x, y), bound: 1, error: 0 };
}

function choose(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  const x = pick(values, a);
  const y = partner(values, x, b);
  const conditions = values.filter(
    ({ node: { type } }) =>
      type.dtype === "bool" &&
      type.shape.length === x.node.type.shape.length &&
      type.shape.every((size, axis) => size === 1 || size === x.node.type.shape[axis]),
  );
  if (conditions.length === 0) return undefined;
  const condition = node("broadcast", [pick(conditions, c).node], { shape: x.node.type.shape });
  return exact(map("where", condition, x, y), x, y);
}

function convert(values: readonly Value[], [, a, b]: Instruction, kind: Kind): Value | undefined {
  const x = pick(values, a);
  const dtype = (["f32", "f64", "i32", "u32", "u8", "bool"] as const)[b % 6] ?? "f32";
  if (x.error > 0 && !isFloat(dtype)) return undefined;
  if (kind !== "mixed" && isFloat(dtype) && dtype !== kind) return undefined;
  if (b % 7 === 6 && ["i32", "u32"].includes(x.node.type.dtype))
    return {
      node: node("bitcast", [x.node], { dtype: x.node.type.dtype === "i32" ? "u32" : "i32" }),
      bound: 2 ** 32,
      error: 0,
    };
  const error = x.error === 0 ? 0 : x.error + roundings[dtype] * Math.max(1, x.bound);
  return {
    node: node("astype", [x.node], { dtype }),
    bound: isFloat(x.node.type.dtype) || isFloat(dtype) ? x.bound : 2 ** 32,
    error,
  };
}

/** One, two or three views on top of each other: what one does to another is easily wrong. */
function view(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  let made: Value | undefined = pick(values, a);
  for (let more = b % 3; made !== undefined && more >= 0; more--) made = viewOf(made, b >> (2 + 3 * more), c >> more);
  return made;
}

function viewOf(x: Value, b: number, c: number): Value | undefined {
  const { shape, dtype } = x.node.type;
  const total = count(shape);
  const rank = shape.length;
  const makers: readonly (() => Node | undefined)[] = [
    () => node("reshape", [x.node], { shape: [total] }),
    () => {
      if (total === 0) return undefined;
      const first = divisor(total, c);
      const second = divisor(total / first, c >> 2);
      const whole = [first, second, total / first / second];
      return node("reshape", [x.node], {
        shape: c % 3 === 0 ? [1, ...whole] : c % 3 === 1 ? whole : [first, total / first],
      });
    },
    () =>
      node("permuteDims", [x.node], {
        axes: Array.from({ length: rank }, (_, axis) => (c % 2 === 0 ? rank - 1 - axis : (axis + c) % rank)),
      }),
    () => node("broadcast", [node("reshape", [x.node], { shape: [1, ...shape] })], { shape: [1 + (c % 3), ...shape] }),
    () => {
      const stepsOf = shape.map((_, axis) => [1, -1, 2, -2][(c + axis) % 4] ?? 1);
      const sizes = shape.map((size, axis) => Math.ceil(Math.max(0, size - (c % 2)) / Math.abs(stepsOf[axis] ?? 1)));
      const starts = shape.map((size, axis) =>
        (stepsOf[axis] ?? 1) < 0 ? size - 1 : Math.min(c % 2, Math.max(0, size - 1)),
      );
      return node("slice", [x.node], {
        starts: starts.map((start, axis) => ((sizes[axis] ?? 0) === 0 ? 0 : start)),
        steps: stepsOf,
        shape: sizes,
      });
    },
    () =>
      node("pad", [x.node], {
        low: shape.map((_, axis) => (c + axis) % 2),
        high: shape.map((_, axis) => (c >> 1) % (axis + 2)),
        value: dtype === "bool" ? 1 : c % 3,
      }),
  ];
  const made = makers[b % makers.length]?.();
  return made === undefined ? undefined : { node: made, bound: Math.max(x.bound, 2), error: x.error };
}

/** One of the numbers that divide `total`. */
function divisor(total: number, index: number): number {
  const divisors = Array.from({ length: total }, (_, each) => each + 1).filter((size) => total % size === 0);
  return divisors[index % divisors.length] ?? 1;
}

function join(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  const x = pick(values, a);
  const y = partner(values, x, b);
  const rank = x.node.type.shape.length;
  return rank === 0
    ? undefined
    : exact(node("concat", [x.node, y.node, x.node].slice(c % 2), { axis: c % rank }), x, y);
}

/** Positions along an axis of `size`, made of any integers: most exist, and many are the same. */
function indices(values: readonly Value[], size: number, index: number): Node {
  const { node: source } = pick(
    values.filter(({ node: { type } }) => type.dtype === "i32" && count(type.shape) <= 60),
    index,
  );
  return map("remainder", source, constant(size + 1, "i32", source.type.shape));
}

/** With a batch where the axes in front agree. */
function batchOf(shape: readonly number[], places: Node, axis: number): number {
  const same = places.type.shape.findIndex((size, each) => each >= axis || size !== shape[each]);
  return same < 0 ? Math.min(axis, places.type.shape.length) : same;
}

function gather(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  const x = pick(values, a);
  const { shape } = x.node.type;
  const axis = c % Math.max(1, shape.length);
  const size = shape[axis];
  if (size === undefined) return undefined;
  const places = indices(values, size, b);
  const batch = batchOf(shape, places, axis);
  const made = node("gather", [x.node, places], { axis, batch, value: c % 2 });
  return { node: made, bound: Math.max(1, x.bound), error: x.error };
}

/** Updates added, or in the place of what was there. */
function scatter(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  const x = pick(values, a);
  const { shape, dtype } = x.node.type;
  const axis = c % Math.max(1, shape.length);
  const size = shape[axis];
  if (size === undefined) return undefined;
  const places = indices(values, size, b);
  const batch = batchOf(shape, places, axis);
  const updated = [...shape.slice(0, axis), ...places.type.shape.slice(batch), ...shape.slice(axis + 1)];
  if (count(updated) > mostElements) return undefined;
  // Updates are what stands at the same places of another tensor
  const other = partner(values, x, b + c);
  const updates = node("gather", [other.node, places], { axis, batch, value: 1 });
  const combine = dtype === "bool" || b % 3 === 0 ? "set" : "add";
  const many = count(places.type.shape.slice(batch));
  const bound = x.bound + many * Math.max(1, other.bound);
  if (combine === "set") {
    const made = node("scatter", [x.node, places, updates], { axis, batch, combine });
    return exact(made, x, { ...other, bound: Math.max(1, other.bound) });
  }
  const isExact = !isFloat(dtype) || (x.error === 0 && other.error === 0);
  const error = isExact ? 0 : x.error + many * (other.error + roundings[dtype] * bound);
  return {
    node: node("scatter", [x.node, places, c % 3 === 0 && dtype !== "bool" ? map("negative", updates) : updates], {
      axis,
      batch,
      combine,
    }),
    bound: isFloat(dtype) ? bound : 2 ** 32,
    error,
  };
}

function reduce(values: readonly Value[], [, a, b, c]: Instruction, kind: Kind): Value | undefined {
  const x = pick(values, a);
  const { shape, dtype } = x.node.type;
  const axes = shape.flatMap((_, axis) => ((c >> axis) % 2 === 0 ? [axis] : []));
  const many = count(axes.map((axis) => shape[axis] ?? 1));
  const primitives: readonly PrimitiveOf<"reduce">[] =
    dtype === "bool" ? ["max", "min"] : mayJump(kind, x) ? ["sum", "max", "min", "prod"] : ["sum", "prod"];
  const primitive = primitives[b % primitives.length] ?? "max";
  const hasValue = many > 0 || primitive === "sum" || primitive === "prod";
  if (axes.length === 0 || !hasValue) return undefined;
  const made = node(primitive, [x.node], { axes });
  if (primitive === "max" || primitive === "min") return exact(made, x);
  if (!isFloat(dtype)) return { node: made, bound: 2 ** 32, error: 0 };
  if (primitive === "sum")
    return { node: made, bound: many * x.bound, error: many * x.error + many * roundings[dtype] * x.bound };
  const bound = x.bound ** many;
  return bound > 1e6
    ? undefined
    : {
        node: made,
        bound: Math.max(1, bound),
        error: (many * x.error + many * roundings[dtype]) * Math.max(1, x.bound) ** many,
      };
}

/** Errors grow as the numbers do, step by step. */
function recur(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  const x = pick(values, a);
  const { shape, dtype } = x.node.type;
  if (dtype === "bool" || shape.length === 0) return undefined;
  const y = partner(values, x, b);
  const axis = c % shape.length;
  const initial = b % 3 === 0 ? 1 : 0;
  const kind = (["linear", "linear", "maximum", "minimum"] as const)[(b + c) % 4] ?? "linear";
  let [bound, error] = [initial, 0];
  for (let step = 0; step < (shape[axis] ?? 0); step++) {
    error = kind === "linear" ? x.error * bound + (x.bound + x.error) * error + y.error : error + x.error + y.error;
    bound = kind === "linear" ? x.bound * bound + y.bound : Math.max(bound + x.bound, y.bound);
    error += 2 * roundings[dtype] * bound;
  }
  if (isFloat(dtype) && bound > 1e6) return undefined;
  const made = node("recurrence", [x.node, y.node], { kind, axis, isReversed: c % 2 === 1, initial });
  return isFloat(dtype) ? { node: made, bound, error } : { node: made, bound: 2 ** 32, error: 0 };
}

/** Axes of equal size are summed or become batch axes, as the numbers have it; all others are free. */
function contract(values: readonly Value[], [, a, b, c]: Instruction): Value | undefined {
  const x = pick(values, a);
  const { dtype, shape } = x.node.type;
  if (dtype === "bool") return undefined;
  const y = pick(
    values.filter((each) => each.node.type.dtype === dtype),
    b,
  );
  const left = shape.map((_, axis) => axis);
  const taken = new Set<number>();
  const right = y.node.type.shape.map((size, axis) => {
    const match = shape.findIndex((other, each) => other === size && !taken.has(each) && (c >> axis) % 2 === 0);
    if (match < 0) return shape.length + axis;
    taken.add(match);
    return match;
  });
  const output = [...new Set([...right, ...left])].filter((name) => !taken.has(name) || (c >> (name + 3)) % 2 === 1);
  const many = count([...taken].filter((name) => !output.includes(name)).map((name) => shape[name] ?? 1));
  if (count(output.map((name) => shape[name] ?? y.node.type.shape[right.indexOf(name)] ?? 1)) > mostElements)
    return undefined;
  const made = node("contract", [x.node, y.node], { left, right, output, windows: [], accumulate: dtype, dtype });
  const bound = Math.max(1, many) * x.bound * y.bound;
  return {
    node: made,
    bound: isFloat(dtype) ? bound : 2 ** 32,
    error: isFloat(dtype)
      ? many * (x.error * y.bound + y.error * x.bound) + (many + 1) * roundings[dtype] * x.bound * y.bound
      : 0,
  };
}
