/**
 * Do the frames of pictures tell the class? A simple classifier is asked about pictures that it was not fitted to: kernel ridge
 * regression on mean colours along the border, which finds groups of colours as well as lines between them.
 *
 * Source: C. Saunders, A. Gammerman, V. Vovk, "Ridge regression learning algorithm in dual variables", ICML 1998.
 */
import { at } from "../support/invariant.ts";
import { solvePositive } from "./additiveFit.ts";

/** Pictures with their classes, as a network takes them. */
export interface LabelledPictures {
  /** Row-major [count, channels, height, width], from 0 to 1. */
  readonly pixels: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Number of the class of each picture. */
  readonly labels: ArrayLike<number>;
  /** Names of the classes. */
  readonly classes: readonly string[];
}

/** The border is cut into cells, an eighth of the picture wide and high. */
const cells = 8;
/** Rows i with i % folds = f are told by the others. */
const folds = 4;
/** Added to the diagonal of the kernel, whose own is 1. */
const ridge = 0.1;

/** (share right − share of the largest class) / (1 − share of the largest class) of pictures `rows`; 0 where that is below 0. */
export function frameSkill(given: LabelledPictures, rows: readonly number[]): number {
  const features = standardized(rows.map((row) => borderOf(given, row)));
  const labels = rows.map((row) => at(given.labels, row));
  const kernel = kernelOf(features);
  let right = 0;
  for (let fold = 0; fold < folds; fold++) {
    const known = rows.map((_, index) => index).filter((index) => index % folds !== fold);
    const matrix = Float64Array.from(
      known.flatMap((a) => known.map((b) => at(kernel, a * rows.length + b) + (a === b ? ridge : 0))),
    );
    const weights = given.classes.map((_, label) =>
      solvePositive(
        Float64Array.from(matrix),
        Float64Array.from(known, (index) => (at(labels, index) === label ? 1 : 0)),
      ),
    );
    for (let index = fold; index < rows.length; index += folds) {
      const scores = weights.map((weight) =>
        known.reduce((sum, other, place) => sum + at(weight, place) * at(kernel, index * rows.length + other), 0),
      );
      if (scores.indexOf(Math.max(...scores)) === at(labels, index)) right++;
    }
  }
  const largest = Math.max(...given.classes.map((_, label) => labels.filter((own) => own === label).length));
  const rest = rows.length - largest;
  return rest === 0 ? 0 : Math.max(0, (right - largest) / rest);
}

/** Mean of each channel in the cells along the border. */
function borderOf({ pixels, channels, height, width }: LabelledPictures, row: number): Float64Array {
  const sums = new Float64Array(channels * cells * cells);
  const counts = new Float64Array(channels * cells * cells);
  for (let place = 0; place < channels * height * width; place++) {
    const [channel, y, x] = [Math.floor(place / (height * width)), Math.floor(place / width) % height, place % width];
    const cell = (channel * cells + Math.floor((y * cells) / height)) * cells + Math.floor((x * cells) / width);
    sums[cell] = at(sums, cell) + at(pixels, row * channels * height * width + place);
    counts[cell] = at(counts, cell) + 1;
  }
  const isBorder = (cell: number) => {
    const [y, x] = [Math.floor(cell / cells) % cells, cell % cells];
    return Math.min(x, y) === 0 || Math.max(x, y) === cells - 1;
  };
  return sums.map((sum, cell) => sum / Math.max(1, at(counts, cell))).filter((_, cell) => isBorder(cell));
}

/** Each column with mean 0 and deviation 1. */
function standardized(rows: readonly Float64Array[]): Float64Array[] {
  const width = rows[0]?.length ?? 0;
  const scaled = rows.map(() => new Float64Array(width));
  for (let column = 0; column < width; column++) {
    const mean = rows.reduce((sum, row) => sum + at(row, column), 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (at(row, column) - mean) ** 2, 0) / rows.length;
    const deviation = Math.sqrt(variance) || 1;
    scaled.forEach((row, index) => (row[column] = (at(at(rows, index), column) - mean) / deviation));
  }
  return scaled;
}

/** exp(−distance² / mean distance²) between all rows. */
function kernelOf(rows: readonly Float64Array[]): Float64Array {
  const size = rows.length;
  const squares = new Float64Array(size * size);
  let total = 0;
  for (let a = 0; a < size; a++)
    for (let b = 0; b < a; b++) {
      const [first, second] = [at(rows, a), at(rows, b)];
      const square = first.reduce((sum, value, column) => sum + (value - at(second, column)) ** 2, 0);
      squares[a * size + b] = square;
      squares[b * size + a] = square;
      total += 2 * square;
    }
  const mean = total / Math.max(1, size * (size - 1)) || 1;
  return squares.map((square) => Math.exp(-square / mean));
}
