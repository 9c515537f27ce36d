/** What was learned and how well: figures, classes, which are taken for which, and the pictures behind that. */
import { at } from "../../../support/invariant.ts";
import type { Metric, MetricName } from "../../metrics.ts";
import { confusionMatrix } from "../../reportConfusion.ts";
import { intervalSvg, type Section, table, withInterval } from "../../reportHtml.ts";
import { colour } from "../../reportPalette.ts";
import { count, counted, nameHtml, number, shareText } from "../../reportSpell.ts";
import type { ShownPicture } from "../study.ts";
import { answerWords, type Facts, gallery, image } from "./facts.ts";

/** Most classes that get a matrix, and most in a table. */
const mostInMatrix = 10;
const mostInTable = 40;

const measured = {
  accuracy: "right answers",
  auc: "area under the ROC curve",
  logLoss: "logarithmic loss",
  ece: "calibration error",
  coverage: "sets that hold the truth",
} as const satisfies Partial<Record<MetricName, string>>;

/** In one sentence: how often it is right, of how many, and what guessing would come to. */
export function mainSentence({ study }: Facts): string {
  const { accuracy } = study.metrics;
  if (accuracy === undefined) return "Nothing was measured.";
  const right = Math.round(accuracy.value * accuracy.n);
  return `Of ${counted(accuracy.n, "picture")} that it had not seen, it got ${count(right)} right: ${shareText(accuracy.value)}, between ${shareText(accuracy.low)} and ${shareText(accuracy.high)} with 95&nbsp;% confidence. The most frequent class alone would be right for ${shareText(study.majority.accuracy?.value)}.`;
}

/** Figures of all pictures and of each class. */
export function figuresSection(facts: Facts): Section {
  const { study } = facts;
  const names = Object.keys(measured).filter((name): name is keyof typeof measured => name in measured);
  const all = table({
    caption: "On held-out pictures",
    head: ["", "network, 95&nbsp;% interval", "most frequent class"],
    rows: names.map((name) => ({
      cells: [
        measured[name],
        withInterval(study.metrics[name], spellFigure(name)),
        baseline(study.majority[name], name),
      ],
    })),
  });
  const known = study.classes.filter(({ count: own }) => own > 0).toSorted((a, b) => value(a.recall) - value(b.recall));
  const shown = known.slice(0, mostInTable);
  const scale = { low: Math.min(0.8, ...shown.map(({ recall }) => recall?.low ?? 1)), high: 1 };
  const further = known.length - shown.length;
  const classes = table({
    caption: `By true class, the hardest first${further > 0 ? `; ${count(further)} easier ones are not shown` : ""}. Bars: share that was recognised.`,
    head: ["class", "pictures", "recognised", "", "right when it says so", "set holds it"],
    rows: shown.map(({ name, count: own, recall, precision, coverage }) => ({
      cells: [
        nameHtml(name, 28),
        count(own),
        withInterval(recall, shareText),
        recall === undefined ? "" : intervalSvg(recall, scale, colour("own")),
        shareText(precision?.value),
        shareText(coverage?.value),
      ],
    })),
  });
  const [hardest] = known;
  return {
    id: "figures",
    title: "How well it tells them apart",
    plain:
      hardest === undefined
        ? mainSentence(facts)
        : `${shareText(study.metrics.accuracy?.value)} of held-out pictures are recognised; hardest is ${nameHtml(hardest.name)}, of which it recognises ${shareText(hardest.recall?.value)}.`,
    figures: [`<div class="wide">${all}</div>`, `<div class="wide">${classes}</div>`],
    how: `${study.split.how.charAt(0).toUpperCase()}${study.split.how.slice(1)}. ${count(study.split.train)} pictures were learned from, ${count(study.split.calibration)} said how sure it may be, ${count(study.split.heldOut)} were measured on.`,
    limits:
      "How it does on pictures that were taken in another way: with other cameras, in other light, of other places. Then measure again with the command evaluate.",
  };
}

function value(metric: Metric | undefined): number {
  return metric?.value ?? 1;
}

function spellFigure(name: keyof typeof measured): (value: number) => string {
  return name === "logLoss" || name === "auc" ? number : shareText;
}

function baseline(metric: Metric | undefined, name: keyof typeof measured): string {
  return metric === undefined ? "–" : spellFigure(name)(metric.value);
}

/** A few pictures of each class that it got right: what the set looks like. */
export function examplesSection({ study: { findings, system } }: Facts): Section | undefined {
  if (findings.examples.length === 0) return undefined;
  const strips = findings.examples.map(
    ({ name, pictures }) => `<span>${nameHtml(name, 28)}</span><div>${pictures.map(image).join("")}</div>`,
  );
  const { height, width, channels } = system.input;
  return {
    id: "examples",
    title: "Pictures that it recognises",
    plain: `As the network sees them: ${count(width)}×${count(height)} pixels, ${channels === 1 ? "grey" : "in colour"}.`,
    figures: [`<div class="wide strip">${strips.join("")}</div>`],
    ...(system.task.classes.length > findings.examples.length
      ? { limits: `Only ${findings.examples.length} of ${system.task.classes.length} classes are shown.` }
      : {}),
  };
}

/** Which classes are taken for which. */
export function confusionSection({ study: { confusion, system } }: Facts): Section {
  const { classes } = system.task;
  const pairs = confusion
    .flatMap((line, truth) => line.map((own, answer) => ({ truth, answer, own, of: line.reduce((a, b) => a + b, 0) })))
    .filter(({ truth, answer, own }) => truth !== answer && own > 0)
    .sort((a, b) => b.own - a.own);
  const [worst] = pairs;
  const isMatrix = classes.length <= mostInMatrix;
  const pairsTable = () =>
    table({
      caption: "The most frequent mistakes",
      head: ["truth", "answer", "pictures", "of those"],
      words: [0, 1],
      rows: pairs.slice(0, 20).map(({ truth, answer, own, of }) => ({
        cells: [
          nameHtml(at(classes, truth)),
          nameHtml(at(classes, answer)),
          count(own),
          `${shareText(own / of)} of ${count(of)}`,
        ],
      })),
    });
  return {
    id: "confusion",
    title: "Which classes are taken for which",
    plain:
      worst === undefined
        ? "No class was taken for another on held-out pictures."
        : `Most often ${nameHtml(at(classes, worst.truth))} was taken for ${nameHtml(at(classes, worst.answer))}: ${count(worst.own)} of ${counted(worst.of, "picture")}.`,
    figures: isMatrix
      ? [`<div class="wide">${confusionMatrix(classes, confusion)}</div>`]
      : pairs.length === 0
        ? []
        : [pairsTable()],
    how: `Each held-out picture counts once, with the class that the network thought most probable.${isMatrix ? " Shades show shares of each row of the table." : ` Of ${classes.length} classes only the worst pairs are shown.`}`,
  };
}

/** The mistakes that it was surest of, and the pictures that it could least decide on. */
export function mistakesSection({ study: { findings, metrics } }: Facts): Section {
  const { mistakes, hardest } = findings;
  const { accuracy } = metrics;
  const wrong = accuracy === undefined ? 0 : accuracy.n - Math.round(accuracy.value * accuracy.n);
  const [first] = mistakes;
  const words = (picture: ShownPicture) => answerWords(picture);
  return {
    id: "mistakes",
    title: "Pictures that it gets wrong",
    plain:
      first === undefined
        ? "No held-out picture was answered wrongly."
        : `${counted(wrong, "held-out picture")} ${wrong === 1 ? "was" : "were"} answered wrongly; of one it was ${shareText(first.probability, 0)} sure. Look at them: is the label wrong, the picture odd, or the network?`,
    figures: [
      ...(mistakes.length > 0
        ? [
            gallery(
              mistakes,
              words,
              `<strong>Wrong, the surest first</strong>${wrong > mistakes.length ? ` (${count(mistakes.length)} of ${count(wrong)})` : ""}`,
            ),
          ]
        : []),
      gallery(hardest, words, "<strong>Hardest to decide</strong>: its first two guesses are nearly alike"),
    ],
    limits: "Why it answers so: that is for explanations (smilodon explain RUN PICTURE) to show.",
  };
}
