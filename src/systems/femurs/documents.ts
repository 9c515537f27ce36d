/** What is written about a trained system: data card and metrics for programs, the model card for people. */
import { type DataCard, makeDataCard } from "../../audit/dataCard.ts";
import { at } from "../../support/invariant.ts";
import { percent } from "../reportText.ts";
import type { Result } from "./compare.ts";
import { notFor } from "./limits.ts";
import { species } from "./relations.ts";
import type { Study } from "./study.ts";
import { setAlpha } from "./train.ts";
import { listInWords } from "./words.ts";

/** What the documents say of their making. */
export interface DocumentFacts {
  readonly version: string;
  readonly date: string;
  readonly seed: number;
}

/** Files for care/ by their path, and the model card README.md. */
export interface Documents {
  readonly care: ReadonlyMap<string, string>;
  readonly card: string;
}

/** Writes the documents of a study. */
export function documentsOf(study: Study, facts: DocumentFacts): Documents {
  const data = dataCardOf(study);
  const { results, sets, withheld, experts } = study;
  const { differences: _, ...agreement } = experts.agreement;
  const metrics = { heldOut: study.heldOutCount, results, sets, withheld, experts: { ...experts, agreement } };
  const care = new Map([
    ["care/data.json", toJson(data)],
    ["care/metrics.json", toJson(metrics)],
    ["care/explanation.json", toJson(explanation)],
  ]);
  return { care, card: modelCard(study, data, facts) };
}

/** How answers are explained. */
const explanation = {
  method: "integrated gradients",
  points: 32,
  quadrature: "Gauss-Legendre",
  baseline: "the nearest bone with even odds, searched for along the gradient",
  output: "logarithm of the calibrated odds of a dog",
};

function dataCardOf({ training, opinions }: Study): DataCard {
  const nameOf = (label: number): string => at(species, label);
  return makeDataCard(
    {
      title: "Femurs of cats and dogs, simulated",
      origin:
        "Simulated by Smilodon from published relations of bone to body mass; constants are partly choices. No animal was measured.",
      notFor,
      licence: "CC0-1.0",
    },
    [
      { name: "length_mm", meaning: "Length of the femur", unit: "mm", values: training.lengths },
      { name: "weight_g", meaning: "Weight of the dry femur", unit: "g", values: training.weights },
      { name: "species", meaning: "True species of the simulation", values: Array.from(training.labels, nameOf) },
      {
        name: "second_opinion",
        meaning: "Label by a simulated rater who errs on hard cases",
        values: Array.from(opinions, nameOf),
      },
    ],
  );
}

function modelCard(study: Study, data: DataCard, { version, date, seed }: DocumentFacts): string {
  const { results, sets, withheld, system } = study;
  const network = results.find(({ name }) => name === "network");
  const rows = results.map(resultRow).join("\n");
  const ranges = data.columns
    .map((column) =>
      column.kind === "number"
        ? `${column.meaning.toLowerCase()} ${column.lowest} to ${column.highest} ${column.unit}`
        : "",
    )
    .filter((text) => text !== "");
  return `---
license: mit
library_name: smilodon
tags: [tabular-classification, simulated-data]
---

# Cat or dog, by the femur

A network of 337 numbers (2–16–16–1, tanh) that tells cats from dogs by the length and weight of a femur. Made by
Smilodon ${version} on ${date}, seed ${seed}. **The animals are simulated.**

## Uses

Direct use: to learn how a line, a sigmoid and a deep network differ, and how a model says what it does not know.

Out of scope: ${listInWords(notFor)}. Bones unlike the training bones (${listInWords(ranges)}) get no answer.

## Evaluation

Held-out animals: ${study.heldOutCount.toLocaleString("en-US")}, drawn afresh by the same simulation. 95 % Wilson intervals.

| model | right | interval | calibration error (15 equal bins) | Brier score |
| --- | --- | --- | --- | --- |
${rows}

Prediction sets (LAC, α = ${setAlpha}) hold the truth for ${percent(sets.coverage)} and name ${sets.meanSize.toFixed(2)} species on average. Withheld: ${percent(withheld.value)}
of held-out animals (meant: ${percent(system.scope.withheldShare)}).

Accuracy in groups of animals (breed, age, sex): not measured; the simulation has none.

## Training

${study.training.labels.length} simulated animals, half of them cats: \`femurs.csv\`, described in \`care/data.json\`. AdamW, 200 epochs. Temperature
${system.temperature.toFixed(3)}, prediction sets and scope were fitted on bones that the network in question had not learned from.

## Limitations

Of animals that are not simulated nothing is known${network === undefined ? "" : `; ${percent(network.accuracy.value)} holds for the simulation alone`}. Other species whose femur has the size of a cat's or
dog's are answered, wrongly. Where cats and dogs are not equally frequent the probabilities are off.

## Files

\`config.json\` (settings, hashes) · \`model.safetensors\` (all three models) · \`care/\` (calibration, scope, explanation, data,
metrics; hashed) · \`report.html\` · \`boundaries.svg\` · \`femurs.csv\`
`;
}

function resultRow({ name, accuracy, calibrationError, brier }: Result): string {
  const interval = `${percent(accuracy.lower)} to ${percent(accuracy.upper)}`;
  const cells = [
    name,
    percent(accuracy.value),
    interval,
    calibrationError?.toFixed(3) ?? "–",
    brier?.toFixed(3) ?? "–",
  ];
  return `| ${cells.join(" | ")} |`;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
