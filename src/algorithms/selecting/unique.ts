/** Sets of elements: the distinct ones, and which are in another tensor. Sorting brings equal elements together. */
import { withOneOrigin } from "../../graph/node.ts";
import { subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, less, logicalAnd, logicalNot, notEqual } from "../../tensor/comparison.ts";
import { zeros, zerosLike } from "../../tensor/creation.ts";
import { cumulativeSum } from "../../tensor/cumulative.ts";
import { scatterAdd, take } from "../../tensor/indexing.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { commonDtype } from "../../tensor/operands.ts";
import { sum } from "../../tensor/reduce.ts";
import { pad, slice } from "../../tensor/slice.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { type MaybeSize, type NoSize, ofSize, type SizeOption } from "../dataDependent.ts";
import { searchSorted } from "../sorting/searchSorted.ts";
import { argsort, sort } from "../sorting/sort.ts";
import { placesOf } from "./nonzero.ts";

/** The distinct elements of a tensor, and all that is known of them. */
export interface UniqueAll {
  /** The distinct elements in rising order, of x's dtype. */
  readonly values: Tensor;
  /** Where each of them occurs first, counted through row by row, i32. */
  readonly indices: Tensor;
  /** Which of them each element of x is, i32, of x's shape. */
  readonly inverseIndices: Tensor;
  /** How often each of them occurs, i32. */
  readonly counts: Tensor;
}

/**
 * The distinct elements of x in rising order, with where each occurs first, how often, and which of them each element is (array API).
 * +0 and −0 are equal, the first one stands for both; each NaN is distinct from all others. A promise, unless `size` is given: then that
 * many elements; where there are fewer, the smallest element is repeated, with counts of 0. Values have derivatives.
 * @throws UnsupportedError inside a compiled function where no size is given.
 *
 * @example
 * ```ts
 * import { tensor, uniqueAll } from "smilodon";
 * const { values, indices, inverseIndices, counts } = await uniqueAll(tensor([5, 2, 5]));
 * console.log(await values.toArray(), await indices.toArray()); // [2, 5] [1, 0]
 * console.log(await inverseIndices.toArray(), await counts.toArray()); // [1, 0, 1] [1, 2]
 * ```
 */
export function uniqueAll(x: Tensor, options: SizeOption): UniqueAll;
export function uniqueAll(x: Tensor, options?: NoSize): Promise<UniqueAll>;
export function uniqueAll(x: Tensor, { size }: MaybeSize = {}): UniqueAll | Promise<UniqueAll> {
  return uniqueOf("uniqueAll", x, size, (all) => all);
}

/**
 * The distinct elements of x in rising order, and how often each occurs; else as `uniqueAll`.
 *
 * @example
 * ```ts
 * import { tensor, uniqueCounts } from "smilodon";
 * const { values, counts } = uniqueCounts(tensor([5, 2, 5]), { size: 3 });
 * console.log(await values.toArray(), await counts.toArray()); // [2, 5, 2] [1, 2, 0]
 * ```
 */
export function uniqueCounts(x: Tensor, options: SizeOption): Pick<UniqueAll, "values" | "counts">;
export function uniqueCounts(x: Tensor, options?: NoSize): Promise<Pick<UniqueAll, "values" | "counts">>;
export function uniqueCounts(
  x: Tensor,
  { size }: MaybeSize = {},
): Pick<UniqueAll, "values" | "counts"> | Promise<Pick<UniqueAll, "values" | "counts">> {
  return uniqueOf("uniqueCounts", x, size, ({ values, counts }) => ({ values, counts }));
}

/**
 * The distinct elements of x in rising order, and which of them each element is; else as `uniqueAll`.
 *
 * @example
 * ```ts
 * import { take, tensor, uniqueInverse } from "smilodon";
 * const { values, inverseIndices } = await uniqueInverse(tensor([5, 2, 5]));
 * console.log(await take(values, inverseIndices).toArray()); // [5, 2, 5]
 * ```
 */
export function uniqueInverse(x: Tensor, options: SizeOption): Pick<UniqueAll, "values" | "inverseIndices">;
export function uniqueInverse(x: Tensor, options?: NoSize): Promise<Pick<UniqueAll, "values" | "inverseIndices">>;
export function uniqueInverse(
  x: Tensor,
  { size }: MaybeSize = {},
): Pick<UniqueAll, "values" | "inverseIndices"> | Promise<Pick<UniqueAll, "values" | "inverseIndices">> {
  return uniqueOf("uniqueInverse", x, size, ({ values, inverseIndices }) => ({ values, inverseIndices }));
}

/**
 * The distinct elements of x in rising order; else as `uniqueAll`.
 *
 * @example
 * ```ts
 * import { tensor, uniqueValues } from "smilodon";
 * console.log(await (await uniqueValues(tensor([[5, 2], [5, 5]]))).toArray()); // [2, 5]
 * ```
 */
export function uniqueValues(x: Tensor, options: SizeOption): Tensor;
export function uniqueValues(x: Tensor, options?: NoSize): Promise<Tensor>;
export function uniqueValues(x: Tensor, { size }: MaybeSize = {}): Tensor | Promise<Tensor> {
  return uniqueOf("uniqueValues", x, size, ({ values }) => values);
}

function uniqueOf<R>(
  operation: string,
  x: Tensor,
  size: number | undefined,
  choose: (all: UniqueAll) => R,
): R | Promise<R> {
  requireTensor(operation, "x", x);
  const { order, isFirst } = withOneOrigin(() => groupsOf(reshape(x, [x.size])));
  return ofSize(
    operation,
    size,
    () => sum(isFirst),
    (count) => withOneOrigin(() => choose(describe(x, order, isFirst, count))),
  );
}

/** Positions in sorted order, and for each of them 1 where another element begins, i32. */
function groupsOf(flat: Tensor): { readonly order: Tensor; readonly isFirst: Tensor } {
  const order = argsort(flat);
  if (flat.size === 0) return { order, isFirst: zerosLike(order) };
  const sorted = take(flat, order);
  const differs = notEqual(slice(sorted, [1]), slice(sorted, [0, -1]));
  return { order, isFirst: pad(astype(differs, "i32"), [[1, 0]], { value: 1 }) };
}

function describe(x: Tensor, order: Tensor, isFirst: Tensor, count: number): UniqueAll {
  const group = subtract(cumulativeSum(isFirst), 1);
  const none = zeros([count], { dtype: "i32" });
  const indices = take(order, placesOf(isFirst, count));
  return {
    values: take(reshape(x, [x.size]), indices),
    indices,
    inverseIndices: reshape(scatterAdd(zerosLike(order), order, group), x.shape),
    counts: scatterAdd(none, group, 1),
  };
}

/** What `isIn` may be told. */
export interface IsInOptions {
  /** Are the elements wanted that are not in it? Default false. */
  readonly invert?: boolean;
}

/**
 * For each element of x whether it is one of `elements`, bool of x's shape. dtypes promote; NaN is in nothing.
 *
 * @example
 * ```ts
 * import { isIn, tensor } from "smilodon";
 * console.log(await isIn(tensor([1, 2, 3]), tensor([3, 1])).toArray()); // [true, false, true]
 * ```
 */
export function isIn(x: Tensor, elements: Tensor, { invert = false }: IsInOptions = {}): Tensor {
  requireTensor("isIn", "x", x);
  requireTensor("isIn", "elements", elements);
  return withOneOrigin(() => {
    const dtype = commonDtype("isIn", [x, elements]);
    const sorted = sort(astype(reshape(elements, [elements.size]), dtype));
    const wanted = astype(x, dtype);
    const place = searchSorted(sorted, wanted);
    const isFound = logicalAnd(equal(take(sorted, place), wanted), less(place, elements.size));
    return invert ? logicalNot(isFound) : isFound;
  });
}
