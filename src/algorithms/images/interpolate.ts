/**
 * Resizing images, series and volumes: nearest, linear, cubic, area, with or without a filter against aliasing, by the rules of
 * PyTorch and of ONNX's Resize. Separable: a table of taps for each axis, which `resampling.ts` applies.
 */
import { isFloat } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { throughFloats } from "../../tensor/operands.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { type CoordinateRule, coordinateRules, type Rounding, roundings, type Scaling } from "./coordinates.ts";
import { resample, type Table, type Tap } from "./resampling.ts";

/** How values between positions are made. */
export type InterpolationMode = "nearest" | "nearestExact" | "linear" | "cubic" | "area";

/** What `interpolate` is told; one of `size` and `scale` is needed. */
export interface InterpolateOptions {
  /** Sizes of the last dimensions; a number for all after batch and channels. */
  readonly size?: number | readonly number[];
  /** Factors of the sizes, whose products are rounded down; a number for all dimensions after batch and channels. */
  readonly scale?: number | readonly number[];
  /** Default `"nearest"`. */
  readonly mode?: InterpolationMode;
  /**
   * Where positions of the result lie. Default as in PyTorch: `"asymmetric"` for nearest, `"tfHalfPixelForNn"` for nearestExact,
   * else `"halfPixel"`; `"alignCorners"` is its `align_corners = true`.
   */
  readonly coordinates?: CoordinateRule;
  /** Which position is nearest. Default `"floor"`; ONNX's is `"roundPreferFloor"`, with `"halfPixel"`. */
  readonly rounding?: Rounding;
  /**
   * Widens the filter of linear and cubic by as much as the size shrinks, so that no position is left out. Default false. Corners are
   * aligned where that is asked for, which PyTorch does not do then.
   */
  readonly antialias?: boolean;
  /** The parameter a of the cubic filter (Keys, 1981). Default −0.75, with `antialias` −0.5, as in PyTorch. */
  readonly cubicCoefficient?: number;
  /** Positions outside have no weight, and the others more, instead of being those at the edge. Default: where `antialias` is. */
  readonly excludeOutside?: boolean;
  /** For `"tfCropAndResize"`: the part of each dimension that is taken, in fractions of it. Default all, [0, 1]. */
  readonly region?: readonly (readonly [start: number, end: number])[];
  /** For `"tfCropAndResize"`: the value of positions that lie outside. Default 0. */
  readonly extrapolationValue?: number;
}

interface Filter {
  readonly radius: number;
  readonly weigh: (distance: number) => number;
}

/**
 * x [batch, channels, …sizes] with its last dimensions resized to `size`, or by `scale`. Nearest keeps the dtype; in other modes integers
 * become f32. One kernel; the gradient is one, too. Names and defaults are PyTorch's, rules ONNX's (Resize, opset 19).
 * @throws ShapeError where x has fewer dimensions or an empty one; ArgumentError for other sizes, scales and modes.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const x = tensor([[[1, 2, 4]]]);
 * console.log(await images.interpolate(x, { scale: 2 }).toArray()); // [[[1, 1, 2, 2, 4, 4]]]
 * const options = { size: 5, mode: "linear", coordinates: "alignCorners" } as const;
 * console.log(await images.interpolate(x, options).toArray()); // [[[1, 1.5, 2, 3, 4]]]
 * ```
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const scalings = readSizes(x, options);
  const first = x.rank - scalings.length;
  const makeRow = rowMaker(options);
  const tables = scalings.map(
    (given, d): Table => ({
      axis: first + d,
      size: given.from,
      rows: Array.from({ length: given.to }, (_, position) => makeRow(position, given)),
    }),
  );
  const { mode = "nearest" } = options;
  const isNearest = mode === "nearest" || mode === "nearestExact";
  const apply = (values: Tensor) => extrapolate(resample(values, tables), scalings, options);
  return isNearest && (!isFloat(x.dtype) || x.dtype === "f32" || x.dtype === "f64")
    ? apply(x)
    : throughFloats(x, apply);
}

/** Sizes before and after. */
function readSizes(x: Tensor, { size, scale, region }: InterpolateOptions): readonly Scaling[] {
  if ((size === undefined) === (scale === undefined))
    throw new ArgumentError(
      `interpolate: one of size and scale is needed, and ${size === undefined ? "none" : "both"} given.`,
    );
  const spread = (value: number | readonly number[]) =>
    typeof value === "number" ? new Array<number>(Math.max(0, x.rank - 2)).fill(value) : value;
  const given = spread(size ?? scale ?? 1);
  const from = x.shape.slice(x.rank - given.length);
  if (given.length === 0 || given.length > x.rank || from.includes(0))
    throw new ShapeError(
      `interpolate: x of shape ${showShape(x.shape)} has to have ${given.length === 0 ? "dimensions after batch and channels" : `${given.length} last dimensions with elements`}.`,
      { x: x.shape, size, scale },
    );
  const scalings = given.map((value, d): Scaling => {
    const before = at(from, d);
    const to = size === undefined ? Math.floor(before * value) : value;
    return { from: before, to, scale: size === undefined ? value : to / before, region: region?.[d] ?? [0, 1] };
  });
  if (scalings.every(({ to, scale: factor }) => Number.isInteger(to) && to >= 1 && factor > 0)) return scalings;
  throw new ArgumentError(
    `interpolate: ${size === undefined ? "scale" : "size"} is ${showShape(given)} for x of shape ${showShape(x.shape)}; every dimension has to keep a position.`,
    { size, scale, x: x.shape },
  );
}

/** What makes the taps of a position. */
function rowMaker(options: InterpolateOptions): (position: number, given: Scaling) => readonly Tap[] {
  const { mode = "nearest", antialias = false } = options;
  const a = options.cubicCoefficient ?? (antialias ? -0.5 : -0.75);
  switch (mode) {
    case "nearest":
    case "nearestExact":
      return nearestRow(options);
    case "area":
      return areaRow;
    case "linear":
      return filteredRow({ radius: 1, weigh: (distance) => Math.max(0, 1 - distance) }, options);
    case "cubic":
      return filteredRow({ radius: 2, weigh: (distance) => cubicWeight(distance, a) }, options);
    default:
      throw new ArgumentError(
        `interpolate: there is no mode "${String(mode satisfies never)}"; there are nearest, nearestExact, linear, cubic and area.`,
        { mode },
      );
  }
}

function nearestRow({ mode, coordinates, rounding = "floor" }: InterpolateOptions) {
  const rule = coordinateRules[coordinates ?? (mode === "nearestExact" ? "tfHalfPixelForNn" : "asymmetric")];
  const round = roundings[rounding];
  return (position: number, given: Scaling): readonly Tap[] => [
    { place: Math.min(Math.max(round(rule(position, given)), 0), given.from - 1), weight: 1 },
  ];
}

/** The mean of the positions from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉, as `adaptiveAveragePool`. */
function areaRow(position: number, { from, to }: Scaling): readonly Tap[] {
  const start = Math.floor((position * from) / to);
  const count = Math.ceil(((position + 1) * from) / to) - start;
  return Array.from({ length: count }, (_, index) => ({ place: start + index, weight: 1 / count }));
}

/** Taps at all positions that a filter about the coordinate reaches. */
function filteredRow({ radius, weigh }: Filter, options: InterpolateOptions) {
  const { coordinates = "halfPixel", antialias = false, excludeOutside = antialias } = options;
  const rule = coordinateRules[coordinates];
  return (position: number, given: Scaling): readonly Tap[] => {
    const centre = rule(position, given);
    const step = given.to > 1 ? rule(1, given) - rule(0, given) : 1 / given.scale;
    const shrink = antialias && step > 1 ? 1 / step : 1;
    const start = Math.floor(centre - radius / shrink) + 1;
    const count = Math.ceil(centre + radius / shrink) - start;
    const weights = new Map<number, number>();
    for (const place of Array.from({ length: count }, (_, index) => start + index)) {
      if (excludeOutside && (place < 0 || place >= given.from)) continue;
      const inside = Math.min(Math.max(place, 0), given.from - 1);
      weights.set(inside, (weights.get(inside) ?? 0) + weigh(Math.abs(place - centre) * shrink));
    }
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    const taps = [...weights].flatMap(([place, weight]) => (weight === 0 ? [] : [{ place, weight: weight / total }]));
    // Farther outside than the filter reaches
    return taps.length > 0 ? taps : [{ place: centre < 0 ? 0 : given.from - 1, weight: 1 }];
  };
}

/** Keys, Cubic convolution interpolation for digital image processing, 1981, with parameter a. */
function cubicWeight(distance: number, a: number): number {
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance ** 2 + 1;
  return distance < 2 ? a * (((distance - 5) * distance + 8) * distance - 4) : 0;
}

/** `x` with positions outside of the region that is resized replaced. */
function extrapolate(x: Tensor, scalings: readonly Scaling[], options: InterpolateOptions): Tensor {
  if (options.coordinates !== "tfCropAndResize") return x;
  return scalings.reduce((values, given, d) => {
    const coordinates = Array.from({ length: given.to }, (_, position) =>
      coordinateRules.tfCropAndResize(position, given),
    );
    const isOutside = coordinates.map((coordinate) => coordinate < 0 || coordinate > given.from - 1);
    if (!isOutside.includes(true)) return values;
    const shape = [given.to, ...new Array<number>(scalings.length - d - 1).fill(1)];
    return where(reshape(tensor(isOutside), shape), options.extrapolationValue ?? 0, values);
  }, x);
}
