/** The figures in words, for the report and the card: what each means, which way is better, and how it is spelled. */
import type { BaselineStudy, Metric, MetricName, Metrics, TabularStudy } from "./study.ts";

/** What is said of a figure. */
export interface Measure {
  readonly name: string;
  /** For those who have not met it. */
  readonly meaning: string;
  /** `none`: it should be what was promised, not more. */
  readonly better: "higher" | "lower" | "none";
  readonly isShare: boolean;
}

/** All of them, in the order in which they are shown. */
export const measures = {
  accuracy: { name: "right answers", meaning: "share of rows answered rightly", better: "higher", isShare: true },
  auc: {
    name: "area under the ROC curve",
    meaning: "how often a row of a class is ranked above a row of another; 0.5 is guessing, 1 never wrong",
    better: "higher",
    isShare: false,
  },
  rmse: {
    name: "root mean squared error",
    meaning: "usual size of an error, in the unit of the target; large errors count more",
    better: "lower",
    isShare: false,
  },
  mae: {
    name: "mean absolute error",
    meaning: "mean distance of prediction and truth, in the unit of the target",
    better: "lower",
    isShare: false,
  },
  r2: {
    name: "variance explained",
    meaning: "share of the differences between rows that predictions account for; 0 is as good as the mean",
    better: "higher",
    isShare: true,
  },
  logLoss: {
    name: "logarithmic loss",
    meaning: "how far probabilities are from what happened, in nats; being sure of what is wrong costs most",
    better: "lower",
    isShare: false,
  },
  ece: {
    name: "calibration error",
    meaning: "mean difference of stated probability and share of right answers, in 15 bins",
    better: "lower",
    isShare: true,
  },
  coverage: {
    name: "sets or intervals that hold the truth",
    meaning: "should be what was promised, in the long run",
    better: "none",
    isShare: true,
  },
} as const satisfies Record<MetricName, Measure>;

/** Names of the figures, in order. */
export const metricNames = Object.keys(measures).filter((name): name is MetricName => Object.hasOwn(measures, name));

/** The figures that `metrics` has, in order. */
export function metricsIn(metrics: Metrics): { readonly name: MetricName; readonly metric: Metric }[] {
  return metricNames.flatMap((name) => {
    const metric = metrics[name];
    return metric === undefined || !Number.isFinite(metric.value) ? [] : [{ name, metric }];
  });
}

/** How the network does beside the best of the simpler models. */
export interface Verdict {
  /** The figure that decides. */
  readonly name: MetricName;
  readonly own: Metric;
  readonly best: BaselineStudy;
  readonly other: Metric;
  /** The intervals do not even touch. */
  readonly isApart: boolean;
  /** `clear`: the intervals do not even touch. */
  readonly outcome: "clear" | "narrow" | "equal" | "worse";
}

/** The same as plain data: for `train --json` and the folder of the model. */
export function verdictRecord(study: TabularStudy) {
  const verdict = judgeStudy(study);
  if (verdict === undefined) return null;
  const { name, own, best, other, outcome } = verdict;
  return { outcome, measure: name, network: own.value, simpler: best.name, what: best.what, value: other.value };
}

/** Compares by right answers, or by the root mean squared error; undefined where nothing was measured. */
export function judgeStudy({ metrics, baselines, system }: TabularStudy): Verdict | undefined {
  const name = system.task.kind === "classification" ? "accuracy" : "rmse";
  const sign = measures[name].better === "higher" ? 1 : -1;
  const own = metrics[name];
  if (own === undefined || !Number.isFinite(own.value)) return undefined;
  const measured = baselines.flatMap((best) => {
    const other = best.metrics[name];
    return other === undefined || !Number.isFinite(other.value) ? [] : [{ best, other }];
  });
  const [first] = measured.sort((a, b) => sign * (b.other.value - a.other.value));
  if (first === undefined) return undefined;
  const lead = sign * (own.value - first.other.value);
  const isApart = own.low > first.other.high || own.high < first.other.low;
  const outcome = lead === 0 ? "equal" : lead < 0 ? "worse" : isApart ? "clear" : "narrow";
  return { name, own, ...first, isApart, outcome };
}
