/**
 * From bones to places on a picture, and the grid that models are asked on. Axes are logarithmic. Upwards runs the weight
 * itself, or the weight divided by what is usual for the length: that opens the narrow band in which all bones lie.
 */
import { at } from "../../../support/invariant.ts";
import type { Place } from "../../contour.ts";
import type { Bone } from "../relations.ts";

/** A part of the plane of bones, and the size of the picture that shows it. */
export interface View {
  /** Limits of length in mm, and of weight in g or, with a trend, of weight ÷ usual weight. */
  readonly lengths: readonly [number, number];
  readonly weights: readonly [number, number];
  /** What is usual; without it weights are shown as they are. */
  readonly trend?: Trend;
  /** Size of the plotting area in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Usual weight in g = coefficient · (length in mm)^exponent. */
export interface Trend {
  readonly coefficient: number;
  readonly exponent: number;
}

/** The trend of bones: least squares of log weight on log length. */
export function fitTrend(lengths: ArrayLike<number>, weights: ArrayLike<number>): Trend {
  const points = Array.from(lengths, (length, row) => [Math.log(length), Math.log(at(weights, row))] as const);
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const product = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  const square = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  const exponent = product / square;
  return { coefficient: Math.exp(y - exponent * x), exponent };
}

/** Where a bone lies on the picture. */
export function placeOf(view: View, { length, weight }: Bone): Place {
  const height = weight / usualWeight(view, length);
  return { x: view.width * along(view.lengths, length), y: view.height * (1 - along(view.weights, height)) };
}

/** The bone at a position of the picture. */
export function boneAt(view: View, { x, y }: Place): Bone {
  const length = backFrom(view.lengths, x / view.width);
  return { length, weight: usualWeight(view, length) * backFrom(view.weights, 1 - y / view.height) };
}

/** Does the view hold the bone? */
export function isVisible(view: View, bone: Bone): boolean {
  const { x, y } = placeOf(view, bone);
  return x >= 0 && x <= view.width && y >= 0 && y <= view.height;
}

/** The bones at the corners of a net of `columns` × `rows` points, row-major from the top left. */
export function gridBones(view: View, columns: number, rows: number): { lengths: Float64Array; weights: Float64Array } {
  const lengths = new Float64Array(columns * rows);
  const weights = new Float64Array(columns * rows);
  for (let index = 0; index < lengths.length; index++) {
    const x = (view.width * (index % columns)) / (columns - 1);
    const y = (view.height * Math.floor(index / columns)) / (rows - 1);
    const bone = boneAt(view, { x, y });
    lengths[index] = bone.length;
    weights[index] = bone.weight;
  }
  return { lengths, weights };
}

/** Round numbers within the limits of a logarithmic axis: as many as make four or more, from 1-2-5 to closer steps. */
export function ticksOf([low, high]: readonly [number, number]): number[] {
  const series = [
    [1, 2, 5],
    [1, 1.5, 2, 3, 5, 7],
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
  ].map((steps) => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      ticks.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(3))));
    }
    return ticks.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  });
  return series.find((ticks) => ticks.length >= 4) ?? at(series, -1);
}

/** What weights are divided by: 1 where they are shown as they are. */
function usualWeight({ trend }: View, length: number): number {
  return trend === undefined ? 1 : trend.coefficient * length ** trend.exponent;
}

function along([low, high]: readonly [number, number], value: number): number {
  return Math.log(value / low) / Math.log(high / low);
}

function backFrom([low, high]: readonly [number, number], share: number): number {
  return low * (high / low) ** share;
}
