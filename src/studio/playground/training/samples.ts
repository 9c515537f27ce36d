/**
 * Two kinds of points for the lesson on more data, as many as one likes: the first 20 are among the first 200, and those among
 * the first 2,000. Pure arithmetic, the same in the page and in the worker.
 */
import { shuffledOrder } from "../../../data/shuffle.ts";
import { DataError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { cos, log, sin } from "../../../support/sameMath.ts";
import { WordStream } from "../../../support/threefry.ts";
import { firstFresh, simulateAnimals, uniform } from "../../../systems/femurs/simulate.ts";
import { type Points, scaledRows, scalingOf } from "./points.ts";

/** Points of the plane with their kinds. */
export interface Sample {
  /** Row-major [points, 2], about −3 … 3. */
  readonly points: Float32Array<ArrayBuffer>;
  /** 0 or 1: cat or dog, one moon or the other. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** Where points come from. */
export const sources = ["moons", "femurs"] as const;

/** One of them. */
export type Source = (typeof sources)[number];

/** How many points each of the lesson's three networks learns from. */
export const amounts = [20, 200, 2000] as const;

/** How far the picture of the points reaches in every direction. */
export const planeReach = 3.2;

/** Points that none of them learns from. */
export const heldOutCount = 1000;

/** What the three networks learn from, and what none of them has seen. */
export interface Samples {
  /** From few points to many; the fewer are the first of the more. */
  readonly learned: readonly Sample[];
  readonly heldOut: Sample;
}

/** Fewest points of a visitor's own table: with less there is nothing to hold out. */
const fewestOwn = 60;

/** 20, 200 and 2,000 points of a source, and those held out. */
export function samplesOf(source: Source, seed: number): Samples {
  return {
    learned: amounts.map((amount) => samplePoints(source, amount, seed)),
    heldOut: heldOutPoints(source, heldOutCount, seed),
  };
}

/**
 * A visitor's own points in an order that the seed decides: a third is held out, and the networks learn from all others, from
 * a few of them (200 at most) and from very few (20 at most). Scaled by what is learned from.
 * @throws DataError where there are too few points.
 */
export function samplesOfOwn(points: Points, seed: number): Samples {
  const total = points.labels.length;
  if (total < fewestOwn)
    throw new DataError(
      `This page needs at least ${fewestOwn} rows, a third of them to test on; the file has ${total}.`,
      {
        total,
      },
    );
  const order = shuffledOrder(total, seed, "shuffle", 0);
  const largest = total - Math.floor(total / 3);
  const { means, deviations } = scalingOf(choosePoints(points, order.subarray(0, largest)));
  const take = (from: number, to: number): Sample => {
    const chosen = choosePoints(points, order.subarray(from, to));
    return { points: scaledRows(chosen, { means, deviations }), labels: chosen.labels };
  };
  const fewer = [Math.min(20, Math.round(largest / 9)), Math.min(200, Math.round(largest / 3)), largest];
  return { learned: fewer.map((amount) => take(0, amount)), heldOut: take(largest, total) };
}

function choosePoints({ x, y, labels }: Points, rows: Uint32Array): OwnPoints {
  return {
    x: Float32Array.from(rows, (row) => at(x, row)),
    y: Float32Array.from(rows, (row) => at(y, row)),
    labels: Uint8Array.from(rows, (row) => at(labels, row)),
  };
}

interface OwnPoints extends Points {
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** Number of the first point that no network learns from. */
const firstHeldOut = firstFresh;

const draws = { moons: drawMoons, femurs: drawFemurs } as const satisfies Record<
  Source,
  (count: number, seed: number, first: number) => Sample
>;

/** The first `count` points of a source to learn from. */
export function samplePoints(source: Source, count: number, seed: number): Sample {
  return draws[source](count, seed, 0);
}

/** `count` points that no network learns from. */
export function heldOutPoints(source: Source, count: number, seed: number): Sample {
  return draws[source](count, seed, firstHeldOut);
}

/** Scatter of the moons: they overlap, so nobody can be right always. */
const moonScatter = 0.3;

/** Two half circles that reach into each other, with scatter. */
function drawMoons(count: number, seed: number, first: number): Sample {
  const points = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const label = (first + row) % 2;
    const words = new WordStream([seed, moonsPurpose], first + row);
    const angle = Math.PI * uniform(words);
    const [side, rise] = label === 0 ? [-0.5, -0.25] : [0.5, 0.25];
    const turn = label === 0 ? 1 : -1;
    points[2 * row] = 1.5 * (side + turn * cos(angle) + moonScatter * normal(words));
    points[2 * row + 1] = 1.5 * (rise + turn * sin(angle) + moonScatter * normal(words));
    labels[row] = label;
  }
  return { points, labels };
}

/** Words are drawn for the moons; femurs have purposes of their own. */
const moonsPurpose = 101;

/** Logarithms in the simulation: middle and spread of length; of weight the line that it follows, and the spread around it. */
const femurScale = { length: [4.81, 0.26], weight: [-12.71, 3.268, 0.14] } as const;

/** Across: the length. Up: how heavy the bone is for its length. Both as logarithms. */
function drawFemurs(count: number, seed: number, first: number): Sample {
  const animals = simulateAnimals(count, { seed, first });
  const points = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    const [length, weight] = [log(at(animals.lengths, row)), log(at(animals.weights, row))];
    const [middle, spread] = femurScale.length;
    const [constant, slope, scatter] = femurScale.weight;
    points[2 * row] = (length - middle) / spread;
    points[2 * row + 1] = (weight - (constant + slope * length)) / scatter;
  }
  return { points, labels: Uint8Array.from(animals.labels) };
}

/** A standard normal number (Box and Muller 1958). */
function normal(words: WordStream): number {
  return Math.sqrt(-2 * log(1 - uniform(words))) * cos(2 * Math.PI * uniform(words));
}
