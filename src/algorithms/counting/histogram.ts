/** How many elements there are of each number, or between edges. */
import { node, withOneOrigin } from "../../graph/node.ts";
import { computedIn } from "../../shape/dtype.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add, divide, maximum, minimum, multiply, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, less, where } from "../../tensor/comparison.ts";
import { arange, full, zeros } from "../../tensor/creation.ts";
import { positionsOf } from "../../tensor/indexing.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { floatsOf, whence } from "../../tensor/operands.ts";
import { max, min, sum, toCount } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import { requireTensor, Tensor, tensor } from "../../tensor/tensor.ts";
import { type MaybeSize, type NoSize, ofSize, type SizeOption } from "../dataDependent.ts";
import { searchSorted } from "../sorting/searchSorted.ts";

/** From so many elements on they are counted in pieces side by side, if there are many more of them than counters. */
const manyElements = 1 << 16;
const pieces = 16;

/** What `bincount` may be told. */
export interface BincountOptions {
  /** What each element counts, instead of 1; of x's shape. */
  readonly weights?: Tensor;
  /** At least so many counters. Default 0. */
  readonly minLength?: number;
}

/**
 * How often each of 0, 1, 2, … occurs in x, a tensor of integers with one axis: i32, or sums of the weights, of the dtype that `sum` has. A promise of
 * counters up to the largest element, unless `size` is given: then that many. Elements outside are not counted, negative ones neither.
 * The derivative of the weights is that of a sum.
 * @throws DtypeError where x is not of integers, ShapeError where it has several axes or the weights another shape,
 * UnsupportedError inside a compiled function where no size is given.
 *
 * @example
 * ```ts
 * import { bincount, tensor } from "smilodon";
 * const x = tensor([1, 3, 1], { dtype: "i32" });
 * console.log(await (await bincount(x)).toArray()); // [0, 2, 0, 1]
 * console.log(await bincount(x, { size: 2, weights: tensor([0.5, 1, 2]) }).toArray()); // [0, 2.5]
 * ```
 */
export function bincount(x: Tensor, options: BincountOptions & SizeOption): Tensor;
export function bincount(x: Tensor, options?: BincountOptions & NoSize): Promise<Tensor>;
export function bincount(
  x: Tensor,
  { weights, minLength = 0, size }: BincountOptions & MaybeSize = {},
): Tensor | Promise<Tensor> {
  requireTensor("bincount", "x", x);
  const places = positionsOf("bincount", x);
  requireOneAxis("bincount", x);
  requireWeights("bincount", x, weights);
  if (!Number.isInteger(minLength) || minLength < 0)
    throw new ArgumentError(`bincount: minLength is ${minLength} and has to be a whole number of at least 0.`, {
      minLength,
    });
  const largest = () => (x.size === 0 ? zeros([], { dtype: "i32" }) : add(max(places), 1));
  return ofSize("bincount", size, largest, (needed) =>
    withOneOrigin(() => countPlaces(places, weights, Math.max(needed, minLength))),
  );
}

/** What `histogram` may be told. */
export interface HistogramOptions {
  /** How many bins of equal width, or their edges in rising order, of one axis. Default 10. */
  readonly bins?: number | readonly number[] | Tensor;
  /** Where equal bins begin and end. Default: the smallest and the largest element. */
  readonly range?: readonly [low: number, high: number];
  /** What each element counts, instead of 1; of x's shape. */
  readonly weights?: Tensor;
  /** Densities instead of counts: the sum over bins of density times width is 1. Default false. */
  readonly density?: boolean;
}

/** How many elements are in each bin. */
export interface Histogram {
  /** i32, or sums of the weights, or densities. */
  readonly counts: Tensor;
  /** The edges of the bins: one more than there are bins. */
  readonly edges: Tensor;
}

/**
 * How many elements of x, of any shape, are in each bin, as NumPy has it: bin i holds what is at least edge i and below edge i + 1; the
 * last one holds its end, too. Elements outside and NaN are not counted. Where all elements are one number and no range is given,
 * the bins reach half a unit around it.
 * @throws ArgumentError where there is no bin or the range falls, ShapeError where the weights have another shape.
 *
 * @example
 * ```ts
 * import { histogram, tensor } from "smilodon";
 * const { counts, edges } = histogram(tensor([0, 0.2, 1, 4]), { bins: 2 });
 * console.log(await counts.toArray(), await edges.toArray()); // [3, 1] [0, 2, 4]
 * console.log(await histogram(tensor([1, 2, 3]), { bins: [0, 2, 3] }).counts.toArray()); // [1, 2]
 * ```
 */
export function histogram(x: Tensor, options: HistogramOptions = {}): Histogram {
  requireTensor("histogram", "x", x);
  const { weights, density = false } = options;
  requireWeights("histogram", x, weights);
  return withOneOrigin(() => {
    const values = floatsOf(reshape(x, [x.size]));
    const edges = edgesFor(values, options);
    const bins = edges.size - 1;
    const place = subtract(searchSorted(edges, values, { side: "right" }), 1);
    const last = slice(edges, -1);
    // What is past the last edge points nowhere, unless it is that edge
    const bin = where(equal(values, last), bins - 1, where(less(values, last), place, -1));
    const counts = countPlaces(bin, weights && reshape(weights, [x.size]), bins);
    if (!density) return { counts, edges };
    const widths = subtract(slice(edges, [1]), slice(edges, [0, -1]));
    const total = astype(sum(counts), edges.dtype);
    return { counts: divide(astype(counts, edges.dtype), multiply(total, widths)), edges };
  });
}

function edgesFor(values: Tensor, { bins = 10, range }: HistogramOptions): Tensor {
  if (typeof bins !== "number") {
    const edges = bins instanceof Tensor ? floatsOf(bins) : listed(bins, values.dtype);
    if (edges.rank !== 1 || edges.size < 2)
      throw new ArgumentError(
        `histogram: edges of shape ${showShape(edges.shape)} make no bin. Give at least two, in one axis.`,
        {
          shape: edges.shape,
        },
      );
    return edges;
  }
  if (!Number.isInteger(bins) || bins < 1)
    throw new ArgumentError(`histogram: ${bins} bins; give a whole number of at least 1.`, { bins });
  if (range !== undefined && !(range[0] <= range[1] && Number.isFinite(range[1] - range[0])))
    throw new ArgumentError(`histogram: there is no range from ${range[0]} to ${range[1]}.`, { range });
  const [low, high] = rangeOf(values, range);
  const isPoint = equal(low, high);
  const start = where(isPoint, subtract(low, 0.5), low);
  const end = where(isPoint, add(high, 0.5), high);
  const positions = arange(0, bins + 1, 1, { dtype: "i32" });
  const step = divide(subtract(end, start), bins);
  // Both ends are what they are
  return where(equal(positions, bins), end, add(start, multiply(astype(positions, values.dtype), step)));
}

function rangeOf(values: Tensor, range: readonly [number, number] | undefined): readonly [Tensor, Tensor] {
  const [low, high] = range ?? [0, 1];
  const number = (value: number) => add(zeros([], { dtype: values.dtype }), value);
  return range !== undefined || values.size === 0 ? [number(low), number(high)] : [min(values), max(values)];
}

function listed(edges: readonly number[], dtype: Tensor["dtype"]): Tensor {
  if (edges.some((edge, index) => !(edge >= (edges[index - 1] ?? edge))))
    throw new ArgumentError(`histogram: the edges ${edges.join(", ")} do not rise.`, { edges });
  return tensor(edges, { dtype });
}

/** Sums of the weights (1 by default) of the elements that are 0, 1, 2, …, `count` sums; others are left out. */
function countPlaces(given: Tensor, weights: Tensor | undefined, count: number): Tensor {
  const dtype = weights === undefined ? "i32" : toCount(weights.dtype);
  const held = computedIn(dtype);
  const values = weights === undefined ? full(given.shape, 1, { dtype: held }) : astype(weights, held);
  // Others have counters, too, on both sides: nobody has to ask
  const places = add(minimum(maximum(given, -1), count), 1);
  return astype(slice(sumsAt(places, values, count + 2), [1, -1]), dtype);
}

/** Sums of `values` at `places`, of which all are below `count`; many in pieces side by side. */
function sumsAt(places: Tensor, values: Tensor, count: number): Tensor {
  const { dtype } = values;
  const write = (base: Tensor, given: readonly Tensor[], axis: number) =>
    new Tensor(
      node(
        "scatter",
        [base, ...given].map((each) => each.node),
        { axis, batch: axis, combine: "add" },
      ),
    );
  if (places.size < manyElements || count * pieces * 4 > places.size)
    return write(zeros([count], { dtype }), [places, values], 0);
  const length = Math.floor(places.size / pieces);
  const whole = [places, values].map((each) => reshape(slice(each, [0, pieces * length]), [pieces, length]));
  const rest = [places, values].map((each) => slice(each, [pieces * length]));
  const inPieces = sum(write(zeros([pieces, count], { dtype }), whole, 1), { axis: 0 });
  return pieces * length === places.size ? inPieces : write(inPieces, rest, 0);
}

function requireOneAxis(operation: string, x: Tensor): void {
  if (x.rank !== 1)
    throw new ShapeError(`${operation}: ${showShape(x.shape)} has ${x.rank} axes and has to have one.${whence([x])}`, {
      shape: x.shape,
    });
}

function requireWeights(operation: string, x: Tensor, weights: Tensor | undefined): void {
  if (weights === undefined) return;
  requireTensor(operation, "weights", weights);
  if (!sameShape(x.shape, weights.shape))
    throw new ShapeError(
      `${operation}: the weights have shape ${showShape(weights.shape)} and the elements ${showShape(x.shape)}.${whence([x, weights])}`,
      { shape: x.shape, weights: weights.shape },
    );
}
