/**
 * How numbers are cut into pieces: value x becomes clip((x − from) · inverse, 0, 1) for each piece, so that what bends is linear in
 * them. Where a number has few different values, the pieces are steps in the gaps between those values, where a small
 * decision tree on this number alone would cut; else they lie end to end between the tree's cuts.
 *
 * Source: Y. Gorishniy et al., "On embeddings for numerical features in tabular deep learning", NeurIPS 2022, section
 * 3.2.2 (target-aware bins); the steps are those of explainable boosting machines (Y. Lou et al., KDD 2012).
 */
import { at } from "../../support/invariant.ts";

/** Pieces of all numbers, those of one number after those of the one before. */
export interface Pieces {
  /** Pieces of each number. */
  readonly counts: readonly number[];
  readonly from: Float32Array<ArrayBuffer>;
  /** 1 / length */
  readonly inverse: Float32Array<ArrayBuffer>;
}

/** What the cuts are drawn from. */
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
const placeLimit = 2 ** 16;

/** A number that has at most so many different values is cut in the gaps between them. */
const fewValues = 256;

/** The pieces of each number. */
export function fitPieces(options: PieceOptions): Pieces {
  const all = options.numbers.map((column) => (options.pieces > 0 ? piecesOf(options, column) : []));
  const ends = all.flat();
  return {
    counts: all.map(({ length }) => length),
    from: Float32Array.from(ends, ([from]) => from),
    inverse: Float32Array.from(ends, ([from, to]) => 1 / (to - from)),
  };
}

/** Begin and end of each piece of one number, ascending. */
function piecesOf(options: PieceOptions, column: number): (readonly [number, number])[] {
  const { rows, width, pieces, targets, outputs, isGuided } = options;
  const { order, values } = sortColumn(rows, width, column);
  if (at(values, 0) === at(values, -1)) return [];
  if (!isGuided) return endToEnd(evenBorders(values, pieces));
  const sums = runningSums(order, targets, outputs);
  const fewest = Math.max(4, Math.floor(values.length / 2000));
  const cuts = growTree({ values, sums, outputs, fewest }, pieces);
  const isStepped = new Set(values).size <= fewValues;
  if (isStepped) return cuts.map((cut) => [at(values, cut - 1), at(values, cut)]);
  const middles = cuts.map((cut) => (at(values, cut - 1) + at(values, cut)) / 2);
  return endToEnd([...new Set([at(values, 0), ...middles, at(values, -1)])]);
}

/** Rows in the order of a column's values, and these values; of very many rows some, evenly taken. */
function sortColumn(rows: Float32Array, width: number, column: number): { order: Uint32Array; values: Float32Array } {
  const count = rows.length / width;
  const stride = Math.max(1, Math.ceil(count / mostRows));
  const taken = Math.floor(count / stride);
  // Value and place in one number, which typed arrays sort fast: the bits of a float as an integer of the same order
  const floats = new Float32Array(taken);
  for (let k = 0; k < taken; k++) floats[k] = rows[k * stride * width + column] ?? 0;
  const bits = new Int32Array(floats.buffer);
  const keys = new Float64Array(taken);
  for (let k = 0; k < taken; k++) {
    const value = bits[k] ?? 0;
    keys[k] = (value < 0 ? -(value & 0x7fffffff) : value) * placeLimit + k;
  }
  keys.sort();
  const order = Uint32Array.from(keys, (key) => (key - placeLimit * Math.floor(key / placeLimit)) * stride);
  return { order, values: Float32Array.from(order, (row) => at(rows, row * width + column)) };
}

function endToEnd(borders: readonly number[]): (readonly [number, number])[] {
  return borders.slice(1).map((border, index) => [at(borders, index), border]);
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

/**
 * A cut lowers the squared error by this many times the variance of a row at least. Chance alone, with thousands of
 * places to cut, gives about ten: a number that says nothing stays in one piece and cannot be learned by heart.
 */
const surprising = 12;

/** Variance of a row's targets, summed over the outputs and shared among those that are free. */
function noiseOf({ sums, outputs, values }: SortedColumn): number {
  const rows = values.length;
  const squares = score(sums, outputs, 0, rows) / rows;
  // One-hot targets have squares that add up to 1, standardized ones about 1 on average
  return Math.max(1e-9, 1 - squares) / Math.max(1, outputs - 1);
}

/** Positions before which a best-first tree of `most` cuts at most cuts, ascending. */
function growTree(column: SortedColumn, most: number): number[] {
  const leaves = [bestCut(column, 0, column.values.length)];
  const found: number[] = [];
  const noise = noiseOf(column);
  while (found.length < most) {
    let best = 0;
    leaves.forEach((leaf, index) => {
      if (leaf.gain > at(leaves, best).gain) best = index;
    });
    const { begin, end, cut, gain } = at(leaves, best);
    if (!(gain > surprising * noise)) break;
    found.push(cut);
    leaves.splice(best, 1, bestCut(column, begin, cut), bestCut(column, cut, end));
  }
  return found.sort((a, b) => a - b);
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
