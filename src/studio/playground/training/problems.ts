/**
 * The data sets of the playground: bones of cats and dogs as in the lecture, and the classical hard cases on a square.
 * Each is a function of seed, count and noise, the same on every machine.
 */
import { at } from "../../../support/invariant.ts";
import { cos, log, sin } from "../../../support/sameMath.ts";
import { WordStream } from "../../../support/threefry.ts";
import { simulateAnimals, uniform } from "../../../systems/femurs/simulate.ts";
import { type Points, pointsOf } from "./points.ts";

/** One axis of the plane: what it measures, and the part that is shown. */
export interface Axis {
  readonly name: string;
  /** "" where there is none. */
  readonly unit: string;
  readonly low: number;
  readonly high: number;
}

/** Points with what they mean. */
export interface Problem {
  readonly x: Axis;
  readonly y: Axis;
  /** Names of label 0 and label 1. */
  readonly classes: readonly [string, string];
  readonly points: Points;
}

/** How a data set is drawn. */
export interface ProblemOptions {
  /** Whole number of 0 … 2³² − 1. */
  readonly seed: number;
  /** How many points. */
  readonly count: number;
  /** 0 for none; 1 moves a point by about the deviation of its class. */
  readonly noise: number;
}

interface Recipe {
  readonly title: string;
  readonly make: (options: ProblemOptions) => Problem;
}

/** The data sets by name, with the title that a visitor sees. */
export const problems = {
  bones: { title: "Cats and small dogs", make: bones },
  rings: { title: "Two rings", make: (options) => onSquare(options, ring) },
  xor: { title: "Exclusive or", make: (options) => onSquare(options, exclusiveOr) },
  spirals: { title: "Two spirals", make: (options) => onSquare(options, spiral) },
  clouds: { title: "Two clouds", make: (options) => onSquare(options, cloud) },
} satisfies Record<string, Recipe>;

/** Name of a data set. */
export type ProblemName = keyof typeof problems;

/** Bones of the first pages, in mm and g: small dogs are what cats can be confused with. */
export const boneLimits = { shortest: 75, longest: 140, lightest: 4.5, heaviest: 33.5 };

/** The plane of the bones. */
export const boneAxes = {
  x: { name: "length", unit: "mm", low: 74, high: 144 },
  y: { name: "weight", unit: "g", low: 4, high: 34 },
} satisfies Record<"x" | "y", Axis>;

/** The square [−1, 1]² with a margin. */
export const squareAxes = {
  x: { name: "x", unit: "", low: -1.2, high: 1.2 },
  y: { name: "y", unit: "", low: -1.2, high: 1.2 },
} satisfies Record<"x" | "y", Axis>;

/** Draws a data set. */
export function makeProblem(name: ProblemName, options: ProblemOptions): Problem {
  return problems[name].make(options);
}

/** As many cats as dogs, all within `boneLimits`. */
function bones({ seed, count, noise }: ProblemOptions): Problem {
  const words = new WordStream([seed, purpose], 1);
  const list: { x: number; y: number; label: number }[] = [];
  const wanted = [count - Math.floor(count / 2), Math.floor(count / 2)];
  for (let first = 0; list.length < count; first += count) {
    const { lengths, weights, labels } = simulateAnimals(count, { seed, first });
    for (let row = 0; row < count; row++) {
      const [length, weight, label] = [at(lengths, row), at(weights, row), at(labels, row)];
      if (!isWithinLimits(length, weight) || at(wanted, label) === 0) continue;
      wanted[label] = at(wanted, label) - 1;
      const [right, up] = normals(words);
      list.push({ x: length + 12 * noise * right, y: Math.max(1, weight + 4 * noise * up), label });
    }
  }
  return { ...boneAxes, classes: ["cat", "dog"], points: pointsOf(list) };
}

function isWithinLimits(length: number, weight: number): boolean {
  const { shortest, longest, lightest, heaviest } = boneLimits;
  return length > shortest && length < longest && weight > lightest && weight < heaviest;
}

/** What the random words are drawn for. */
const purpose = 17;

type Shape = (label: number, words: WordStream) => readonly [number, number];

function onSquare({ seed, count, noise }: ProblemOptions, shape: Shape): Problem {
  const words = new WordStream([seed, purpose], 0);
  const list = Array.from({ length: count }, (_, index) => {
    const label = index % 2;
    const [x, y] = shape(label, words);
    const [right, up] = normals(words);
    return { x: x + 0.4 * noise * right, y: y + 0.4 * noise * up, label };
  });
  return { ...squareAxes, classes: ["orange", "blue"], points: pointsOf(list) };
}

function ring(label: number, words: WordStream): readonly [number, number] {
  const radius = label === 0 ? 0.45 * Math.sqrt(uniform(words)) : 0.7 + 0.3 * uniform(words);
  const angle = 2 * Math.PI * uniform(words);
  return [radius * cos(angle), radius * sin(angle)];
}

function exclusiveOr(label: number, words: WordStream): readonly [number, number] {
  const x = (0.06 + 0.94 * uniform(words)) * (uniform(words) < 0.5 ? 1 : -1);
  const size = 0.06 + 0.94 * uniform(words);
  return [x, x > 0 === (label === 1) ? size : -size];
}

function spiral(label: number, words: WordStream): readonly [number, number] {
  const share = Math.sqrt(uniform(words));
  const angle = 3.5 * Math.PI * share + label * Math.PI;
  return [share * cos(angle), share * sin(angle)];
}

function cloud(label: number, words: WordStream): readonly [number, number] {
  const [right, up] = normals(words);
  const centre = label === 0 ? -0.45 : 0.45;
  return [centre + 0.2 * right, centre + 0.2 * up];
}

/** Two independent standard normal numbers (Box and Muller 1958), the same bits everywhere. */
function normals(words: WordStream): readonly [number, number] {
  const radius = Math.sqrt(-2 * log(1 - uniform(words)));
  const angle = 2 * Math.PI * uniform(words);
  return [radius * cos(angle), radius * sin(angle)];
}
