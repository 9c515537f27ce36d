/** Regions of pictures brought to one size: RoI align, RoI pool, crop and resize. */
import { node } from "../../graph/node.ts";
import { dtypes } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, ceil, divide, floor, maximum, minimum, multiply, round, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, greaterEqual, less, lessEqual, logicalAnd, where } from "../../tensor/comparison.ts";
import { arange, full } from "../../tensor/creation.ts";
import { positionsOf } from "../../tensor/indexing.ts";
import { permuteDims, reshape } from "../../tensor/manipulate.ts";
import { floatsOf } from "../../tensor/operands.ts";
import { max, sum } from "../../tensor/reduce.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { requireFloats, sidesOf } from "./boxes.ts";
import { edgeOutside, linearTaps, nearestTaps, type Tap, tapsTogether } from "./sampling.ts";

/** Which regions, and what becomes of them. */
export interface RegionOptions {
  /** Height and width of the result. */
  readonly outputSize: readonly [height: number, width: number];
  /** What coordinates of boxes are multiplied by. Default 1. */
  readonly spatialScale?: number;
}

/** How regions are sampled. */
export interface RoiAlignOptions extends RegionOptions {
  /** So many samples by so many for each position of the result. Default 0: as many as it has pixels, rounded up. */
  readonly samplingRatio?: number;
  /** Coordinates are those of centres of pixels, half a pixel less (ONNX's half_pixel). Default true; torchvision's is false. */
  readonly aligned?: boolean;
  /** The average of the samples, or the largest of their weighed neighbours, as in ONNX. Default `"avg"`. */
  readonly mode?: "avg" | "max";
}

/** Which regions are cut out, and how. */
export interface CropOptions {
  /** Height and width of the result. */
  readonly outputSize: readonly [height: number, width: number];
  /** Default `"linear"`. */
  readonly mode?: "linear" | "nearest";
  /** What lies outside. Default 0. */
  readonly extrapolationValue?: number;
}

/** What is looked at along one axis of each region: [regions, positions, samples], and which of the samples there are. */
interface Samples {
  readonly coordinate: Tensor;
  readonly isInside: Tensor;
}

/**
 * Regions `boxes` [regions, 4], (x1, y1, x2, y2), of the pictures `indices` [regions] of x [batch, channels, height, width] → [regions,
 * channels, …outputSize]: each position of the result is the average of bilinear samples. He et al., Mask R-CNN, 2017; as ONNX's
 * RoiAlign and torchvision's roi_align. Without a samplingRatio there are at most as many samples as for the whole picture. Integers
 * become f32. Derivatives with respect to x.
 * A picture that does not exist gives NaN.
 * @throws ShapeError where shapes differ, DtypeError where boxes are no floats or indices no integers, ArgumentError for other numbers.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * const first = tensor([0], { dtype: "i32" });
 * const whole = images.roiAlign(x, tensor([[0, 0, 2, 2]]), first, { outputSize: [1, 1], samplingRatio: 2 });
 * console.log(await whole.toArray()); // [[[[2.5]]]]
 * ```
 */
export function roiAlign(x: Tensor, boxes: Tensor, indices: Tensor, options: RoiAlignOptions): Tensor {
  const { outputSize, spatialScale = 1, samplingRatio = 0, aligned = true, mode = "avg" } = options;
  requireRegions("roiAlign", x, boxes, indices, outputSize);
  if (!Number.isInteger(samplingRatio) || samplingRatio < 0 || (mode !== "avg" && mode !== "max"))
    throw new ArgumentError(
      `roiAlign: samplingRatio is ${samplingRatio} and mode "${mode}"; a whole number of 0 or more and "avg" or "max" are needed.`,
      { samplingRatio, mode },
    );
  const values = floatsOf(x);
  const dtype = dtypes[values.dtype].computed;
  const [x1, y1, x2, y2] = sidesOf("roiAlign", multiply(astype(boxes, dtype), spatialScale)).map((side) =>
    subtract(reshape(side, [-1, 1, 1]), aligned ? 0.5 : 0),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const axes = (
    [
      [y1, y2],
      [x1, x2],
    ] as const
  ).map(([start, end], axis) => {
    const length: Tensor = aligned ? subtract(end, start) : maximum(subtract(end, start), 1);
    return binSamples(start, length, at(outputSize, axis), at(x.shape, axis + 2), samplingRatio);
  });
  const taps = axes.map(({ coordinate, isInside }, axis) =>
    weighed(linearTaps(maximum(coordinate, 0), at(x.shape, axis + 2), edgeOutside), isInside),
  );
  const parts = sampleRegions(astype(values, dtype), indices, taps, mode === "max");
  const [rows, columns] = axes;
  if (rows === undefined || columns === undefined) return values;
  if (mode === "max") {
    const [regions, , down] = rows.coordinate.shape;
    const [, , across] = columns.coordinate.shape;
    const exists = logicalAnd(
      reshape(rows.exists, [regions ?? 0, 1, 1, down ?? 1, 1, 1]),
      reshape(columns.exists, [regions ?? 0, 1, 1, 1, 1, across ?? 1]),
    );
    const isEmpty = reshape(exists.any([3, 5]), [-1, 1, 1, 1]).logicalNot();
    return astype(where(isEmpty, 0, max(where(exists, parts, -Infinity), [3, 5])), values.dtype);
  }
  const total = maximum(multiply(rows.count, columns.count), 1);
  return astype(divide(sum(parts, [3, 5]), reshape(total, [-1, 1, 1, 1])), values.dtype);
}

/** Samples in equal steps over each of `bins` parts of `length` from `start`; how many, is the same for all bins of a region. */
function binSamples(
  start: Tensor,
  length: Tensor,
  bins: number,
  size: number,
  ratio: number,
): Samples & { readonly count: Tensor; readonly exists: Tensor } {
  const bin: Tensor = divide(length, bins);
  const most = ratio > 0 ? ratio : Math.max(1, Math.ceil(size / bins) + 1);
  const one: Tensor = multiply(bin, 0);
  const count: Tensor = ratio > 0 ? add(one, ratio) : minimum(maximum(ceil(bin), 0), most);
  const dtype = start.dtype;
  const bottom = multiply(bin, reshape(astype(arange(bins), dtype), [1, bins, 1]));
  const sample: Tensor = reshape(astype(arange(most), dtype), [1, 1, most]);
  const step = divide(multiply(add(sample, 0.5), bin), maximum(count, 1));
  const coordinate: Tensor = add(add(start, bottom), step);
  const exists: Tensor = less(sample, count);
  const isInside = logicalAnd(logicalAnd(greaterEqual(coordinate, -1), lessEqual(coordinate, size)), exists);
  return { coordinate, isInside, count, exists };
}

/** Taps that count nothing where samples do not exist. */
function weighed(taps: readonly Tap[], isInside: Tensor): readonly Tap[] {
  return taps.map(({ place, weight }) => ({ place, weight: where(isInside, weight ?? 1, 0) }));
}

/**
 * Samples of regions, taps [regions, positions, samples] of both axes: → [regions, channels, rows, samples, columns, samples]; sums of the
 * four neighbours, or the largest of them.
 */
function sampleRegions(x: Tensor, indices: Tensor, taps: readonly (readonly Tap[])[], isLargest: boolean): Tensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
  const shapes = taps.map((list) => at(list, 0).place.shape);
  const [[regions = 0, rows = 0, down = 0] = [], [, columns = 0, across = 0] = []] = shapes;
  const shape = [regions, channels, rows, down, columns, across];
  if (batch === 0) return full(shape, Number.NaN, { dtype: x.dtype });
  const given = positionsOf("regions", indices);
  // What is read is known to exist: a picture that does not gives NaN in the end
  const picture = minimum(maximum(given, 0), batch - 1);
  const isThere = reshape(equal(picture, given), [regions, 1, 1, 1, 1, 1]);
  const inFlat = (each: Tensor, axis: number): Tensor =>
    axis === 0 ? reshape(each, [regions, 1, rows, down, 1, 1]) : reshape(each, [regions, 1, 1, 1, columns, across]);
  const firstRow = reshape(multiply(picture, channels * height), [regions, 1, 1]);
  const lists = taps.map((list, axis) =>
    list.map(({ place, weight }) => ({
      place: inFlat(axis === 0 ? add(place, firstRow) : place, axis),
      weight: weight === undefined ? undefined : inFlat(weight, axis),
    })),
  );
  // Each channel reads at the same places, a picture further on
  const flat = reshape(x, [x.size]);
  const channel = reshape(multiply(arange(channels), height * width), [channels, 1, 1, 1, 1]);
  const parts = tapsTogether([height, width], lists).map(({ place, weight }): Tensor => {
    const found = node("gather", [flat.node, add(place, channel).node], { axis: 0, batch: 0, value: null });
    return weight === undefined ? new Tensor(found) : multiply(new Tensor(found), weight);
  });
  return where(
    isThere,
    parts.reduce((a, b) => (isLargest ? maximum(a, b) : add(a, b))),
    Number.NaN,
  );
}

/**
 * Regions `boxes` [regions, 4], (x1, y1, x2, y2) rounded to whole pixels, of the pictures `indices` [regions] of x [batch, channels, height,
 * width] → [regions, channels, …outputSize]: the largest of each of so many windows as the result has positions, 0 where a window is empty.
 * Girshick, Fast R-CNN, 2015; as torchvision's roi_pool and ONNX's MaxRoiPool.
 * A picture that does not exist gives NaN.
 * @throws ShapeError where shapes differ, DtypeError where boxes are no floats or indices no integers, ArgumentError for other numbers.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * const first = tensor([0], { dtype: "i32" });
 * console.log(await images.roiPool(x, tensor([[0, 0, 1, 0]]), first, { outputSize: [1, 1] }).toArray()); // [[[[2]]]]
 * ```
 */
export function roiPool(x: Tensor, boxes: Tensor, indices: Tensor, options: RegionOptions): Tensor {
  const { outputSize, spatialScale = 1 } = options;
  requireRegions("roiPool", x, boxes, indices, outputSize);
  const values = floatsOf(x);
  const scaled = multiply(astype(boxes, dtypes[values.dtype].computed), spatialScale);
  // Halves away from zero, as C rounds
  const sides = sidesOf("roiPool", where(scaled.less(0), ceil(subtract(scaled, 0.5)), floor(add(scaled, 0.5))));
  const [x1, y1, x2, y2] = sides.map((side) => reshape(side, [-1, 1, 1])) as [Tensor, Tensor, Tensor, Tensor];
  const inBins = (
    [
      [y1, y2],
      [x1, x2],
    ] as const
  ).map(([start, end], axis) => {
    const [size, bins] = [at(x.shape, axis + 2), at(outputSize, axis)];
    const step: Tensor = divide(maximum(add(subtract(end, start), 1), 1), bins);
    const bin = reshape(astype(arange(bins), step.dtype), [1, bins, 1]);
    const place = reshape(astype(arange(size), step.dtype), [1, 1, size]);
    const low = add(floor(multiply(bin, step)), start);
    const high = add(ceil(multiply(add(bin, 1), step)), start);
    return logicalAnd(greaterEqual(place, low), less(place, high));
  });
  const [rows, columns] = inBins;
  if (rows === undefined || columns === undefined) return values;
  // Separable: along the width first, then along the height
  const taken = values.take(positionsOf("roiPool", indices));
  const [regions = 0, channels = 0, height = 0, width = 0] = taken.shape;
  const [down, across] = outputSize;
  const alongWidth = where(
    reshape(columns, [regions, 1, 1, across, width]),
    reshape(taken, [regions, channels, height, 1, width]),
    -Infinity,
  ).max(-1);
  const largest = where(
    reshape(rows, [regions, 1, down, 1, height]),
    reshape(permuteDims(alongWidth, [0, 1, 3, 2]), [regions, channels, 1, across, height]),
    -Infinity,
  ).max(-1);
  const isEmpty = logicalAnd(
    reshape(rows.any(-1), [regions, 1, down, 1]),
    reshape(columns.any(-1), [regions, 1, 1, across]),
  ).logicalNot();
  return where(isEmpty, 0, largest);
}

/**
 * Regions `boxes` [regions, 4], (y1, x1, y2, x2) in fractions of the picture, 1 being the centre of its last pixel, of the pictures
 * `indices` [regions] of x [batch, channels, height, width], resized to [regions, channels, …outputSize]; corners may be in either order,
 * which turns the picture round. As TensorFlow's crop_and_resize, with channels first. Integers become f32.
 * A picture that does not exist gives NaN.
 * @throws ShapeError where shapes differ, DtypeError where boxes are no floats or indices no integers, ArgumentError for other numbers.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * const first = tensor([0], { dtype: "i32" });
 * const left = images.cropAndResize(x, tensor([[0, 0, 1, 0]]), first, { outputSize: [3, 1] });
 * console.log(await left.toArray()); // [[[[1], [2], [3]]]]
 * ```
 */
export function cropAndResize(x: Tensor, boxes: Tensor, indices: Tensor, options: CropOptions): Tensor {
  const { outputSize, mode = "linear", extrapolationValue = 0 } = options;
  requireRegions("cropAndResize", x, boxes, indices, outputSize);
  const values = floatsOf(x);
  const dtype = dtypes[values.dtype].computed;
  const [y1, x1, y2, x2] = sidesOf("cropAndResize", astype(boxes, dtype)).map((side) => reshape(side, [-1, 1, 1])) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const axes = (
    [
      [y1, y2],
      [x1, x2],
    ] as const
  ).map(([start, end], axis): Samples => {
    const [size, count] = [at(x.shape, axis + 2), at(outputSize, axis)];
    const position = reshape(astype(arange(count), dtype), [1, count, 1]);
    const coordinate: Tensor =
      count > 1
        ? add(
            multiply(start, size - 1),
            divide(multiply(position, multiply(subtract(end, start), size - 1)), count - 1),
          )
        : multiply(add(start, end), (size - 1) / 2);
    return { coordinate, isInside: logicalAnd(greaterEqual(coordinate, 0), lessEqual(coordinate, size - 1)) };
  });
  const taps = axes.map(({ coordinate }, axis) => {
    const size = at(x.shape, axis + 2);
    return mode === "nearest"
      ? nearestTaps(roundHalfUp(coordinate), size, edgeOutside)
      : linearTaps(coordinate, size, edgeOutside);
  });
  const sampled = sampleRegions(astype(values, dtype), indices, taps, false);
  const shape = [boxes.shape[0] ?? 0, at(x.shape, 1), ...outputSize];
  const [rows, columns] = axes.map(({ isInside }) => isInside);
  if (rows === undefined || columns === undefined) return values;
  const isInside = logicalAnd(
    reshape(rows, [shape[0] ?? 0, 1, at(outputSize, 0), 1]),
    reshape(columns, [shape[0] ?? 0, 1, 1, at(outputSize, 1)]),
  );
  return astype(where(isInside, reshape(sampled, shape), extrapolationValue), values.dtype);
}

/** As C rounds what is not negative. */
function roundHalfUp(coordinate: Tensor): Tensor {
  return round(floor(add(coordinate, 0.5)));
}

function requireRegions(
  operation: string,
  x: Tensor,
  boxes: Tensor,
  indices: Tensor,
  outputSize: readonly number[],
): void {
  requireFloats(operation, "boxes", boxes);
  positionsOf(operation, indices);
  if (
    x.rank !== 4 ||
    x.shape.slice(2).includes(0) ||
    boxes.rank !== 2 ||
    boxes.shape[1] !== 4 ||
    indices.rank !== 1 ||
    indices.shape[0] !== boxes.shape[0]
  )
    throw new ShapeError(
      `${operation}: x has shape ${showShape(x.shape)}, boxes ${showShape(boxes.shape)}, indices ${showShape(indices.shape)}; [batch, channels, height, width], [regions, 4] and [regions] are needed.`,
      { x: x.shape, boxes: boxes.shape, indices: indices.shape },
    );
  if (outputSize.length !== 2 || !outputSize.every((size) => Number.isInteger(size) && size >= 1))
    throw new ArgumentError(`${operation}: outputSize is ${showShape(outputSize)}; height and width are needed.`, {
      outputSize,
    });
}
