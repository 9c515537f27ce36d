/**
 * In scope or withheld: is a new row like the rows that the model learned from? A row is scored by its mean distance to
 * its nearest training rows; the threshold is where a chosen share of the training rows themselves, each compared with
 * the others, would be withheld. The linear algebra is in whitening.ts.
 *
 * Source: distance to the nearest neighbours as an outlier score, Angiulli and Pizzuti 2002; for networks Sun et al. 2022.
 */

import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { log } from "../support/sameMath.ts";
import { conformalQuantile } from "./conformal.ts";
import { insertAscending, PlaneGrid } from "./planeGrid.ts";
import { conditional, fitWhitening, type Whitening, whitenRows } from "./whitening.ts";

/** Which scale rows are compared on: "logarithm" for positive quantities where ratios matter, "raw" otherwise. */
export type ScopeScale = "logarithm" | "raw";

/** Choices of `fitScope`. */
export interface ScopeOptions {
  /** Names of the features, in the order of the columns; messages use them. */
  readonly features: readonly string[];
  /** Default "raw". */
  readonly scale?: ScopeScale;
  /** How many nearest training rows count. Default 5. */
  readonly neighbours?: number;
  /** Share of rows like the training rows that is withheld all the same. Default 0.05. */
  readonly withheldShare?: number;
}

/** What is kept to judge new rows: plain data, so that it can be saved with the model. */
export interface ScopeRule {
  readonly features: readonly string[];
  readonly scale: ScopeScale;
  readonly neighbours: number;
  readonly withheldShare: number;
  /** Distances above this are withheld. */
  readonly threshold: number;
  /** The training rows as given, row-major [n, features]. */
  readonly rows: readonly number[];
  /** Distance of each training row to its neighbours among the others, ascending. */
  readonly distances: readonly number[];
}

/** Why a row stands out: beyond what was seen of one feature, or a combination that was not seen. */
export type ScopeReason =
  | {
      readonly kind: "beyond";
      readonly feature: string;
      readonly value: number;
      /** The nearest value that a training row has: the smallest or the largest. */
      readonly limit: number;
      /** Standard deviations (on the rule's scale) beyond that limit. */
      readonly deviations: number;
    }
  | {
      readonly kind: "combination";
      readonly feature: string;
      readonly value: number;
      /** What the feature is expected to be, given the others, and the range of ± 2 standard deviations around it. */
      readonly expected: number;
      readonly lower: number;
      readonly upper: number;
      /** Standard deviations (on the rule's scale) away from what is expected. */
      readonly deviations: number;
    };

/** The judgement of one row. */
export interface ScopeAnswer {
  readonly inScope: boolean;
  /** Mean distance to the nearest training rows, in standard deviations of the decorrelated features. */
  readonly distance: number;
  /** `distance` in thresholds: above 1 is withheld. */
  readonly ratio: number;
  /** Share of the training rows that are at least this far from the others: (1 + their number) / (1 + n). */
  readonly asUnusual: number;
  /** The feature that stands out most, and how. */
  readonly reason: ScopeReason;
}

/** A rule made ready to judge many rows: the training rows decorrelated once. */
export interface ScopeJudge {
  readonly rule: ScopeRule;
  /** @throws DataError naming the feature and value where a value cannot be judged (not finite, not above 0 with logarithms). */
  judge(row: ArrayLike<number>): ScopeAnswer;
  /** Mean distance of a row to its neighbours: `judge` without the reasons. */
  distance(row: ArrayLike<number>): number;
  /** `distance` of many rows, row-major [n, features], each the same to the last bit. */
  distances(rows: ArrayLike<number>): Float64Array;
}

/**
 * Learns from `rows` (row-major [n, features]) what is in scope. The threshold is the conformal quantile of the
 * leave-one-out distances, so about `withheldShare` of fresh rows of the same kind are withheld.
 * @throws ArgumentError where sizes do not fit; DataError where a value is not finite (or not above 0 with logarithms),
 * a feature never varies, or one follows from the others.
 *
 * @example
 * ```ts
 * import { fitScope, scopeJudge } from "smilodon/audit";
 * const rows = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]).flat();
 * const judge = scopeJudge(fitScope(rows, { features: ["a", "b"] }));
 * console.log(judge.judge([0.1, 0.2]).inScope, judge.judge([9, 0]).inScope); // true false
 * ```
 */
export function fitScope(rows: ArrayLike<number>, options: ScopeOptions): ScopeRule {
  const { features, scale = "raw", neighbours = 5, withheldShare = 0.05 } = options;
  const columns = features.length;
  const count = rows.length / columns;
  if (!Number.isInteger(count) || columns === 0) {
    throw new ArgumentError(`fitScope: ${rows.length} values do not fill rows of ${columns} features.`);
  }
  if (!Number.isInteger(neighbours) || neighbours < 1 || count <= neighbours) {
    throw new ArgumentError(
      `fitScope: ${neighbours} neighbours need more than ${neighbours} rows; there are ${count}.`,
    );
  }
  const points = decorrelate(rows, features, scale).points;
  const distances = meanDistances(neighbourhoodOf(points, columns, neighbours), points, true);
  const threshold = conformalQuantile(distances, withheldShare);
  const sorted = Array.from(distances.sort());
  return { features, scale, neighbours, withheldShare, threshold, rows: Array.from(rows), distances: sorted };
}

/** Makes a rule, fitted now or read from a file, ready to judge rows. */
export function scopeJudge(rule: ScopeRule): ScopeJudge {
  const { features, scale, neighbours } = rule;
  const columns = features.length;
  const { points, whitening } = decorrelate(rule.rows, features, scale);
  const ranges = features.map((_, column) => rangeOf(rule.rows, columns, column));
  const grid = columns === 2 ? new PlaneGrid(points, neighbours) : undefined;
  const hood = { ...neighbourhoodOf(points, columns, neighbours), grid };
  const distances = (rows: ArrayLike<number>): Float64Array => {
    const whitened = whitenRows(whitening, onScale("judge", rows, rule));
    return meanDistances(hood, whitened);
  };
  const distance = (row: ArrayLike<number>): number => at(distances(checkRow(row, features)), 0);
  const judge = (row: ArrayLike<number>): ScopeAnswer => {
    const found = distance(row);
    const further = rule.distances.filter((known) => known >= found).length;
    return {
      inScope: found <= rule.threshold,
      distance: found,
      ratio: found / rule.threshold,
      asUnusual: (1 + further) / (1 + rule.distances.length),
      reason: findReason(row, { rule, whitening, ranges }),
    };
  };
  return { rule, judge, distance, distances };
}

/** Training rows ordered by their first coordinate: a search looks only at those that can still be near. */
interface Neighbourhood {
  readonly points: Float64Array;
  readonly columns: number;
  readonly neighbours: number;
  /** Narrows the search down where rows have two columns and there may be many of them. */
  readonly grid?: PlaneGrid | undefined;
}

function neighbourhoodOf(points: Float64Array, columns: number, neighbours: number): Neighbourhood {
  const order = Uint32Array.from({ length: points.length / columns }, (_, row) => row).sort(
    (a, b) => at(points, a * columns) - at(points, b * columns),
  );
  const sorted = new Float64Array(points.length);
  order.forEach((row, place) => {
    sorted.set(points.subarray(row * columns, (row + 1) * columns), place * columns);
  });
  return { points: sorted, columns, neighbours };
}

/**
 * Mean distance of each of `rows` to its nearest among the points. `skipsItself`: the rows are the points, and one point
 * at distance zero, the row itself, does not count.
 */
function meanDistances(hood: Neighbourhood, rows: Float64Array, skipsItself = false): Float64Array {
  const { points, columns, neighbours, grid } = hood;
  const result = new Float64Array(rows.length / columns);
  // The squares of the nearest so far, ascending: an insertion into a handful is faster than sorting all
  const nearest = new Float64Array(neighbours + (skipsItself ? 1 : 0));
  for (let row = 0; row < result.length; row++) {
    const start = row * columns;
    nearest.fill(Number.POSITIVE_INFINITY);
    const near = grid?.candidates(rows[start] ?? 0, rows[start + 1] ?? 0);
    if (near !== undefined) searchPlane(near, rows[start] ?? 0, rows[start + 1] ?? 0, nearest);
    else {
      const middle = firstNotBelow(points, columns, rows[start] ?? 0);
      search(points, columns, middle, points.length, columns, rows, start, nearest);
      search(points, columns, middle - columns, -columns, -columns, rows, start, nearest);
    }
    let total = 0;
    for (let rank = skipsItself ? 1 : 0; rank < nearest.length; rank++) total += Math.sqrt(nearest[rank] ?? 0);
    result[row] = total / neighbours;
  }
  return result;
}

/** Walks over `points` from `from` to before `to` until the first coordinate alone is further than the last of `nearest`. */
function search(
  points: Float64Array,
  columns: number,
  from: number,
  to: number,
  step: number,
  rows: Float64Array,
  start: number,
  nearest: Float64Array,
): void {
  const last = nearest.length - 1;
  let furthest = nearest[last] ?? 0;
  for (let point = from; point !== to; point += step) {
    let gap = (points[point] ?? 0) - (rows[start] ?? 0);
    let square = gap * gap;
    if (square >= furthest) return;
    for (let column = 1; column < columns; column++) {
      gap = (points[point + column] ?? 0) - (rows[start + column] ?? 0);
      square += gap * gap;
    }
    if (square >= furthest) continue;
    insertAscending(nearest, square);
    furthest = nearest[last] ?? 0;
  }
}

/** Looks at all of `points`, [n, 2]; the squares are those of `search` to the last bit. */
function searchPlane(points: Float64Array, x: number, y: number, nearest: Float64Array): void {
  const last = nearest.length - 1;
  let furthest = nearest[last] ?? 0;
  for (let point = 0; point < points.length; point += 2) {
    const across = (points[point] ?? 0) - x;
    const up = (points[point + 1] ?? 0) - y;
    const square = across * across + up * up;
    if (square >= furthest) continue;
    insertAscending(nearest, square);
    furthest = nearest[last] ?? 0;
  }
}

/** Where the first point begins whose first coordinate is not below `value`. */
function firstNotBelow(points: Float64Array, columns: number, value: number): number {
  let low = 0;
  let high = points.length / columns;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle * columns] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low * columns;
}

function decorrelate(
  rows: ArrayLike<number>,
  features: readonly string[],
  scale: ScopeScale,
): { points: Float64Array; whitening: Whitening } {
  const scaled = onScale("fitScope", rows, { features, scale });
  const whitening = fitWhitening(scaled, features);
  return { points: whitenRows(whitening, scaled), whitening };
}

/** Rows, row-major, on the rule's scale. @throws DataError naming a value that has no place on it. */
function onScale(
  operation: string,
  rows: ArrayLike<number>,
  { features, scale }: Pick<ScopeRule, "features" | "scale">,
): Float64Array {
  const result = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const value = rows[index] ?? Number.NaN;
    if (!Number.isFinite(value) || (scale === "logarithm" && value <= 0)) {
      const feature = at(features, index % features.length);
      const expected = scale === "logarithm" ? "a finite number above 0" : "a finite number";
      throw new DataError(`${operation}: ${feature} is ${value}; it has to be ${expected}.`, { feature, value });
    }
    result[index] = scale === "logarithm" ? log(value) : value;
  }
  return result;
}

function checkRow(row: ArrayLike<number>, features: readonly string[]): ArrayLike<number> {
  if (row.length === features.length) return row;
  throw new ArgumentError(`judge: a row has ${row.length} values and there are ${features.length} features.`);
}

interface Known {
  readonly rule: ScopeRule;
  readonly whitening: Whitening;
  readonly ranges: readonly { readonly lowest: number; readonly highest: number }[];
}

/** The feature furthest beyond its training range; where all are within, the one least expected given the others. */
function findReason(row: ArrayLike<number>, { rule, whitening, ranges }: Known): ScopeReason {
  const { features, scale } = rule;
  const scaled = onScale("judge", row, rule);
  const reasons = features.map((feature, column): ScopeReason => {
    const value = at(row, column);
    const { lowest, highest } = at(ranges, column);
    if (value < lowest || value > highest) {
      const limit = value < lowest ? lowest : highest;
      const gap = at(scaled, column) - (scale === "logarithm" ? log(limit) : limit);
      return { kind: "beyond", feature, value, limit, deviations: gap / at(whitening.deviations, column) };
    }
    const { mean, deviation } = conditional(whitening, scaled, column);
    const deviations = (at(scaled, column) - mean) / deviation;
    const [expected = 0, lower = 0, upper = 0] = [0, -2, 2].map((step) => offScale(mean + step * deviation, scale));
    return { kind: "combination", feature, value, expected, lower, upper, deviations };
  });
  const beyond = reasons.filter((reason) => reason.kind === "beyond");
  const candidates = beyond.length > 0 ? beyond : reasons;
  return candidates.reduce((best, next) => (Math.abs(next.deviations) > Math.abs(best.deviations) ? next : best));
}

function offScale(value: number, scale: ScopeScale): number {
  return scale === "logarithm" ? Math.exp(value) : value;
}

function rangeOf(rows: readonly number[], columns: number, column: number): { lowest: number; highest: number } {
  const values = rows.filter((_, index) => index % columns === column);
  return {
    lowest: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    highest: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}
