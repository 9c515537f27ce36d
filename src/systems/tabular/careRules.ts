/**
 * What every answer of a system for tables is trusted by, and saved with it: temperature, sets or intervals, scope, and what
 * explanations compare with. care.ts fits it on rows that the network in question had not learned from.
 */
import type { ConformalRule } from "../../audit/conformal.ts";
import type { IntervalRule } from "../../audit/conformalIntervals.ts";
import type { TableScopeRule } from "../../audit/tableScope.ts";
import type { TabularModel } from "./system.ts";

/** Plain data, but for the rows that the scope keeps. */
export interface TabularCare {
  /** What logits are divided by; 1 for numbers. */
  readonly temperature: number;
  /** Which classes a set holds, or how wide an interval is, in the unit of the target. */
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
