/** The sections of the report, each a function from the facts to HTML. page.ts puts them in order. */
import type { Share } from "../../../audit/intervals.ts";
import { at } from "../../../support/invariant.ts";
import { escapeMarkup, percent } from "../../reportText.ts";
import type { Contestant, Result } from "../compare.ts";
import { voters } from "../compare.ts";
import { notFor } from "../limits.ts";
import type { ModelName } from "../models.ts";
import type { Shown } from "../study.ts";
import { setAlpha } from "../train.ts";
import {
  answerInWords,
  boneInWords,
  comparisonInWords,
  listInWords,
  pushesInWords,
  setInWords,
  withheldInWords,
} from "../words.ts";
import { legend, panelSvg } from "./boundaries.ts";
import { calibrationSvg } from "./calibrationPlot.ts";
import type { ReportFacts } from "./facts.ts";
import { colour } from "./palette.ts";
import { weightsSvg } from "./weightsPlot.ts";

/** Three bones with their answers: what most readers come for. */
export function answersSection({ study }: ReportFacts): string {
  return `<section aria-labelledby="answers"><h2 id="answers">Three bones, three answers</h2><div class="answers">${study.shown.map(answerCard).join("")}</div><p class="small soft">Pushes are in log odds, computed by integrated gradients: 1 is about 3 to 1, 3 is 20 to 1. They add up to the odds that the answer stands for.</p></section>`;
}

function answerCard({ name, answer, reason }: Shown): string {
  const head = `<div class="name">${escapeMarkup(capitalized(name))} · ${boneInWords(answer.bone)}</div>`;
  if (!answer.inScope) {
    const distance = `${answer.scope.ratio.toFixed(1)} times the distance at which answers end`;
    return `<article class="answer withheld">${head}<div class="verdict">No answer</div><p>${escapeMarkup(withheldInWords(answer))}</p><p class="soft">It lies ${distance}. A network would have named a species all the same; here that name is withheld.</p></article>`;
  }
  const cat = (100 * (1 - answer.probabilityOfDog)).toFixed(1);
  const scale = `<div class="scale" role="img" aria-label="${cat} % cat, ${(100 * answer.probabilityOfDog).toFixed(1)} % dog"><i style="width:${cat}%"></i><i></i></div><div class="ends"><span>cat</span><span>dog</span></div>`;
  const why =
    reason === undefined
      ? ""
      : `<p><b>Why?</b> ${escapeMarkup(`${capitalized(comparisonInWords(reason))}: ${pushesInWords(reason)}.`)}</p>`;
  const set = `<p><b>Not ruled out:</b> ${setInWords(answer.set)} <span class="soft">(right ${percent(1 - setAlpha, 0)} of the time)</span></p>`;
  return `<article class="answer ${answer.label}">${head}<div class="verdict">${capitalized(answerInWords(answer))}</div>${scale}${set}${why}</article>`;
}

/** The three models: picture and equation. */
export function modelsSection({ figures, equations, layers }: ReportFacts): string {
  const notes: Record<ModelName, string> = {
    line: "Least squares on −1 for cats and +1 for dogs; a dog where f is above 0. It does not say how sure it is, and big dogs, far from the question, pull at it.",
    sigmoid: "The sigmoid σ forgives what is far on the right side and makes f a probability. Still one straight cut.",
    network:
      "Linear functions and nonlinearities, repeated. x is the pair of logarithms, standardized. The boundary may bend.",
  };
  const models = figures.models.map(
    ({ name, panel }, index) =>
      `<figure class="model"><h3>${index + 1}. ${panel.title}</h3><div class="equation">${escapeMarkup(equations[name])}</div>${panelSvg(panel, index === 0)}<figcaption>${notes[name]}</figcaption></figure>`,
  );
  const count = layers.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  const numbers = `<figure class="model numbers"><h3>Its ${count} numbers</h3><div class="equation">W₁ 2×16, W₂ 16×16, W₃ 16×1</div>${weightsSvg(layers)}<figcaption>One square a number: W₁, W₂, W₃, with b₁, b₂, b₃ below. Blue is positive, orange negative, stronger is larger.</figcaption></figure><div class="model note"><h3>What is x?</h3><p class="small">The logarithms of length and weight, each with mean 0 and deviation 1. Bones grow by power laws and scatter by percentages; logarithms make the one straight and the other even.</p><p class="small">What does a number mean by itself? In the line, all: the bone that is 1\u202f% heavier moves f by a hundredth of its weight’s number. In the network, little: it is the whole that bends the boundary. That is why answers come with reasons of their own, computed from the network’s slopes between two bones.</p></div>`;
  const overview = `<figure class="model"><h3>The whole plane</h3><div class="equation">p for lengths of 60 to 470 mm</div>${panelSvg(figures.overview, true)}<figcaption>The same network from afar, weights as they are. It has an opinion everywhere; it is heard only near the training bones.</figcaption></figure>`;
  const key = `<div class="legend"><svg viewBox="0 -12 410 18" role="img" aria-label="Circles are cats, triangles dogs; a black line marks even odds; hatching marks where no answer is given.">${legend("Smilodon")}</svg></div>`;
  return `<section aria-labelledby="models"><h2 id="models">What was learned</h2><p class="soft">Cats and small dogs, where the question is open. To the right the femur grows longer; upwards it grows heavier than is usual for its length. Stronger ground: the model is more than 90 % sure.</p><div class="models">${models.join("")}${overview}${numbers}</div>${key}</section>`;
}

const contestantNames: Readonly<Record<Contestant, string>> = {
  neighbours: `${voters} nearest bones vote`,
  line: "A line",
  sigmoid: "A line through a sigmoid",
  network: "A deep network",
  best: "Best possible rule",
};

/** The table of results with intervals. */
export function comparisonSection({ study }: ReportFacts): string {
  const { results } = study;
  const range = rangeOf(results);
  const rows = results.map((result) => {
    const { accuracy, calibrationError, brier, name } = result;
    const kind = name === "network" ? ' class="ours"' : name === "best" ? ' class="limit"' : "";
    const cells = [
      percent(accuracy.value),
      `${(100 * accuracy.lower).toFixed(1)}–${(100 * accuracy.upper).toFixed(1)}`,
      `<span class="bar">${intervalSvg(accuracy, range)}</span>`,
      calibrationError === undefined ? "–" : calibrationError.toFixed(3),
      brier === undefined ? "–" : brier.toFixed(3),
    ];
    const tds = cells.map((cell, index) => `<td${index === 2 ? ' class="interval"' : ""}>${cell}</td>`).join("");
    return `<tr${kind}><th scope="row">${contestantNames[name]}</th>${tds}</tr>`;
  });
  const heads = ["", "right", "95 % interval", "", "calibration error", "Brier score"];
  const header = heads
    .map((text, index) => `<th scope="col"${index === 3 ? ' class="interval"' : ""}>${text}</th>`)
    .join("");
  const count = study.heldOutCount.toLocaleString("en-US");
  const caption = `Asked about ${count} bones that none of them had seen. Wilson intervals; calibration error in 15 equal bins; Brier score over both classes; lower is better for both. The line gives no probability.`;
  return `<section aria-labelledby="comparison"><h2 id="comparison">How good they are</h2><div class="scroll"><table><caption>${caption}</caption><thead><tr>${header}</tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}

function rangeOf(results: readonly Result[]): { low: number; high: number } {
  const low = Math.min(...results.map(({ accuracy }) => accuracy.lower));
  const high = Math.max(...results.map(({ accuracy }) => accuracy.upper));
  const room = (high - low) * 0.08;
  return { low: low - room, high: high + room };
}

function intervalSvg({ value, lower, upper }: Share, { low, high }: { low: number; high: number }): string {
  const x = (share: number): string => ((200 * (share - low)) / (high - low)).toFixed(1);
  return `<svg viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true"><path d="M0 8H200" stroke="${colour("line")}" stroke-width="1"/><path d="M${x(lower)} 8H${x(upper)}" stroke="${colour("good")}" stroke-width="4" stroke-opacity=".45"/><path d="M${x(value)} 2V14" stroke="${colour("good")}" stroke-width="2.4"/></svg>`;
}

/** May the probabilities be believed, who gets no answer, and what do the experts say? */
export function trustSection(facts: ReportFacts): string {
  return `<section class="trio">${calibrationPart(facts)}${scopePart(facts)}${expertsPart(facts)}</section>`;
}

function calibrationPart({ study }: ReportFacts): string {
  const error = study.results.find(({ name }) => name === "network")?.calibrationError?.toFixed(3) ?? "";
  const { sets, system } = study;
  return `<div><h2>Is it as sure as it is right?</h2><figure class="plot">${calibrationSvg(study.reliability)}</figure><p class="small">Of answers that are “90 % sure”, 90 in 100 should be right. The calibration error on held-out bones is ${error}. The network’s logits are divided by ${system.temperature.toFixed(2)}, a temperature found on training bones that the network in question had not learned from.</p><p class="small">Sets of species that are not ruled out hold the truth for ${percent(sets.coverage)} of held-out bones; they name ${sets.meanSize.toFixed(2)} species on average.</p></div>`;
}

function scopePart({ study: { strangers, withheld } }: ReportFacts): string {
  const rows = strangers.map(
    ({ name, answer }) =>
      `<tr><th scope="row" class="wrap">${escapeMarkup(capitalized(name))}<br><span class="soft">${boneInWords(answer.bone)}</span></th><td>${answer.scope.ratio.toFixed(1)}</td><td>${answer.inScope ? "answered" : "withheld"}</td></tr>`,
  );
  const table = `<div class="scroll"><table><caption>Distance to the nearest training bones, where 1 is the limit.</caption><thead><tr><th scope="col">bone</th><th scope="col">distance</th><th scope="col">answer</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
  return `<div><h2>Who gets no answer?</h2>${table}<p class="small">The limit is set so that 1 in 20 bones like the training bones is withheld as well: measured, ${percent(withheld.value)} of held-out bones. That is the price for not naming what it does not know.</p></div>`;
}

/** Two columns of labels, and what networks make of them. */
function expertsPart({ study }: ReportFacts): string {
  const { agreement, onHard, onEasy, firstNetwork, secondNetwork, networksAgree } = study.experts;
  const count = (first: number, second: number): string => String(at(at(agreement.counts, first), second));
  const table = `<table><caption>Labels of the ${study.training.labels.length} training bones.</caption><thead><tr><th scope="col"></th><th scope="col">second: cat</th><th scope="col">second: dog</th></tr></thead><tbody><tr><th scope="row">First: cat</th><td>${count(0, 0)}</td><td>${count(0, 1)}</td></tr><tr><th scope="row">First: dog</th><td>${count(1, 0)}</td><td>${count(1, 1)}</td></tr></tbody></table>`;
  const text = `They agree on ${percent(agreement.agreement.value)} of the bones (κ = ${agreement.kappa.toFixed(2)}). They differ where the bones are hard: on ${percent(onHard.value, 0)} of those of which even the best rule is less than 90 % sure, and on ${percent(onEasy.value)} of the others.`;
  const networks = `A network that learned from the second expert is right for ${percent(secondNetwork.value)} of held-out bones, one that learned from the first for ${percent(firstNetwork.value)}; the two agree on ${percent(networksAgree.value)}. Errors that cancel do little harm; an expert’s habit would have been learned.`;
  return `<div><h2>Two expert opinions</h2><div class="scroll">${table}</div><p class="small">${text}</p><p class="small">${networks}</p></div>`;
}

/** What this is not. */
export function limitsSection({ study }: ReportFacts): string {
  const items = [
    "The animals are simulated from published relations between body mass and bones; the constants are partly choices of ours. Real cats and dogs differ by breed, age and health in ways that are not in this table.",
    `Must not be used for ${listInWords(notFor)}.`,
    "“No answer” catches bones unlike the training bones. A fox or a young dog whose femur has the size of a cat’s is answered, and wrongly.",
    `Half the simulated animals are cats. Where cats are rarer, the probabilities are too high for them. ${study.training.labels.length} bones are few: another table moves every figure a little.`,
  ];
  return `<section class="limits" aria-labelledby="limits"><h2 id="limits">Limits</h2><ul class="small">${items.map((item) => `<li>${escapeMarkup(item)}</li>`).join("")}</ul></section>`;
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
