/** Held-out answers beside the truth: which classes are taken for which, how far numbers are off, and the worst mistakes. */
import { someRows } from "../../../audit/mixedRows.ts";
import { topLabel } from "../../../audit/predictions.ts";
import { at } from "../../../support/invariant.ts";
import { confusionMatrix } from "../../reportConfusion.ts";
import { absent, figure, numbersOf, type Section, table } from "../../reportHtml.ts";
import { colour } from "../../reportPalette.ts";
import { extentOf, plotSvg } from "../../reportPlot.ts";
import { cellHtml, count, counted, nameHtml, nameSvg, number, placeHtml, shareText } from "../../reportSpell.ts";
import type { HeldOutStudy } from "../study.ts";
import type { Facts } from "./facts.ts";

/** Part 3: confusion, or predicted against actual. */
export function answersSection(facts: Facts): Section {
  const { task } = facts.study.system;
  const base = { id: "answers" };
  if (facts.study.heldOut.rows.length === 0)
    return {
      ...base,
      title: "Answers beside the truth",
      plain: "No answers were compared with the truth.",
      figures: [absent("No rows were held out.", "smilodon train FILE --target COLUMN --folds 5")],
    };
  return task.kind === "classification" ? confusionSection(facts, task.classes) : residualSection(facts, task);
}

/** Most classes that get a matrix. */
const mostInMatrix = 8;

interface Pair {
  readonly truth: number;
  readonly answer: number;
  readonly count: number;
}

function confusionSection({ study }: Facts, classes: readonly string[]): Section {
  const { heldOut } = study;
  const counts = confusionOf(heldOut, classes.length);
  const pairs = [...counts.values()].filter(({ truth, answer }) => truth !== answer).sort((a, b) => b.count - a.count);
  const totals = totalsOf(heldOut, classes.length);
  const [worst] = pairs;
  const plain =
    worst === undefined
      ? "No class was taken for another on held-out rows."
      : `Most often ${nameHtml(at(classes, worst.truth))} was taken for ${nameHtml(at(classes, worst.answer))}: ${count(worst.count)} of ${counted(at(totals, worst.truth), "row")} that were ${nameHtml(at(classes, worst.truth))}.`;
  const isMatrix = classes.length <= mostInMatrix;
  return {
    id: "answers",
    title: "Which classes are taken for which",
    plain,
    figures: isMatrix
      ? [confusionMatrix(classes, tableOf(counts, classes.length))]
      : pairs.length === 0
        ? []
        : [pairsTable(classes, pairs, totals)],
    how: `Each held-out row counts once, with the class that the network thought most probable.${isMatrix ? " Shades show shares of each row of the table." : ` Of ${classes.length} classes only the worst pairs are shown.`}`,
    limits:
      "Which mistakes are worse than others: that depends on what answers are used for. Where one kind is costly, decide by the probability instead of by the most probable class.",
  };
}

function confusionOf(heldOut: HeldOutStudy, classes: number): Map<number, Pair> {
  const counts = new Map<number, Pair>();
  heldOut.truth.forEach((truth, row) => {
    const { label } = topLabel({ probabilities: heldOut.probabilities ?? [], classes }, row);
    const key = truth * classes + label;
    counts.set(key, { truth, answer: label, count: (counts.get(key)?.count ?? 0) + 1 });
  });
  return counts;
}

/** Counts by truth and answer. */
function tableOf(counts: ReadonlyMap<number, Pair>, classes: number): number[][] {
  const cells = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { truth, answer, count: own } of counts.values()) at(cells, truth)[answer] = own;
  return cells;
}

function totalsOf({ truth }: HeldOutStudy, classes: number): number[] {
  const totals = new Array<number>(classes).fill(0);
  for (const label of truth) totals[label] = at(totals, label) + 1;
  return totals;
}

function pairsTable(classes: readonly string[], pairs: readonly Pair[], totals: readonly number[]): string {
  return table({
    caption: "The most frequent mistakes",
    head: ["truth", "answer", "rows", "of those"],
    words: [0, 1],
    rows: pairs.slice(0, 15).map(({ truth, answer, count: own }) => ({
      cells: [
        nameHtml(at(classes, truth)),
        nameHtml(at(classes, answer)),
        count(own),
        `${shareText(own / at(totals, truth))} of ${count(at(totals, truth))}`,
      ],
    })),
  });
}

/** Most points of a picture. */
const mostPoints = 1200;

function residualSection(
  { study }: Facts,
  task: { readonly target: string; readonly scale: "plain" | "logarithm" },
): Section {
  const { truth, predictions = new Float64Array() } = study.heldOut;
  const bands = bandsOf(truth, predictions);
  const [low, high] = [bands[0], bands.at(-1)];
  const leaning = (bias: number): string => (bias > 0 ? `${number(bias)} too high` : `${number(-bias)} too low`);
  const plain =
    low === undefined || high === undefined || bands.length < 2
      ? "Predictions beside what was true, for each held-out row."
      : `Where the truth is low, predictions are ${leaning(low.bias)} on average; where it is high, ${leaning(high.bias)}.`;
  const isLogarithmic =
    task.scale === "logarithm" && truth.every((value) => value > 0) && predictions.every((value) => value > 0);
  const rows = someRows(truth.length, mostPoints);
  return {
    id: "answers",
    title: "Predictions beside the truth",
    plain,
    figures: [
      figure(
        scatter({ rows, truth, predictions, target: task.target, isLogarithmic }),
        `A dot is a held-out row${rows.length < truth.length ? ` (${count(rows.length)} of ${count(truth.length)} are shown)` : ""}; on the line the prediction is right.`,
      ),
      figure(
        errorHistogram(truth, predictions),
        `How far predictions are from the truth: left too low, right too high.${beyondNote(truth, predictions)}`,
        bandsTable(bands),
      ),
    ],
    how: "Each held-out row counts once. The error is the prediction less the truth.",
    limits:
      "A network that minimizes squared errors draws predictions towards the middle where columns say little: extremes are understated as a rule.",
  };
}

interface Band {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  readonly bias: number;
  readonly distance: number;
}

/** Errors by fifths of the truth. */
function bandsOf(truth: Float64Array, predictions: Float64Array): Band[] {
  if (truth.length < 25) return [];
  const order = [...truth.keys()].sort((a, b) => at(truth, a) - at(truth, b));
  return [0, 1, 2, 3, 4].map((fifth) => {
    const own = order.slice(Math.floor((fifth * order.length) / 5), Math.floor(((fifth + 1) * order.length) / 5));
    const mean = (value: (error: number) => number): number =>
      own.reduce((sum, row) => sum + value(at(predictions, row) - at(truth, row)) / own.length, 0);
    return {
      low: at(truth, at(own, 0)),
      high: at(truth, at(own, -1)),
      rows: own.length,
      bias: mean((error) => error),
      distance: mean(Math.abs),
    };
  });
}

function bandsTable(bands: readonly Band[]): string {
  return bands.length === 0
    ? ""
    : numbersOf({
        caption: "Errors by fifths of the truth",
        head: ["truth", "rows", "mean error", "mean distance"],
        rows: bands.map(({ low, high, rows, bias, distance }) => ({
          cells: [`${number(low)} to ${number(high)}`, count(rows), number(bias), number(distance)],
        })),
      });
}

function scatter({
  rows,
  truth,
  predictions,
  target,
  isLogarithmic,
}: {
  rows: Uint32Array;
  truth: Float64Array;
  predictions: Float64Array;
  target: string;
  isLogarithmic: boolean;
}): string {
  const values = Array.from(rows).flatMap((row) => [at(truth, row), at(predictions, row)]);
  const extent = isLogarithmic ? { low: Math.min(...values) / 1.1, high: Math.max(...values) * 1.1 } : extentOf(values);
  const axis = { ...extent, isLogarithmic };
  return plotSvg({
    label: `Predicted against actual ${target.slice(0, 40)} of ${rows.length} held-out rows; the nearer to the diagonal, the better.`,
    x: { ...axis, name: `actual ${nameSvg(target)}` },
    y: { ...axis, name: `predicted ${nameSvg(target)}` },
    height: 260,
    body: ({ x, y }) => {
      const dots = Array.from(
        rows,
        (row) => `M${x(at(truth, row)).toFixed(1)} ${y(at(predictions, row)).toFixed(1)}h0`,
      ).join("");
      const line = `M${x(axis.low).toFixed(1)} ${y(axis.low).toFixed(1)}L${x(axis.high).toFixed(1)} ${y(axis.high).toFixed(1)}`;
      return `<path d="${dots}" fill="none" stroke="${colour("own")}" stroke-opacity="${rows.length > 400 ? 0.55 : 0.75}" stroke-width="4" stroke-linecap="round"/><path d="${line}" stroke="${colour("ink")}" stroke-width="1.2"/>`;
    },
  });
}

/** Errors in 24 bins around 0 that hold all but the furthest hundredth. */
function errorBins(truth: Float64Array, predictions: Float64Array): { limit: number; bins: number[]; beyond: number } {
  const errors = truth.map((value, row) => at(predictions, row) - value);
  const sizes = errors.map(Math.abs).sort();
  const limit = sizes[Math.min(sizes.length - 1, Math.floor(0.99 * sizes.length))] || 1;
  const bins = new Array<number>(24).fill(0);
  let beyond = 0;
  for (const error of errors) {
    const bin = Math.floor(12 * (error / limit) + 12);
    if (bin >= 0 && bin < 24) bins[bin] = at(bins, bin) + 1;
    else beyond++;
  }
  return { limit, bins, beyond };
}

function beyondNote(truth: Float64Array, predictions: Float64Array): string {
  const { beyond } = errorBins(truth, predictions);
  return beyond === 0 ? "" : ` ${counted(beyond, "row")} lie${beyond === 1 ? "s" : ""} beyond the picture.`;
}

function errorHistogram(truth: Float64Array, predictions: Float64Array): string {
  const { limit, bins } = errorBins(truth, predictions);
  return plotSvg({
    label: `Histogram of errors between −${number(limit)} and ${number(limit)}; most rows lie near 0.`.replace(
      "most rows lie near 0",
      `the fullest bin has ${Math.max(...bins)} rows`,
    ),
    x: { low: -limit, high: limit, name: "prediction − truth" },
    y: { low: 0, high: Math.max(...bins) * 1.05, name: "rows" },
    height: 260,
    body: ({ x, y, height }) => {
      const bars = bins.map((own, bin) => {
        const left = x(((bin - 12) / 12) * limit);
        const right = x(((bin - 11) / 12) * limit);
        return own === 0
          ? ""
          : `<rect x="${(left + 0.6).toFixed(1)}" y="${y(own).toFixed(1)}" width="${(right - left - 1.2).toFixed(1)}" height="${(height - y(own)).toFixed(1)}" fill="${colour("own")}" fill-opacity=".75"/>`;
      });
      return `${bars.join("")}<path d="M${x(0).toFixed(1)} 0V${height}" stroke="${colour("ink")}" stroke-width="1.2"/>`;
    },
  });
}

/** Part 7: the worst mistakes. */
export function mistakesSection({ study }: Facts): Section {
  const { findings, system, heldOut } = study;
  const isClasses = system.task.kind === "classification";
  const base = { id: "mistakes", title: "The worst mistakes" };
  if (findings === undefined)
    return {
      ...base,
      plain: "Mistakes were not looked for.",
      figures: [absent("No rows were held out.", "smilodon train FILE --target COLUMN --folds 5")],
    };
  const { mistakes, shown } = findings;
  const [worst] = mistakes;
  if (worst === undefined)
    return {
      ...base,
      plain: `There was no wrong answer among ${counted(heldOut.rows.length, "held-out row")}.`,
      figures: [],
    };
  const plain = isClasses
    ? `The surest wrong answer: ${nameHtml(String(worst.answer))} with ${shareText(worst.weight)}, where ${nameHtml(String(worst.truth))} was true (${placeHtml(worst.place)}).`
    : `The largest error is ${number(worst.weight)}: ${number(Number(worst.answer), 4)} was predicted where ${number(Number(worst.truth), 4)} was true (${placeHtml(worst.place)}).`;
  const spell = (value: string | number): string =>
    typeof value === "number" ? number(value, 4) : nameHtml(value, 24);
  const further = system.encoder.features.length - shown.length;
  return {
    ...base,
    plain,
    figures: [
      table({
        caption: `Held-out rows with ${isClasses ? "the surest wrong answers" : "the largest errors"}, and their most important columns${further > 0 ? ` (${further} more are not shown)` : ""}`,
        head: ["row", "truth", "answer", isClasses ? "sure" : "off by", ...shown.map((name) => nameHtml(name, 24))],
        words: isClasses ? [0, 1, 2] : [0],
        rows: mistakes.map(({ place, truth, answer, weight, cells }) => ({
          cells: [
            placeHtml(place),
            spell(truth),
            spell(answer),
            isClasses ? shareText(weight) : number(weight, 4),
            ...cells.map(cellHtml),
          ],
        })),
      }),
    ],
    how: `The worst ${mistakes.length} of ${counted(heldOut.rows.length, "held-out row")}. The row is the place in the file that was read.`,
    limits:
      "Whether the network is wrong or the table: look these rows up first. A mistake that comes again and again is often a wrong entry, or a column that is not there.",
  };
}
