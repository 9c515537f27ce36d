/** The nearest neighbours of a row, as a baseline: what do the most similar training rows say? */
import { at } from "../../support/invariant.ts";
import type { Rows } from "./learn.ts";

/** Neighbours that are asked. */
export const neighbourCount = 15;

/** Training rows that are compared at most, and rows that are asked about at most: evenly taken. */
export const neighbourLimits = {
  usual: { known: 4000, asked: 1000 },
  fast: { known: 1500, asked: 400 },
} as const;

/** Up to `most` of the numbers 0 … count − 1, evenly taken. */
export function evenly(count: number, most: number): Uint32Array {
  const taken = Math.min(count, most);
  return Uint32Array.from({ length: taken }, (_, index) => Math.floor((index * count) / taken));
}

/**
 * Answers by the nearest of `known` (Euclidean distance between encoded rows): shares of each class among them, or the mean of
 * their targets.
 * @param asked row-major [n, inputs] @returns row-major [n, outputs]
 */
export function answerByNeighbours(known: Rows, asked: Float32Array, outputs: number): Float64Array {
  const count = known.targets.length;
  const inputs = known.rows.length / count;
  const nearest = Math.min(neighbourCount, count);
  const answers = new Float64Array((asked.length / inputs) * outputs);
  const best = new Float64Array(nearest);
  const who = new Uint32Array(nearest);
  for (let row = 0; row * inputs < asked.length; row++) {
    best.fill(Number.POSITIVE_INFINITY);
    for (let other = 0; other < count; other++) {
      const limit = at(best, nearest - 1);
      let square = 0;
      for (let column = 0; column < inputs && square < limit; column++)
        square += ((known.rows[other * inputs + column] ?? 0) - (asked[row * inputs + column] ?? 0)) ** 2;
      if (square < limit) insert(best, who, square, other);
    }
    for (const other of who) {
      const target = at(known.targets, other);
      const place = row * outputs + (outputs > 1 ? target : 0);
      answers[place] = at(answers, place) + (outputs > 1 ? 1 : target) / nearest;
    }
  }
  return answers;
}

function insert(best: Float64Array, who: Uint32Array, square: number, other: number): void {
  let place = best.length - 1;
  for (; place > 0 && square < at(best, place - 1); place--) {
    best[place] = at(best, place - 1);
    who[place] = at(who, place - 1);
  }
  best[place] = square;
  who[place] = other;
}
