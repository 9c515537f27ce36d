/**
 * How well single units tell a class of things from others: the area under the curve of precision over recall, for each group of a
 * layer. Edges are everywhere, parts of faces only in faces, so the areas should rise from layer to layer.
 *
 * Source: H. Lee et al., "Unsupervised learning of hierarchical representations with convolutional deep belief networks",
 * Communications of the ACM 54 (10), 2011, page 104 (the measure: a layer's map in L × L regions, the best of them counts).
 */
import { argsort } from "../../algorithms/sorting/sort.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add, divide, multiply } from "../../tensor/arithmetic.ts";
import { arange } from "../../tensor/creation.ts";
import { cumulativeSum } from "../../tensor/cumulative.ts";
import { take } from "../../tensor/indexing.ts";
import { concat } from "../../tensor/joining.ts";
import { expandDims, flatten, reshape } from "../../tensor/manipulate.ts";
import { max, sum } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";

/**
 * Area under the curve of precision over recall of each column of scores, as the mean of the precisions at the pictures that are of
 * the class (average precision). Equal scores count in the order of rows: mix the rows first.
 * @param scores [pictures, columns]
 * @param isClass which pictures are of the class
 * @returns [columns]
 * @throws ShapeError where there are not as many marks as rows, ArgumentError where none is of the class.
 *
 * @example
 * ```ts
 * import { averagePrecision } from "smilodon/deep-belief";
 * import { tensor } from "smilodon";
 * const scores = tensor([[0.9, 0.1], [0.8, 0.2], [0.1, 0.3]]);
 * console.log(await averagePrecision(scores, [true, true, false]).toArray()); // [1, 0.58…]
 * ```
 */
export function averagePrecision(scores: Tensor, isClass: readonly boolean[]): Tensor {
  const [rows = 0, columns = 0] = scores.shape;
  if (scores.rank !== 2 || isClass.length !== rows)
    throw new ShapeError(
      `averagePrecision: scores of shape [${scores.shape}] and ${isClass.length} marks; scores are [pictures, columns].`,
      { shape: scores.shape, marks: isClass.length },
    );
  const count = isClass.filter(Boolean).length;
  if (count === 0) throw new ArgumentError("averagePrecision: none of the pictures is of the class.");
  const order = argsort(scores, { axis: 0, descending: true });
  const marks = tensor(isClass.map(Number));
  const found = reshape(take(marks, flatten(order)), [rows, columns]);
  const rank = expandDims(add(arange(0, rows), 1), 1);
  const precision = divide(cumulativeSum(found, { axis: 0 }), rank);
  return divide(sum(multiply(precision, found), 0), count);
}

/**
 * The strongest answer in each of L × L regions of each group's map, for each L: [count, regions, groups], regions of all L together.
 * @param pooling [count, groups, rows, columns]
 */
export function regionAnswers(pooling: Tensor, divisions: readonly number[] = [1, 2, 3]): Tensor {
  const [, , rows = 0, columns = 0] = pooling.shape;
  const bounds = (size: number, parts: number, part: number): [number, number] => {
    const start = Math.floor((size * part) / parts);
    return [start, Math.max(start + 1, Math.floor((size * (part + 1)) / parts))];
  };
  const answers = divisions
    .filter((parts) => parts <= Math.min(rows, columns))
    .flatMap((parts) =>
      Array.from({ length: parts * parts }, (_, region) => {
        const down = bounds(rows, parts, Math.floor(region / parts));
        const across = bounds(columns, parts, region % parts);
        return expandDims(max(slice(pooling, null, null, down, across), [2, 3]), 1);
      }),
    );
  return concat(answers, 1);
}

/** Area under precision and recall of each group, in its best region: [groups]. @param answers as `regionAnswers` gives */
export function groupAreas(answers: Tensor, isClass: readonly boolean[]): Tensor {
  const [count = 0, regions = 0, groups = 0] = answers.shape;
  const areas = averagePrecision(reshape(answers, [count, regions * groups]), isClass);
  return max(reshape(areas, [regions, groups]), 0);
}
