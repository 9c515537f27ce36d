/** Parts of a picture that a map points at: its hills, each with its place in words. */
import type { PictureBox } from "../../../explain/index.ts";
import { at } from "../../../support/invariant.ts";

/** A hill of a map. */
export interface MapPart {
  /** Numbers of its pixels. */
  readonly pixels: readonly number[];
  readonly box: PictureBox;
  /** Share of all that is above 0. */
  readonly share: number;
  /** Where in the picture: "upper left", "middle". */
  readonly place: string;
}

/** Sizes of a map. */
interface MapSize {
  readonly height: number;
  readonly width: number;
}

/** How high a pixel has to be to belong to a part, as a share of the highest. */
const foot = 0.4;
/** A pass between two hills that is higher than this share of the lower one makes them one. */
const pass = 0.85;

/**
 * The hills of a map [height, width], smoothed a little, largest first: pixels above two fifths of the highest, each to the summit that it leads to.
 */
export function partsOf(map: ArrayLike<number>, size: MapSize, most = 5): MapPart[] {
  const smooth = smoothed(map, size, Math.max(1, Math.round(Math.min(size.height, size.width) / 24)));
  const highest = smooth.reduce((top, value) => Math.max(top, value), 0);
  if (!(highest > 0)) return [];
  const total = smooth.reduce((sum, value) => sum + Math.max(0, value), 0);
  const hills = climb(smooth, size, foot * highest);
  const parts = [...hills.values()].map((pixels): MapPart => {
    const mass = pixels.reduce((sum, pixel) => sum + at(smooth, pixel), 0);
    return { pixels, box: boxAround(pixels, size.width), share: mass / total, place: placeOf(pixels, smooth, size) };
  });
  return parts.toSorted((a, b) => b.share - a.share).slice(0, most);
}

/** Pixels by the summit that belongs to them: from the highest down, a pixel joins its neighbours' hill, and passes that are high join hills. */
function climb(map: Float64Array, { height, width }: MapSize, lowest: number): Map<number, number[]> {
  const order = Uint32Array.from({ length: map.length }, (_, pixel) => pixel)
    .filter((pixel) => at(map, pixel) >= lowest)
    .sort((a, b) => at(map, b) - at(map, a) || a - b);
  const owner = new Int32Array(map.length).fill(-1);
  const hills = new Map<number, number[]>();
  for (const pixel of order) {
    const near = new Set<number>();
    for (const other of neighboursOf(pixel, height, width)) if (at(owner, other) >= 0) near.add(at(owner, other));
    const known = [...near].toSorted((a, b) => at(map, b) - at(map, a));
    const [summit = pixel, ...others] = known;
    if (known.length === 0) hills.set(pixel, []);
    for (const other of others) {
      if (at(map, pixel) < pass * at(map, other)) continue;
      for (const moved of hills.get(other) ?? []) {
        owner[moved] = summit;
        hills.get(summit)?.push(moved);
      }
      hills.delete(other);
    }
    owner[pixel] = summit;
    hills.get(summit)?.push(pixel);
  }
  return hills;
}

function* neighboursOf(pixel: number, height: number, width: number): Generator<number> {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  for (let down = -1; down <= 1; down++)
    for (let right = -1; right <= 1; right++) {
      const [y, x] = [row + down, column + right];
      if ((down !== 0 || right !== 0) && y >= 0 && y < height && x >= 0 && x < width) yield y * width + x;
    }
}

/** Means over squares of 2 · radius + 1 pixels, along one axis after the other; edges are repeated. */
export function smoothed(map: ArrayLike<number>, { height, width }: MapSize, radius: number): Float64Array {
  const along = (values: ArrayLike<number>, step: number, size: number, starts: readonly number[]): Float64Array => {
    const result = new Float64Array(values.length);
    for (const start of starts)
      for (let place = 0; place < size; place++) {
        let sum = 0;
        for (let offset = -radius; offset <= radius; offset++)
          sum += at(values, start + step * Math.min(size - 1, Math.max(0, place + offset)));
        result[start + step * place] = sum / (2 * radius + 1);
      }
    return result;
  };
  const rows = Array.from({ length: height }, (_, row) => row * width);
  const columns = Array.from({ length: width }, (_, column) => column);
  return along(along(map, 1, width, rows), width, height, columns);
}

function boxAround(pixels: readonly number[], width: number): PictureBox {
  const rows = pixels.map((pixel) => Math.floor(pixel / width));
  const columns = pixels.map((pixel) => pixel % width);
  const ends = (values: readonly number[]) =>
    [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b)) + 1] as const;
  const [[top, bottom], [left, right]] = [ends(rows), ends(columns)];
  return { top, bottom, left, right };
}

const placeWords = [
  ["upper left", "top", "upper right"],
  ["left", "middle", "right"],
  ["lower left", "bottom", "lower right"],
] as const;

/** In which ninth of the picture the weight of a part lies. */
function placeOf(pixels: readonly number[], map: Float64Array, { height, width }: MapSize): string {
  let [y, x, mass] = [0, 0, 0];
  for (const pixel of pixels) {
    const weight = Math.max(1e-12, at(map, pixel));
    y += weight * (Math.floor(pixel / width) + 0.5);
    x += weight * ((pixel % width) + 0.5);
    mass += weight;
  }
  const third = (place: number, size: number) => Math.min(2, Math.floor((3 * place) / mass / size));
  return at(at(placeWords, third(y, height)), third(x, width));
}
