/**
 * report.html: what pictures taught, how well, and how far answers are to be trusted. One file without network and scripts, the
 * pictures in it; it is meant for the machine that the pictures are on. Sections are in the files beside this one.
 */

import { groupsSection } from "../../reportGroups.ts";
import { type Making, type Section, sectionHtml } from "../../reportHtml.ts";
import { pageHtml } from "../../reportPage.ts";
import { counted, list, nameHtml, plainText, shareText } from "../../reportSpell.ts";
import { pageCss } from "../../reportStyle.ts";
import { escapeMarkup } from "../../reportText.ts";
import { shortcutSection } from "../shortcuts.ts";
import type { VisionStudy } from "../study.ts";
import { confusionSection, examplesSection, figuresSection, mainSentence, mistakesSection } from "./answers.ts";
import { type Facts, pictureCss } from "./facts.ts";
import { picturesSection, recordSection, trainingSection, warningsSection } from "./record.ts";
import { reliabilitySection, scopeSection } from "./trust.ts";

const sections: readonly ((facts: Facts) => Section | readonly Section[] | undefined)[] = [
  figuresSection,
  examplesSection,
  confusionSection,
  mistakesSection,
  reliabilitySection,
  scopeSection,
  ({ study }) => shortcutSection(study.shortcut),
  // Features, explanations
  ({ study }) => study.sections,
  ({ study }) =>
    study.groups === undefined
      ? undefined
      : groupsSection(study.groups, { things: "pictures", way: "smilodon train TABLE --target COLUMN --group COLUMN" }),
  picturesSection,
  warningsSection,
  trainingSection,
  recordSection,
];

/** The page of a study, as HTML in one file. Names of files and classes are never more than text in it. */
export function reportOf(study: VisionStudy, making: Making): string {
  const facts: Facts = { study, making };
  const written = sections.flatMap((section) => section(facts) ?? []);
  const { origin } = study.system;
  const title = `Pictures of ${plainText(origin.source)} · Smilodon`;
  const links = written.map(({ id, title: name }) => `<li><a href="#${id}">${name}</a></li>`);
  return pageHtml({
    title,
    css: pageCss + pictureCss,
    hasPictures: true,
    main: `${head(facts)}
<nav aria-label="Parts of this report"><ol>${links.join("")}</ol></nav>
${written.map(sectionHtml).join("\n")}
<footer>Written by Smilodon ${escapeMarkup(making.version)} on ${escapeMarkup(making.date)}. This page loads nothing from anywhere and runs no script. It holds pictures of the set: pass it on only where you may pass those on.</footer>`,
  });
}

function head(facts: Facts): string {
  const { study, making } = facts;
  const { task, origin, care } = study.system;
  const scope = `Pictures unlike those it learned from, about ${shareText(care.scope.withheldShare, 0)} of ordinary ones, get no answer.`;
  const grave = study.warnings.filter(
    ({ kind }) => kind === "shortcut" || kind === "crossing-copies" || kind === "few-held-out",
  );
  const { accuracy } = study.metrics;
  const guessing = study.majority.accuracy?.value ?? 0;
  const isUseless = accuracy !== undefined && accuracy.low <= guessing;
  const useless = isUseless
    ? `\n<p class="caution">It is not clearly better than always saying the most frequent class: the pictures are too few, too small or too hard, or it learned for too short a time.</p>`
    : "";
  const cautions = grave.map(({ message }) => `\n<p class="caution">${nameHtml(message, 400)}</p>`);
  return `<header>
<p class="kicker">Smilodon ${escapeMarkup(making.version)} · ${nameHtml(origin.source, 60)} · ${escapeMarkup(making.date)}</p>
<h1>${titleWords(task.classes)}, told apart</h1>
<p class="lede">${mainSentence(facts)} ${scope}</p>${useless}${cautions.join("")}
</header>`;
}

/** Few classes by name, many by number. */
function titleWords(classes: readonly string[]): string {
  return classes.length > 4
    ? counted(classes.length, "class of pictures", "classes of pictures")
    : list(classes.map((name) => nameHtml(name, 24)));
}
