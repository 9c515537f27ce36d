/**
 * What every answer of a system for tables is trusted by, and saved with it: temperature, sets or intervals, scope, and what
 * explanations compare with. Fitted on outputs for rows that the network in question had not learned from.
 */
import { type ConformalRule, fitConformal } from "../../audit/conformal.ts";
import { fitIntervals, type IntervalRule } from "../../audit/conformalIntervals.ts";
import { fitTableScope, type TableScopeRule } from "../../audit/tableScope.ts";
import { applyTemperature, fitTemperature } from "../../audit/temperature.ts";
import { at } from "../../support/invariant.ts";
import type { TabularModel } from "./system.ts";
import { predictionsOf } from "./task.ts";

/** Plain data, but for the rows that the scope keeps. */
export interface TabularCare {
  /** What logits are divided by; 1 for numbers. */
  readonly temperature: number;
  /** Which classes a set holds, or how wide an interval is. */
  readonly sets: ConformalRule | IntervalRule;
  /** Which rows get an answer. */
  readonly scope: TableScopeRule;
  /** What rows are compared with by explanations: the mean of the encoded training rows. */
  readonly explanation: { readonly baseline: readonly number[] };
}

/** A trained network that answers: with what its answers are trusted by. */
export interface TabularSystem extends TabularModel {
  readonly care: TabularCare;
}

/** Share of sets and intervals that may miss the truth. */
const alpha = 0.1;

/** What the rules are fitted on. */
export interface CareData {
  /** Outputs of networks for rows that they had not learned from, row-major, and what these rows are: class or scaled target. */
  readonly outputs: Float32Array;
  readonly targets: Float32Array;
  /** All rows that the system learned from, encoded. */
  readonly rows: Float32Array;
}

/** Fits the rules. @throws DataError where there are no rows. */
export function fitCareRules({ task, encoder }: TabularModel, { outputs, targets, rows }: CareData): TabularCare {
  const scope = fitTableScope(rows, encoder.features);
  const explanation = { baseline: meanRow(rows, encoder.width) };
  if (task.kind === "regression") {
    const answers = { predictions: predictionsOf(task, outputs), truths: predictionsOf(task, targets) };
    return { temperature: 1, sets: fitIntervals(answers, alpha), scope, explanation };
  }
  const classes = task.classes.length;
  const temperature = fitTemperature({ logits: outputs, labels: targets, classes });
  const probabilities = applyTemperature(outputs, classes, temperature);
  return { temperature, sets: fitConformal({ probabilities, labels: targets, classes }, alpha), scope, explanation };
}

function meanRow(rows: Float32Array, width: number): number[] {
  const sums = new Array<number>(width).fill(0);
  for (let start = 0; start < rows.length; start += width)
    for (let column = 0; column < width; column++) sums[column] = at(sums, column) + at(rows, start + column);
  return sums.map((sum) => (sum * width) / rows.length);
}
