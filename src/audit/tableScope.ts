/**
 * In scope or withheld, for encoded tables: is a row like the rows that the model learned from? A row is scored by its mean
 * distance to its nearest reference rows, in which every column of the table counts alike, and by how far its numbers lie
 * beyond all that was seen. The threshold comes from rows that were held out. The search is in nearestRows.ts.
 *
 * Source: distance to the nearest neighbours as an outlier score, Angiulli and Pizzuti 2002; for networks Sun et al. 2022.
 */
import { shuffledOrder } from "../data/shuffle.ts";
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { conformalQuantile } from "./conformal.ts";
import { someRows } from "./mixedRows.ts";
import { codeOf, compactRows, type Metric, NearestRows, type ScopeFeature, squaresBetween } from "./nearestRows.ts";

/** Choices of `fitTableScope`. */
export interface TableScopeOptions {
  /**
   * Encoded rows that the model did not learn from, for the threshold. Without them, or where they are fewer than 20, the
   * reference rows are compared with each other.
   */
  readonly heldOut?: Float32Array | undefined;
  /** How many nearest reference rows count. Default 5. */
  readonly neighbours?: number;
  /** Share of rows like the training rows that is withheld all the same. Default 0.05. */
  readonly withheldShare?: number;
  /** Most reference rows that are kept. Default 512. */
  readonly references?: number;
  readonly seed?: number;
}

/** What is kept to judge rows: plain data, but for `references`, which belongs into a file of tensors. */
export interface TableScopeRule {
  readonly features: readonly ScopeFeature[];
  readonly neighbours: number;
  readonly withheldShare: number;
  /** Distances above this are withheld. */
  readonly threshold: number;
  /** Rows that the threshold comes from. */
  readonly samples: number;
  /** Rows that the model learned from. */
  readonly trained: number;
  /** What squared differences of each feature are multiplied with, so that features count alike. */
  readonly weights: readonly number[];
  /** For each column of a row the smallest, largest and mean value of the training rows. */
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
  readonly means: readonly number[];
  /** Training rows, row-major [m, width]. */
  readonly references: Float32Array;
}

/** Why a row stands out. */
export interface TableScopeReason {
  /**
   * `beyond`: a number far outside of what was seen. `unseen`: a category that no training row has. `combination`: each
   * value was seen, but not together.
   */
  readonly kind: "beyond" | "unseen" | "combination";
  /** The feature that stands out most. */
  readonly feature: string;
  /** Its share of the squared distance to the nearest reference row. */
  readonly share: number;
}

/** Judgements of rows, one after the other. */
export interface TableScopeAnswers {
  /** How unusual each row is, in thresholds: above 1 is withheld. */
  readonly ratio: Float64Array;
  /** 1 where the row is in scope, 0 where it is withheld. */
  readonly inScope: Uint8Array;
  /** Why row `row` stands out most; worked out when asked for. */
  reason(row: number): TableScopeReason;
}

/** Reference rows hold at most so many numbers together: a table of many columns gets fewer of them. */
const mostNumbers = 4_000_000;

/** Numbers that are compared for the threshold, at most. */
const mostCompared = 3e8;

/** A number further beyond what was seen than this share of the whole range is withheld by itself. */
const beyondShare = 0.5;

/** Entropy, in nats, below which a category does not weigh more: a column that is nearly constant must not rule all others. */
const leastEntropy = 0.3;

/** Held-out rows below which they say too little. */
const leastSamples = 20;

/**
 * Learns from `rows`, encoded training rows (row-major [n, width]), what is in scope. About `withheldShare` of fresh rows of
 * the same kind are withheld; of fewer than 20 rows in all, those further away than any of them.
 * @throws ArgumentError where sizes do not fit, or a share or number of neighbours is impossible; DataError where a value is
 * not finite.
 *
 * @example
 * ```ts
 * import { fitTableScope, judgeRows } from "smilodon/audit";
 * const features = [
 *   { name: "a", kind: "number", start: 0, width: 1 },
 *   { name: "b", kind: "number", start: 1, width: 1 },
 * ] as const;
 * const rows = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
 * const rule = fitTableScope(rows, features);
 * const { inScope, reason } = judgeRows(rule, Float32Array.of(0.1, 0.2, 0.1, 9));
 * console.log(inScope, reason(1)); // [1, 0] { kind: "beyond", feature: "b", … }
 * ```
 */
export function fitTableScope(
  rows: Float32Array,
  features: readonly ScopeFeature[],
  options: TableScopeOptions = {},
): TableScopeRule {
  const { heldOut, neighbours = 5, withheldShare = 0.05, references: most = 512, seed = 0 } = options;
  const width = widthOf(features);
  const count = checkRows("fitTableScope", rows, width);
  if (!Number.isInteger(neighbours) || neighbours < 1 || !(withheldShare > 0 && withheldShare < 1) || count === 0)
    throw new ArgumentError(
      `fitTableScope: ${neighbours} neighbours and a share of ${withheldShare} of ${count} rows are not possible.`,
    );
  const extent = measureColumns(rows, width);
  const kept = Math.max(Math.min(count, 50), Math.min(count, most, Math.floor(mostNumbers / width)));
  const references = pickRows(rows, width, shuffledOrder(count, seed, "shuffle").subarray(0, kept).sort());
  const unfinished: TableScopeRule = {
    features,
    neighbours: Math.min(neighbours, Math.max(1, kept - 1)),
    withheldShare,
    threshold: 1,
    samples: 0,
    trained: count,
    weights: features.map((feature) => weightOf(feature, extent)),
    lowest: extent.lowest,
    highest: extent.highest,
    means: extent.means,
    references,
  };
  const distances = ownDistances(unfinished, heldOut);
  return { ...unfinished, threshold: thresholdOf(distances, withheldShare), samples: distances.length };
}

/**
 * Judges encoded rows (row-major [n, width]). What is prepared for a rule is remembered, so that calls with few rows are
 * cheap as well.
 * @throws ArgumentError where the rows do not fit the rule; DataError where a value is not finite.
 */
export function judgeRows(rule: TableScopeRule, rows: Float32Array): TableScopeAnswers {
  const judge = judgeOf(rule);
  const width = widthOf(rule.features);
  const count = checkRows("judgeRows", rows, width);
  const ratio = judge.nearest.distances(compactRows(judge.metric, rows));
  const inScope = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const own = Math.max((ratio[row] ?? 0) / rule.threshold, beyondOf(judge, rows, row * width).ratio);
    ratio[row] = own;
    inScope[row] = own <= 1 ? 1 : 0;
  }
  return { ratio, inScope, reason: (row) => findReason(judge, rows.subarray(row * width, (row + 1) * width)) };
}

/** A rule made ready. */
interface Judge {
  readonly rule: TableScopeRule;
  readonly metric: Metric;
  readonly nearest: NearestRows;
  /** Columns whose range counts, with the feature that each belongs to. */
  readonly ranged: readonly { readonly column: number; readonly name: string; readonly room: number }[];
}

const judges = new WeakMap<TableScopeRule, Judge>();

function judgeOf(rule: TableScopeRule): Judge {
  const known = judges.get(rule);
  if (known !== undefined) return known;
  const metric: Metric = { ...rule, width: widthOf(rule.features) };
  const nearest = new NearestRows(metric, compactRows(metric, rule.references), rule.neighbours);
  const ranged = rule.features
    .filter(({ kind }) => kind === "number" || kind === "date")
    .map(({ name, start }) => {
      // A column that hardly varied has some room all the same: encoded numbers have a scale of about 1.
      const room = beyondShare * Math.max(1, at(rule.highest, start) - at(rule.lowest, start));
      return { column: start, name, room };
    });
  const judge = { rule, metric, nearest, ranged };
  judges.set(rule, judge);
  return judge;
}

/** The number furthest beyond what was seen, in the room that it has. */
function beyondOf({ rule, ranged }: Judge, rows: Float32Array, start: number): { ratio: number; name: string } {
  let ratio = 0;
  let name = "";
  for (const { column, room, name: own } of ranged) {
    const value = rows[start + column] ?? 0;
    const gap = Math.max((rule.lowest[column] ?? 0) - value, value - (rule.highest[column] ?? 0)) / room;
    if (gap > ratio) {
      ratio = gap;
      name = own;
    }
  }
  return { ratio, name };
}

function findReason(judge: Judge, row: Float32Array): TableScopeReason {
  const { rule, metric, nearest } = judge;
  const compact = compactRows(metric, row);
  const squares = squaresBetween(metric, compact, nearest.nearestTo(compact));
  const total = squares.reduce((sum, square) => sum + square, 0);
  const shareOf = (index: number): number => (total > 0 ? at(squares, index) / total : 0);
  const beyond = beyondOf(judge, row, 0);
  if (beyond.ratio > 0.5) {
    const index = rule.features.findIndex(({ name }) => name === beyond.name);
    return { kind: "beyond", feature: beyond.name, share: shareOf(index) };
  }
  const order = Array.from(squares.keys()).sort((a, b) => at(squares, b) - at(squares, a));
  const unseen = order.find((index) => isUnseen(rule, at(rule.features, index), row));
  const index = unseen ?? order[0] ?? 0;
  return {
    kind: unseen === undefined ? "combination" : "unseen",
    feature: at(rule.features, index).name,
    share: shareOf(index),
  };
}

function isUnseen(rule: TableScopeRule, feature: ScopeFeature, row: Float32Array): boolean {
  if (feature.kind !== "category") return false;
  const code = codeOf(feature, row, 0);
  return code < 0 || at(rule.means, feature.start + code) === 0;
}

interface Extent {
  readonly lowest: number[];
  readonly highest: number[];
  readonly means: number[];
  readonly variances: readonly number[];
}

function measureColumns(rows: Float32Array, width: number): Extent {
  const count = rows.length / width;
  const lowest = new Array<number>(width).fill(Number.POSITIVE_INFINITY);
  const highest = new Array<number>(width).fill(Number.NEGATIVE_INFINITY);
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let start = 0; start < rows.length; start += width) {
    for (let column = 0; column < width; column++) {
      const value = rows[start + column] ?? 0;
      if (value < (lowest[column] ?? 0)) lowest[column] = value;
      if (value > (highest[column] ?? 0)) highest[column] = value;
      sums[column] = (sums[column] ?? 0) + value;
      squares[column] = (squares[column] ?? 0) + value * value;
    }
  }
  const means = Array.from(sums, (sum) => sum / count);
  const variances = means.map((mean, column) => Math.max(0, at(squares, column) / count - mean * mean));
  return { lowest, highest, means, variances };
}

/** So that the mean squared difference of two training rows is about 1 in every feature, however many columns it has. */
function weightOf({ kind, start, width }: ScopeFeature, { means, variances }: Extent): number {
  if (kind === "category") {
    const shares = means.slice(start, start + width);
    const entropy = shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
    return 1 / Math.max(leastEntropy, entropy);
  }
  const variance = variances.slice(start, start + width).reduce((sum, value) => sum + value, 0);
  // A boolean is −1 or 1 and may be nearly constant; numbers have a scale of about 1.
  return 1 / (2 * Math.max(kind === "boolean" ? 0.3 : 1e-3, variance));
}

function ownDistances(rule: TableScopeRule, heldOut: Float32Array | undefined): Float64Array {
  const { metric, nearest } = judgeOf(rule);
  const { width } = metric;
  const usable = heldOut === undefined ? 0 : checkRows("fitTableScope", heldOut, width);
  if (heldOut === undefined || usable < leastSamples) {
    return nearest.distances(compactRows(metric, rule.references), true);
  }
  const references = rule.references.length / width;
  const most = Math.max(200, Math.min(4000, Math.floor(mostCompared / (references * width))));
  return nearest.distances(compactRows(metric, pickRows(heldOut, width, someRows(usable, most))));
}

/** Where so few rows rule nothing out, the largest distance among them. Never 0, so that rows have a ratio to it. */
function thresholdOf(distances: Float64Array, withheldShare: number): number {
  const quantile = conformalQuantile(distances, withheldShare);
  const largest = distances.reduce((a, b) => Math.max(a, b), 0);
  return Math.max(1e-6, Math.min(quantile, largest));
}

function pickRows(rows: Float32Array, width: number, order: Uint32Array): Float32Array {
  const picked = new Float32Array(order.length * width);
  order.forEach((row, index) => picked.set(rows.subarray(row * width, (row + 1) * width), index * width));
  return picked;
}

function widthOf(features: readonly ScopeFeature[]): number {
  return features.reduce((sum, { width }) => sum + width, 0);
}

function checkRows(operation: string, rows: Float32Array, width: number): number {
  const count = rows.length / width;
  if (!Number.isInteger(count) || width === 0)
    throw new ArgumentError(`${operation}: ${rows.length} values are not whole rows of ${width}.`, { width });
  for (let index = 0; index < rows.length; index++) {
    if (Number.isFinite(rows[index])) continue;
    const row = Math.floor(index / width);
    throw new DataError(`${operation}: row ${row} holds ${rows[index]} in column ${index % width}.`, { row });
  }
  return count;
}
