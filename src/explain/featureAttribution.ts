/**
 * Why, by the columns of a table: integrated gradients on encoded rows, added up over the block of columns that encodes each
 * feature. The parts and the residual add up exactly to the difference of the outputs; where the residual is too large the
 * way from the baseline is walked in smaller steps.
 */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { integrateSlopes } from "./integratedGradients.ts";
import { type RowModel, type Slopes, slopesInBlocks, slopesOf } from "./model.ts";

/** A column of a table and the block of columns that encodes it. */
export interface FeatureBlock {
  readonly name: string;
  /** First column of the block in a row. */
  readonly start: number;
  /** Columns in the block. */
  readonly width: number;
}

/** Choices of `attributeFeatures`. */
export interface FeatureAttributionOptions {
  readonly features: readonly FeatureBlock[];
  /** What rows are compared with: one encoded row. `meanRow` of the training rows is a fair choice. */
  readonly baseline: ArrayLike<number>;
  /** Points on the way from the baseline to begin with. Default 32. */
  readonly points?: number;
  /** Most points. Default 512. */
  readonly mostPoints?: number;
  /** Largest residual, as a share of the largest push of the row, that is left as it is. Default 0.01. */
  readonly tolerance?: number;
}

/** What each feature adds to the output of each row. */
export interface FeatureAttribution {
  /** Name of the method with its parameters. */
  readonly method: string;
  /** Names of the features, in the order of `values`. */
  readonly features: readonly string[];
  /** Row-major [rows, features]. */
  readonly values: Float64Array;
  /** Output of the model for each row, and for the baseline. */
  readonly outputs: Float64Array;
  readonly baselineOutput: number;
  /** (output − output of the baseline) − sum of the values, for each row: what the method leaves unexplained. */
  readonly residuals: Float64Array;
  /** Points on the way that each row needed. */
  readonly points: Int32Array;
}

/** Numbers in one call of the model: rows are explained in portions, so that memory stays small. */
const mostNumbers = 4_000_000;

/**
 * Attributions of encoded `rows` (row-major [n, width of a row]) to the columns of the table. `model` gives one number for
 * each row, for example the log odds of the class that was answered.
 * @throws ArgumentError where sizes do not fit; ShapeError where the model does not give one number for each row;
 * UnsupportedError where an operation of the model has no gradient.
 *
 * @example
 * ```ts
 * import { multiply, sum, type Tensor, tensor } from "smilodon";
 * import { attributeFeatures } from "smilodon/explain";
 * // A number, and a category of two columns: the block counts as one.
 * const features = [{ name: "size", start: 0, width: 1 }, { name: "color", start: 1, width: 2 }];
 * const model = (rows: Tensor) => sum(multiply(rows, tensor([2, 5, -1])), 1);
 * const { values } = await attributeFeatures(model, [3, 1, 0], { features, baseline: [1, 0.5, 0.5] });
 * console.log(values); // about [4, 3]: 5 · 0.5 + (−1) · (−0.5)
 * ```
 */
export function attributeFeatures(
  model: RowModel,
  rows: ArrayLike<number>,
  options: FeatureAttributionOptions,
): Promise<FeatureAttribution> {
  return featureExplainer(model, options)(rows);
}

/** Explains encoded rows, row-major [n, width of a row]. */
export type FeatureExplainer = (rows: ArrayLike<number>) => Promise<FeatureAttribution>;

/**
 * `attributeFeatures` for callers that ask again and again: the model is compiled once. A row gets the same explanation to the
 * last bit whether it is asked about alone or among others.
 * @throws ArgumentError where the baseline is not one row.
 */
export function featureExplainer(model: RowModel, options: FeatureAttributionOptions): FeatureExplainer {
  const { features, baseline, points = 32, mostPoints = 512, tolerance = 0.01 } = options;
  const columns = features.reduce((sum, { width }) => sum + width, 0);
  if (baseline.length !== columns)
    throw new ArgumentError(`attributeFeatures: a baseline of ${baseline.length} does not fit rows of ${columns}.`);
  const slopes = slopesInBlocks(slopesOf(model, columns), columns);
  const method = `integrated gradients by feature, ${points} to ${mostPoints} Gauss–Legendre points`;
  return async (rows) => {
    const count = rows.length / columns;
    if (!Number.isInteger(count))
      throw new ArgumentError(`attributeFeatures: ${rows.length} values are not whole rows of ${columns}.`, {
        columns,
      });
    const work: Work = {
      values: new Float64Array(count * features.length),
      outputs: new Float64Array(count),
      residuals: new Float64Array(count),
      points: new Int32Array(count),
      baselineOutput: Number.NaN,
    };
    let open = Uint32Array.from({ length: count }, (_, row) => row);
    for (let steps = points; open.length > 0; steps = Math.min(mostPoints, 4 * steps)) {
      await attribute(slopes, rows, { features, baseline, columns, steps, open }, work);
      if (steps >= mostPoints) break;
      open = open.filter((row) => isRough(work, row, features.length, tolerance));
    }
    return { method, features: features.map(({ name }) => name), ...work };
  };
}

interface Work {
  readonly values: Float64Array;
  readonly outputs: Float64Array;
  readonly residuals: Float64Array;
  readonly points: Int32Array;
  baselineOutput: number;
}

interface Portion {
  readonly features: readonly FeatureBlock[];
  readonly baseline: ArrayLike<number>;
  readonly columns: number;
  readonly steps: number;
  /** The rows to be explained. */
  readonly open: Uint32Array;
}

async function attribute(
  slopes: (rows: ArrayLike<number>) => Promise<Slopes>,
  rows: ArrayLike<number>,
  { features, baseline, columns, steps, open }: Portion,
  result: Work,
): Promise<void> {
  const portion = Math.max(1, Math.floor(mostNumbers / (steps * columns)));
  for (let start = 0; start < open.length; start += portion) {
    const some = open.subarray(start, start + portion);
    const cells = Float64Array.from({ length: some.length * columns }, (_, index) =>
      at(rows, at(some, Math.floor(index / columns)) * columns + (index % columns)),
    );
    const found = await integrateSlopes(slopes, cells, { baseline, columns, points: steps });
    result.baselineOutput = at(found.baselineOutputs, 0);
    some.forEach((row, index) => {
      const own = found.values.subarray(index * columns, (index + 1) * columns);
      let sum = 0;
      features.forEach(({ start: from, width }, feature) => {
        const value = own.subarray(from, from + width).reduce((total, part) => total + part, 0);
        result.values[row * features.length + feature] = value;
        sum += value;
      });
      result.outputs[row] = at(found.outputs, index);
      result.residuals[row] = at(found.outputs, index) - at(found.baselineOutputs, index) - sum;
      result.points[row] = steps;
    });
  }
}

/** Is the residual of a row more than a share of its largest push? Single precision leaves some in any case. */
function isRough({ values, residuals, outputs }: Work, row: number, width: number, tolerance: number): boolean {
  const own = values.subarray(row * width, (row + 1) * width);
  const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.abs(at(residuals, row)) > Math.max(tolerance * largest, 1e-5 * Math.abs(at(outputs, row)), 1e-6);
}

/**
 * The mean of encoded rows (row-major [n, width]): a baseline that is no row, but in which every number is usual and every
 * category counts by its share.
 */
export function meanRow(rows: ArrayLike<number>, width: number): Float64Array {
  const count = rows.length / width;
  if (!Number.isInteger(count) || count === 0)
    throw new ArgumentError(`meanRow: ${rows.length} values are not whole rows of ${width}.`, { width });
  const means = new Float64Array(width);
  for (let index = 0; index < rows.length; index++)
    means[index % width] = at(means, index % width) + at(rows, index) / count;
  return means;
}
