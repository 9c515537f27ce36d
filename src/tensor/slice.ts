/** Taking parts of a tensor: slices with steps, triangles, and elements around it (`pad`). */
import { node } from "../graph/node.ts";
import { diagonalOf, normalizeAxis, showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { where } from "./comparison.ts";
import { attachMethods } from "./methods.ts";
import { explaining, mapTensor, whence } from "./operands.ts";
import { type Continuation, continued } from "./rearrange/padding.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

/**
 * What to take along one axis: a position (the axis vanishes), `[start, stop, step]` as Python has them, each of
 * which may be null or left out, or null for everything. `"..."` stands for all axes not named.
 */
export type SliceRange =
  | number
  | readonly [start?: number | null, stop?: number | null, step?: number | null]
  | null
  | "...";

/** Elements to add before and after an axis, or as many on both sides; numbers below 0 take away. */
export type Padding = number | readonly [low: number, high: number];

/** What `pad` may be told. */
export interface PadOptions {
  /**
   * What the new elements are: `value`, or x continued: mirrored about its ends ("reflect", or "symmetric" with the ends twice), its ends
   * repeated ("replicate"), or round again from the other end ("circular"). Default "constant".
   */
  readonly mode?: "constant" | Continuation;
  /** The new elements, where they are all the same. Default 0. */
  readonly value?: number | boolean;
}

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link slice} */
    slice(...ranges: readonly SliceRange[]): Tensor;
    /** {@link pad} */
    pad(widths: Padding | readonly Padding[], options?: PadOptions): Tensor;
    /** {@link roll} */
    roll<A extends ShapeType>(
      this: Tensor<A>,
      shift: number | readonly number[],
      axis?: number | readonly number[],
    ): Tensor<A>;
    /** {@link tril} */
    tril<A extends ShapeType>(this: Tensor<A>, offset?: number): Tensor<A>;
    /** {@link triu} */
    triu<A extends ShapeType>(this: Tensor<A>, offset?: number): Tensor<A>;
  }
}

/**
 * A part of x, one range an axis from the first on; axes not named are taken whole. Ranges end where the axis ends,
 * as in Python; positions have to exist.
 * @throws ShapeError where a position does not exist or there are more ranges than axes; ArgumentError for a step of 0.
 *
 * @example
 * ```ts
 * import { slice, tensor } from "smilodon";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await slice(x, 0).toArray()); // [1, 2, 3]
 * console.log(await slice(x, null, [1, 3]).toArray()); // [[2, 3], [5, 6]]
 * console.log(await slice(x, "...", [null, null, -2]).toArray()); // [[3, 1], [6, 4]]
 * ```
 */
export function slice(x: Tensor, ...ranges: readonly SliceRange[]): Tensor {
  const whole = spreadRanges(x, ranges);
  const cuts = whole.map((range, axis) => readRange(x, range, axis));
  const params = {
    starts: cuts.map(({ start }) => start),
    steps: cuts.map(({ step }) => step),
    shape: cuts.map(({ count }) => count),
  };
  const isWhole = cuts.every(({ start, step, count }, axis) => start === 0 && step === 1 && count === x.shape[axis]);
  const part = isWhole ? x : mapTensor("slice", x, params);
  const kept = params.shape.filter((_, axis) => typeof whole[axis] !== "number");
  return kept.length === x.rank ? part : mapTensor("reshape", part, { shape: kept });
}

interface Cut {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** One range an axis: the dots, or what is missing at the end, are null. */
function spreadRanges(x: Tensor, ranges: readonly SliceRange[]): readonly Exclude<SliceRange, "...">[] {
  const named = ranges.filter((range) => range !== "...");
  const missing = x.rank - named.length;
  if (missing < 0 || ranges.length - named.length > 1) {
    throw new ShapeError(
      `slice: ${ranges.length} ranges were given for ${showShape(x.shape)}, which has ${x.rank} axes; "..." may stand once.${whence([x])}`,
      { shape: x.shape, ranges },
    );
  }
  const dots = ranges.indexOf("...");
  const place = dots < 0 ? named.length : dots;
  return [...named.slice(0, place), ...new Array<null>(missing).fill(null), ...named.slice(place)];
}

function readRange(x: Tensor, range: Exclude<SliceRange, "...">, axis: number): Cut {
  const size = at(x.shape, axis);
  if (typeof range === "number") {
    const start = range < 0 ? range + size : range;
    if (!Number.isInteger(range) || start < 0 || start >= size) {
      throw new ShapeError(
        `slice: there is no position ${range} along axis ${axis} of ${showShape(x.shape)}.${whence([x])}`,
        { shape: x.shape, axis, position: range },
      );
    }
    return { start, step: 1, count: 1 };
  }
  const step = range?.[2] ?? 1;
  if (![range?.[0] ?? 0, range?.[1] ?? 0, step].every(Number.isInteger) || step === 0) {
    throw new ArgumentError(
      `slice: [${String(range)}] at axis ${axis} has to be [start, stop, step] in whole numbers, with a step other than 0.`,
      { axis, range },
    );
  }
  // Where a backward range may begin and end lies one place further down
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const place = (bound: number | null | undefined, otherwise: number) =>
    bound === null || bound === undefined
      ? otherwise
      : Math.min(Math.max(bound < 0 ? bound + size : bound, lowest), highest);
  const start = place(range?.[0], step > 0 ? lowest : highest);
  const stop = place(range?.[1], step > 0 ? highest : lowest);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return { start: count === 0 ? 0 : start, step, count };
}

/**
 * x with more elements around it, or fewer. `widths` is one padding for all axes, or a list with one an axis; negative ones take
 * away first, as in PyTorch and ONNX. A mirror or circle goes on for any width, as in NumPy and ONNX, where PyTorch wants x to
 * be longer.
 * @throws ShapeError where widths are too few, or take away more than there is, or nothing is there to continue; ArgumentError for
 * another mode.
 *
 * @example
 * ```ts
 * import { pad, tensor } from "smilodon";
 * console.log(await pad(tensor([1, 2]), [[1, 2]]).toArray()); // [0, 1, 2, 0, 0]
 * console.log(await pad(tensor([1, 2, 3]), [[-1, 1]]).toArray()); // [2, 3, 0]
 * console.log(await pad(tensor([1, 2, 3]), 2, { mode: "reflect" }).toArray()); // [3, 2, 1, 2, 3, 2, 1]
 * ```
 */
export function pad(
  x: Tensor,
  widths: Padding | readonly Padding[],
  { mode = "constant", value = 0 }: PadOptions = {},
): Tensor {
  const list = typeof widths === "number" ? x.shape.map(() => widths) : widths;
  const pairs = list.map((width) => (typeof width === "number" ? [width, width] : [width[0], width[1]]));
  const [low, high] = [pairs.map((pair) => at(pair, 0)), pairs.map((pair) => at(pair, 1))];
  if ([...low, ...high].some((width) => width < 0)) {
    const inner = withoutEnds(x, low, high);
    return pad(
      inner,
      low.map((width, axis) => [Math.max(width, 0), Math.max(at(high, axis), 0)]),
      { mode, value },
    );
  }
  if (mode !== "constant") return continued(x, low, high, mode);
  return explaining("pad", [x], () => mapTensor("pad", x, { low, high, value: Number(value) }));
}

/** x without as many elements at its ends as the negative widths say. */
function withoutEnds(x: Tensor, low: readonly number[], high: readonly number[]): Tensor {
  const ends = x.shape.map(
    (size, axis) => [Math.max(0, -(low[axis] ?? 0)), size - Math.max(0, -(high[axis] ?? 0))] as const,
  );
  if (low.length !== x.rank || ends.some(([start, stop]) => !(start <= stop)))
    throw new ShapeError(
      `pad: widths [${low.join(", ")}] before and [${high.join(", ")}] after do not fit ${showShape(x.shape)}.${whence([x])}`,
      { shape: x.shape, low, high },
    );
  return slice(x, ...ends);
}

/**
 * The elements moved `shift` places up along `axis`; what falls off the end comes back at the start. Several axes may be named, with
 * a shift each or one for all. Without an axis, of all elements row by row.
 * @throws ShapeError where there is no such axis, ArgumentError where shifts are no whole numbers or too few.
 *
 * @example
 * ```ts
 * import { roll, tensor } from "smilodon";
 * console.log(await roll(tensor([1, 2, 3]), 1).toArray()); // [3, 1, 2]
 * console.log(await roll(tensor([[1, 2], [3, 4]]), [1, 1], [0, 1]).toArray()); // [[4, 3], [2, 1]]
 * ```
 */
export function roll<S extends ShapeType>(
  x: Tensor<S>,
  shift: number | readonly number[],
  axis?: number | readonly number[],
): Tensor<S>;
export function roll(x: Tensor, shift: number | readonly number[], axis?: number | readonly number[]): Tensor {
  const axes = typeof axis === "number" ? [axis] : (axis ?? [0]);
  const shifts = typeof shift === "number" && Array.isArray(axes) ? axes.map(() => shift) : shift;
  if (!Array.isArray(shifts) || shifts.length !== axes.length || !shifts.every(Number.isInteger))
    throw new ArgumentError(
      `roll: shifts of ${JSON.stringify(shift)} along axes ${JSON.stringify(axis)}: give one whole number for each axis, or one for all.`,
      { shift, axis },
    );
  if (axis === undefined && x.rank !== 1)
    return mapTensor("reshape", rollAlong(mapTensor("reshape", x, { shape: [x.size] }), at(shifts, 0), 0), {
      shape: x.shape,
    });
  return axes.reduce<Tensor>((rolled, each, index) => rollAlong(rolled, at(shifts, index), each), x);
}

function rollAlong(x: Tensor, shift: number, axis: number): Tensor {
  const position = explaining("roll", [x], () => normalizeAxis("roll", axis, x.rank));
  const size = at(x.shape, position);
  const places = size === 0 ? 0 : ((shift % size) + size) % size;
  if (places === 0) return x;
  const before = new Array<null>(position).fill(null);
  return new Tensor(
    node("concat", [slice(x, ...before, [size - places]).node, slice(x, ...before, [null, size - places]).node], {
      axis: position,
    }),
  );
}

/**
 * The lower triangle of the last two axes: what stands above the diagonal `offset` is 0.
 * @throws ShapeError where there are fewer axes; ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { ones, tril } from "smilodon";
 * console.log(await tril(ones([2, 2])).toArray()); // [[1, 0], [1, 1]]
 * ```
 */
export function tril<S extends ShapeType>(x: Tensor<S>, offset?: number): Tensor<S>;
export function tril(x: Tensor, offset = 0): Tensor {
  const { start, column } = positions("tril", x, offset);
  return where(column.lessEqual(start), x, false);
}

/**
 * The upper triangle of the last two axes: what stands below the diagonal `offset` is 0.
 * @throws ShapeError where there are fewer axes; ArgumentError where the offset is no whole number.
 *
 * @example
 * ```ts
 * import { ones, triu } from "smilodon";
 * console.log(await triu(ones([2, 2])).toArray()); // [[1, 1], [0, 1]]
 * ```
 */
export function triu<S extends ShapeType>(x: Tensor<S>, offset?: number): Tensor<S>;
export function triu(x: Tensor, offset = 0): Tensor {
  const { start, column } = positions("triu", x, offset);
  return where(column.greaterEqual(start), x, false);
}

/** Numbers of columns, and for each row that of the column on the diagonal. */
function positions(operation: string, x: Tensor, offset: number): { readonly start: Tensor; readonly column: Tensor } {
  if (x.rank < 2)
    throw new ShapeError(
      `${operation}: ${showShape(x.shape)} has ${x.rank} axes; at least 2 are needed.${whence([x])}`,
      { shape: x.shape },
    );
  const shape = x.shape.slice(-2);
  const row = new Tensor(node("iota", [], { shape, axis: 0, dtype: "i32" }));
  return {
    start: row.add(diagonalOf(operation, offset, shape)),
    column: new Tensor(node("iota", [], { shape, axis: 1, dtype: "i32" })),
  };
}

attachMethods({ slice, pad, roll, tril, triu });
