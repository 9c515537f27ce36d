/** What went in: the data card of the pictures, how training went, what was noticed, and how to make it again. */
import { figure, numbersOf, type Section, table } from "../../reportHtml.ts";
import { colour } from "../../reportPalette.ts";
import { extentOf, linePath, plotSvg } from "../../reportPlot.ts";
import { recordOf } from "../../reportRecord.ts";
import { count, counted, nameHtml, number, shareText } from "../../reportSpell.ts";
import { escapeMarkup } from "../../reportText.ts";
import { type Facts, gallery } from "./facts.ts";

const [mostClasses, mostDamaged, mostWarnings] = [40, 20, 20] as const;

/** The data card. */
export function picturesSection({ study }: Facts): Section {
  const { survey, checks, findings, damaged } = study;
  const all = checks.looks.reduce((sum, { count: own }) => sum + own, 0);
  const looks = checks.looks.toSorted((a, b) => b.count - a.count);
  const further = looks.length - mostClasses;
  const size = (spread: { least: number; median: number; most: number }) =>
    spread.least === spread.most
      ? count(spread.most)
      : `${count(spread.least)} to ${count(spread.most)}, half below ${count(spread.median)}`;
  const facts: [string, string][] = [
    ["pictures", count(all)],
    ["width", size(survey.width)],
    ["height", size(survey.height)],
    ...(survey.kinds.length > 0
      ? [
          [
            "kinds",
            survey.kinds
              .slice(0, 6)
              .map(({ name, count: own }) => `${escapeMarkup(name)} (${count(own)})`)
              .join("<br>"),
          ] as [string, string],
        ]
      : []),
    ["exact copies", count(checks.copies.reduce((sum, rows) => sum + rows.length - 1, 0))],
    ["near copies", `${counted(checks.nearCopies.length, "pair")}${checks.isCutShort ? " or more" : ""}`],
    ["could not be read", count(damaged.length)],
  ];
  const extremes = looks.toSorted((a, b) => a.brightness - b.brightness);
  const [darkest, brightest] = [extremes[0], extremes.at(-1)];
  const differs = darkest !== undefined && brightest !== undefined && brightest.brightness - darkest.brightness > 0.15;
  const copies = findings.copies.map((pictures) => gallery(pictures, ({ truth }) => nameHtml(truth, 24)));
  return {
    id: "pictures",
    title: "What the pictures are like",
    plain: `${counted(all, "picture")} of ${counted(looks.length, "class", "classes")}${differs ? `; those of ${nameHtml(brightest.name)} are brighter (${shareText(brightest.brightness, 0)} of white) than those of ${nameHtml(darkest.name)} (${shareText(darkest.brightness, 0)}): a network can tell classes by that alone` : ""}.`,
    figures: [
      `<div><dl class="facts">${facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("")}</dl></div>`,
      table({
        caption: `Classes${further > 0 ? `; ${count(further)} smaller ones are not shown` : ""}`,
        head: ["class", "pictures", "brightness", "contrast"],
        rows: looks.slice(0, mostClasses).map((look) => ({
          cells: [
            nameHtml(look.name, 28),
            count(look.count),
            shareText(look.brightness, 0),
            shareText(look.contrast, 0),
          ],
        })),
      }),
      ...(copies.length > 0
        ? [
            `<div class="wide"><p class="caption"><strong>Copies and near copies</strong></p><div class="pairs">${copies.join("")}</div></div>`,
          ]
        : []),
      ...(damaged.length > 0
        ? [
            `<div class="wide"><p class="caption"><strong>Could not be read</strong></p><ul>${damaged
              .slice(0, mostDamaged)
              .map(({ name, reason }) => `<li>${nameHtml(name, 80)}: ${nameHtml(reason, 160)}</li>`)
              .join("")}</ul></div>`,
          ]
        : []),
    ],
    how: `${survey.looked > 0 ? `Sizes and kinds are those of ${counted(survey.looked, "file")}${survey.looked < all ? ", spread over the set" : ""}. ` : ""}Brightness, contrast and copies are of all pictures, as the network sees them; near copies have nearly the same light and dark, and pixels that go together.`,
    limits: "Where the pictures come from, who chose them, and what is missing among them.",
  };
}

/** How training went. */
export function trainingSection({ study }: Facts): Section {
  const { history, seconds } = study;
  const last = history.at(-1);
  const base = { id: "training", title: "How training went" };
  if (last === undefined) return { ...base, plain: "There is no record of the training.", figures: [] };
  const losses = history
    .map(({ loss }) => loss)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const top = Math.min(losses.at(-1) ?? 1, 4 * (losses[Math.floor(losses.length * 0.75)] ?? 1));
  const svg = plotSvg({
    label: `Loss over ${history.length} epochs; at the end ${number(last.loss)}.`,
    x: {
      low: Math.min(1, history.length - 1),
      high: Math.max(history.length, 2),
      name: "epoch",
      spell: (value) => (Number.isInteger(value) ? String(value) : ""),
    },
    y: { ...extentOf([losses[0] ?? 0, top]), name: "loss while learning" },
    body: ({ x, y }) => {
      const points = history
        .filter(({ loss }) => Number.isFinite(loss))
        .map(({ epoch, loss }) => ({ x: x(epoch), y: Math.max(-3, y(loss)) }));
      return `<path d="${linePath(points)}" fill="none" stroke="${colour("own")}" stroke-width="1.8"/>`;
    },
  });
  const every = Math.ceil(history.length / 20);
  const numbers = numbersOf({
    head: ["epoch", "loss", "learning rate"],
    rows: history
      .filter((_, index) => index % every === 0 || index === history.length - 1)
      .map(({ epoch, loss, learningRate }) => ({ cells: [String(epoch), number(loss), number(learningRate)] })),
  });
  return {
    ...base,
    plain: `${counted(history.length, "pass", "passes")} over the pictures; everything together took ${number(seconds)} s.`,
    figures: [figure(svg, "The loss while learning, on pictures that were changed at random.", numbers)],
    how: "Held-out pictures had no part in training and no say in when it ended.",
  };
}

/** What was noticed. */
export function warningsSection({ study: { warnings } }: Facts): Section {
  const items = warnings
    .slice(0, mostWarnings)
    .map(
      ({ kind, message }) =>
        `<li><strong>${escapeMarkup(kind.replaceAll("-", " "))}</strong> ${nameHtml(message, 600)}</li>`,
    );
  return {
    id: "warnings",
    title: "What was noticed in the pictures",
    plain:
      warnings.length === 0
        ? "Nothing was noticed that calls for attention."
        : `${counted(warnings.length, "thing")} ${warnings.length === 1 ? "was" : "were"} noticed.`,
    figures: items.length === 0 ? [] : [`<div class="wide"><ul>${items.join("")}</ul></div>`],
    limits: "Labels that are wrong in the same way everywhere, and signs that give a class away.",
  };
}

/** Settings with reasons, and how to make the run again. */
export function recordSection({ study, making }: Facts): Section {
  const { system, settings, split } = study;
  const { origin, input } = system;
  const facts: [string, string][] = [
    ["pictures", nameHtml(origin.source, 80)],
    ["SHA-256 of pixels and labels", `<code>${escapeMarkup(origin.dataHash ?? "not known")}</code>`],
    [
      "division",
      `${count(split.train)} to learn from, ${count(split.calibration)} for calibration, ${count(split.heldOut)} held out`,
    ],
    ["network", escapeMarkup(system.settings.network)],
    [
      "weights",
      count(system.network.parameters().reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)),
    ],
    ["takes", `${input.width}×${input.height} pixels, ${input.channels === 1 ? "grey" : "colour"}`],
    ...(origin.from === undefined ? [] : [["went on from", nameHtml(origin.from, 80)] as [string, string]]),
    ["seed", String(origin.seed)],
    ["Smilodon", escapeMarkup(making.version)],
  ];
  return recordOf({
    plain: `The same command on the same pictures with seed ${origin.seed} makes the same network again, on the same kind of processor, where no limit of time cuts it short.`,
    making,
    facts,
    settings,
  });
}
