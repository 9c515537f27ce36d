/**
 * report.html: one page for a demanding reader, self-contained, without network and without scripts. It says what was
 * learned, how good it is, what it answers and why, and what it must not be used for.
 */

import { escapeMarkup, percent, signed } from "../../reportText.ts";
import { lineEquation, networkNumbers } from "../equations.ts";
import type { ModelName } from "../models.ts";
import type { Study } from "../study.ts";
import { boundariesSvg } from "./boundaries.ts";
import type { Making, ReportFacts } from "./facts.ts";
import { computeFigures } from "./figures.ts";
import { answersSection, comparisonSection, limitsSection, modelsSection, trustSection } from "./sections.ts";
import { pageCss } from "./style.ts";

/** The report's files: the page and the picture of the boundaries. */
export interface Report {
  readonly page: string;
  readonly boundaries: string;
}

/** Computes and writes the report of a study. */
export async function makeReport(study: Study, making: Making): Promise<Report> {
  const equations = await equationsOf(study);
  const figures = await computeFigures(study, equations);
  const facts: ReportFacts = { study, making, figures, equations, layers: await networkNumbers(study.system) };
  const panels = [...figures.models.map(({ panel }) => panel), figures.overview];
  const title = "Cat or dog? What three models learned from simulated femurs";
  return { page: pageHtml(facts), boundaries: boundariesSvg(panels, title) };
}

function pageHtml(facts: ReportFacts): string {
  const sections = [answersSection, modelsSection, comparisonSection, trustSection, limitsSection];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Cat or dog? Smilodon on femurs</title>
<style>${pageCss}</style>
</head>
<body>
<main>
${head(facts)}
${sections.map((section) => section(facts)).join("\n")}
${foot(facts)}
</main>
</body>
</html>
`;
}

function head({ study, making }: ReportFacts): string {
  const bones = study.training.labels.length.toLocaleString("en-US");
  const fresh = study.heldOutCount.toLocaleString("en-US");
  return `<header>
<p class="kicker">Smilodon ${escapeMarkup(making.version)} · femurs · ${escapeMarkup(making.date)}</p>
<h1>Cat or dog? What three models learned from ${bones} thigh bones</h1>
<p class="lede">Two numbers are known of each femur: its length and its weight. ${findings(study).join(" ")}</p>
<p class="simulated">Simulated animals: ${bones} to learn from, ${fresh} others to be judged by. No real bone was measured.</p>
</header>`;
}

/** What this very run found, in sentences: nothing is said that was not measured. */
function findings({ results, shown }: Study): string[] {
  const network = results.find(({ name }) => name === "network");
  const best = results.find(({ name }) => name === "best");
  const sentences: string[] = [];
  if (network !== undefined && best !== undefined) {
    const limit = `where the best possible rule has ${percent(best.accuracy.value)}`;
    sentences.push(
      `From them a small deep network tells a cat from a dog with ${percent(network.accuracy.value)} right, ${limit}.`,
    );
    const isHonest = (network.calibrationError ?? 1) <= 0.02;
    sentences.push(`It says how sure it is${isHonest ? ", and is as sure as it is right" : ""}.`);
  }
  if (shown.some(({ name, answer }) => name === "Smilodon fatalis" && !answer.inScope)) {
    sentences.push(
      "And of a sabre-toothed cat’s femur it says nothing at all, because no bone it learned from is like it.",
    );
  }
  return sentences;
}

function foot({ study, making }: ReportFacts): string {
  const { seed } = study.system.origin;
  return `<footer>Ask about another bone: <code>${escapeMarkup(making.command)}</code> · Seed ${seed} makes every number on this page again. · Written by Smilodon ${escapeMarkup(making.version)}; this page loads nothing from anywhere.</footer>`;
}

/** The rule of each model in one line, with the learned numbers. */
async function equationsOf({ system }: Study): Promise<Record<ModelName, string>> {
  const [line, sigmoid] = [await lineEquation(system, "line"), await lineEquation(system, "sigmoid")];
  const show = ({ constant, length, weight }: typeof line): string =>
    `${signed(constant, 2).replace("+", "")} ${term(length)} ln length ${term(weight)} ln weight`;
  return {
    line: `f = ${show(line)}`,
    sigmoid: `p = σ(${show(sigmoid)})`,
    network: "p = σ(W₃ tanh(W₂ tanh(W₁x + b₁) + b₂) + b₃)",
  };
}

/** " + 2.10 ·" or " − 2.10 ·". */
function term(factor: number): string {
  return `${factor < 0 ? "−" : "+"} ${Math.abs(factor).toFixed(2)} ·`;
}
