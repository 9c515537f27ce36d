/**
 * In scope or withheld, for networks of pictures: does a picture's features (what the layer before the last one gives) lie near
 * those of pictures that the network learned from? Features are brought to length 1; a row's score is its distance to the k-th
 * nearest reference row, and the threshold is where a chosen share of pictures that were not learned from would be withheld.
 *
 * Source: Y. Sun, Y. Ming, X. Zhu, Y. Li, "Out-of-distribution detection with deep nearest neighbors", ICML 2022.
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { conformalQuantile } from "./conformal.ts";
import { insertAscending } from "./planeGrid.ts";

/** What is kept to judge new features: plain data, so that it can be saved with the model. */
export interface FeatureScopeRule {
  /** Features in a row. */
  readonly width: number;
  /** Which neighbour counts: 1 is the nearest. */
  readonly neighbours: number;
  readonly withheldShare: number;
  /** Distances above this are withheld. */
  readonly threshold: number;
  /** Pictures that the threshold was taken from. */
  readonly samples: number;
  /** Features of pictures that were learned from, each of length 1, row-major [references, width]. */
  readonly references: Float32Array;
}

/** Rows of features, row-major [n, width]. */
export interface FeatureRows {
  readonly width: number;
  readonly values: Float32Array;
}

/** Choices of `fitFeatureScope`. */
export interface FeatureScopeOptions {
  /** Default: 10, fewer where there are few references. */
  readonly neighbours?: number;
  /** Share of pictures like those that were learned from that is withheld all the same. Default 0.05. */
  readonly withheldShare?: number;
}

/** The judgement of many rows. */
export interface FeatureJudgement {
  /** 1 where a row is like what was learned from. */
  readonly inScope: Uint8Array;
  /** Distance in thresholds: above 1 is withheld. */
  readonly ratio: Float64Array;
}

/**
 * Learns what is in scope: `learned` are features of pictures that the network learned from, `fresh` those of others of the
 * same kind, which the threshold is taken from (a conformal quantile, so about `withheldShare` of further ones are withheld).
 * @throws ArgumentError where widths do not fit, DataError where there are no rows or a feature is not finite.
 *
 * @example
 * ```ts
 * import { fitFeatureScope, judgeFeatures } from "smilodon/audit";
 * const rows = (from: number) => Float32Array.from({ length: 80 }, (_, i) => 1 + Math.sin(from + i) / 10);
 * const rule = fitFeatureScope({ width: 2, values: rows(0) }, { width: 2, values: rows(500) });
 * const { inScope } = judgeFeatures(rule, { width: 2, values: new Float32Array([1, 1, 1, -1]) });
 * console.log(inScope); // [1, 0]
 * ```
 */
export function fitFeatureScope(
  learned: FeatureRows,
  fresh: FeatureRows,
  { withheldShare = 0.05, ...options }: FeatureScopeOptions = {},
): FeatureScopeRule {
  const { width } = learned;
  const [references, samples] = [learned.values.length / width, fresh.values.length / width];
  if (fresh.width !== width || !Number.isInteger(references) || !Number.isInteger(samples))
    throw new ArgumentError(
      `fitFeatureScope: ${learned.values.length} values in rows of ${width}, and ${fresh.values.length} in rows of ${fresh.width}; both have to be whole rows of one width.`,
      { width, fresh: fresh.width },
    );
  if (references === 0 || samples === 0)
    throw new DataError(
      `fitFeatureScope: ${references} pictures to compare with and ${samples} to compare; none of both may be empty.`,
    );
  const usual = Math.max(1, Math.min(10, Math.floor(Math.sqrt(references) / 2)));
  const neighbours = options.neighbours ?? usual;
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours > references)
    throw new ArgumentError(`fitFeatureScope: neighbour ${neighbours} of ${references} pictures.`, { neighbours });
  const rule = { width, neighbours, withheldShare, samples, references: unitRows(learned) };
  const distances = distancesTo(rule, unitRows(fresh));
  // Too few samples rule nothing out by themselves: then the furthest of them is the limit
  const quantile = conformalQuantile(distances, withheldShare);
  const furthest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  const threshold = Math.max(Number.EPSILON, Number.isFinite(quantile) ? quantile : furthest);
  return { ...rule, threshold };
}

/** Judges rows, each the same to the last bit in any company. @throws ArgumentError where the width is another, DataError where a feature is not finite. */
export function judgeFeatures(rule: FeatureScopeRule, rows: FeatureRows): FeatureJudgement {
  if (rows.width !== rule.width)
    throw new ArgumentError(`judgeFeatures: rows of ${rows.width} features; the rule has ${rule.width}.`, {
      width: rows.width,
    });
  const ratio = distancesTo(rule, unitRows(rows)).map((distance) => distance / rule.threshold);
  return { ratio, inScope: Uint8Array.from(ratio, (value) => (value <= 1 ? 1 : 0)) };
}

/** Each row divided by its length; a row of zeros stays one. */
function unitRows({ width, values }: FeatureRows): Float32Array {
  const units = new Float32Array(values.length);
  for (let start = 0; start + width <= values.length; start += width) {
    let square = 0;
    for (let column = 0; column < width; column++) square += (values[start + column] ?? 0) ** 2;
    if (!Number.isFinite(square))
      throw new DataError(
        `The features of picture ${start / width} are not finite; the network's weights are damaged.`,
        {
          row: start / width,
        },
      );
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let column = 0; column < width; column++) units[start + column] = (values[start + column] ?? 0) * scale;
  }
  return units;
}

/** Distance of each row to its k-th nearest reference. */
function distancesTo(
  { width, neighbours, references }: Pick<FeatureScopeRule, "width" | "neighbours" | "references">,
  rows: Float32Array,
): Float64Array {
  const nearest = new Float64Array(neighbours);
  return Float64Array.from({ length: rows.length / width }, (_, row) => {
    nearest.fill(Number.POSITIVE_INFINITY);
    const start = row * width;
    for (let from = 0; from < references.length; from += width) {
      let square = 0;
      for (let column = 0; column < width; column++) {
        const gap = (references[from + column] ?? 0) - (rows[start + column] ?? 0);
        square += gap * gap;
      }
      if (square < at(nearest, neighbours - 1)) insertAscending(nearest, square);
    }
    return Math.sqrt(at(nearest, neighbours - 1));
  });
}
