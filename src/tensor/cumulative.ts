/**
 * Sums, products and extremes of everything up to each position of an axis. They are one primitive, which carries its state
 * along. `differences.ts` has what undoes and integrates.
 */
import { node, withOneOrigin } from "../graph/node.ts";
import type { PrimitiveParams, RecurrenceKind } from "../graph/primitives.ts";
import { type Dtype, dtypes, isFloat } from "../shape/dtype.ts";
import { normalizeAxis } from "../shape/shape.ts";
import { ArgumentError } from "../support/errors.ts";
import { stopGradient } from "./cast.ts";
import { isFinite as isFiniteTensor, where } from "./comparison.ts";
import { full } from "./creation.ts";
import { castNode, explaining, throughFloats, toNumber } from "./operands.ts";
import { toCount } from "./reduce.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { pad, slice } from "./slice.ts";
import { requireTensor, Tensor } from "./tensor.ts";
import { exp, log } from "./transcendental.ts";

/** What cumulative operations may be told. */
export interface CumulativeOptions {
  /** The axis to go along; negative ones count from the end. May be left out where there is one axis only. */
  readonly axis?: number;
  /** Go from the last position to the first. Default false. */
  readonly reverse?: boolean;
  /** Leave out the element itself: the first result is that of no elements. Default false. */
  readonly exclusive?: boolean;
  /** Begin with the result of no elements: the axis is longer by one. Default false. */
  readonly includeInitial?: boolean;
}

/** What sums and products may be told besides. */
export interface CumulativeDtypeOptions extends CumulativeOptions {
  /** Element type to compute in. Default that of x; i32 for booleans and integers below 32 bits. */
  readonly dtype?: Dtype;
}

/**
 * For each position along `axis` the sum of all elements up to it, the element itself included. Booleans and small integers
 * are added as i32. Elements are added one after the other, so results have the same bits each time.
 * @throws ShapeError where there is no such axis, ArgumentError where none is given for more than one.
 *
 * @example
 * ```ts
 * import { cumulativeSum, tensor } from "smilodon";
 * console.log(await cumulativeSum(tensor([1, 2, 3])).toArray()); // [1, 3, 6]
 * console.log(await cumulativeSum(tensor([[1, 2], [3, 4]]), { axis: 0 }).toArray()); // [[1, 2], [4, 6]]
 * console.log(await cumulativeSum(tensor([1, 2, 3]), { exclusive: true, reverse: true }).toArray()); // [5, 3, 0]
 * ```
 */
export function cumulativeSum<S extends ShapeType>(
  x: Tensor<S>,
  options?: CumulativeDtypeOptions & { readonly includeInitial?: false },
): Tensor<S>;
export function cumulativeSum(x: Tensor, options?: CumulativeDtypeOptions): Tensor;
export function cumulativeSum(x: Tensor, options: CumulativeDtypeOptions = {}): Tensor {
  return cumulate("cumulativeSum", x, options, options.dtype ?? toCount(x.dtype), 0, (each, axis, isReversed) =>
    recurrence(full(each.shape, 1, { dtype: each.dtype }), each, {
      kind: "linear",
      axis,
      isReversed,
      initial: zeroOf(each.dtype),
    }),
  );
}

/**
 * For each position along `axis` the product of all elements up to it, the element itself included. Booleans and small
 * integers are multiplied as i32. The derivative divides nothing, so zeros are right.
 * @throws ShapeError where there is no such axis, ArgumentError where none is given for more than one.
 *
 * @example
 * ```ts
 * import { cumulativeProd, tensor } from "smilodon";
 * console.log(await cumulativeProd(tensor([1, 2, 3, 4])).toArray()); // [1, 2, 6, 24]
 * ```
 */
export function cumulativeProd<S extends ShapeType>(
  x: Tensor<S>,
  options?: CumulativeDtypeOptions & { readonly includeInitial?: false },
): Tensor<S>;
export function cumulativeProd(x: Tensor, options?: CumulativeDtypeOptions): Tensor;
export function cumulativeProd(x: Tensor, options: CumulativeDtypeOptions = {}): Tensor {
  return cumulate("cumulativeProd", x, options, options.dtype ?? toCount(x.dtype), 1, (each, axis, isReversed) =>
    recurrence(each, full(each.shape, zeroOf(each.dtype), { dtype: each.dtype }), {
      kind: "linear",
      axis,
      isReversed,
      initial: 1,
    }),
  );
}

/**
 * For each position along `axis` the greatest of all elements up to it; NaN from the first NaN on. Derivatives go to the last
 * of equal elements. The greatest of no elements is the lowest number of the dtype.
 * @throws ShapeError where there is no such axis, ArgumentError where none is given for more than one.
 *
 * @example
 * ```ts
 * import { cumulativeMax, tensor } from "smilodon";
 * console.log(await cumulativeMax(tensor([1, 3, 2, 5])).toArray()); // [1, 3, 3, 5]
 * ```
 */
export function cumulativeMax<S extends ShapeType>(
  x: Tensor<S>,
  options?: CumulativeOptions & { readonly includeInitial?: false },
): Tensor<S>;
export function cumulativeMax(x: Tensor, options?: CumulativeOptions): Tensor;
export function cumulativeMax(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return extremeUpTo("cumulativeMax", x, options, "maximum", dtypes[x.dtype].lowest);
}

/**
 * For each position along `axis` the least of all elements up to it; NaN from the first NaN on. Derivatives go to the last of
 * equal elements. The least of no elements is the highest number of the dtype.
 * @throws ShapeError where there is no such axis, ArgumentError where none is given for more than one.
 *
 * @example
 * ```ts
 * import { cumulativeMin, tensor } from "smilodon";
 * console.log(await cumulativeMin(tensor([3, 4, 1, 2])).toArray()); // [3, 3, 1, 1]
 * ```
 */
export function cumulativeMin<S extends ShapeType>(
  x: Tensor<S>,
  options?: CumulativeOptions & { readonly includeInitial?: false },
): Tensor<S>;
export function cumulativeMin(x: Tensor, options?: CumulativeOptions): Tensor;
export function cumulativeMin(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return extremeUpTo("cumulativeMin", x, options, "minimum", dtypes[x.dtype].highest);
}

/**
 * For each position along `axis` the logarithm of the sum of the exponentials of all elements up to it, without overflow.
 * Integers become f32.
 * @throws ShapeError where there is no such axis, ArgumentError where none is given for more than one.
 *
 * @example
 * ```ts
 * import { cumulativeLogSumExp, tensor } from "smilodon";
 * console.log(await cumulativeLogSumExp(tensor([-Infinity, 1000])).toArray()); // [-Infinity, 1000]
 * ```
 */
export function cumulativeLogSumExp<S extends ShapeType>(
  x: Tensor<S>,
  options?: CumulativeOptions & { readonly includeInitial?: false },
): Tensor<S>;
export function cumulativeLogSumExp(x: Tensor, options?: CumulativeOptions): Tensor;
export function cumulativeLogSumExp(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return withOneOrigin(() =>
    throughFloats(x, (values) =>
      cumulate("cumulativeLogSumExp", values, options, values.dtype, -Infinity, (each, axis, isReversed) => {
        // What each exponential is divided by: the greatest so far, a constant to derivatives
        const highest = stopGradient(cumulativeMax(each, { axis, reverse: isReversed }));
        const shift = where(isFiniteTensor(highest), highest, 0);
        const older = shifted(highest, axis, isReversed, -Infinity);
        const factor = where(older.equal(-Infinity), 0, exp(shifted(shift, axis, isReversed, 0).subtract(shift)));
        const total = recurrence(factor, exp(each.subtract(shift)), { kind: "linear", axis, isReversed, initial: 0 });
        // Where nothing is there but −∞ the sum is 0, whose logarithm has no derivative
        const isNothing = total.equal(0);
        return where(isNothing, -Infinity, log(where(isNothing, 1, total)).add(shift));
      }),
    ),
  );
}

/** The primitive `recurrence` of tensors of one shape and dtype. */
export function recurrence(a: Tensor, b: Tensor, params: PrimitiveParams["recurrence"]): Tensor {
  return new Tensor(node("recurrence", [a.node, b.node], params));
}

/** What changes no number when it is added: −0 for floats, since −0 + 0 is 0. */
function zeroOf(dtype: Dtype): number {
  return isFloat(dtype) ? -0 : 0;
}

function extremeUpTo(
  operation: string,
  x: Tensor,
  options: CumulativeOptions,
  kind: RecurrenceKind,
  initial: number,
): Tensor {
  const result = cumulate(operation, x, options, toNumber(x.dtype), initial, (each, axis, isReversed) =>
    recurrence(full(each.shape, zeroOf(each.dtype), { dtype: each.dtype }), each, { kind, axis, isReversed, initial }),
  );
  return new Tensor(castNode(result.node, x.dtype));
}

/** Runs `along`; `ofNothing` is the result of no elements. */
function cumulate(
  operation: string,
  x: Tensor,
  { axis, reverse = false, exclusive = false, includeInitial = false }: CumulativeOptions,
  dtype: Dtype,
  ofNothing: number,
  along: (x: Tensor, axis: number, isReversed: boolean) => Tensor,
): Tensor {
  requireTensor(operation, "x", x);
  if (axis === undefined && x.rank !== 1)
    throw new ArgumentError(
      `${operation}: a tensor of rank ${x.rank} needs an axis to go along. Give one with { axis: … }.`,
      { rank: x.rank },
    );
  if (exclusive && includeInitial)
    throw new ArgumentError(
      `${operation}: exclusive leaves out the last of what includeInitial gives. Choose one of the two.`,
      { exclusive, includeInitial },
    );
  const position = explaining(operation, [x], () => normalizeAxis(operation, axis ?? 0, x.rank));
  return withOneOrigin(() => {
    const values = new Tensor(castNode(x.node, dtype));
    if (includeInitial) return along(grown(values, position, reverse, ofNothing), position, reverse);
    return along(exclusive ? shifted(values, position, reverse, ofNothing) : values, position, reverse);
  });
}

/** `x` with one more position that holds `value`, where going along begins. */
function grown(x: Tensor, axis: number, isReversed: boolean, value: number): Tensor {
  return pad(
    x,
    x.shape.map((_, each) => (each !== axis ? [0, 0] : isReversed ? [0, 1] : [1, 0])),
    { value },
  );
}

/** For each position of `axis` what `x` is one step earlier, and at the first step `value`. */
function shifted(x: Tensor, axis: number, isReversed: boolean, value: number): Tensor {
  if (x.shape[axis] === 0) return x;
  const kept = x.shape.map((size, each) =>
    each !== axis ? null : isReversed ? ([1, size] as const) : ([0, size - 1] as const),
  );
  return grown(slice(x, ...kept), axis, isReversed, value);
}
