/**
 * Non-maximum suppression: of boxes that overlap the one with the highest score. A loop of the plan takes one box after the
 * other, for all batches and classes at once: the best that is left, then away with all that overlap it. How many are
 * kept depends on the data: wait for the count, or give a size.
 */
import { dtypes } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { greater, greaterEqual, less, logicalAnd, where } from "../../tensor/comparison.ts";
import { arange, full } from "../../tensor/creation.ts";
import { cumulativeSum } from "../../tensor/cumulative.ts";
import { scatterAdd, takeAlongAxis } from "../../tensor/indexing.ts";
import { stack } from "../../tensor/joining.ts";
import { broadcastTo, expandDims, reshape } from "../../tensor/manipulate.ts";
import { floatsOf } from "../../tensor/operands.ts";
import { any, max, sum } from "../../tensor/reduce.ts";
import { argmax } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { whileLoop } from "../../transforms/control/whileLoop.ts";
import { centersToCorners, overlapOf, requireFloats, sidesOf } from "./boxes.ts";

/** When boxes are kept. */
export interface SuppressionOptions {
  /** Boxes that overlap a kept one by more than this are dropped. Default 0, as in ONNX. */
  readonly iouThreshold?: number;
  /** Boxes with scores up to this are no candidates. Default: all are. */
  readonly scoreThreshold?: number;
  /** Boxes are (centre x, centre y, width, height), not corners; ONNX's `center_point_box`. Default false. */
  readonly centerPointBox?: boolean;
  /** Kept at most for each class and picture. Default all. ONNX's default is 0, for none. */
  readonly maxOutputBoxesPerClass?: number;
}

/** The same, and how many rows the result has whatever the data. */
export interface SizedSuppressionOptions extends SuppressionOptions {
  /** Rows of the result: missing ones are filled with −1, further ones left out. */
  readonly size: number;
}

/**
 * Positions of the boxes [n, 4], (x1, y1, x2, y2), that stay when of two that overlap by more than `iouThreshold` the one with the
 * lower of the scores [n] goes: i32, by falling score, of equal ones the first. As torchvision's nms. The number depends on the data: it
 * has to be waited for, unless `size` says how many there are to be; then it compiles. No derivative.
 * @throws ShapeError where shapes differ, DtypeError where scores are no floats, ArgumentError for other numbers.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const boxes = tensor([[0, 0, 2, 2], [0, 0, 2, 1.8], [3, 3, 4, 4]]);
 * const scores = tensor([0.5, 0.9, 0.7]);
 * console.log(await (await images.nms(boxes, scores, { iouThreshold: 0.5 })).toArray()); // [1, 2]
 * console.log(await images.nms(boxes, scores, { iouThreshold: 0.5, size: 3 }).toArray()); // [1, 2, -1]
 * ```
 */
export function nms(boxes: Tensor, scores: Tensor, options: SizedSuppressionOptions): Tensor;
export function nms(boxes: Tensor, scores: Tensor, options?: SuppressionOptions): Promise<Tensor>;
export function nms(
  boxes: Tensor,
  scores: Tensor,
  options: SuppressionOptions | SizedSuppressionOptions = {},
): Tensor | Promise<Tensor> {
  if (scores.rank !== 1 || boxes.rank !== 2 || boxes.shape[0] !== scores.shape[0])
    throw new ShapeError(
      `nms: boxes have shape ${showShape(boxes.shape)} and scores ${showShape(scores.shape)}; [n, 4] and [n] are needed.`,
      { boxes: boxes.shape, scores: scores.shape },
    );
  const kept = suppress("nms", expandDims(boxes, 0), reshape(scores, [1, 1, scores.size]), options);
  return sized("nms", [reshape(kept, [-1])], options, ([places]) => places ?? kept);
}

/**
 * Rows (picture, class, box) of the boxes [batch, n, 4] that stay for each class of scores [batch, classes, n]: i32 [rows, 3], by picture,
 * class and falling score. As ONNX's NonMaxSuppression: corners may be given in either order, (y1, x1, y2, x2) as well as
 * (x1, y1, x2, y2). The number of rows depends on the data: it has to be waited for, unless `size` says how many there are to be; then it
 * compiles. No derivative.
 * @throws ShapeError where shapes differ, DtypeError where scores are no floats, ArgumentError for other numbers.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const boxes = tensor([[[0, 0, 2, 2], [0, 0, 2, 1.8], [3, 3, 4, 4]]]);
 * const scores = tensor([[[0.5, 0.9, 0.7], [0.8, 0.1, 0.2]]]);
 * const options = { iouThreshold: 0.5, scoreThreshold: 0.3, maxOutputBoxesPerClass: 2 };
 * const kept = await images.nonMaximumSuppression(boxes, scores, options);
 * console.log(await kept.toArray()); // [[0, 0, 1], [0, 0, 2], [0, 1, 0]]
 * ```
 */
export function nonMaximumSuppression(boxes: Tensor, scores: Tensor, options: SizedSuppressionOptions): Tensor;
export function nonMaximumSuppression(boxes: Tensor, scores: Tensor, options?: SuppressionOptions): Promise<Tensor>;
export function nonMaximumSuppression(
  boxes: Tensor,
  scores: Tensor,
  options: SuppressionOptions | SizedSuppressionOptions = {},
): Tensor | Promise<Tensor> {
  const [batch = 0, classes = 0, count = 0] = scores.shape;
  if (scores.rank !== 3 || showShape(boxes.shape) !== showShape([batch, count, 4]))
    throw new ShapeError(
      `nonMaximumSuppression: boxes have shape ${showShape(boxes.shape)} and scores ${showShape(scores.shape)}; [batch, n, 4] and [batch, classes, n] are needed.`,
      { boxes: boxes.shape, scores: scores.shape },
    );
  const kept = suppress("nonMaximumSuppression", boxes, scores, options);
  const along = (length: number, axis: number) =>
    reshape(broadcastTo(reshape(arange(length), [length, ...new Array<number>(2 - axis).fill(1)]), kept.shape), [
      kept.size,
    ]);
  const columns = [reshape(kept, [kept.size]), along(batch, 0), along(classes, 1)];
  return sized("nonMaximumSuppression", columns, options, ([box, picture, kind]) =>
    stack([picture ?? kept, kind ?? kept, box ?? kept], 1),
  );
}

/** For each picture and class the kept boxes in order, [batch, classes, most], −1 behind the last. */
function suppress(operation: string, boxes: Tensor, scores: Tensor, options: SuppressionOptions): Tensor {
  const { iouThreshold = 0, scoreThreshold = -Infinity, centerPointBox = false } = options;
  requireFloats(operation, "the scores", scores);
  const count = at(scores.shape, 2);
  const most = Math.min(options.maxOutputBoxesPerClass ?? count, count);
  if (!(iouThreshold >= 0 && iouThreshold <= 1) || Number.isNaN(scoreThreshold) || !Number.isInteger(most) || most < 0)
    throw new ArgumentError(
      `${operation}: iouThreshold is ${iouThreshold}, scoreThreshold ${scoreThreshold} and maxOutputBoxesPerClass ${options.maxOutputBoxesPerClass ?? "not given"}; numbers of [0, 1], of any size, and whole ones are needed.`,
      { iouThreshold, scoreThreshold, maxOutputBoxesPerClass: options.maxOutputBoxesPerClass },
    );
  const shape = [...scores.shape.slice(0, 2), most];
  const none = full(shape, -1, { dtype: "i32" });
  if (none.size === 0) return none;
  const computed = floatsOf(boxes);
  const numbers = astype(computed, dtypes[computed.dtype].computed);
  const corners = centerPointBox ? centersToCorners(numbers) : numbers;
  // Corners in order, [batch, 1, n] each
  const [a, b, c, d] = sidesOf(operation, corners).map((side) => expandDims(side, 1));
  if (!a || !b || !c || !d) return none;
  const sides = [a.minimum(c), b.minimum(d), a.maximum(c), b.maximum(d)].map((side) => broadcastTo(side, scores.shape));
  const dead = -Infinity;
  const isCandidate = scoreThreshold === -Infinity ? scores.equal(scores) : greater(scores, scoreThreshold);
  const places = broadcastTo(arange(most), shape);
  const [, , , kept] = whileLoop(
    ([round, , isLeft]) => logicalAnd(less(round, most), any(isLeft)),
    ([round, values, isLeft, found]): [Tensor, Tensor, Tensor, Tensor] => {
      // The first of the highest that are left; one of −∞ is chosen like the others
      const top = max(where(isLeft, values, dead), -1, { keepDims: true });
      const best = expandDims(argmax(astype(logicalAnd(isLeft, greaterEqual(values, top)), "i32"), 2), 2);
      const hasBest = any(isLeft, -1, { keepDims: true });
      const overlap = overlapOf(
        sides.map((side) => takeAlongAxis(side, best)),
        sides,
      );
      const isChosen = arange(count).equal(best);
      const stays = logicalAnd(isLeft, logicalAnd(overlap.lessEqual(iouThreshold), isChosen.logicalNot()));
      const next = where(logicalAnd(places.equal(round), hasBest), best, found);
      return [add(round, 1), values, stays, next];
    },
    [full([], 0, { dtype: "i32" }), scores, isCandidate, none] as [Tensor, Tensor, Tensor, Tensor],
  );
  return kept;
}

/** The entries of `columns` where the first is not −1, together: `size` of them, or as many as there are. */
function sized(
  operation: string,
  columns: readonly Tensor[],
  options: SuppressionOptions | SizedSuppressionOptions,
  join: (columns: readonly Tensor[]) => Tensor,
): Tensor | Promise<Tensor> {
  const [first] = columns;
  if (first === undefined) throw new ArgumentError(`${operation}: there is nothing to keep.`);
  const isKept = greaterEqual(first, 0);
  const ranks = where(isKept, subtract(cumulativeSum(astype(isKept, "i32")), 1), -1);
  const compact = (size: number) => {
    // Those without a place go to one behind the last, which is cut off
    const target = where(logicalAnd(isKept, less(ranks, size)), ranks, size);
    return join(
      columns.map((column) =>
        subtract(scatterAdd(full([size + 1], 0, { dtype: "i32" }), target, add(column, 1)).slice([0, size]), 1),
      ),
    );
  };
  if ("size" in options) {
    if (Number.isInteger(options.size) && options.size >= 0) return compact(options.size);
    throw new ArgumentError(`${operation}: size is ${options.size}; a whole number of 0 or more is needed.`, {
      size: options.size,
    });
  }
  return sum(astype(isKept, "i32"))
    .item()
    .then((count) => compact(Number(count)));
}
