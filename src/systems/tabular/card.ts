/**
 * The model card of a system for tables: README.md of its folder, for people who meet the model first there. Its head is what
 * Hugging Face reads of a card. Nothing is said with more certainty than it was measured with.
 */
import { groupRates } from "../../audit/groups.ts";
import { number, plainText, shareText } from "../reportSpell.ts";
import { judgeStudy, measures, metricsIn, type Verdict } from "./measures.ts";
import { streamWords } from "./streamWords.ts";
import type { Metric, MetricName, TabularStudy } from "./study.ts";

/** What the card says of its making. */
export interface CardMaking {
  /** Of Smilodon. */
  readonly version: string;
  /** Year, month, day. */
  readonly date: string;
  /** Makes the run again. */
  readonly command: string;
}

/** Most names, warnings and groups that the card lists. */
const [mostNames, mostWarnings, mostGroups] = [60, 20, 12];

/**
 * The card of a study, in Markdown.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { cardOf, trainTable } from "smilodon/systems/tabular";
 * const lines = Array.from({ length: 60 }, (_, row) => `${row % 10},${row % 10 < 5 ? "small" : "large"}`);
 * const study = await trainTable(readTable(`size,word\n${lines.join("\n")}\n`), { target: "word", fast: true, choices: { epochs: 2 } });
 * console.log(cardOf(study, { version: "0.1.0", date: "2026-01-31", command: "smilodon train words.csv --target word" }));
 * ```
 */
export function cardOf(study: TabularStudy, making: CardMaking): string {
  const parts = [
    summary(study, making),
    uses(study),
    evaluation(study),
    groups(study),
    limitations(study),
    training(study, making),
    files,
  ];
  return `${frontMatter(study)}\n${parts.join("\n\n")}\n`;
}

/** Names that Hugging Face has for figures. */
const hubMetrics = {
  accuracy: "accuracy",
  auc: "roc_auc",
  rmse: "rmse",
  mae: "mae",
  r2: "r_squared",
  logLoss: "log_loss",
  ece: "expected_calibration_error",
  coverage: "coverage",
} as const satisfies Record<MetricName, string>;

/** Strings as JSON, which is YAML, so that no name can be anything else; marks of HTML and Markdown by number. */
function yaml(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&`|*_[\]~$@#]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function frontMatter({ system, metrics }: TabularStudy): string {
  const { task, origin } = system;
  const kind = `tabular-${task.kind}`;
  const name = yaml(`${plainText(task.target)} from ${plainText(origin.source)}`);
  const figures = metricsIn(metrics).map(({ name: key, metric }) => {
    const label = JSON.stringify(measures[key].name);
    return `      - { type: ${hubMetrics[key]}, name: ${label}, value: ${Number(metric.value.toPrecision(6))} }`;
  });
  const results =
    figures.length === 0
      ? ""
      : `
model-index:
  - name: ${name}
    results:
    - task: { type: ${kind} }
      dataset: { type: tabular, name: ${yaml(plainText(origin.source))}, split: held out }
      metrics:
${figures.join("\n")}`;
  return `---
library_name: smilodon
pipeline_tag: ${kind}
tags: [tabular, ${kind}, calibrated, conformal-prediction, out-of-scope-detection]${results}
---
`;
}

function summary(study: TabularStudy, { version, date }: CardMaking): string {
  const { system, split, folds } = study;
  const { task, encoder, origin } = system;
  const answer = task.kind === "classification" ? `one of ${names(task.classes, 8)}` : "a number";
  const measuredOn =
    folds.length > 0
      ? `, and measured by cross-validation in ${folds.length} folds of them`
      : split.heldOut > 0
        ? `, and measured on ${count(split.heldOut)} others`
        : "";
  return `# ${plain(task.target)}, from ${encoder.features.length} columns of ${plain(origin.source)}

A network that answers with ${answer}, says how sure it is, and withholds its answer for rows unlike those it learned from.
Made by Smilodon ${version} on ${date} from ${count(origin.rows)} rows${measuredOn}. \`report.html\` shows all of this with figures.${beaten(study)}`;
}

/** Said first of all, where a simpler model is as good. */
function beaten(study: TabularStudy): string {
  const verdict = judgeStudy(study);
  return verdict?.outcome === "worse" || verdict?.outcome === "equal" ? `\n\n**${capital(verdictText(verdict))}**` : "";
}

function uses({ system, warnings, findings }: TabularStudy): string {
  const { encoder, origin, care } = system;
  const left = warnings.filter(({ action }) => action === "left out").flatMap(({ columns }) => columns);
  const withheld =
    findings === undefined
      ? `Of ordinary rows about ${shareText(care.scope.withheldShare)} are withheld by design; that was not measured.`
      : `Of held-out rows, which were ordinary ones, ${interval(findings.scope.withheld, shareText)} were withheld.`;
  return `## Intended use

Rows of the same kind as those of ${plain(origin.source)}, with these columns: ${names(
    encoder.features.map(({ name, kind }) => `${name} (${kind})`),
    mostNames,
  )}.${left.length === 0 ? "" : `\nLeft out, see below: ${names([...new Set(left)], mostNames)}.`}

## Out-of-scope use

Rows that come about in another way: another place, another time, another way of measuring. Some of them are recognized and
withheld, others are not. ${withheld}

Decisions about people must not rest on an answer alone: whether that would be right, lawful and fair was not measured and cannot
be. What else the model must not be used for is not known to the program that wrote this card: say it here before you hand the
model on.`;
}

function evaluation(study: TabularStudy): string {
  const { split, metrics, baselines } = study;
  const shown = metricsIn(metrics);
  if (shown.length === 0)
    return "## Evaluation\n\nNot measured: no rows were held out. Train with `--folds 5`, or without a part of the rows.";
  const head = ["measure", "network", ...baselines.map(({ what }) => plain(what))];
  const rows = shown.map(({ name, metric }) => {
    const spell = spelling(name);
    const others = baselines.map((baseline) => spell(baseline.metrics[name]?.value));
    return `| ${[measures[name].name, interval(metric, spell), ...others].join(" | ")} |`;
  });
  return `## Evaluation

${capital(verdictText(judgeStudy(study)))} Measured on ${count(split.heldOut)} rows that the model had not learned from: ${split.how}. In brackets 95 % intervals.

| ${head.join(" | ")} |
| ${head.map(() => "---").join(" | ")} |
${rows.join("\n")}

${calibration(study)}`;
}

function verdictText(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "it was not compared with simpler models.";
  const what = plain(verdict.best.what.split(",")[0] ?? "");
  const by = `by ${measures[verdict.name].name}`;
  switch (verdict.outcome) {
    case "clear":
      return `the network is clearly better than ${what}, the best simpler model, ${by}.`;
    case "narrow":
      return `the network is a little better than ${what} ${by}, but the intervals overlap.`;
    case "equal":
      return `the network does not win: ${what} is as good ${by}.`;
    case "worse":
      return `the network does not win: ${what} is better ${by}${verdict.isApart ? "" : ", though chance may be why"}.`;
    default:
      return verdict.outcome satisfies never;
  }
}

function calibration({ system, findings }: TabularStudy): string {
  const { sets } = system.care;
  const what = system.task.kind === "classification" ? "Sets of classes" : "Intervals";
  const promise = `${what} are meant to hold the truth for ${shareText(1 - sets.alpha)} of rows like these; they were fitted on ${count(sets.samples)} rows that the network had not learned from`;
  const [all, ...bands] = findings?.coverage ?? [];
  if (all === undefined) return `${promise}. Whether they do was not measured.`;
  const lowest = [...bands].sort((a, b) => a.coverage.value - b.coverage.value)[0];
  const least =
    lowest === undefined ? "" : `; least for ${plain(lowest.name)}: ${interval(lowest.coverage, shareText)}`;
  return `${promise}. They held it for ${interval(all.coverage, shareText)} of held-out rows${least}.`;
}

function groups({ groups: report }: TabularStudy): string {
  const title = "## Groups";
  if (report === undefined)
    return `${title}\n\nNot measured: no columns were named that make groups. Train with \`--group COLUMN\` to know.`;
  const rate = report.groups.some(({ figures }) => figures.accuracy !== undefined) ? "accuracy" : "meanAbsoluteError";
  const spell = rate === "accuracy" ? shareText : number;
  const rows = report.groups.slice(0, mostGroups).map(({ columns, values, n, isSmall, figures }) => {
    const own = figures[rate];
    const figure = own === undefined ? "–" : `${spell(own.value)} (${spell(own.lower)} to ${spell(own.upper)})`;
    return `| ${columns.map((name) => plain(name)).join(" × ")} | ${values.map((value) => plain(value)).join(" × ")} | ${count(n)}${isSmall ? ", too few to compare" : ""} | ${figure} |`;
  });
  const further = report.groups.length - rows.length;
  const clear = report.differences.filter(({ isClear }) => isClear).slice(0, mostGroups);
  const found =
    clear.length === 0
      ? "No difference between groups is larger than chance explains. That does not show that there is none."
      : `More than chance explains:\n\n${clear.map(({ message }) => `- ${plain(message, 400)}`).join("\n")}`;
  return `${title}

| column | group | rows | ${groupRates[rate]} |
| --- | --- | --- | --- |
${rows.join("\n")}
${further > 0 ? `\n${count(further)} more groups are in \`care/groups.json\`.\n` : ""}
${found}`;
}

function limitations({ warnings }: TabularStudy): string {
  const noticed = warnings.slice(0, mostWarnings).map(({ action, message }) => `- ${action}: ${plain(message, 400)}`);
  const further = warnings.length - noticed.length;
  return `## Limitations

The figures hold for rows that come about in the same way as those of the table. What follows from an answer, whether the table
was collected fairly, what causes what, and how the model does in groups that were not named, was not measured.${
    noticed.length === 0
      ? ""
      : `\n\nNoticed in the table before training:\n\n${noticed.join("\n")}${further > 0 ? `\n- and ${count(further)} more` : ""}`
  }`;
}

function training(study: TabularStudy, { version, command }: CardMaking): string {
  const { system, split, members, seconds } = study;
  const { origin, settings, encoder } = system;
  const streamed = streamWords({ ...study, encoder });
  const { network } = settings;
  const epochs = members.map(({ bestEpoch }) => bestEpoch);
  const kept = epochs.length === 0 ? "" : ` The weights are those of epoch ${[...new Set(epochs)].join(", ")}.`;
  const learned =
    split.validation === split.train
      ? `They learned from ${count(split.train)} rows, each without another part of them that told when to stop.`
      : `They learned from ${count(split.train)} rows; ${count(split.validation)} others told when to stop.`;
  return `## Training

${count(network.networks * network.members)} networks of ${network.depth} hidden layers of ${network.width} units answer together. ${learned}${kept}${streamed === undefined ? "" : `\n${streamed}`}
It took ${number(seconds)} s. Seed ${origin.seed}, Smilodon ${version}${origin.dataHash === undefined ? "" : `, SHA-256 of the table \`${plainText(origin.dataHash, 64)}\``}. To make it again:

${fenced(plainText(command, 2000))}`;
}

const files = `## Files

\`config.json\` (task, columns, settings, hashes) · \`model.safetensors\` (weights) · \`care/\` (calibration, scope, explanation,
measurements; hashed) · \`report.html\` (everything that was measured, with figures) · \`types.d.ts\` (types of rows and labels)`;

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function spelling(name: MetricName): (value: number | undefined) => string {
  return measures[name].isShare ? shareText : (value) => number(value, 4);
}

function interval({ value, low, high }: Metric, spell: (value: number) => string): string {
  return `${spell(value)} (${spell(low)} to ${spell(high)})`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function names(all: readonly string[], most: number): string {
  const shown = all
    .slice(0, most)
    .map((name) => plain(name))
    .join(", ");
  return all.length <= most ? shown : `${shown} and ${count(all.length - most)} more`;
}

/** Text from a table without meaning anything in Markdown or HTML, addresses that would become links included. */
function plain(text: string, most = 60): string {
  return plainText(text, most).replace(/[\\`*_[\]<>|#&~$@]|:(?=\/\/)|(?<=www)\./gi, "\\$&");
}
