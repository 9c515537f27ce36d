/** For a line there is nothing to approximate: what a feature contributes is its weight times its distance. */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type Attribution, baselinesFor, completeAttribution } from "./attribution.ts";

/** f(x) = bias + Σ weights · x. */
export interface LinearRule {
  readonly weights: ArrayLike<number>;
  readonly bias: number;
}

/**
 * Exact contributions w_i · (x_i − b_i) of a linear rule: the same as its Shapley values, integrated gradients and
 * DeepLIFT. `rows` are row-major [rows, features]; `baseline` is one row, or one for each.
 * @throws ArgumentError where sizes do not fit.
 *
 * @example
 * ```ts
 * import { linearContributions } from "smilodon/explain";
 * const { values, residuals } = linearContributions({ weights: [2, -1], bias: 3 }, [4, 5], [1, 1]);
 * console.log(values, residuals); // [6, -4], [0]
 * ```
 */
export function linearContributions(
  rule: LinearRule,
  rows: ArrayLike<number>,
  baseline: ArrayLike<number>,
): Attribution {
  const columns = rule.weights.length;
  const count = rows.length / columns;
  if (!Number.isInteger(count)) {
    throw new ArgumentError(`linearContributions: ${rows.length} values are not whole rows of ${columns}.`);
  }
  const baselines = baselinesFor("linearContributions", baseline, { rows: count, columns });
  return completeAttribution({
    method: "exact contributions of a linear rule",
    values: Float64Array.from(
      rows,
      (value, index) => at(rule.weights, index % columns) * (value - at(baselines, index)),
    ),
    baselines,
    outputs: outputsOf(rule, rows),
    baselineOutputs: outputsOf(rule, baselines),
  });
}

function outputsOf({ weights, bias }: LinearRule, rows: ArrayLike<number>): Float64Array {
  const columns = weights.length;
  return Float64Array.from({ length: rows.length / columns }, (_, row) => {
    let output = bias;
    for (let column = 0; column < columns; column++) output += at(weights, column) * at(rows, row * columns + column);
    return output;
  });
}
