/** Quantiles and medians: what stands at a fraction of the way through the sorted elements. */
import { withOneOrigin } from "../../graph/node.ts";
import { isFloat } from "../../shape/dtype.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, ceil, floor, maximum, minimum, multiply, round, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, isNan, logicalNot, logicalOr, where } from "../../tensor/comparison.ts";
import { full } from "../../tensor/creation.ts";
import { expandDims, permuteDims, reshape } from "../../tensor/manipulate.ts";
import { throughFloats, whence } from "../../tensor/operands.ts";
import { sum } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import { requireTensor, Tensor, tensor } from "../../tensor/tensor.ts";
import { gatherRows, rowsAlong } from "./alongAxis.ts";
import { sort } from "./sort.ts";

/** What counts between two elements: a point on the line between them, one of them, the middle, or the nearer one (the even one of two equally near). */
export type Interpolation = "linear" | "lower" | "higher" | "midpoint" | "nearest";

/** What quantiles may be told. */
export interface QuantileOptions {
  /** The axis to go along; negative ones count from the end. Default: all elements. */
  readonly axis?: number;
  /** Does the axis stay, with size 1? Default false. */
  readonly keepDims?: boolean;
  /** What counts between two elements. Default "linear" for quantiles, "midpoint" for medians. */
  readonly interpolation?: Interpolation;
}

/** Which fractions: a number, or several in a list or a tensor of one axis, which come first in the result. */
export type Fractions = number | readonly number[] | Tensor;

/**
 * The `q`-quantile of the elements, along `axis` or of all: what stands at q · (n − 1) in their order, counted from 0
 * (definition 7 of Hyndman and Fan 1996; NumPy's and PyTorch's default). Where an element is NaN, so is the result. Integers
 * become f32. Several q are a first axis of the result. Derivatives go to the two elements between which the result is.
 * @throws ShapeError where there is no such axis or nothing along it, ArgumentError where q is outside [0, 1].
 *
 * @example
 * ```ts
 * import { quantile, tensor } from "smilodon";
 * const x = tensor([1, 2, 3, 10]);
 * console.log(await quantile(x, 0.25).item(), await quantile(x, [0, 0.5, 1]).toArray()); // 1.75 [1, 2.5, 10]
 * console.log(await quantile(x, 0.5, { interpolation: "higher" }).item()); // 3
 * ```
 */
export function quantile(x: Tensor, q: Fractions, options: QuantileOptions = {}): Tensor {
  return withOneOrigin(() => quantiles("quantile", x, q, options, false));
}

/**
 * The same of the elements that are not NaN; NaN where there are none.
 * @throws the same.
 *
 * @example
 * ```ts
 * import { nanQuantile, tensor } from "smilodon";
 * console.log(await nanQuantile(tensor([[1, NaN, 2], [NaN, NaN, NaN]]), 0.5, { axis: 1 }).toArray()); // [1.5, NaN]
 * ```
 */
export function nanQuantile(x: Tensor, q: Fractions, options: QuantileOptions = {}): Tensor {
  return withOneOrigin(() => quantiles("nanQuantile", x, q, options, true));
}

/**
 * The middle of the elements, along `axis` or of all: of an even number, the mean of the two in the middle, as in NumPy (PyTorch gives the
 * lower one: `interpolation: "lower"`). Where an element is NaN, so is the result.
 * @throws ShapeError where there is no such axis or nothing along it.
 *
 * @example
 * ```ts
 * import { median, tensor } from "smilodon";
 * console.log(await median(tensor([[1, 5, 3], [4, 2, 9]]), { axis: 1 }).toArray()); // [3, 4]
 * console.log(await median(tensor([1, 2, 3, 10])).item()); // 2.5
 * ```
 */
export function median(x: Tensor, options: QuantileOptions = {}): Tensor {
  return withOneOrigin(() => quantiles("median", x, 0.5, { interpolation: "midpoint", ...options }, false));
}

/**
 * The middle of the elements that are not NaN; NaN where there are none.
 * @throws the same as `median`.
 *
 * @example
 * ```ts
 * import { nanMedian, tensor } from "smilodon";
 * console.log(await nanMedian(tensor([1, NaN, 2, 4])).item()); // 2
 * ```
 */
export function nanMedian(x: Tensor, options: QuantileOptions = {}): Tensor {
  return withOneOrigin(() => quantiles("nanMedian", x, 0.5, { interpolation: "midpoint", ...options }, true));
}

/** Where between two elements a position is taken to be. */
const roundings: { readonly [I in Interpolation]: (position: Tensor) => Tensor } = {
  linear: (position) => position,
  lower: floor,
  higher: ceil,
  // Halfway, or where it is
  midpoint: (position) => multiply(add(floor(position), ceil(position)), 0.5),
  nearest: round,
};

function quantiles(
  operation: string,
  x: Tensor,
  q: Fractions,
  { axis, keepDims = false, interpolation = "linear" }: QuantileOptions,
  leavesOutNan: boolean,
): Tensor {
  requireTensor(operation, "x", x);
  if (!Object.hasOwn(roundings, interpolation))
    throw new ArgumentError(
      `${operation}: there is no interpolation ${String(interpolation)}. Give one of ${Object.keys(roundings).join(", ")}.`,
      { interpolation },
    );
  const whole = axis === undefined ? reshape(x, [x.size]) : x;
  const { rows, length, restoreReduced } = rowsAlong(operation, whole, axis ?? 0);
  if (length === 0)
    throw new ShapeError(
      `${operation}: there is nothing along axis ${axis ?? 0}, and so nothing in the middle.${whence([x])}`,
      {
        shape: x.shape,
        axis,
      },
    );
  const isOne = typeof q === "number" || (q instanceof Tensor && q.rank === 0);
  const fractions = readFractions(operation, q);
  const result = throughFloats(rows, (values) => alongRows(values, fractions, roundings[interpolation], leavesOutNan));
  const shapeOf = (each: Tensor) =>
    axis === undefined && keepDims
      ? reshape(
          each,
          x.shape.map(() => 1),
        )
      : restoreReduced(each, axis !== undefined && keepDims);
  if (isOne) return shapeOf(reshape(result, [at(rows.shape, 0)]));
  const shape = shapeOf(reshape(slice(result, null, [0, 1]), [at(rows.shape, 0)])).shape;
  return reshape(permuteDims(result, [1, 0]), [at(result.shape, 1), ...shape]);
}

/** The fractions, f64 [any number]. @throws ArgumentError for numbers outside [0, 1], ShapeError for tensors of several axes. */
function readFractions(operation: string, q: Fractions): Tensor {
  if (q instanceof Tensor) {
    if (!isFloat(q.dtype))
      throw new DtypeError(`${operation}: q is of ${q.dtype} and has to be of floats.${whence([q])}`, {
        dtype: q.dtype,
      });
    if (q.rank > 1)
      throw new ShapeError(`${operation}: q has ${q.rank} axes and may have one.${whence([q])}`, { shape: q.shape });
    return astype(reshape(q, [q.size]), "f64");
  }
  const list = typeof q === "number" ? [q] : [...q];
  for (const fraction of list)
    if (!(fraction >= 0 && fraction <= 1))
      throw new ArgumentError(`${operation}: q is ${String(fraction)} and has to be a fraction, from 0 to 1.`, {
        q: fraction,
      });
  return tensor(new Float64Array(list));
}

/** The quantiles of each row, [rows, fractions]. Places are counted in f64: with f32, those in a million elements would be off. */
function alongRows(
  values: Tensor,
  fractions: Tensor,
  rounding: (position: Tensor) => Tensor,
  leavesOutNan: boolean,
): Tensor {
  const [rows = 0, length = 0] = values.shape;
  const sorted = sort(values);
  const numbers = leavesOutNan
    ? sum(astype(logicalNot(isNan(sorted)), "i32"), { axis: 1, keepDims: true })
    : full([rows, 1], length, { dtype: "i32" });
  const last = astype(maximum(subtract(numbers, 1), 0), "f64");
  const position = rounding(minimum(maximum(multiply(expandDims(fractions, 0), last), 0), last));
  const lower = floor(position);
  const weight = astype(subtract(position, lower), values.dtype);
  const elementAt = (place: Tensor) => gatherRows(sorted, astype(place, "i32"));
  const [a, b] = [elementAt(lower), elementAt(ceil(position))];
  const between = add(multiply(a, subtract(1, weight)), multiply(b, weight));
  // Elsewhere an infinite element would be multiplied by 0
  const result = where(logicalOr(equal(weight, 0), equal(a, b)), a, between);
  return leavesOutNan ? result : where(isNan(slice(sorted, null, [-1])), Number.NaN, result);
}
