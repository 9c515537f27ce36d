/**
 * Two expert opinions. The first column of labels is the truth of the simulation; the second comes from a rater who errs
 * where the bones are hard: near the boundary, and hardly elsewhere. What a network learns depends on whom it asks.
 */
import { at } from "../../support/invariant.ts";
import { WordStream } from "../../support/threefry.ts";
import { bestProbabilities } from "./bestRule.ts";
import { type Animals, purposes, uniform } from "./simulate.ts";

/** How much more often the second rater errs than the best possible rule would; tuned to about 8 % overall. */
export const errorFactor = 1.7;

/** Even for the hardest bone the second rater only guesses: errs every other time. */
export const highestErrorRate = 0.5;

/**
 * Labels by the second rater: the true species, turned round with the probability `errorRate` of the bone. Animal number
 * `first + row` of a seed always gets the same opinion.
 *
 * @example
 * ```ts
 * import { secondOpinions, simulateAnimals } from "smilodon/systems/femurs";
 * const animals = simulateAnimals(400);
 * const opinions = secondOpinions(animals);
 * console.log(opinions.filter((label, row) => label !== animals.labels[row]).length, "of 400 differ");
 * ```
 */
export function secondOpinions(
  animals: Animals,
  { seed = 0, first = 0 }: { seed?: number; first?: number } = {},
): Uint8Array {
  const probabilities = bestProbabilities(animals);
  return animals.labels.map((label, row) => {
    const draw = uniform(new WordStream([seed, purposes.secondRater], first + row));
    return draw < errorRate(at(probabilities, row)) ? 1 - label : label;
  });
}

/** How often the second rater errs on a bone that is a dog's with `probabilityOfDog` by the best possible rule. */
export function errorRate(probabilityOfDog: number): number {
  return Math.min(highestErrorRate, errorFactor * Math.min(probabilityOfDog, 1 - probabilityOfDog));
}
