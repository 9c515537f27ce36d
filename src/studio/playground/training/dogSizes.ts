/**
 * Tables of cats and dogs from which dogs of some sizes were left out: what happens when nobody asked for them. Pure
 * arithmetic on the simulated femurs; jobs/careful.ts trains on these tables.
 */
import { ArgumentError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { type Animals, firstFresh, selectAnimals, simulateAnimals } from "../../../systems/femurs/simulate.ts";

/** Which dogs are in the table. */
export const dogSizes = ["all", "large", "small"] as const;

/** One choice of dogs. */
export type DogSizes = (typeof dogSizes)[number];

/** Which table: which dogs, and the seed of all animals. */
export interface DogTable {
  readonly dogs: DogSizes;
  readonly seed: number;
}

/** Half of the dogs have shorter femurs than this, half longer; in mm. */
export const middleDog = 132;

/** Bands of femur length, in mm, by which dogs are told apart when the answers are counted. */
export const sizeBands = [
  { name: "tiny dogs", from: 0, to: 107 },
  { name: "small dogs", from: 107, to: middleDog },
  { name: "large dogs", from: middleDog, to: 177 },
  { name: "giant dogs", from: 177, to: Number.POSITIVE_INFINITY },
] as const;

/** Animals of each species in a table to learn from. */
export const perSpecies = 200;

/** More are drawn than this never: half of the dogs are of any half. */
export const mostDrawn = 8 * perSpecies;

/** A table of 200 cats and 200 dogs, the dogs of the chosen sizes only. The cats are the same for every choice. */
export function animalsWithDogs(sizes: DogSizes, seed: number): Animals {
  const drawn = simulateAnimals(mostDrawn, { seed });
  const isWanted = (row: number): boolean =>
    at(drawn.labels, row) === 0 || sizes === "all" || at(drawn.lengths, row) < middleDog === (sizes === "small");
  const rows = Array.from({ length: mostDrawn }, (_, row) => row).filter(isWanted);
  const ofSpecies = (label: number): number[] =>
    rows.filter((row) => at(drawn.labels, row) === label).slice(0, perSpecies);
  const [cats, dogs] = [ofSpecies(0), ofSpecies(1)];
  if (dogs.length < perSpecies)
    throw new ArgumentError(`animalsWithDogs: seed ${seed} gives only ${dogs.length} such dogs.`, { seed, sizes });
  // In turn, so that every batch has as many of each
  return selectAnimals(
    drawn,
    cats.flatMap((cat, index) => [cat, at(dogs, index)]),
  );
}

/** Animals that no network learned from, of all sizes: whom the answers are counted on. */
export function freshAnimals(count: number, seed: number): Animals {
  return simulateAnimals(count, { seed, first: firstFresh });
}

/** The group of each animal: "cats", or the band of the dog. */
export function groupsBySize({ lengths, labels }: Animals): string[] {
  return Array.from(labels, (label, row) => {
    if (label === 0) return catGroup;
    const length = at(lengths, row);
    return sizeBands.find(({ from, to }) => length >= from && length < to)?.name ?? at(sizeBands, -1).name;
  });
}

/** Name of the group of all cats. */
export const catGroup = "cats";

/** Groups in the order in which they are shown. */
export const groupOrder = [catGroup, ...sizeBands.map(({ name }) => name)] as const;

/** Right answers of one group of animals, with 95 % intervals. */
export interface GroupResult {
  readonly name: string;
  readonly count: number;
  readonly accuracy: { readonly value: number; readonly lower: number; readonly upper: number };
  /** Share that gets no answer. */
  readonly withheld: number;
}
