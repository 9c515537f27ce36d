/**
 * What a sketch is drawn from: a number for every thing about it, drawn at random for cats and for dogs. The distributions
 * overlap, as those of real animals do, so that no factor alone tells the two apart. Sketch number i of a seed is always the
 * same, however many are drawn. drawSketches.ts makes pictures of the numbers.
 */
import { ArgumentError } from "../../../support/errors.ts";
import { WordStream } from "../../../support/threefry.ts";

/** The two animals, by the number of their class. */
export const animals = ["cat", "dog"] as const;

/** Mean and deviation of a normal distribution. */
type Spread = readonly [mean: number, deviation: number];

/** Where a factor comes from. */
interface Factor {
  readonly low: number;
  readonly high: number;
  /** What cats and dogs have: normal, drawn again outside of low … high. Without it: equally likely from low to high, whichever it is. */
  readonly spread?: readonly [cat: Spread, dog: Spread];
  readonly meaning: string;
}

/** All factors in the order of the columns. Those with a spread are the concepts that tell a cat from a dog. */
export const factors = {
  ears: {
    low: 0,
    high: 1,
    spread: [
      [0.14, 0.16],
      [0.74, 0.22],
    ],
    meaning: "0 upright and pointed, 1 hanging and round",
  },
  earSize: {
    low: 0,
    high: 1,
    spread: [
      [0.4, 0.22],
      [0.6, 0.22],
    ],
    meaning: "0 small, 1 large",
  },
  snout: {
    low: 0,
    high: 1,
    spread: [
      [0.2, 0.14],
      [0.68, 0.18],
    ],
    meaning: "0 flat face, 1 long snout",
  },
  whiskers: {
    low: 0,
    high: 1,
    spread: [
      [0.75, 0.17],
      [0.22, 0.18],
    ],
    meaning: "0 none, 1 long",
  },
  fluffiness: {
    low: 0,
    high: 1,
    spread: [
      [0.58, 0.26],
      [0.4, 0.26],
    ],
    meaning: "0 smooth, 1 a thick fringe of fur",
  },
  pupils: {
    low: 0,
    high: 1,
    spread: [
      [0.7, 0.25],
      [0.1, 0.15],
    ],
    meaning: "0 round, 1 slits",
  },
  tongue: {
    low: 0,
    high: 1,
    spread: [
      [-0.6, 0.4],
      [0.35, 0.5],
    ],
    meaning: "0 in, 1 out as far as it goes",
  },
  rotation: { low: -0.35, high: 0.35, meaning: "of the head, in radians, clockwise" },
  turn: { low: -1, high: 1, meaning: "−1 looking to the left, 1 to the right" },
  x: { low: -0.14, high: 0.14, meaning: "place of the head, half a picture is 1" },
  y: { low: -0.16, high: 0.06, meaning: "place of the head, downwards" },
  scale: { low: 0.42, high: 0.58, meaning: "half the width of the head" },
  stripes: {
    low: 0,
    high: 1,
    spread: [
      [0.35, 0.4],
      [0, 0.3],
    ],
    meaning: "0 none, 1 dark on the forehead",
  },
  blaze: {
    low: 0,
    high: 1,
    spread: [
      [0.15, 0.4],
      [0.3, 0.4],
    ],
    meaning: "0 none, 1 a white band between the eyes",
  },
  patch: {
    low: -1,
    high: 1,
    spread: [
      [0, 0.35],
      [0, 0.6],
    ],
    meaning: "how dark the fur is around the left eye (below 0) or the right",
  },
  furPhase: { low: 0, high: 6.2831853, meaning: "where the tufts are" },
  fur: { low: 0, high: 1, meaning: "place in the list of colours of fur" },
  furLight: { low: 0.86, high: 1.12, meaning: "brightness of the fur" },
  iris: {
    low: 0,
    high: 1,
    spread: [
      [0.75, 0.22],
      [0.2, 0.25],
    ],
    meaning: "0 brown eyes, ½ amber, 1 green",
  },
  scene: { low: 0, high: 1, meaning: "below ½ a meadow, else a room" },
  sceneColour: { low: 0, high: 1, meaning: "which meadow, which room" },
  sceneLight: { low: 0.85, high: 1.08, meaning: "brightness of the background" },
  horizon: { low: 0.05, high: 0.5, meaning: "where the floor begins, downwards" },
} as const satisfies Readonly<Record<string, Factor>>;

/** Name of a factor. */
export type FactorName = keyof typeof factors;

/** Names of all factors, by column. */
export const factorNames = Object.keys(factors) as readonly FactorName[];

/** Which sketches to draw. */
export interface FactorOptions {
  /** Whole number of 0 … 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Number of the first sketch. Default 0. */
  readonly first?: number;
  /**
   * How often the background gives the class away: cats in rooms and dogs on meadows. 0 (default): as often as chance has
   * it; 1: always.
   */
  readonly telltale?: number;
}

/** Factors of many sketches. */
export interface SketchFactors {
  /** Row-major, a row of `factorNames.length` numbers a sketch. */
  readonly values: Float32Array;
  /** 0 cat, 1 dog. */
  readonly labels: Int32Array;
}

/**
 * The factors of `count` sketches, cats and dogs in turn.
 * @throws ArgumentError where count, seed or first is not a whole number in range, or `telltale` not from 0 to 1.
 */
export function drawFactors(count: number, { seed = 0, first = 0, telltale = 0 }: FactorOptions = {}): SketchFactors {
  for (const [name, value] of Object.entries({ count, seed, first })) checkWhole(name, value);
  if (!(telltale >= 0 && telltale <= 1))
    throw new ArgumentError(`sketches: telltale is ${telltale}; it has to be from 0 to 1.`, { telltale });
  const width = factorNames.length;
  const [values, labels] = [new Float32Array(count * width), new Int32Array(count)];
  for (let index = 0; index < count; index++) {
    const number = first + index;
    const label = number % 2;
    labels[index] = label;
    const words = new WordStream([seed, family], number);
    factorNames.forEach((name, column) => {
      values[index * width + column] = drawFactor(factors[name], label, words);
    });
    const scene = factorNames.indexOf("scene") + index * width;
    if (uniform(words) < telltale) values[scene] = label === 0 ? 0.75 : 0.25;
  }
  return { values, labels };
}

const family = 0x736b6574;

function drawFactor({ low, high, spread }: Factor, label: number, words: WordStream): number {
  if (spread === undefined) return low + (high - low) * uniform(words);
  const [mean, deviation] = label === 0 ? spread[0] : spread[1];
  const value = mean + deviation * normal(words);
  return Math.min(high, Math.max(low, value));
}

function uniform(words: WordStream): number {
  return (words.next() + 0.5) / 2 ** 32;
}

/** By the method of Box and Muller. */
function normal(words: WordStream): number {
  return Math.sqrt(-2 * Math.log(uniform(words))) * Math.cos(2 * Math.PI * uniform(words));
}

function checkWhole(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32)
    throw new ArgumentError(`sketches: ${name} is ${value}; it has to be a whole number from 0 to 4294967295.`, {
      [name]: value,
    });
}
