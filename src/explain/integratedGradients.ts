/**
 * Integrated gradients (Sundararajan, Taly, Yan 2017): what each feature adds on the straight way from a baseline to the
 * row, by adding up slopes along it. The parts add up to the difference of the outputs; the residual says how nearly.
 */
import { at } from "../support/invariant.ts";
import { type Attribution, baselinesFor, completeAttribution } from "./attribution.ts";
import { type RowModel, type Slopes, slopesOf } from "./model.ts";
import { gaussLegendre } from "./quadrature.ts";

/** Choices of `integratedGradients`. */
export interface IntegratedGradientsOptions {
  /** What to compare with: one row of features, or one for each row. */
  readonly baseline: ArrayLike<number>;
  /** Number of features of a row. */
  readonly columns: number;
  /** Points on the way from the baseline (Gauss–Legendre). Default 32. */
  readonly points?: number;
}

/**
 * Attributions of `rows` (row-major [n, columns]) by the model's slopes at `points` points between baseline and row:
 * value_i = (x_i − b_i) · ∫ ∂f/∂x_i(b + t·(x − b)) dt over t from 0 to 1.
 * @throws ArgumentError where sizes do not fit; ShapeError where the model does not give one number for each row;
 * UnsupportedError where an operation of the model has no gradient.
 *
 * @example
 * ```ts
 * import { type Tensor, sum, multiply } from "smilodon";
 * import { integratedGradients } from "smilodon/explain";
 * const model = (rows: Tensor) => sum(multiply(rows, rows), 1);
 * const { values, residuals } = await integratedGradients(model, [3, 1], { baseline: [0, 0], columns: 2 });
 * console.log(values, residuals); // [9, 1], about 0
 * ```
 */
export function integratedGradients(
  model: RowModel,
  rows: ArrayLike<number>,
  options: IntegratedGradientsOptions,
): Promise<Attribution> {
  return integrateSlopes(slopesOf(model, options.columns), rows, options);
}

/** `integratedGradients` of a model that is ready to be evaluated: for callers that ask again and again. */
export async function integrateSlopes(
  slopes: (rows: ArrayLike<number>) => Promise<Slopes>,
  rows: ArrayLike<number>,
  { baseline, columns, points = 32 }: IntegratedGradientsOptions,
): Promise<Attribution> {
  const count = rows.length / columns;
  const baselines = baselinesFor("integratedGradients", baseline, { rows: count, columns });
  const { nodes, weights } = gaussLegendre(points);
  const path = Float64Array.from({ length: points * rows.length }, (_, index) => {
    const cell = index % rows.length;
    const start = at(baselines, cell);
    return start + at(nodes, Math.floor(index / rows.length)) * (at(rows, cell) - start);
  });
  const { gradients } = await slopes(path);
  const values = Float64Array.from(rows, (value, cell) => {
    let slope = 0;
    for (let point = 0; point < points; point++)
      slope += at(weights, point) * at(gradients, point * rows.length + cell);
    return slope * (value - at(baselines, cell));
  });
  // Both ends in one call, so that equal rows have equal outputs to the last bit.
  const { outputs } = await slopes([...Array.from(rows), ...baselines]);
  return completeAttribution({
    method: `integrated gradients, ${points} Gauss–Legendre points`,
    values,
    baselines,
    outputs: outputs.slice(0, count),
    baselineOutputs: outputs.slice(count),
  });
}
