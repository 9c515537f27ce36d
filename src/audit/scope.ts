/**
 * In scope or withheld: is a new row like the rows that the model learned from? A row is scored by its mean distance to
 * its nearest training rows; the threshold is where a chosen share of the training rows themselves, each compared with
 * the others, would be withheld. The linear algebra is in whitening.ts.
 *
 * Source: distance to the nearest neighbours as an outlier score, Angiulli and Pizzuti 2002; for networks Sun et al. 2022.
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { conformalQuantile } from "./conformal.ts";
import { conditional, fitWhitening, type Whitening, whiten } from "./whitening.ts";

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
  /** Mean distance of a row to its neighbours; `judge` without the reasons, for many rows. */
  distance(row: ArrayLike<number>): number;
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
  const distances = Array.from({ length: count }, (_, row) =>
    meanDistance({ points, columns, neighbours }, points.subarray(row * columns, (row + 1) * columns), row),
  );
  const threshold = conformalQuantile(distances, withheldShare);
  const sorted = distances.sort((a, b) => a - b);
  return { features, scale, neighbours, withheldShare, threshold, rows: Array.from(rows), distances: sorted };
}

/** Makes a rule, fitted now or read from a file, ready to judge rows. */
export function scopeJudge(rule: ScopeRule): ScopeJudge {
  const { features, scale, neighbours } = rule;
  const columns = features.length;
  const { points, whitening } = decorrelate(rule.rows, features, scale);
  const ranges = features.map((_, column) => rangeOf(rule.rows, columns, column));
  const distance = (row: ArrayLike<number>): number => {
    const point = whiten(whitening, scaledRow("judge", row, { features, scale }));
    return meanDistance({ points, columns, neighbours }, point);
  };
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
  return { rule, judge, distance };
}

interface Neighbourhood {
  readonly points: Float64Array;
  readonly columns: number;
  readonly neighbours: number;
}

/** Mean distance of `point` to its nearest among `points`, leaving out row `skip`. */
function meanDistance({ points, columns, neighbours }: Neighbourhood, point: ArrayLike<number>, skip = -1): number {
  // The nearest so far, ascending: an insertion into a handful is faster than sorting all.
  const nearest = new Float64Array(neighbours).fill(Number.POSITIVE_INFINITY);
  const last = neighbours - 1;
  for (let row = 0; row * columns < points.length; row++) {
    if (row === skip) continue;
    let square = 0;
    for (let column = 0; column < columns; column++) {
      square += ((points[row * columns + column] ?? 0) - (point[column] ?? 0)) ** 2;
    }
    if (square >= (nearest[last] ?? 0)) continue;
    let place = last;
    for (; place > 0 && square < at(nearest, place - 1); place--) nearest[place] = at(nearest, place - 1);
    nearest[place] = square;
  }
  return nearest.reduce((total, square) => total + Math.sqrt(square), 0) / neighbours;
}

function decorrelate(
  rows: ArrayLike<number>,
  features: readonly string[],
  scale: ScopeScale,
): { points: Float64Array; whitening: Whitening } {
  const columns = features.length;
  const scaled = new Float64Array(rows.length);
  for (let start = 0; start < rows.length; start += columns) {
    const row = Array.from({ length: columns }, (_, column) => at(rows, start + column));
    scaled.set(scaledRow("fitScope", row, { features, scale }), start);
  }
  const whitening = fitWhitening(scaled, features);
  const points = new Float64Array(rows.length);
  for (let start = 0; start < rows.length; start += columns) {
    points.set(whiten(whitening, scaled.subarray(start, start + columns)), start);
  }
  return { points, whitening };
}

/** One row on the rule's scale. */
function scaledRow(
  operation: string,
  row: ArrayLike<number>,
  { features, scale }: Pick<ScopeRule, "features" | "scale">,
): Float64Array {
  if (row.length !== features.length) {
    throw new ArgumentError(`${operation}: a row has ${row.length} values and there are ${features.length} features.`);
  }
  return Float64Array.from(features, (feature, column) => {
    const value = at(row, column);
    if (!Number.isFinite(value) || (scale === "logarithm" && value <= 0)) {
      const expected = scale === "logarithm" ? "a finite number above 0" : "a finite number";
      throw new DataError(`${operation}: ${feature} is ${value}; it has to be ${expected}.`, { feature, value });
    }
    return scale === "logarithm" ? Math.log(value) : value;
  });
}

interface Known {
  readonly rule: ScopeRule;
  readonly whitening: Whitening;
  readonly ranges: readonly { readonly lowest: number; readonly highest: number }[];
}

/** The feature furthest beyond its training range; where all are within, the one least expected given the others. */
function findReason(row: ArrayLike<number>, { rule, whitening, ranges }: Known): ScopeReason {
  const { features, scale } = rule;
  const scaled = scaledRow("judge", row, rule);
  const reasons = features.map((feature, column): ScopeReason => {
    const value = at(row, column);
    const { lowest, highest } = at(ranges, column);
    if (value < lowest || value > highest) {
      const limit = value < lowest ? lowest : highest;
      const gap = at(scaled, column) - onScale(limit, scale);
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

function onScale(value: number, scale: ScopeScale): number {
  return scale === "logarithm" ? Math.log(value) : value;
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
