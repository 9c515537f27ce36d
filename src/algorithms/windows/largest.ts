/**
 * Maxima and where they are. The derivative of a maximum is a write: what comes back is added at the indices, which costs less
 * than the maxima do; through the choices that found them each position would make all of them again. `pooling.ts` and
 * `adaptivePooling.ts` say which elements there are to choose from.
 */
import { node } from "../../graph/node.ts";
import { dtypes, isFloat } from "../../shape/dtype.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { astype } from "../../tensor/cast.ts";
import { greaterEqual, isNan, logicalAnd, logicalOr, where } from "../../tensor/comparison.ts";
import { arange, zeros } from "../../tensor/creation.ts";
import { broadcastTo, reshape } from "../../tensor/manipulate.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";

/** Maxima, and the positions of the last dimensions that they are from, counted row by row, of i32. */
export type Largest = [values: Tensor, indices: Tensor];

/**
 * The maxima that `find` chooses among the elements of `x` and, in the same way, among their positions in the last `dimensions`.
 * `others` is what else it reads, without a derivative. Who leaves the indices alone does not pay for them.
 */
export function findLargest(
  x: Tensor,
  dimensions: number,
  others: readonly Tensor[],
  find: (given: readonly Tensor[], others: readonly Tensor[]) => readonly Tensor[],
): Largest {
  const both = (given: Tensor, rest: readonly Tensor[]): Largest => {
    const [values = given, indices = given] = find([given, indicesOf(given, dimensions)], rest);
    return [values, indices];
  };
  if (!isFloat(x.dtype)) return both(x, others);
  const { shape } = x;
  return customVjp(both, {
    forward: (given, rest) => {
      const found = both(given, rest);
      return [found, found[1]];
    },
    backward: (indices, [cotangent]) => [addAt(indices, cotangent, shape, shape.length - dimensions), null],
  })(x, others);
}

/** The larger of two elements, the first of equals, NaN before all; further tensors say where they are from, −1 for outside. */
export function largerOf(
  [first, place]: readonly Tensor[],
  [second, otherPlace]: readonly Tensor[],
): readonly Tensor[] {
  if (first === undefined || second === undefined) return [];
  const isFirst = isFloat(first.dtype)
    ? logicalOr(greaterEqual(first, second), isNan(first))
    : greaterEqual(first, second);
  const value = where(isFirst, first, second);
  if (place === undefined || otherPlace === undefined) return [value];
  // Outside is the least number that there is, and an equal one inside comes first
  return [value, where(logicalAnd(isFirst, greaterEqual(place, 0)), place, otherPlace)];
}

/** For each element of `x` its position in the last `dimensions`, counted row by row. */
function indicesOf(x: Tensor, dimensions: number): Tensor {
  const sizes = x.shape.slice(x.rank - dimensions);
  return broadcastTo(reshape(arange(0, sizeOf(sizes), 1, { dtype: "i32" }), sizes), x.shape);
}

/** Zeros of `shape` with `values` added at `indices` of the axes from `first` on; halves are added up in f32. */
export function addAt(indices: Tensor, values: Tensor, shape: Shape, first: number): Tensor {
  const outer = shape.slice(0, first);
  const dtype = dtypes[values.dtype].computed;
  const rows = (each: Tensor) => reshape(each, [...outer, sizeOf(each.shape.slice(first))]);
  const base = zeros([...outer, sizeOf(shape.slice(first))], { dtype });
  const inputs = [base, rows(indices), rows(astype(values, dtype))].map((each) => each.node);
  const written = new Tensor(node("scatter", inputs, { axis: first, batch: first, combine: "add" }));
  return astype(reshape(written, shape), values.dtype);
}
