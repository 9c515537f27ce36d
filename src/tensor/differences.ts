/** Differences of neighbours along an axis, and areas under what was sampled: the discrete derivative and integral. */
import { withOneOrigin } from "../graph/node.ts";
import { normalizeAxis } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { notEqual } from "./comparison.ts";
import { cumulativeSum } from "./cumulative.ts";
import { concat } from "./joining.ts";
import { reshape } from "./manipulate.ts";
import { explaining, floatsOf, throughFloats, whence } from "./operands.ts";
import { slice } from "./slice.ts";
import type { Tensor } from "./tensor.ts";

/** What `diff` may be told. */
export interface DiffOptions {
  /** The axis to go along. Default −1, the last. */
  readonly axis?: number;
  /** How many times to take differences. Default 1. */
  readonly n?: number;
  /** Values before x along the axis. */
  readonly prepend?: Tensor;
  /** Values after x along the axis. */
  readonly append?: Tensor;
}

/**
 * Each element less the one before it along an axis, `n` times over; the axis becomes shorter by `n`. Of booleans: do the
 * neighbours differ?
 * @throws ArgumentError where `n` is no whole number of 0 or more, ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { diff, tensor } from "smilodon";
 * console.log(await diff(tensor([1, 4, 9, 16])).toArray()); // [3, 5, 7]
 * console.log(await diff(tensor([1, 4, 9, 16]), { n: 2 }).toArray()); // [2, 2]
 * ```
 */
export function diff(x: Tensor, { axis = -1, n = 1, prepend, append }: DiffOptions = {}): Tensor {
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`diff: n is ${n}; a whole number of 0 or more is needed.`, { n });
  const position = explaining("diff", [x], () => normalizeAxis("diff", axis, x.rank));
  return withOneOrigin(() => {
    const parts = [prepend, x, append].flatMap((part) => part ?? []);
    let values: Tensor = parts.length === 1 ? x : concat(parts, position);
    for (let step = 0; step < n && at(values.shape, position) > 0; step++) {
      const [first, second] = neighbours(values, position);
      values = values.dtype === "bool" ? notEqual(second, first) : second.subtract(first);
    }
    return values;
  });
}

/** What `trapezoid` and `cumulativeTrapezoid` may be told. */
export interface TrapezoidOptions {
  /** Where y was sampled: a list along the axis, or a tensor that broadcasts with y. */
  readonly x?: Tensor;
  /** The distance of samples where there is no `x`. Default 1. */
  readonly dx?: number;
  /** The axis to go along. Default −1, the last. */
  readonly axis?: number;
}

/**
 * The area under y along an axis by the trapezoidal rule. The axis vanishes. Integers become f32.
 * @throws ShapeError where there is no such axis or `x` does not fit it.
 *
 * @example
 * ```ts
 * import { tensor, trapezoid } from "smilodon";
 * console.log(await trapezoid(tensor([1, 2, 3])).item()); // 4
 * console.log(await trapezoid(tensor([1, 2, 3]), { x: tensor([0, 1, 3]) }).item()); // 6.5
 * ```
 */
export function trapezoid(y: Tensor, options: TrapezoidOptions = {}): Tensor {
  return withOneOrigin(() =>
    throughFloats(y, (values) => {
      const { areas, position } = areasOf("trapezoid", values, options);
      return areas.sum(position);
    }),
  );
}

/**
 * The areas under y from the first sample to each that follows it. The axis becomes shorter by one. Integers become f32.
 * @throws ShapeError where there is no such axis or `x` does not fit it.
 *
 * @example
 * ```ts
 * import { cumulativeTrapezoid, tensor } from "smilodon";
 * console.log(await cumulativeTrapezoid(tensor([1, 2, 3])).toArray()); // [1.5, 4]
 * ```
 */
export function cumulativeTrapezoid(y: Tensor, options: TrapezoidOptions = {}): Tensor {
  return withOneOrigin(() =>
    throughFloats(y, (values) => {
      const { areas, position } = areasOf("cumulativeTrapezoid", values, options);
      return cumulativeSum(areas, { axis: position });
    }),
  );
}

/** The area between each sample and the next. */
function areasOf(
  operation: string,
  y: Tensor,
  { x, dx = 1, axis = -1 }: TrapezoidOptions,
): { readonly areas: Tensor; readonly position: number } {
  const position = explaining(operation, [y], () => normalizeAxis(operation, axis, y.rank));
  const [first, second] = neighbours(y, position);
  const mean = first.add(second).multiply(0.5);
  if (x === undefined) return { areas: mean.multiply(dx), position };
  const size = at(y.shape, position);
  if (x.shape[x.rank === 1 ? 0 : position - y.rank + x.rank] !== size)
    throw new ShapeError(
      `${operation}: x has shape [${x.shape}], which does not say where the ${size} samples along axis ${position} are.${whence([x])}`,
      { shape: x.shape, size },
    );
  const places: Tensor = x.rank === 1 ? reshape(x, [size, ...new Array<number>(y.rank - 1 - position).fill(1)]) : x;
  const [from, to] = neighbours(floatsOf(places), position - y.rank + places.rank);
  return { areas: mean.multiply(to.subtract(from)), position };
}

/** The elements along `axis` but the last, and but the first. */
function neighbours(x: Tensor, axis: number): readonly [Tensor, Tensor] {
  const size = at(x.shape, axis);
  const part = (from: number, to: number): Tensor =>
    slice(x, ...x.shape.map((_, each) => (each === axis ? ([from, to] as const) : null)));
  return size === 0 ? [x, x] : [part(0, size - 1), part(1, size)];
}
