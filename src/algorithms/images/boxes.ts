/** Boxes of objects in pictures: their forms, areas and how much they overlap. */
import { dtypes, isFloat } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { DtypeError, ShapeError } from "../../support/errors.ts";
import { add, divide, maximum, minimum, multiply, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { where } from "../../tensor/comparison.ts";
import { stack } from "../../tensor/joining.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { commonDtype, floatsOf, toFloat } from "../../tensor/operands.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * Boxes (x1, y1, x2, y2) of boxes (centre x, centre y, width, height): [..., 4] → [..., 4]. Integers become f32.
 * @throws ShapeError where the last axis is not 4.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * console.log(await images.centersToCorners(tensor([5, 5, 4, 2])).toArray()); // [3, 4, 7, 6]
 * ```
 */
export function centersToCorners(boxes: Tensor): Tensor {
  const [x, y, width, height] = sidesOf("centersToCorners", floatsOf(boxes));
  const [w, h] = [divide(width, 2), divide(height, 2)];
  return stack([subtract(x, w), subtract(y, h), add(x, w), add(y, h)], -1);
}

/**
 * Boxes (centre x, centre y, width, height) of boxes (x1, y1, x2, y2): [..., 4] → [..., 4]. Integers become f32.
 * @throws ShapeError where the last axis is not 4.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * console.log(await images.cornersToCenters(tensor([3, 4, 7, 6])).toArray()); // [5, 5, 4, 2]
 * ```
 */
export function cornersToCenters(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2] = sidesOf("cornersToCenters", floatsOf(boxes));
  return stack([divide(add(x1, x2), 2), divide(add(y1, y2), 2), subtract(x2, x1), subtract(y2, y1)], -1);
}

/**
 * Areas of boxes (x1, y1, x2, y2): [..., 4] → [...].
 * @throws ShapeError where the last axis is not 4.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * console.log(await images.boxArea(tensor([[3, 4, 7, 6]])).toArray()); // [8]
 * ```
 */
export function boxArea(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2] = sidesOf("boxArea", boxes);
  return multiply(subtract(x2, x1), subtract(y2, y1));
}

/**
 * How much boxes overlap: the area in both by the area in either, a [..., n, 4] and b [..., m, 4], as (x1, y1, x2, y2), → [..., n, m]. 0
 * where both are empty. Integers become f32. As torchvision's box_iou.
 * @throws ShapeError where the last axes are not 4, or those before do not broadcast.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const a = tensor([[0, 0, 2, 2]]);
 * console.log(await images.boxIou(a, tensor([[0, 0, 2, 1], [5, 5, 6, 6]])).toArray()); // [[0.5, 0]]
 * ```
 */
export function boxIou(a: Tensor, b: Tensor): Tensor {
  for (const boxes of [a, b])
    if (boxes.rank < 2)
      throw new ShapeError(`boxIou: boxes have shape ${showShape(boxes.shape)}; lists of them are needed, [n, 4].`, {
        boxes: boxes.shape,
      });
  const dtype = toFloat(commonDtype("boxIou", [a, b]));
  const [first, second] = [a, b].map((boxes) => sidesOf("boxIou", astype(boxes, dtypes[dtype].computed)));
  return astype(
    overlapOf(
      (first ?? []).map((side) => expandDims(side, -1)),
      (second ?? []).map((side) => expandDims(side, -2)),
    ),
    dtype,
  );
}

/** Area in both by area in either, of sides (x1, y1, x2, y2) that broadcast. */
export function overlapOf(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  const [ax1, ay1, ax2, ay2] = a;
  const [bx1, by1, bx2, by2] = b;
  if (!ax1 || !ay1 || !ax2 || !ay2 || !bx1 || !by1 || !bx2 || !by2)
    throw new ShapeError("overlapOf: boxes have four sides.");
  const width = maximum(subtract(minimum(ax2, bx2), maximum(ax1, bx1)), 0);
  const height = maximum(subtract(minimum(ay2, by2), maximum(ay1, by1)), 0);
  const both: Tensor = multiply(width, height);
  const areas = add(multiply(subtract(ax2, ax1), subtract(ay2, ay1)), multiply(subtract(bx2, bx1), subtract(by2, by1)));
  const either: Tensor = subtract(areas, both);
  const isEmpty = both.equal(0);
  return where(isEmpty, 0, divide(both, where(isEmpty, 1, either)));
}

/** The four numbers of each box. @throws ShapeError, DtypeError unless there are four. */
export function sidesOf(operation: string, boxes: Tensor): readonly [Tensor, Tensor, Tensor, Tensor] {
  if (boxes.shape.at(-1) !== 4)
    throw new ShapeError(`${operation}: boxes have shape ${showShape(boxes.shape)}; the last axis has to be 4.`, {
      boxes: boxes.shape,
    });
  if (boxes.dtype === "bool") throw new DtypeError(`${operation}: boxes are bool; numbers are needed.`);
  return [slice(boxes, "...", 0), slice(boxes, "...", 1), slice(boxes, "...", 2), slice(boxes, "...", 3)];
}

/** Boxes as floats. @throws DtypeError for others. */
export function requireFloats(operation: string, name: string, x: Tensor): void {
  if (!isFloat(x.dtype))
    throw new DtypeError(`${operation}: ${name} is ${x.dtype}; floats are needed. Convert with astype("f32").`, {
      dtype: x.dtype,
    });
}
