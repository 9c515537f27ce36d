/** What was learned and how well, beside simpler models; and how training went. */

import { absent, figure, intervalSvg, numbersOf, type Section, table, withInterval } from "../../reportHtml.ts";
import { colour } from "../../reportPalette.ts";
import { extentOf, linePath, plotSvg } from "../../reportPlot.ts";
import { count, counted, nameHtml, number, shareText } from "../../reportSpell.ts";
import { escapeMarkup } from "../../reportText.ts";
import { judgeStudy, measures, metricsIn, type Verdict } from "../measures.ts";
import type { BaselineStudy, Metric, MetricName } from "../study.ts";
import type { Facts } from "./facts.ts";

/** A figure's value in words. */
export function spellMetric(name: MetricName, value: number): string {
  return measures[name].isShare ? shareText(value) : number(value, 4);
}

/** How well the network does, in one sentence. */
export function mainSentence({ study }: Facts): string {
  const { system, metrics, split } = study;
  const { task } = system;
  const rows = counted(split.heldOut, "row");
  const { accuracy, mae, r2 } = metrics;
  if (task.kind === "classification" && accuracy !== undefined) {
    const isAll = accuracy.value === 1;
    const share = isAll ? `all ${rows}` : `${shareText(accuracy.value)} of ${rows}`;
    const bound = isAll
      ? `; so many rows show no more than that it is right in over ${shareText(accuracy.low)} (95&nbsp;% interval)`
      : ` (95&nbsp;% interval ${shareText(accuracy.low)} to ${shareText(accuracy.high)})`;
    return `The network names <strong>${nameHtml(task.target)}</strong> rightly in ${share} that it had not learned from${bound}.`;
  }
  if (task.kind === "regression" && mae !== undefined) {
    const explained =
      r2 === undefined
        ? ""
        : r2.value > 0
          ? `, and accounts for ${shareText(r2.value)} of the differences between them`
          : ", no better than the mean would be";
    return `The network’s prediction of <strong>${nameHtml(task.target)}</strong> is off by ${number(mae.value)} on average (95&nbsp;% interval ${number(mae.low)} to ${number(mae.high)}), over ${rows} that it had not learned from${explained}.`;
  }
  return `The network learned <strong>${nameHtml(task.target)}</strong>; how well was not measured, because no rows were held out.`;
}

/** Whether the network is worth its trouble, in one sentence. */
export function verdictSentence(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "It was not compared with simpler models.";
  const { name, own, best, other, isApart, outcome } = verdict;
  const what = escapeMarkup(shortName(best.what));
  const chance = isApart ? "" : ", though chance may be why";
  const figures = `${spellMetric(name, own.value)} against ${spellMetric(name, other.value)}`;
  switch (outcome) {
    case "clear":
      return `It is clearly better than the best simpler model, ${what}: ${figures} (${measures[name].name}).`;
    case "narrow":
      return `It is a little better than ${what}: ${figures} (${measures[name].name}). But the intervals overlap; on other rows it could be the other way round.`;
    case "equal":
      return `The network does not win: ${what} is exactly as good on these rows (${spellMetric(name, own.value)}), and easier to understand.`;
    case "worse":
      return `The network does not win: ${what} is better on these rows (${measures[name].name}: ${figures})${chance}, and easier to understand. Use that, or find out why.`;
    default:
      return outcome satisfies never;
  }
}

/** What a simpler model is, without the particulars that follow a comma. */
function shortName(what: string): string {
  return what.split(",")[0] ?? what;
}

/** Part 1: what was learned, and how well. */
export function learnedSection(facts: Facts): Section {
  const { study } = facts;
  const { split, folds, metrics, baselines } = study;
  const verdict = judgeStudy(study);
  const shown = metricsIn(metrics);
  const foldNote =
    folds.length === 0
      ? ""
      : ` Figures are means over ${folds.length} folds; their intervals come from the differences between folds.`;
  return {
    id: "learned",
    title: "What was learned, and how well",
    plain: verdictSentence(verdict),
    figures:
      shown.length === 0
        ? [absent("No rows were held out.", "smilodon train FILE --target COLUMN --folds 5")]
        : [
            comparison(facts, verdict?.name ?? shown[0]?.name ?? "accuracy"),
            foldsTable(facts),
            meanings(shown.map(({ name }) => name)),
          ].filter((html) => html !== ""),
    how: `${counted(split.heldOut, "row")} were measured on: ${escapeMarkup(split.how)}.${foldNote} Simpler models learned from the same rows and were asked about the same rows. Brackets and bars are 95&nbsp;% intervals${baselines.length === 0 ? "" : "; where those of two models overlap, the order of the two may be chance"}.`,
    limits:
      "How it will do on rows that come about in another way: from another place, another year, another way of measuring. And whether being right this often is good enough for what it will be used for.",
  };
}

function comparison({ study }: Facts, main: MetricName): string {
  const { metrics, baselines } = study;
  const others = metricsIn(metrics)
    .map(({ name }) => name)
    .filter((name) => name !== main);
  const models: { what: string; own: boolean; metrics: BaselineStudy["metrics"] }[] = [
    { what: "the network", own: true, metrics },
    ...baselines.map(({ what, metrics: own }) => ({ what, own: false, metrics: own })),
  ];
  const mains = models.flatMap(({ metrics: own }) => own[main] ?? []);
  const scale = extentOf(mains.flatMap(({ value, low, high }) => [value, low, high]));
  const cell = (metric: Metric | undefined, name: MetricName): string =>
    metric === undefined || !Number.isFinite(metric.value) ? "–" : spellMetric(name, metric.value);
  return table({
    caption: `The network beside simpler models. Bars: ${measures[main].name}, from ${spellMetric(main, scale.low)} to ${spellMetric(main, Math.min(scale.high, measures[main].isShare ? 1 : scale.high))}.`,
    head: ["", measures[main].name, "", ...others.map((name) => measures[name].name)],
    rows: models.map(({ what, own, metrics: all }) => {
      const metric = all[main];
      return {
        className: own ? "own" : "other",
        cells: [
          escapeMarkup(what),
          withInterval(metric, (value) => spellMetric(main, value)),
          metric === undefined ? "" : intervalSvg(metric, scale, colour(own ? "own" : "other")),
          ...others.map((name) => cell(all[name], name)),
        ],
      };
    }),
  });
}

function foldsTable({ study: { folds, metrics } }: Facts): string {
  if (folds.length === 0) return "";
  const names = metricsIn(metrics).map(({ name }) => name);
  return numbersOf({
    caption: "Each fold by itself",
    head: ["fold", ...names.map((name) => measures[name].name)],
    rows: folds.map((fold, index) => ({
      cells: [String(index + 1), ...names.map((name) => spellMetric(name, fold[name]?.value ?? Number.NaN))],
    })),
  });
}

function meanings(names: readonly MetricName[]): string {
  const items = names.map((name) => {
    const { name: word, meaning, better } = measures[name];
    return `<dt>${word}</dt><dd>${meaning}${better === "none" ? "" : ` (${better} is better)`}</dd>`;
  });
  return `<details><summary>What the figures mean</summary><dl>${items.join("")}</dl></details>`;
}

/** Most curves that are drawn. */
const mostCurves = 10;

/** Part 2: how training went. */
export function trainingSection({ study }: Facts): Section {
  const { members, split, settings } = study;
  const shown = members.slice(0, mostCurves).filter(({ history }) => history.length > 0);
  const [first] = shown;
  const limit = settings.find(({ name }) => name === "epochs")?.value;
  const base = { id: "training", title: "How training went" };
  if (first === undefined) return { ...base, plain: "There is no record of the training.", figures: [] };
  const bests = shown.map(({ bestEpoch }) => bestEpoch);
  const range =
    Math.min(...bests) === Math.max(...bests)
      ? `after epoch ${bests[0]}`
      : `after epochs ${Math.min(...bests)} to ${Math.max(...bests)}`;
  const isCut = shown.some(({ bestEpoch, history }) => history.length === limit && bestEpoch === history.length);
  const advice = isCut
    ? ` It was still improving when it ended: more epochs may help.`
    : ` Later epochs did not improve it.`;
  const which =
    members.length === 1 ? "The network was at its best" : `The ${members.length} networks were at their best`;
  return {
    ...base,
    plain: `${which} ${range}, as it is kept.${advice}`.replace(
      "as it is kept",
      members.length === 1 ? "and is kept as it was then" : "and are kept as they were then",
    ),
    figures: [
      figure(
        curvesSvg(shown),
        legend(shown.some(({ history }) => history.some(({ validationLoss }) => validationLoss !== undefined))),
        curvesTable(shown),
      ),
    ],
    how: `An epoch is one pass over the rows. The loss is ${study.system.task.kind === "classification" ? "the mean of −log of the probability given to the true class, in nats" : "the mean squared error of the standardized target"}; ${splitWords(split)}${members.length > mostCurves ? `; ${mostCurves} of ${members.length} networks are shown` : ""}.`,
    limits:
      "Losses of the two kinds do not compare directly: the training loss is taken while parts of the network are switched off and before each step, and may therefore lie above the other.",
  };
}

type Members = Facts["study"]["members"];

function curvesSvg(members: Members): string {
  const epochs = Math.max(...members.map(({ history }) => history.length));
  const losses = members
    .flatMap(({ history }) => history.flatMap(({ loss, validationLoss }) => [loss, validationLoss ?? loss]))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  // A first epoch far above all others would press them flat
  const top = Math.min(losses.at(-1) ?? 1, 4 * (losses[Math.floor(losses.length * 0.75)] ?? 1));
  const y = extentOf([losses[0] ?? 0, top]);
  const last = members[0]?.history.at(-1);
  return plotSvg({
    label: `Losses over ${epochs} epochs. At the end the training loss is ${number(last?.loss)}${last?.validationLoss === undefined ? "" : ` and the loss on rows set aside ${number(last.validationLoss)}`}.`,
    x: {
      low: Math.min(1, epochs - 1),
      high: Math.max(epochs, 2),
      name: "epoch",
      spell: (value) => (Number.isInteger(value) ? String(value) : ""),
    },
    y: { ...y, name: "loss" },
    body: (places) => {
      const at = (epoch: number, loss: number) => ({ x: places.x(epoch), y: Math.max(-3, places.y(loss)) });
      const opacity = members.length > 3 ? 0.55 : 1;
      return members
        .map(({ history, bestEpoch }) => {
          const training = history
            .filter(({ loss }) => Number.isFinite(loss))
            .map(({ epoch, loss }) => at(epoch, loss));
          const aside = history.flatMap(({ epoch, validationLoss }) =>
            validationLoss !== undefined && Number.isFinite(validationLoss) ? [at(epoch, validationLoss)] : [],
          );
          const best = history.find(({ epoch }) => epoch === bestEpoch)?.validationLoss;
          const dot =
            best === undefined
              ? ""
              : `<circle cx="${places.x(bestEpoch).toFixed(1)}" cy="${at(bestEpoch, best).y.toFixed(1)}" r="3.4" fill="${colour("own")}"/>`;
          return `<g fill="none" stroke-width="1.8" opacity="${opacity}"><path d="${linePath(training)}" stroke="${colour("c0")}" stroke-dasharray="5 3"/><path d="${linePath(aside)}" stroke="${colour("own")}"/></g>${dot}`;
        })
        .join("");
    },
  });
}

function legend(hasValidation: boolean): string {
  const training = `<span class="key"><i class="dash" style="border-color:var(--c0)"></i>while learning</span>`;
  return hasValidation
    ? `${training} <span class="key"><i class="dash solid" style="border-color:var(--own)"></i>on rows set aside; the dot is what was kept</span>`
    : training;
}

function curvesTable(members: Members): string {
  const [first] = members;
  if (first === undefined) return "";
  const every = Math.ceil(first.history.length / 20);
  const rows = first.history.filter(
    ({ epoch }, index) => index % every === 0 || epoch === first.bestEpoch || index === first.history.length - 1,
  );
  return numbersOf({
    caption: members.length === 1 ? "Losses by epoch" : "Losses of the first network by epoch",
    head: ["epoch", "while learning", "on rows set aside", "learning rate"],
    rows: rows.map(({ epoch, loss, validationLoss, learningRate }) => ({
      cells: [
        `${epoch}${epoch === first.bestEpoch ? " (kept)" : ""}`,
        number(loss),
        number(validationLoss),
        number(learningRate),
      ],
    })),
  });
}

function splitWords({ train, validation }: Facts["study"]["split"]): string {
  const rows = counted(train, "row");
  return validation === train
    ? `${rows} were learned from, and each network set aside another part of them to know when to stop`
    : `${rows} were learned from, ${count(validation)} others decided when to stop`;
}
