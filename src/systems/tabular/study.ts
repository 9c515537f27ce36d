/** Everything that was found out while a table was learned: plain data, but for the system. Reports and the command line show it. */
import type { GroupReport } from "../../audit/groups.ts";
import type { EpochRecord } from "../../train/index.ts";
import type { Metric, MetricName, Metrics } from "../metrics.ts";
import type { SettingReason } from "./settings.ts";
import type { TabularSystem } from "./system.ts";

export type { Metric, MetricName, Metrics };

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
  /** None for free text, nor for columns beyond the most important ones. */
  readonly curves: readonly EffectCurve[];
}

/** One side of the plane. */
export interface PlaneAxis {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Spaced by logarithms. */
  readonly isLogarithmic: boolean;
}

/** Answers on a net of points, row-major from the top left, and held-out rows. */
export interface Plane {
  readonly x: PlaneAxis;
  readonly y: PlaneAxis;
  /** Points along each side. */
  readonly points: number;
  /** Calibrated probabilities [points · points, classes], or predicted numbers [points · points]. */
  readonly answers: Float64Array;
  /** How unusual each point is, in thresholds: above 1 is withheld. */
  readonly scope: Float64Array;
  readonly rows: readonly PlaneRow[];
}

/** A held-out row. */
export interface PlaneRow {
  readonly x: number;
  readonly y: number;
  /** Class by position, or the number. */
  readonly truth: number;
  readonly answer: number;
}

/** A row of the table as the report shows it. */
export interface ShownRow {
  /** Where it came from: `line 12`. */
  readonly place: string;
  /** Its cells in the most important columns, as text; empty where missing. */
  readonly cells: readonly string[];
}

/** An answer that was wrong, or far off. */
export interface Mistake extends ShownRow {
  readonly truth: string | number;
  readonly answer: string | number;
  /** Of a class its probability, of a number its distance from the truth. */
  readonly weight: number;
}

/** A row that gets no answer. */
export interface WithheldRow extends ShownRow {
  /** How unusual it is, in thresholds. */
  readonly ratio: number;
  /** Why, in words. */
  readonly reason: string;
}

/** Which held-out rows get no answer. */
export interface ScopeFindings {
  readonly withheld: Metric;
  /** How unusual rows are, in thresholds: rows in tenths from 0 to 2, the last one for all above. */
  readonly histogram: readonly number[];
  /** The column that stands out most in rows that are withheld, with how many. */
  readonly columns: readonly { readonly name: string; readonly count: number }[];
  /** Share of right answers, or mean distance from the truth, of rows that get an answer and of rows that do not. */
  readonly inside: Metric | undefined;
  readonly outside: Metric | undefined;
  readonly examples: readonly WithheldRow[];
}

/** How sets or intervals do in a part of the rows: those of one true class, or a fifth of the predicted numbers. */
export interface CoverageBand {
  readonly name: string;
  readonly coverage: Metric;
  /** Mean number of classes in a set, or mean width of an interval. */
  readonly size: number;
}

/** What was found on held-out rows, all with one network that had not learned from them. */
export interface TabularFindings {
  /** Columns of `ShownRow.cells`: the most important ones. */
  readonly shown: readonly string[];
  readonly mistakes: readonly Mistake[];
  readonly scope: ScopeFindings;
  /** Of all rows first, then of parts. */
  readonly coverage: readonly CoverageBand[];
  /** Share of sets with none, one, two … classes; empty for numbers. */
  readonly setSizes: readonly number[];
  /** Where the table has two columns and both are numbers. */
  readonly plane: Plane | undefined;
}

/** How a table was learned that memory does not hold. */
export interface StreamStudy {
  /** Of the table. */
  readonly rows: number;
  /** Rows that stood for all in checks and in what is fitted to rows that are held. */
  readonly sample: number;
  /** Rows that batches were drawn from at a time. */
  readonly shuffleRows: number;
  /** Megabytes that rows were allowed to take. */
  readonly memory: number;
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
  /** Where memory did not hold the table. */
  readonly stream?: StreamStudy | undefined;
}
