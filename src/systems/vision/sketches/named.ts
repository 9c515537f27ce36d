/** Sets of sketches that are known by name, as public data sets are: drawn when they are asked for, so that everything can be tried without data. */

/** A set that is drawn. */
export interface NamedSketches {
  readonly name: string;
  readonly title: string;
  /** What is in it, in a sentence. */
  readonly summary: string;
  readonly count: number;
  /** How often the background gives the class away, from 0 to 1: see `FactorOptions`. */
  readonly telltale: number;
}

/** Every set that is drawn by name. */
export const namedSketches: readonly NamedSketches[] = [
  {
    name: "sketches",
    title: "Sketches of cats and dogs",
    summary: "2,000 cats and dogs, drawn from numbers: ears, snout, fur, pose, background.",
    count: 2000,
    telltale: 0,
  },
  {
    name: "sketches-telltale",
    title: "Sketches of cats in rooms and dogs on meadows",
    summary: "the same, but the background gives the class away.",
    count: 2000,
    telltale: 1,
  },
];

/** The set called `name`, if one is. */
export function sketchesNamed(name: string): NamedSketches | undefined {
  return namedSketches.find((each) => each.name === name);
}
