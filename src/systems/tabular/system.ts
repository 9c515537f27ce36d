/** What is kept of the training on a table: everything that answers need. `train.ts` makes it, `use.ts` asks it. */
import type { ConformalRule } from "../../audit/conformal.ts";
import type { IntervalRule } from "../../audit/conformalIntervals.ts";
import type { GroupReport } from "../../audit/groups.ts";
import type { TableScopeRule } from "../../audit/tableScope.ts";
import type { TableEncoder } from "../../data/encoder.ts";
import type { TabularNetwork } from "./network.ts";
import type { TabularSettings } from "./settings.ts";

/** What is predicted. */
export type TabularTask =
  | {
      readonly kind: "classification";
      readonly target: string;
      /** In the order of the outputs. */
      readonly classes: readonly string[];
      /** The column held numbers: classes are those numbers, written out. */
      readonly isNumeric: boolean;
    }
  | {
      readonly kind: "regression";
      readonly target: string;
      /** Outputs times `deviation` plus `mean` are the target, or its logarithm. */
      readonly mean: number;
      readonly deviation: number;
      /** `"logarithm"`: outputs stand for log(target); the target is above 0. */
      readonly scale: "plain" | "logarithm";
    };

/** Where a system comes from. */
export interface TabularOrigin {
  /** Rows that the network learned from. */
  readonly rows: number;
  readonly seed: number;
  /** Of Smilodon. */
  readonly version: string;
  /** Name of the file or query, without folders. */
  readonly source: string;
  /** SHA-256 of the bytes of the table as it was read, where known. */
  readonly dataHash: string | undefined;
}

/** A trained network with what turns tables into its rows. */
export interface TabularModel {
  readonly task: TabularTask;
  readonly encoder: TableEncoder;
  readonly settings: TabularSettings;
  /** Rows [n, encoder.width] → logits [n, classes], or [n, 1]. */
  readonly network: TabularNetwork;
  readonly origin: TabularOrigin;
}

/** What is kept with a model. */
export interface TabularCare {
  /** Divides the logits of classes; 1 for numbers. */
  readonly temperature: number;
  /** Sets of classes, or intervals around numbers in the unit of the target. */
  readonly sets: ConformalRule | IntervalRule;
  readonly scope: TableScopeRule;
  readonly explanation: {
    /** The encoded row that explanations compare with: the mean of the training rows. */
    readonly baseline: readonly number[];
  };
  /** Figures by group, where groups were named. */
  readonly groups?: GroupReport | undefined;
}

/** A trained network that answers: with what its answers are trusted by. Saved as a folder (folder.ts). */
export interface TabularSystem extends TabularModel {
  readonly care: TabularCare;
}
