/** Sizes of the network that sees, and which part of a picture each of its units looks at. Plain numbers: no engine. */
import { pictureSize } from "../drawings/strokes.ts";

/** One convolution with its nonlinearity, as the page shows it. */
export interface SeeingLayer {
  /** Units: each has one filter and one map. */
  readonly units: number;
  /** Places along each side of a map. */
  readonly places: number;
  /** Dots along each side of what a unit sees of the picture at one place. */
  readonly sight: number;
  /** Dots from one place to the next. */
  readonly stride: number;
  /** Dot where the sight at the first place begins: before the picture, which counts as paper there. */
  readonly start: number;
}

/** Dots along each side of a filter, in both layers. */
export const filterSize = 5;

/** Both convolutions move in steps of two, so a place of the second stands for four dots of the picture. */
export const seeingLayers = [
  { units: 8, places: 14, sight: 5, stride: 2, start: -2 },
  { units: 16, places: 7, sight: 13, stride: 4, start: -6 },
] as const satisfies readonly SeeingLayer[];

/** Numbers of all maps of one picture: those of the first layer, then those of the second. */
export const mapNumbers: number = seeingLayers.reduce((sum, { units, places }) => sum + units * places ** 2, 0);

/** What a unit of `layer` sees at `place` (row by row) of a picture: [sight, sight]; paper outside of it. */
export function sightAt(
  picture: Float32Array,
  { places, sight, stride, start }: SeeingLayer,
  place: number,
): Float32Array {
  const [top, left] = [start + stride * Math.floor(place / places), start + stride * (place % places)];
  const seen = new Float32Array(sight * sight);
  for (let row = 0; row < sight; row++) {
    for (let column = 0; column < sight; column++) {
      const [y, x] = [top + row, left + column];
      if (x < 0 || y < 0 || x >= pictureSize || y >= pictureSize) continue;
      seen[row * sight + column] = picture[y * pictureSize + x] ?? 0;
    }
  }
  return seen;
}
