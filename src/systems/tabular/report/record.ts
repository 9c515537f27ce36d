/** How more rows would help, what was noticed in the table, and how to make this run again. */

import { absent, figure, numbersOf, type Section } from "../../reportHtml.ts";
import { colour } from "../../reportPalette.ts";
import { extentOf, linePath, plotSvg } from "../../reportPlot.ts";
import { recordOf } from "../../reportRecord.ts";
import { count, counted, nameHtml, number, plainText, shareText } from "../../reportSpell.ts";
import { escapeMarkup } from "../../reportText.ts";
import { measures } from "../measures.ts";
import { streamWords } from "../streamWords.ts";
import type { MoreData } from "../study.ts";
import type { Facts } from "./facts.ts";
import { spellMetric } from "./learned.ts";

/** Part 10: how more data would help. */
export function moreDataSection({ study }: Facts): Section {
  const usable = study.moreData.filter(
    ({ metric, heldOutLoss }) => Number.isFinite(metric) && Number.isFinite(heldOutLoss),
  );
  const base = { id: "more-data", title: "Would more rows help?" };
  const last = usable.at(-1);
  const before = usable.at(-2);
  if (last === undefined || before === undefined)
    return {
      ...base,
      plain: "Whether more rows would help is not known.",
      figures: [
        absent(
          "Parts of the rows are trained on unless --fast is given, and where there are rows enough to divide.",
          "smilodon train FILE --target COLUMN",
        ),
      ],
    };
  return {
    ...base,
    plain: `${advice(before, last)} ${gapSentence(last)}`,
    figures: [
      figure(
        metricSvg(usable),
        `${capital(measures[last.name].name)} on held-out rows, after learning from so many rows.`,
        curveTable(usable),
      ),
      figure(
        lossSvg(usable),
        `<span class="key"><i class="dash" style="border-color:var(--c0)"></i>loss while learning</span> <span class="key"><i class="dash solid" style="border-color:var(--own)"></i>loss on held-out rows</span> A wide gap says that it learned by heart.`,
      ),
    ],
    how: "A smaller network of the same kind learned from parts of the training rows, each drawn at random, and was measured on the same held-out rows.",
    limits:
      "Each point is one training, and chance moves it. The real network may need more or fewer rows than the smaller one. Rows of another kind, or a column that is missing, can help more than rows.",
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the last doubling brought. */
function advice(before: MoreData, last: MoreData): string {
  const { better } = measures[last.name];
  const gain = (better === "higher" ? 1 : -1) * (last.metric - before.metric);
  const isShare = measures[last.name].isShare;
  const share = isShare ? gain : gain / Math.max(Math.abs(before.metric), 1e-300);
  const step = `from ${count(before.rows)} to ${counted(last.rows, "row")}`;
  const amount = isShare ? `${number(100 * Math.abs(gain), 2)} percentage points` : shareText(Math.abs(share));
  if (share > (isShare ? 0.01 : 0.03))
    return `More rows would probably help: the step ${step} still made it ${amount} better.`;
  if (share < (isShare ? -0.01 : -0.03))
    return `It cannot be said whether more rows would help: the step ${step} made it ${amount} worse, which is chance.`;
  return `More rows of the same kind would probably help little: the step ${step} changed it by ${amount}.`;
}

function gapSentence({ trainingLoss, heldOutLoss }: MoreData): string {
  if (!Number.isFinite(trainingLoss) || !(heldOutLoss > 0)) return "";
  const gap = (heldOutLoss - trainingLoss) / heldOutLoss;
  if (gap > 0.3)
    return `Its loss on held-out rows is ${number(heldOutLoss)}, while learning ${number(trainingLoss)}: it knows some rows by heart.`;
  return `Its loss on held-out rows (${number(heldOutLoss)}) is close to that while learning (${number(trainingLoss)}): it does not learn by heart.`;
}

function rowAxis(points: readonly MoreData[]) {
  const rows = points.map((point) => point.rows);
  return {
    low: Math.min(...rows) * 0.9,
    high: Math.max(...rows) * 1.1,
    isLogarithmic: true,
    name: "rows to learn from",
  };
}

function metricSvg(points: readonly MoreData[]): string {
  const [first] = points;
  const name = first?.name ?? "accuracy";
  const words = points.map(({ rows, metric }) => `${count(rows)} rows: ${spellMetric(name, metric)}`);
  return plotSvg({
    label: `${measures[name].name} by rows. ${words.join("; ")}.`,
    x: { ...rowAxis(points) },
    y: {
      ...extentOf(
        points.map(({ metric }) => metric),
        0.12,
      ),
      name: measures[name].name,
      ...(measures[name].isShare ? { spell: (value: number) => shareText(value, 1) } : {}),
    },
    body: ({ x, y }) =>
      series(
        points.map(({ rows, metric }) => ({ x: x(rows), y: y(metric) })),
        colour("own"),
        "",
      ),
  });
}

function lossSvg(points: readonly MoreData[]): string {
  const words = points.map(
    ({ rows, trainingLoss, heldOutLoss }) =>
      `${count(rows)} rows: ${number(trainingLoss)} while learning, ${number(heldOutLoss)} held out`,
  );
  return plotSvg({
    label: `Losses by rows. ${words.join("; ")}.`,
    x: { ...rowAxis(points) },
    y: {
      ...extentOf(
        points.flatMap(({ trainingLoss, heldOutLoss }) => [trainingLoss, heldOutLoss]),
        0.08,
      ),
      name: "loss",
    },
    body: ({ x, y }) => {
      const training = points.filter(({ trainingLoss }) => Number.isFinite(trainingLoss));
      return `${series(
        training.map(({ rows, trainingLoss }) => ({ x: x(rows), y: y(trainingLoss) })),
        colour("c0"),
        "5 3",
      )}${series(
        points.map(({ rows, heldOutLoss }) => ({ x: x(rows), y: y(heldOutLoss) })),
        colour("own"),
        "",
      )}`;
    },
  });
}

function series(points: readonly { x: number; y: number }[], paint: string, dashes: string): string {
  const dots = points
    .map(({ x, y }) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.4" fill="${paint}"/>`)
    .join("");
  return `<path d="${linePath(points)}" fill="none" stroke="${paint}" stroke-width="1.8"${dashes === "" ? "" : ` stroke-dasharray="${dashes}"`}/>${dots}`;
}

function curveTable(points: readonly MoreData[]): string {
  const name = points[0]?.name ?? "accuracy";
  return numbersOf({
    head: ["rows", measures[name].name, "loss while learning", "loss held out"],
    rows: points.map(({ rows, metric, trainingLoss, heldOutLoss }) => ({
      cells: [count(rows), spellMetric(name, metric), number(trainingLoss), number(heldOutLoss)],
    })),
  });
}

/** Most warnings that are listed. */
const mostWarnings = 30;

/** Part 11: what was noticed in the table. */
export function warningsSection({ study: { warnings } }: Facts): Section {
  const base = { id: "warnings", title: "What was noticed in the table" };
  const limits =
    "Faults that look like ordinary data: wrong entries, a biased choice of rows, columns that will not be known when the answer is needed.";
  const how =
    "Each column was looked at before training: does it give the target away, is it the answer of another model, does it number the rows, does it say nothing; and do rows repeat.";
  if (warnings.length === 0)
    return { ...base, plain: "Nothing was noticed in the table that calls for attention.", figures: [], how, limits };
  const left = warnings.filter(({ action }) => action === "left out").length;
  const shown = warnings.slice(0, mostWarnings);
  const further = warnings.length - shown.length;
  const items = shown.map(
    ({ kind, action, message }) =>
      `<li><strong>${escapeMarkup(plainText(kind.replaceAll("-", " ")))}</strong> <span class="tag${action === "left out" ? " left" : ""}">${action}</span> ${nameHtml(message, 600)}</li>`,
  );
  return {
    ...base,
    plain: `${counted(warnings.length, "thing")} ${warnings.length === 1 ? "was" : "were"} noticed in the table${left > 0 ? `; because of ${left === 1 ? "one of them" : `${count(left)} of them`} columns were left out` : ""}.`,
    figures: [
      `<div class="wide"><ul class="warnings">${items.join("")}</ul>${further > 0 ? `<p class="caption">And ${count(further)} more, in care/metrics.json.</p>` : ""}</div>`,
    ],
    how,
    limits,
  };
}

/** Part 12: settings with reasons, and how to make the run again. */
export function recordSection({ study, making }: Facts): Section {
  const { system, settings, split, seconds } = study;
  const { origin, encoder, task } = system;
  const kinds = new Map<string, number>();
  for (const { kind } of encoder.features) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const columns = [...kinds].map(([kind, own]) => `${own} ${kind}`).join(", ");
  const facts: [string, string][] = [
    ["table", nameHtml(origin.source, 80)],
    ["SHA-256 of the table", `<code>${escapeMarkup(origin.dataHash ?? "not known")}</code>`],
    ["target", `${nameHtml(task.target, 80)} (${task.kind})`],
    ["columns", `${count(encoder.features.length)}: ${escapeMarkup(columns)}`],
    [
      "rows",
      `${count(split.train)} to learn from, ${count(split.validation)} to know when to stop, ${count(split.calibration)} for calibration, ${count(split.heldOut)} held out`,
    ],
    ["seed", String(origin.seed)],
    ["Smilodon", escapeMarkup(making.version)],
    ["time", `${number(seconds)} s, until this page was written`],
  ];
  return recordOf({
    plain: `The same command on the same table with seed ${origin.seed} makes the same network again, on the same kind of processor.`,
    making,
    facts,
    settings,
    how: [
      "Settings are chosen from the size of the table before anything is learned; held-out rows have no say in them.",
      escapeMarkup(streamWords({ ...study, encoder }) ?? ""),
    ]
      .join(" ")
      .trim(),
  });
}
