/**
 * The two problems of *Seeing*: digits, and cats and dogs. Drawing number i of a seed is always the same drawing, so the
 * network never sees one twice, and those that it is judged by are simply higher numbers.
 */
import { WordStream } from "../../../../support/threefry.ts";
import { animalNames, drawAnimal } from "./animals.ts";
import { digitNames, writeDigit } from "./digits.ts";
import { Chance, place, sway, type Unsteadiness } from "./pen.ts";
import { paint, pictureDots, type Stroke } from "./strokes.ts";

/** What can be drawn. */
export type DrawingProblemName = "digits" | "animals";

/** One of them. */
export interface DrawingProblem {
  /** Names of the classes: a drawing's label is a place in this list. */
  readonly classes: readonly string[];
  readonly draw: (label: number, chance: Chance) => readonly Stroke[];
  readonly hand: Unsteadiness;
  /** Smallest and largest size on the paper. */
  readonly sizes: readonly [number, number];
  /** Thinnest and thickest pen: half of its width, in dots. */
  readonly pens: readonly [number, number];
  /** The pen that a visitor is given. */
  readonly pen: number;
}

/** By name. */
export const drawingProblems = {
  digits: {
    classes: digitNames,
    draw: writeDigit,
    hand: { slant: 0.3, turn: 0.03, bend: 0.05 },
    sizes: [0.55, 0.86],
    pens: [0.7, 1.5],
    pen: 1.1,
  },
  animals: {
    classes: animalNames,
    draw: drawAnimal,
    hand: { slant: 0.12, turn: 0.03, bend: 0.03 },
    sizes: [0.72, 0.88],
    pens: [0.45, 0.9],
    pen: 0.65,
  },
} as const satisfies Record<DrawingProblemName, DrawingProblem>;

/** Number of the first drawing that is never learned from. */
export const firstHeldOut = 2 ** 30;

/** A drawing that the page made up. */
export interface Drawing {
  readonly strokes: readonly Stroke[];
  /** Half the width of the pen, in dots. */
  readonly pen: number;
  readonly label: number;
}

/** Many of them as pictures. */
export interface Pictures {
  /** [count, pictureSize, pictureSize]: 0 paper … 1 ink. */
  readonly dots: Float32Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
}

/** Drawing number `number` of `seed`; labels take turns. */
export function drawingOf(name: DrawingProblemName, seed: number, number: number): Drawing {
  const { classes, draw, hand, sizes, pens }: DrawingProblem = drawingProblems[name];
  const chance = new Chance(new WordStream([seed, classes.length], number));
  const label = number % classes.length;
  const strokes = sway(draw(label, chance), hand, chance);
  return { strokes: place(strokes, chance.between(...sizes), chance), pen: chance.between(...pens), label };
}

/** The pictures of drawings `first` … `first + count − 1`. */
export function picturesOf(name: DrawingProblemName, seed: number, first: number, count: number): Pictures {
  const dots = new Float32Array(count * pictureDots);
  const labels = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const { strokes, pen, label } = drawingOf(name, seed, first + index);
    paint(strokes, pen, dots.subarray(index * pictureDots, (index + 1) * pictureDots));
    labels[index] = label;
  }
  return { dots, labels };
}
