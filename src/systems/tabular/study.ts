/** Everything that was found out while a table was learned: plain data, but for the system. Reports and the command line show it. */
import type { GroupReport } from "../../audit/groups.ts";
import type { EpochRecord } from "../../train/index.ts";
import type { TabularFindings } from "./findings.ts";
import type { SettingReason } from "./settings.ts";
import type { TabularSystem } from "./system.ts";

/** A measured figure with the ends of its 95 % interval. */
export interface Metric {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Rows that it was measured on. */
  readonly n: number;
}

/**
 * Figures that are measured. Of classes: `accuracy`, `auc` (with more than two classes the mean of one against the rest),
 * `logLoss`, `ece` (calibration error, 15 bins), `coverage` (sets that hold the truth). Of numbers: `rmse`, `mae`, `r2`,
 * `coverage` (intervals that hold the truth).
 */
export type MetricName = "accuracy" | "auc" | "logLoss" | "ece" | "coverage" | "rmse" | "mae" | "r2";

/** Those that a task has. */
export type Metrics = Partial<Record<MetricName, Metric>>;

/** How rows were divided. */
export interface SplitStudy {
  /** Rows that weights were learned from, rows that decided when to stop, and rows for calibration. */
  readonly train: number;
  readonly validation: number;
  readonly calibration: number;
  /** Rows that figures were measured on. */
  readonly heldOut: number;
  /** In a sentence. */
  readonly how: string;
}

/** Another model on the same held-out rows. */
export interface BaselineStudy {
  /** `majority` or `mean`, `linear`, `neighbours`. */
  readonly name: "majority" | "mean" | "linear" | "neighbours";
  /** In a few words. */
  readonly what: string;
  readonly metrics: Metrics;
}

/** One trained network of the ensemble. */
export interface MemberStudy {
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly seed: number;
}

/** Answers for held-out rows. */
export interface HeldOutStudy {
  /** Row numbers in the source (of the table, or of the test table). */
  readonly rows: Uint32Array;
  /** Class index of each row, or its target. */
  readonly truth: Float64Array;
  /** Classification: calibrated probabilities, row-major [rows, classes]. */
  readonly probabilities: Float64Array | undefined;
  /** Regression: predicted targets. */
  readonly predictions: Float64Array | undefined;
  /** 1 where the row gets an answer, 0 where it is withheld. */
  readonly inScope: Uint8Array;
}

/** What fewer rows would have come to. */
export interface MoreData {
  readonly fraction: number;
  readonly rows: number;
  readonly trainingLoss: number;
  readonly heldOutLoss: number;
  /** Name of `metric`. */
  readonly name: MetricName;
  readonly metric: number;
}

/** Something that somebody should look at; those of `audit`'s table checks have this form. */
export interface StudyWarning {
  readonly kind: string;
  readonly columns: readonly string[];
  readonly action: "left out" | "flagged";
  readonly message: string;
}

/** How the answer moves with a column. */
export interface EffectCurve {
  /** The class whose probability moves, or the target. */
  readonly output: string;
  /** Values of the column, ascending for numbers, with the mean change of the answer that goes with each. */
  readonly points: readonly { readonly value: string | number; readonly effect: number }[];
}

/** What was learned of one column. */
export interface FeatureEffect {
  readonly feature: string;
  readonly kind: "number" | "category" | "boolean" | "date" | "text";
  /** Increase of the loss (log loss in nats, or squared error as a share of the target's variance) when the column is shuffled. */
  readonly importance: Metric;
  /** None for free text. */
  readonly curves: readonly EffectCurve[];
}

/** The whole study. */
export interface TabularStudy {
  readonly system: TabularSystem;
  readonly split: SplitStudy;
  readonly metrics: Metrics;
  /** Of each fold, where rows were cross-validated; `metrics` are their means then. */
  readonly folds: readonly Metrics[];
  readonly baselines: readonly BaselineStudy[];
  readonly members: readonly MemberStudy[];
  readonly heldOut: HeldOutStudy;
  readonly moreData: readonly MoreData[];
  /** What the network has learned of each column, the most important first; empty where it was not measured. */
  readonly effects: readonly FeatureEffect[];
  /** Figures by group, where groups were named. */
  readonly groups: GroupReport | undefined;
  /** What the report shows beyond figures; undefined where no rows were held out. */
  readonly findings?: TabularFindings | undefined;
  readonly warnings: readonly StudyWarning[];
  /** Each setting and why it is what it is. */
  readonly settings: readonly SettingReason[];
  readonly seconds: number;
}
