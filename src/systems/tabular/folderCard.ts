/** The model card of a system for tables: README.md of its folder, for people who meet the model first there. */
import type { Metric, MetricName, Metrics, TabularStudy } from "./study.ts";

/** What the card says of its making. */
export interface CardFacts {
  readonly version: string;
  /** Year, month, day. */
  readonly date: string;
}

const words = {
  accuracy: "right answers",
  auc: "area under the ROC curve",
  logLoss: "logarithmic loss",
  ece: "calibration error (15 equal bins)",
  coverage: "sets or intervals that hold the truth",
  rmse: "root mean squared error",
  mae: "mean absolute error",
  r2: "share of the variance explained",
} as const satisfies Record<MetricName, string>;

/** Writes the card of a study. */
export function modelCard(study: TabularStudy, { version, date }: CardFacts): string {
  const { system, split, metrics, baselines, warnings } = study;
  const { task, encoder, origin, care } = system;
  const isClasses = task.kind === "classification";
  const answer = isClasses ? `one of ${shorten(task.classes)}` : "a number";
  const left = warnings.filter(({ action }) => action === "left out").flatMap(({ columns }) => columns);
  return `---
library_name: smilodon
tags: [tabular-${task.kind}]
---

# ${plain(task.target)}, from ${encoder.features.length} columns of ${plain(origin.source)}

A network that answers with ${answer}. Made by Smilodon ${version} on ${date}, seed ${origin.seed}, from ${count(origin.rows)} rows.

## Uses

Rows of the same kind as those of ${plain(origin.source)}. Rows that are unlike them are withheld: about
${percent(care.scope.withheldShare)} of rows like the training rows, and nearly all that are far from them. What the model must not be used for is not
known to the program that wrote this card: say it here before you hand the model on.

Columns: ${encoder.features.map(({ name, kind }) => `${plain(name)} (${kind})`).join(", ")}.${left.length === 0 ? "" : `\nLeft out: ${left.map(plain).join(", ")}.`}

## Evaluation

${count(split.heldOut)} rows that the model had not learned from: ${split.how}. In brackets 95 % intervals.

| measure | network | ${baselines.map(({ what }) => what).join(" | ")} |
| --- | --- | ${baselines.map(() => "---").join(" | ")} |
${rows(metrics, baselines).join("\n")}

${isClasses ? "Prediction sets" : "Intervals"} are meant to hold the truth for ${percent(1 - care.sets.alpha)} of rows like these; they were fitted on ${count(care.sets.samples)} rows that the network had
not learned from.

## Limitations

The figures hold for rows that come about in the same way as those of the table. What follows from an answer, whether
the table was collected fairly, and how the model does in groups that were not named, was not measured.${warnings.length === 0 ? "" : `\n\nNoticed before training:\n\n${warnings.map(({ action, message }) => `- ${action}: ${plain(message)}`).join("\n")}`}

## Files

\`config.json\` (task, columns, settings, hashes) · \`model.safetensors\` (weights) · \`care/\` (calibration, scope, explanation,
measurements; hashed) · \`types.d.ts\` (types of rows and labels)
`;
}

function rows(metrics: Metrics, baselines: TabularStudy["baselines"]): string[] {
  return Object.entries(words).flatMap(([name, meaning]) => {
    const own = find(metrics, name);
    if (own === undefined) return [];
    const others = baselines.map((baseline) => spell(find(baseline.metrics, name)?.value));
    return [`| ${[meaning, `${spell(own.value)} (${spell(own.low)} to ${spell(own.high)})`, ...others].join(" | ")} |`];
  });
}

function find(metrics: Metrics, name: string): Metric | undefined {
  return Object.entries(metrics).find(([key]) => key === name)?.[1];
}

function spell(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "–" : String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function shorten(classes: readonly string[]): string {
  const most = 8;
  const shown = classes.slice(0, most).map(plain).join(", ");
  return classes.length <= most ? shown : `${classes.length} classes (${shown} …)`;
}

/** Names from a table as they are, without meaning anything in Markdown. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, "\\$&").replace(/\s+/g, " ");
}
