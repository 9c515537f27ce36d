/**
 * The nearest point at which a model cannot decide: its output there is 0, which is even odds for a logit. A baseline
 * that means something: "your bone, compared with the nearest one that could be either".
 */
import { at } from "../support/invariant.ts";
import { type RowModel, slopesOf } from "./model.ts";

/** Choices of `nearestUndecided`. */
export interface NearestUndecidedOptions {
  /** Number of features of a row. */
  readonly columns: number;
  /** Most steps. Default 60. */
  readonly steps?: number;
  /** How near to 0 the output has to come. Default 0.001. */
  readonly tolerance?: number;
}

/** Where the model cannot decide, for each row. */
export interface Undecided {
  /** Row-major [rows, features]. */
  readonly points: Float64Array;
  /** Was a point found within the tolerance? 1 or 0 for each row. */
  readonly found: Uint8Array;
}

/**
 * Walks from each row (row-major [n, columns]) down the slope to where the model's output is 0: Newton steps along the
 * gradient, as in DeepFool (Moosavi-Dezfooli, Fawzi, Frossard 2016), damped. For a line the point is exactly the nearest
 * one, otherwise about the nearest; distances are Euclidean, so features should be standardized.
 *
 * @example
 * ```ts
 * import { type Tensor, sum } from "smilodon";
 * import { nearestUndecided } from "smilodon/explain";
 * const { points } = await nearestUndecided((rows: Tensor) => sum(rows, 1), [3, 1], { columns: 2 });
 * console.log(points); // about [1, -1]
 * ```
 */
export async function nearestUndecided(
  model: RowModel,
  rows: ArrayLike<number>,
  { columns, steps = 60, tolerance = 1e-3 }: NearestUndecidedOptions,
): Promise<Undecided> {
  const slopes = slopesOf(model, columns);
  const points = Float64Array.from(rows);
  const found = new Uint8Array(points.length / columns);
  for (let step = 0; ; step++) {
    const { outputs, gradients } = await slopes(points);
    outputs.forEach((output, row) => (found[row] = Math.abs(output) <= tolerance ? 1 : 0));
    if (step === steps || found.every((isFound) => isFound === 1)) return { points, found };
    outputs.forEach((output, row) =>
      moveRow(points.subarray(row * columns, (row + 1) * columns), output, gradients.subarray(row * columns)),
    );
  }
}

/** One step of at most 0.5 along the gradient towards output 0. */
function moveRow(point: Float64Array, output: number, gradient: Float64Array): void {
  const square = point.reduce((sum, _, column) => sum + at(gradient, column) ** 2, 0);
  if (square === 0) return;
  const length = Math.min(1, 0.5 / (Math.abs(output) / Math.sqrt(square)));
  point.forEach((value, column) => (point[column] = value - (length * output * at(gradient, column)) / square));
}
