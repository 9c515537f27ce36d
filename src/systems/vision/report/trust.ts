/** How far answers are to be trusted: is it as sure as it is right, do sets hold, which pictures get no answer. */
import { reliabilityDiagram } from "../../../audit/calibration.ts";
import { shareMetric } from "../../metrics.ts";
import { figure, type Section, table, withInterval } from "../../reportHtml.ts";
import { binsTable, reliabilitySvg, sureSentence } from "../../reportReliability.ts";
import { count, counted, shareText } from "../../reportSpell.ts";
import { answerWords, type Facts, gallery } from "./facts.ts";

/** Reliability of probabilities, and coverage of sets. */
export function reliabilitySection({ study }: Facts): Section {
  const { heldOut, system, metrics } = study;
  const classes = system.task.classes.length;
  const { sets } = system.care;
  const diagram = reliabilityDiagram({ probabilities: heldOut.probabilities, labels: heldOut.truth, classes }, 15);
  const bins = diagram.filter((bin) => bin.count > 0);
  const promised = 1 - sets.alpha;
  return {
    id: "reliability",
    title: "Is it as sure as it is right?",
    plain: `${sureSentence(bins, metrics.ece?.value)}Its sets of classes hold the truth for ${withInterval(metrics.coverage, shareText)} of held-out pictures; ${shareText(promised, 0)} were promised.`,
    figures: [
      figure(
        reliabilitySvg(bins, 1 / classes),
        "How sure the network was, against how often it was right. On the line it is as sure as it is right; below, too sure. Bars are 95&nbsp;% intervals.",
        binsTable(bins, "pictures"),
      ),
      setSizes(study),
    ],
    how: `Probabilities were divided into 15 equal bins. Sets were fitted on ${counted(sets.samples, "picture")} that the network had not learned from, to miss the truth in ${shareText(sets.alpha, 0)}, and measured on ${counted(heldOut.rows.length, "other held-out picture")}. The scores were divided by a temperature of ${system.care.temperature.toFixed(2)}.`,
    limits:
      "The promise is for all pictures together, and for such as these: single classes can lie above or below it.",
  };
}

function setSizes({ heldOut, system }: Facts["study"]): string {
  const classes = system.task.classes.length;
  const rows = heldOut.rows.length;
  const sizes = new Map<number, { pictures: number; right: number }>();
  for (let row = 0; row < rows; row++) {
    const own = heldOut.sets.subarray(row * classes, (row + 1) * classes);
    const size = own.reduce((sum, flag) => sum + flag, 0);
    const known = sizes.get(size) ?? { pictures: 0, right: 0 };
    sizes.set(size, { pictures: known.pictures + 1, right: known.right + (own[heldOut.truth[row] ?? 0] ?? 0) });
  }
  const shown = [...sizes].sort(([a], [b]) => a - b).slice(0, 12);
  return table({
    caption: "How many classes its sets hold",
    head: ["classes in the set", "pictures", "of all", "hold the truth"],
    rows: shown.map(([size, { pictures, right }]) => ({
      cells: [
        size === 0 ? "none: nothing fits well enough" : String(size),
        count(pictures),
        shareText(pictures / rows),
        withInterval(shareMetric(right, pictures), shareText),
      ],
    })),
  });
}

/** Which pictures get no answer. */
export function scopeSection({ study }: Facts): Section {
  const { heldOut, system, findings } = study;
  const { scope } = system.care;
  const rows = heldOut.rows.length;
  const withheld = heldOut.inScope.reduce((sum, value) => sum + 1 - value, 0);
  const share = shareMetric(withheld, rows);
  const parts = [1, 0].map((side) => {
    const places = Array.from(heldOut.rows.keys()).filter((row) => heldOut.inScope[row] === side);
    const right = places.filter((row) => isRight(study, row)).length;
    return { name: side === 1 ? "answered" : "withheld", pictures: places.length, right };
  });
  return {
    id: "scope",
    title: "Which pictures get no answer",
    plain: `Pictures unlike those that it learned from are withheld: ${shareText(share.value)} of the held-out ones, where about ${shareText(scope.withheldShare, 0)} were meant to be.`,
    figures: [
      table({
        caption: "Right answers among held-out pictures, had all been answered",
        head: ["", "pictures", "right"],
        rows: parts.map(({ name, pictures, right }) => ({
          cells: [name, count(pictures), pictures === 0 ? "–" : withInterval(shareMetric(right, pictures), shareText)],
        })),
      }),
      gallery(
        findings.furthest,
        (picture) =>
          `${picture.distance > 1 ? '<span class="tag">withheld</span> ' : ""}${picture.distance.toFixed(2)} × the limit<br>${answerWords(picture)}`,
        "<strong>Furthest from what it learned from</strong>",
      ),
    ],
    how: `Each picture’s features (${count(scope.width)} numbers before the last layer, brought to one length) were compared with those of ${count(scope.references.length / scope.width)} pictures that were learned from; the distance to the ${scope.neighbours === 1 ? "nearest" : `${scope.neighbours}th nearest`} decides (Sun et al. 2022). The limit was taken from ${counted(scope.samples, "picture")} that were not learned from.`,
    limits:
      "Pictures of other things that make the same features. What is far from everything is found more surely than what lies between.",
  };
}

function isRight({ heldOut, system }: Facts["study"], row: number): boolean {
  const classes = system.task.classes.length;
  const own = heldOut.probabilities.subarray(row * classes, (row + 1) * classes);
  return own.indexOf(own.reduce((most, value) => Math.max(most, value), 0)) === heldOut.truth[row];
}
