/** The TypeScript that trains the system of the careful page: text only, so that the page need not load what it speaks of. */
import { type DogSizes, type DogTable, middleDog, mostDrawn, perSpecies } from "../dogSizes.ts";
import { opening } from "./made.ts";

/** What of the dogs is in the table, in words and as a condition of the program. */
export const dogChoices = {
  all: { words: "dogs of all sizes", condition: "true" },
  large: { words: `only dogs whose femur has at least ${middleDog} mm`, condition: `length >= ${middleDog}` },
  small: { words: `only dogs whose femur has less than ${middleDog} mm`, condition: `length < ${middleDog}` },
} as const satisfies Record<DogSizes, { words: string; condition: string }>;

/** The TypeScript that trains the system, with the same numbers. */
export function carefulProgram({ dogs, seed }: DogTable): string {
  const { words, condition } = dogChoices[dogs];
  return `${opening("Cat or dog, by the femur: trained, and asked why, when and whom.", "careful.ts")}

import { answerBones, explainBones, simulateAnimals, strangers, trainFemurs } from "smilodon/systems/femurs";

// ${perSpecies} cats and ${perSpecies} dogs: ${words}
const drawn = simulateAnimals(${mostDrawn}, { seed: ${seed} });
const isWanted = (length: number): boolean => ${condition};
const rows = Array.from(drawn.labels, (_, row) => row);
const cats = rows.filter((row) => drawn.labels[row] === 0).slice(0, ${perSpecies});
const dogs = rows.filter((row) => drawn.labels[row] === 1 && isWanted(drawn.lengths[row] ?? 0)).slice(0, ${perSpecies});
const order = cats.flatMap((cat, index) => [cat, dogs[index] ?? 0]);
const animals = {
  lengths: Float64Array.from(order, (row) => drawn.lengths[row] ?? 0),
  weights: Float64Array.from(order, (row) => drawn.weights[row] ?? 0),
  labels: Uint8Array.from(order, (row) => drawn.labels[row] ?? 0),
};

export const system = await trainFemurs(animals, { seed: ${seed} });

const bones = [{ length: 105, weight: 13 }, strangers["Smilodon fatalis"]];
for (const answer of await answerBones(system, bones))
  console.log(answer.bone, answer.inScope ? \`\${answer.label}, \${answer.probability}\` : "withheld", answer.scope.ratio);
for (const { pushes, logOdds } of await explainBones(system, bones)) console.log("log odds", logOdds, pushes);
`;
}
