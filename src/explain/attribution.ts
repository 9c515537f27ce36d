/**
 * What explanations say: how much each feature of each row adds to the model's output, compared with a baseline. For
 * additive methods the parts add up to the difference of the outputs; what is missing is part of the result, never hidden.
 */
import { ArgumentError } from "../support/errors.ts";

/** Attributions of many rows, in f64. */
export interface Attribution {
  /** Name of the method with its parameters. */
  readonly method: string;
  /** Row-major [rows, features]: what each feature adds to the output. */
  readonly values: Float64Array;
  /** The rows that `values` compares with, row-major [rows, features]. */
  readonly baselines: Float64Array;
  /** Output of the model for each row. */
  readonly outputs: Float64Array;
  /** Output of the model for each baseline. */
  readonly baselineOutputs: Float64Array;
  /** Completeness: (output − output of the baseline) − sum of the values, for each row. 0 where nothing is missing. */
  readonly residuals: Float64Array;
}

/** What a completed attribution is made of; `completeAttribution` adds the residuals. */
export type AttributionParts = Omit<Attribution, "residuals">;

/** Adds the completeness residual of each row. */
export function completeAttribution(parts: AttributionParts): Attribution {
  const { values, outputs, baselineOutputs } = parts;
  const columns = values.length / Math.max(1, outputs.length);
  const residuals = outputs.map((output, row) => {
    const sum = values.subarray(row * columns, (row + 1) * columns).reduce((total, value) => total + value, 0);
    return output - (baselineOutputs[row] ?? 0) - sum;
  });
  return { ...parts, residuals };
}

/** One baseline for each of `rows` rows: `baseline` itself, or repeated where it is a single row. @throws ArgumentError. */
export function baselinesFor(
  operation: string,
  baseline: ArrayLike<number>,
  shape: { rows: number; columns: number },
): Float64Array {
  const { rows, columns } = shape;
  if (baseline.length === rows * columns) return Float64Array.from(baseline);
  if (baseline.length === columns)
    return Float64Array.from({ length: rows * columns }, (_, index) => baseline[index % columns] ?? 0);
  throw new ArgumentError(
    `${operation}: a baseline of ${baseline.length} values fits neither one row of ${columns} nor ${rows} rows.`,
    { baseline: baseline.length, rows, columns },
  );
}
