/**
 * report.html: what a table taught, how well, and how far answers are to be trusted. One file without network and scripts; nothing
 * is computed here that takes long. Sections are in the files beside this one; train.ts and findings.ts measured what they show.
 */

import { groupsSection } from "../../reportGroups.ts";
import { type Making, type Section, sectionHtml } from "../../reportHtml.ts";
import { pageHtml } from "../../reportPage.ts";
import { counted, nameHtml, plainText, shareText } from "../../reportSpell.ts";
import { pageCss } from "../../reportStyle.ts";
import { escapeMarkup } from "../../reportText.ts";
import { judgeStudy } from "../measures.ts";
import type { TabularStudy } from "../study.ts";
import { answersSection, mistakesSection } from "./answers.ts";
import { boundarySection } from "./boundary.ts";
import { effectsSection } from "./effects.ts";
import type { Facts } from "./facts.ts";
import { learnedSection, mainSentence, trainingSection, verdictSentence } from "./learned.ts";
import { moreDataSection, recordSection, warningsSection } from "./record.ts";
import { reliabilitySection, scopeSection } from "./trust.ts";

const sections: readonly ((facts: Facts) => Section | undefined)[] = [
  learnedSection,
  trainingSection,
  answersSection,
  reliabilitySection,
  boundarySection,
  effectsSection,
  mistakesSection,
  scopeSection,
  ({ study }) =>
    groupsSection(study.groups, { things: "rows", way: "smilodon train FILE --target COLUMN --group COLUMN" }),
  moreDataSection,
  warningsSection,
  recordSection,
];

/**
 * The page of a study, as HTML in one file. Column names and cells are never more than text in it.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { reportOf, trainTable } from "smilodon/systems/tabular";
 * const lines = Array.from({ length: 60 }, (_, row) => `${row % 10},${row % 10 < 5 ? "small" : "large"}`);
 * const table = readTable(`size,word\n${lines.join("\n")}\n`);
 * const study = await trainTable(table, { target: "word", fast: true, choices: { epochs: 2 } });
 * const making = { version: "0.1.0", date: "2026-01-31", command: "smilodon train words.csv --target word" };
 * console.log(reportOf(study, making).length);
 * ```
 */
export function reportOf(study: TabularStudy, making: Making): string {
  const facts: Facts = { study, making };
  const written = sections.flatMap((section) => section(facts) ?? []);
  const title = `${plainText(study.system.task.target)} from ${plainText(study.system.origin.source)} · Smilodon`;
  const links = written.map(({ id, title: name }) => `<li><a href="#${id}">${name}</a></li>`);
  return pageHtml({
    title,
    css: pageCss,
    main: `${head(facts)}
<nav aria-label="Parts of this report"><ol>${links.join("")}</ol></nav>
${written.map(sectionHtml).join("\n")}
<footer>Written by Smilodon ${escapeMarkup(making.version)} on ${escapeMarkup(making.date)}. This page loads nothing from anywhere and runs no script.</footer>`,
  });
}

function head(facts: Facts): string {
  const { study, making } = facts;
  const { task, encoder, origin, care } = study.system;
  const columns = counted(encoder.features.length, "column");
  const scope = `Rows unlike those it learned from, about ${shareText(care.scope.withheldShare, 0)} of ordinary ones, get no answer.`;
  return `<header>
<p class="kicker">Smilodon ${escapeMarkup(making.version)} · ${nameHtml(origin.source, 60)} · ${escapeMarkup(making.date)}</p>
<h1>What ${columns} say about ${nameHtml(task.target, 60)}</h1>
<p class="lede">${mainSentence(facts)} ${scope}</p>${cautions(facts)}
</header>`;
}

/** What has to be known before anything else is read: that a simpler model does as well, or that next to nothing was measured. */
function cautions({ study }: Facts): string {
  const verdict = judgeStudy(study);
  const isBeaten = verdict?.outcome === "worse" || verdict?.outcome === "equal";
  const few = study.warnings.filter(({ kind }) => kind === "few-held-out");
  const sentences = [
    ...(isBeaten ? [verdictSentence(verdict)] : []),
    ...few.map(({ message }) => nameHtml(message, 400)),
  ];
  return sentences.map((sentence) => `\n<p class="caution">${sentence}</p>`).join("");
}
