/** What a training came to: as one JSON object, and as lines to read. */

import { type GroupFigure, type GroupRate, groupRates } from "../../audit/groups.ts";
import type { OutputColumn } from "../../systems/model.ts";
import type { BaselineStudy, Metric, MetricName, Metrics, TabularStudy } from "../../systems/tabular/index.ts";
import { verdictRecord } from "../../systems/tabular/measures.ts";
import type { Console } from "../console.ts";
import type { Evaluation } from "../evaluateFile.ts";

/** The object that `train --json` ends with (docs/schemas/train.json). */
export function resultsToJson(
  study: TabularStudy,
  { run, rows, seconds }: { readonly run: string; readonly rows: number; readonly seconds: number },
) {
  const { system, split, metrics, folds, baselines, warnings, settings, groups } = study;
  const known = new Set(groups?.groups.flatMap(({ figures }) => Object.keys(figures)));
  const rates = rateNames.filter((name) => known.has(name));
  return {
    run,
    task: system.task.kind,
    target: system.task.target,
    rows,
    seconds: Number(seconds.toFixed(2)),
    split: { ...split },
    metrics: valuesOf(metrics),
    intervals: intervalsOf(metrics),
    folds: folds.map(valuesOf),
    verdict: verdictRecord(study),
    baselines: Object.fromEntries(baselines.map(({ name, metrics: own }) => [name, valuesOf(own)])),
    warnings: warnings.map(({ kind, columns, action, message }) => ({ kind, columns: [...columns], action, message })),
    groups: (groups?.groups ?? []).map(({ columns, values, n, isSmall, figures }) => ({
      columns: [...columns],
      values: [...values],
      n,
      isSmall,
      figures: Object.fromEntries(rates.map((name) => [name, share(figures[name])])),
    })),
    differences: (groups?.differences ?? []).map(({ message, isClear }) => ({ message, isClear })),
    settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
  };
}

const rateNames = Object.keys(groupRates).filter((name): name is GroupRate => Object.hasOwn(groupRates, name));

/** Nulls where a group has no rows that could tell. */
function share(figure: GroupFigure | undefined) {
  return { value: figure?.value ?? null, lower: figure?.lower ?? null, upper: figure?.upper ?? null };
}

/** The object that `evaluate --json` prints (docs/schemas/evaluate.json). */
export function evaluationToJson(
  { rows, unknown, withheld, metrics }: Evaluation,
  { run, output }: { readonly run: string; readonly output: OutputColumn },
) {
  return {
    run,
    task: output.kind,
    target: output.target,
    rows,
    unknown,
    withheld,
    metrics: valuesOf(metrics),
    intervals: intervalsOf(metrics),
  };
}

/** Figures by name, for the run store. */
export function figuresOf(metrics: Metrics): Record<string, number> {
  return Object.fromEntries(entriesOf(metrics).map(([name, { value }]) => [name, value]));
}

/** Figures by name; null where one could not be measured. */
export function valuesOf(metrics: Metrics): Record<string, number | null> {
  return Object.fromEntries(entriesOf(metrics).map(([name, { value }]) => [name, finite(value)]));
}

/** Ends of the intervals by name. */
export function intervalsOf(metrics: Metrics): Record<string, readonly [number | null, number | null]> {
  return Object.fromEntries(
    entriesOf(metrics).map(([name, { low, high }]) => [name, [finite(low), finite(high)] as const]),
  );
}

/** JSON has no NaN: what could not be measured is null. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function entriesOf(metrics: Metrics): [MetricName, Metric][] {
  return names.flatMap((name): [MetricName, Metric][] => {
    const metric = metrics[name];
    return metric === undefined ? [] : [[name, metric]];
  });
}

const words = {
  accuracy: "right answers",
  auc: "area under the ROC curve",
  logLoss: "logarithmic loss",
  ece: "calibration error",
  coverage: "sets that hold the truth",
  rmse: "root of the mean squared error",
  mae: "mean absolute error",
  r2: "share of the variance explained",
} as const satisfies Record<MetricName, string>;

const names = Object.keys(words).filter((name): name is MetricName => name in words);

/** Prints figures beside those of the simpler models, and what was noticed. */
export function showResults(study: TabularStudy, console: Console): void {
  const { metrics, baselines, split, warnings, groups } = study;
  console.print("");
  console.print(console.dim(`measured on ${split.heldOut.toLocaleString("en-US")} rows: ${split.how}`));
  showMetrics(metrics, console, baselines);
  const best = verdict(study);
  if (best !== undefined) for (const text of console.wrap(best, "")) console.print(console.tint("doubtful", text));
  for (const { message } of groups?.differences.filter(({ isClear }) => isClear) ?? []) {
    for (const text of console.wrap(message, "")) console.print(text);
  }
  for (const { message, action } of warnings) {
    for (const text of console.wrap(`${action}: ${message}`, "  ")) console.say(text);
  }
}

/** Prints figures with their intervals, beside those of other models. */
export function showMetrics(
  metrics: Metrics,
  console: Console,
  others: readonly Pick<BaselineStudy, "name" | "metrics">[] = [],
): void {
  const head = ["", "network", "95 % interval", ...others.map(({ name }) => name)];
  const rows = entriesOf(metrics).map(([name, metric]) => [
    words[name],
    spell(metric.value),
    `${spell(metric.low)} to ${spell(metric.high)}`,
    ...others.map((other) => spell(other.metrics[name]?.value)),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  console.print(console.dim(line(head)));
  for (const row of rows) console.print(line(row));
}

/** Says where a simpler model does as well: then it is the one to take. */
function verdict(study: TabularStudy): string | undefined {
  const found = verdictRecord(study);
  if (found === null || (found.outcome !== "worse" && found.outcome !== "equal")) return undefined;
  return `The network does not win: ${found.what} does ${found.outcome === "equal" ? "as well" : "better"} on these rows, and is easier to understand.`;
}

function spell(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}
