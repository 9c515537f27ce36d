/**
 * Where a number's pieces begin and end: at the borders that a small decision tree on this number alone would draw, so that
 * there are many where the target changes. Source: Gorishniy et al., NeurIPS 2022, section 3.2.2 (target-aware bins).
 */
import { at } from "../../support/invariant.ts";

/** Begin and inverse length of pieces, row-major [numbers, pieces]; inverse 0 where a number has fewer. */
export interface Pieces {
  readonly from: Float32Array<ArrayBuffer>;
  readonly inverse: Float32Array<ArrayBuffer>;
}

/** What the borders are drawn from. */
export interface PieceOptions {
  /** Row-major [n, width]. */
  readonly rows: Float32Array;
  readonly width: number;
  /** Columns that hold numbers. */
  readonly numbers: readonly number[];
  /** Pieces of a number at most. */
  readonly pieces: number;
  /** Row-major [n, outputs]: classes one-hot, or the standardized target. */
  readonly targets: Float32Array;
  readonly outputs: number;
  /** Look at the targets; otherwise all pieces hold as many rows. */
  readonly isGuided: boolean;
}

/** Rows that are looked at: borders need no more. */
const mostRows = 40_000;

/** The pieces of each number. */
export function fitPieces(options: PieceOptions): Pieces {
  const { numbers, pieces } = options;
  const from = new Float32Array(numbers.length * pieces);
  const inverse = new Float32Array(numbers.length * pieces);
  numbers.forEach((column, index) => {
    const borders = bordersOf(options, column);
    for (let piece = 0; piece + 1 < borders.length; piece++) {
      from[index * pieces + piece] = at(borders, piece);
      inverse[index * pieces + piece] = 1 / (at(borders, piece + 1) - at(borders, piece));
    }
  });
  return { from, inverse };
}

/** Ascending borders of one number: its smallest and largest value, and between them the tree's. */
function bordersOf(options: PieceOptions, column: number): number[] {
  const { rows, width, pieces, targets, outputs, isGuided } = options;
  const count = rows.length / width;
  const stride = Math.max(1, Math.floor(count / mostRows));
  const taken = Array.from({ length: Math.floor(count / stride) }, (_, index) => index * stride);
  const order = Uint32Array.from(taken).sort((a, b) => at(rows, a * width + column) - at(rows, b * width + column));
  const values = Float32Array.from(order, (row) => at(rows, row * width + column));
  const first = at(values, 0);
  const last = at(values, -1);
  if (first === last) return [];
  if (!isGuided) return evenBorders(values, pieces);
  const sums = runningSums(order, targets, outputs);
  const fewest = Math.max(4, Math.floor(values.length / 1000));
  const cuts = growTree({ values, sums, outputs, fewest }, pieces - 1);
  return [first, ...cuts, last];
}

/** Quantiles of ascending values, each once. */
function evenBorders(values: Float32Array, pieces: number): number[] {
  const quantiles = Array.from({ length: pieces + 1 }, (_, index) =>
    at(values, Math.round((index * (values.length - 1)) / pieces)),
  );
  return [...new Set(quantiles)];
}

/** Sorted values, and sums of the targets before each position, row-major [n + 1, outputs]. */
interface SortedColumn {
  readonly values: Float32Array;
  readonly sums: Float64Array;
  readonly outputs: number;
  /** Rows in a leaf at least. */
  readonly fewest: number;
}

function runningSums(order: Uint32Array, targets: Float32Array, outputs: number): Float64Array {
  const sums = new Float64Array((order.length + 1) * outputs);
  for (let index = 0; index < order.length; index++) {
    for (let output = 0; output < outputs; output++) {
      const place = index * outputs + output;
      sums[place + outputs] = at(sums, place) + at(targets, at(order, index) * outputs + output);
    }
  }
  return sums;
}

/** A leaf's best cut: before position `cut`, which lowers the squared error by `gain`. */
interface Leaf {
  readonly begin: number;
  readonly end: number;
  readonly cut: number;
  readonly gain: number;
}

/** Best-first tree of `cuts` cuts at most; their places ascending. */
function growTree(column: SortedColumn, cuts: number): number[] {
  const leaves = [bestCut(column, 0, column.values.length)];
  const borders: number[] = [];
  while (borders.length < cuts) {
    let best = 0;
    leaves.forEach((leaf, index) => {
      if (leaf.gain > at(leaves, best).gain) best = index;
    });
    const { begin, end, cut, gain } = at(leaves, best);
    if (!(gain > 0)) break;
    borders.push((at(column.values, cut - 1) + at(column.values, cut)) / 2);
    leaves.splice(best, 1, bestCut(column, begin, cut), bestCut(column, cut, end));
  }
  return [...new Set(borders)].sort((a, b) => a - b);
}

function bestCut({ values, sums, outputs, fewest }: SortedColumn, begin: number, end: number): Leaf {
  let [cut, gain] = [begin, 0];
  const whole = score(sums, outputs, begin, end);
  for (let middle = begin + fewest; middle <= end - fewest; middle++) {
    if (values[middle] === values[middle - 1]) continue;
    const found = score(sums, outputs, begin, middle) + score(sums, outputs, middle, end) - whole;
    if (found > gain) [cut, gain] = [middle, found];
  }
  return { begin, end, cut, gain };
}

/** Σ (sum of targets)² / rows: what a leaf takes off the squared error. */
function score(sums: Float64Array, outputs: number, begin: number, end: number): number {
  let squares = 0;
  for (let output = 0; output < outputs; output++) {
    const sum = (sums[end * outputs + output] ?? 0) - (sums[begin * outputs + output] ?? 0);
    squares += sum * sum;
  }
  return squares / (end - begin);
}
