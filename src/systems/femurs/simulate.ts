/**
 * The lecture's table: femur length and weight of cats and dogs, simulated, because no public table has both. Animal
 * number i of a seed is always the same animal, however many are drawn, so fresh animals are simply higher numbers.
 */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { WordStream } from "../../support/threefry.ts";
import {
  expectedLogarithms,
  type MassPart,
  relations,
  type Species,
  type SpeciesRelations,
  species,
} from "./relations.ts";

/** Femurs of many animals with their species: one entry an animal in each column. */
export interface Animals {
  /** Length in mm, to a tenth. */
  readonly lengths: Float64Array;
  /** Weight of the dry bone in g, to a hundredth. */
  readonly weights: Float64Array;
  /** Species: 0 cat, 1 dog. */
  readonly labels: Uint8Array;
}

/** Which animals to draw. */
export interface SimulationOptions {
  /** Whole number of 0 … 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Number of the first animal. Default 0. */
  readonly first?: number;
}

/** What random words are drawn for, as the second word of the key. */
export const purposes = { animals: 1, secondRater: 2, folds: 3 } as const;

/** Number of the first animal that is never trained on: tables to learn from are shorter than this. */
export const firstFresh = 1_000_000;

/**
 * Draws `count` animals, cats and dogs in turn.
 * @throws ArgumentError where count, seed or first is not a whole number in range.
 *
 * @example
 * ```ts
 * import { simulateAnimals } from "smilodon/systems/femurs";
 * const { lengths, weights, labels } = simulateAnimals(400, { seed: 7 });
 * console.log(labels[0] === 0 ? "cat" : "dog", lengths[0], "mm", weights[0], "g");
 * ```
 */
export function simulateAnimals(count: number, { seed = 0, first = 0 }: SimulationOptions = {}): Animals {
  checkWhole("count", count);
  checkWhole("seed", seed);
  checkWhole("first", first);
  const animals = { lengths: new Float64Array(count), weights: new Float64Array(count), labels: new Uint8Array(count) };
  for (let index = 0; index < count; index++) {
    const number = first + index;
    const label = number % 2;
    const { length, weight } = drawBone(at(species, label), new WordStream([seed, purposes.animals], number));
    animals.lengths[index] = length;
    animals.weights[index] = weight;
    animals.labels[index] = label;
  }
  return animals;
}

/** The table as CSV: length_mm, weight_g, species, second_opinion. */
export function animalsToCsv({ lengths, weights, labels }: Animals, secondOpinions: ArrayLike<number>): string {
  const rows = Array.from(labels, (label, row) =>
    [
      at(lengths, row).toFixed(1),
      at(weights, row).toFixed(2),
      at(species, label),
      at(species, at(secondOpinions, row)),
    ].join(","),
  );
  return `length_mm,weight_g,species,second_opinion\n${rows.join("\n")}\n`;
}

/** The animals at `positions`, in that order. */
export function selectAnimals(animals: Animals, positions: readonly number[]): Animals {
  return {
    lengths: Float64Array.from(positions, (position) => at(animals.lengths, position)),
    weights: Float64Array.from(positions, (position) => at(animals.weights, position)),
    labels: Uint8Array.from(positions, (position) => at(animals.labels, position)),
  };
}

/** A random number in [0, 1) with 53 bits. */
export function uniform(words: WordStream): number {
  return ((words.next() >>> 5) * 2 ** 26 + (words.next() >>> 6)) / 2 ** 53;
}

function drawBone(kind: Species, words: WordStream): { length: number; weight: number } {
  const expected = expectedLogarithms(kind, drawLogMass(kind, words));
  const { scatter } = relations;
  const [shared, own] = normals(words);
  const length = Math.exp(expected.logLength + scatter.length * shared);
  const tied = scatter.correlation * shared + Math.sqrt(1 - scatter.correlation ** 2) * own;
  const weight = Math.exp(expected.logWeight + scatter.weight * tied);
  // As a caliper and a balance would show them; far finer than the scatter, so the densities hold.
  return { length: Math.round(length * 10) / 10, weight: Math.round(weight * 100) / 100 };
}

function drawLogMass(kind: Species, words: WordStream): number {
  const { masses }: SpeciesRelations = relations[kind];
  let rest = uniform(words);
  const chosen = masses.find(({ share }) => (rest -= share) < 0) ?? at(masses, -1);
  return drawPart(chosen.part, words);
}

function drawPart(part: MassPart, words: WordStream): number {
  if (part.kind === "logUniform") {
    return Math.log(part.lowest) + uniform(words) * Math.log(part.highest / part.lowest);
  }
  for (;;) {
    const mass = part.mean + part.deviation * normals(words)[0];
    if (mass > part.lowest && mass < part.highest) return Math.log(mass);
  }
}

/** Two independent standard normal numbers (Box and Muller 1958). */
function normals(words: WordStream): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(words)));
  const angle = 2 * Math.PI * uniform(words);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function checkWhole(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return;
  throw new ArgumentError(`simulateAnimals: ${name} is ${value}; it has to be a whole number of 0 … 4294967295.`, {
    name,
    value,
  });
}
