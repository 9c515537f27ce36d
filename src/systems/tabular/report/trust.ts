/** How far answers are to be trusted: is it as sure as it is right, do sets and intervals hold, which rows get no answer. */
import { reliabilityDiagram } from "../../../audit/calibration.ts";
import { absent, figure, intervalSvg, numbersOf, type Section, table, withInterval } from "../../reportHtml.ts";
import { colour } from "../../reportPalette.ts";
import { plotSvg } from "../../reportPlot.ts";
import { binsTable, reliabilitySvg, sureSentence } from "../../reportReliability.ts";
import { cellHtml, count, counted, list, nameHtml, number, placeHtml, shareText } from "../../reportSpell.ts";
import { escapeMarkup } from "../../reportText.ts";
import type { CoverageBand, TabularFindings } from "../study.ts";
import { type Facts, firstFold } from "./facts.ts";

/** Part 4: reliability of probabilities, and coverage of sets or intervals. */
export function reliabilitySection(facts: Facts): Section {
  const { study } = facts;
  const { system, heldOut, findings } = study;
  const { task, care } = system;
  const promised = 1 - care.sets.alpha;
  const [all] = findings?.coverage ?? [];
  const isClasses = task.kind === "classification";
  const base = {
    id: "reliability",
    title: isClasses ? "Is it as sure as it is right?" : "Do its intervals hold the truth?",
  };
  if (all === undefined || findings === undefined)
    return {
      ...base,
      plain: "Whether it is as sure as it is right was not measured.",
      figures: [absent("No rows were held out.", "smilodon train FILE --target COLUMN --folds 5")],
    };
  const bins = isClasses
    ? reliabilityDiagram(
        { probabilities: heldOut.probabilities ?? [], labels: heldOut.truth, classes: task.classes.length },
        15,
      ).filter((bin) => bin.count > 0)
    : [];
  return {
    ...base,
    plain: `${isClasses ? sureSentence(bins, study.metrics.ece?.value) : ""}${coverageSentence(all, promised, isClasses)}`,
    figures: [
      ...(isClasses
        ? [
            figure(
              reliabilitySvg(bins, 1 / task.classes.length),
              "How sure the network was, against how often it was right. On the line it is as sure as it is right; below, too sure. Bars are 95&nbsp;% intervals.",
              binsTable(bins),
            ),
          ]
        : []),
      coverageTable(findings, promised, isClasses),
    ],
    how: `${isClasses ? `Probabilities were divided into 15 equal bins. ` : ""}${isClasses ? "Sets" : "Intervals"} were fitted on ${counted(care.sets.samples, "row")} that the network had not learned from, to miss the truth in ${shareText(care.sets.alpha, 0)} of rows, and measured on ${counted(all.coverage.n, "other held-out row", "other held-out rows")}.${firstFold(study)}`,
    limits: `The promise is for all rows together: ${isClasses ? "single classes" : "parts of the range"} can lie above or below it, as the table shows. For rows that come about in another way there is no promise.`,
  };
}

function coverageSentence({ coverage }: CoverageBand, promised: number, isClasses: boolean): string {
  const isInside = coverage.low <= promised && promised <= coverage.high;
  const judgement = isInside
    ? "as promised"
    : coverage.value > promised
      ? `more than the ${shareText(promised, 0)} promised`
      : `fewer than the ${shareText(promised, 0)} promised`;
  return `Its ${isClasses ? "sets of classes" : "intervals"} hold the truth for ${shareText(coverage.value)} of held-out rows, ${judgement}${isInside ? ` (${shareText(promised, 0)}, within chance)` : ""}.`;
}

function coverageTable({ coverage, setSizes }: TabularFindings, promised: number, isClasses: boolean): string {
  const scale = { low: Math.min(0.8, ...coverage.map((band) => band.coverage.low)), high: 1 };
  const sizes = setSizes.flatMap((share, size) =>
    share === 0
      ? []
      : [`${shareText(share)} of sets hold ${size === 0 ? "no class" : size === 1 ? "one class" : `${size} classes`}`],
  );
  const note =
    sizes.length === 0
      ? ""
      : `<p class="caption">${list(sizes.slice(0, 6))}. ${setSizes[0] ? "A set without a class says that nothing fits well enough." : ""}</p>`;
  return `<div>${table({
    caption: `${isClasses ? "Sets" : "Intervals"} that hold the truth; ${shareText(promised, 0)} were promised`,
    head: [
      isClasses ? "true class" : "rows",
      "hold the truth",
      "",
      "rows",
      isClasses ? "classes in a set" : "mean width",
    ],
    rows: coverage.map(({ name, coverage: metric, size }, index) => ({
      ...(index === 0 ? { className: "own" } : {}),
      cells: [
        index === 0 || !isClasses ? escapeMarkup(name) : nameHtml(name, 28),
        withInterval(metric, (value) => shareText(value)),
        intervalSvg(metric, scale, colour(index === 0 ? "own" : "other")),
        count(metric.n),
        number(size),
      ],
    })),
  })}${note}</div>`;
}

/** Part 8: which rows get no answer. */
export function scopeSection({ study }: Facts): Section {
  const { system, findings } = study;
  const { withheldShare, samples } = system.care.scope;
  const base = { id: "scope", title: "Which rows get no answer" };
  if (findings === undefined)
    return {
      ...base,
      plain: `Rows that are unlike those it learned from are withheld: about ${shareText(withheldShare, 0)} of ordinary rows.`,
      figures: [absent("No rows were held out.", "smilodon train FILE --target COLUMN --folds 5")],
    };
  const { scope, shown } = findings;
  const [first] = scope.columns;
  const unlike =
    first === undefined
      ? ""
      : ` Most often ${nameHtml(first.name)} is what stands out (${counted(first.count, "row")}).`;
  return {
    ...base,
    plain: `${shareText(scope.withheld.value)} of held-out rows are unlike those it learned from and get no answer; about ${shareText(withheldShare, 0)} were meant to.${unlike}`,
    figures: [
      figure(
        scopeSvg(scope.histogram),
        "How unusual held-out rows are: their distance to the nearest learned rows. Right of the line no answer is given.",
        histogramTable(scope.histogram),
      ),
      qualityTable(findings, system.task.kind === "classification"),
      ...(scope.examples.length === 0
        ? []
        : [
            `<div class="wide">${table({
              caption: "The most unusual held-out rows",
              head: ["row", "times the limit", "why", ...shown.map((name) => nameHtml(name, 24))],
              words: [0, 2],
              rows: scope.examples.map(({ place, ratio, reason, cells }) => ({
                cells: [
                  placeHtml(place),
                  number(ratio),
                  `<span class="why">${nameHtml(reason, 90)}</span>`,
                  ...cells.map(cellHtml),
                ],
              })),
            })}</div>`,
          ]),
    ],
    how: `A row’s distance is its mean distance to the ${system.care.scope.neighbours} nearest of ${counted(system.care.scope.references.length / Math.max(1, system.encoder.width), "learned row")}, in which every column counts alike; the limit was set on ${counted(samples, "row")}. Numbers far beyond all that were learned are withheld by themselves.${firstFold(study)}`,
    limits:
      "Being like the learned rows does not make an answer right. A row that was made to deceive, or differs in something that no column records, passes.",
  };
}

function scopeSvg(histogram: readonly number[]): string {
  const most = Math.max(1, ...histogram);
  const total = histogram.reduce((sum, own) => sum + own, 0);
  const beyond = histogram.slice(10).reduce((sum, own) => sum + own, 0);
  return plotSvg({
    label: `Histogram of how unusual rows are, in limits: ${total - beyond} rows below 1, ${beyond} above, where no answer is given.`,
    x: { low: 0, high: 2, name: "times the limit", spell: (value) => (value === 2 ? "2+" : number(value)) },
    y: { low: 0, high: most * 1.05, name: "rows" },
    body: ({ x, y, height }) => {
      const bars = histogram.map((own, bin) => {
        const left = x(bin / 10);
        return own === 0
          ? ""
          : `<rect x="${(left + 0.7).toFixed(1)}" y="${y(own).toFixed(1)}" width="${(x(0.1) - x(0) - 1.4).toFixed(1)}" height="${(height - y(own)).toFixed(1)}" fill="${colour(bin < 10 ? "own" : "withheld")}" fill-opacity=".8"/>`;
      });
      return `${bars.join("")}<path d="M${x(1).toFixed(1)} 0V${height}" stroke="${colour("withheld")}" stroke-width="1.4" stroke-dasharray="4 3"/>`;
    },
  });
}

function histogramTable(histogram: readonly number[]): string {
  return numbersOf({
    caption: "Held-out rows by distance",
    head: ["times the limit", "rows"],
    rows: histogram.map((own, bin) => ({
      cells: [
        bin === histogram.length - 1 ? "1.9 and more" : `${(bin / 10).toFixed(1)} to ${((bin + 1) / 10).toFixed(1)}`,
        count(own),
      ],
    })),
  });
}

function qualityTable({ scope }: TabularFindings, isClasses: boolean): string {
  const spell = isClasses ? (value: number) => shareText(value) : (value: number) => number(value);
  const rows = [
    { what: "answered", metric: scope.inside },
    { what: "withheld", metric: scope.outside },
  ].flatMap(({ what, metric }) =>
    metric === undefined ? [] : [{ cells: [what, count(metric.n), withInterval(metric, spell)] }],
  );
  const columns = scope.columns
    .slice(0, 6)
    .map(({ name, count: own }) => ({ cells: [nameHtml(name, 32), count(own)] }));
  const standing =
    columns.length === 0
      ? ""
      : table({
          caption: "The column that stands out most, in rows without an answer",
          head: ["column", "rows"],
          rows: columns,
        });
  return `${table({ caption: isClasses ? "How often the most probable class would have been right" : "How far predictions would have been off", head: ["", "rows", isClasses ? "right" : "mean distance"], rows })}${standing}`;
}
