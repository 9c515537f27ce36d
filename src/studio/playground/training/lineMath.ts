/**
 * The line of the first two pages in plain arithmetic: which side a point is on, the loss for any numbers, and the way
 * between numbers over scaled axes (that are learned) and over millimetres and grams (that are shown).
 */
import type { Standardization } from "../../../data/standardization.ts";
import { at } from "../../../support/invariant.ts";
import type { LineNumbers } from "./jobs/line.ts";
import { type Points, scaledRows } from "./points.ts";

/** Scaled points with their labels: made once for many lines. */
export interface ScaledPoints {
  /** [points, 2] */
  readonly rows: Float32Array;
  readonly labels: Uint8Array;
}

/** The points as a line sees them. */
export function scalePoints(points: Points, scaling: Standardization): ScaledPoints {
  return { rows: scaledRows(points, scaling), labels: points.labels };
}

/** f of every point. */
export function valuesOf({ rows, labels }: ScaledPoints, [a1, a2, a3]: LineNumbers): Float64Array {
  return Float64Array.from(labels, (_, row) => a1 + a2 * at(rows, 2 * row) + a3 * at(rows, 2 * row + 1));
}

/** 1 for each point on the wrong side: a dog where f is not above 0, a cat where it is. */
export function mistakesOf(points: ScaledPoints, numbers: LineNumbers): Uint8Array {
  return Uint8Array.from(valuesOf(points, numbers), (f, row) => Number(f > 0 !== (at(points.labels, row) === 1)));
}

/** Mean of (f − t)² with t = −1 for cats and +1 for dogs; through a sigmoid the mean of −log of the probability of what it is. */
export function lossOf({ rows, labels }: ScaledPoints, [a1, a2, a3]: LineNumbers, isThroughSigmoid: boolean): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const f = a1 + a2 * at(rows, 2 * row) + a3 * at(rows, 2 * row + 1);
    const target = 2 * at(labels, row) - 1;
    sum += isThroughSigmoid ? softplus(-target * f) : (f - target) ** 2;
  }
  return sum / labels.length;
}

/**
 * The loss without a sigmoid as a function of the numbers. It is a polynomial of the second degree whose coefficients are
 * means over the points, so that a whole map of it costs hardly anything.
 */
export function squaredLoss({ rows, labels }: ScaledPoints): (numbers: LineNumbers) => number {
  const features = Array.from(labels, (label, row) => [1, at(rows, 2 * row), at(rows, 2 * row + 1), 2 * label - 1]);
  const mean = (left: number, right: number): number =>
    features.reduce((sum, each) => sum + at(each, left) * at(each, right), 0) / labels.length;
  const [u, v, uu, uv, vv] = [mean(0, 1), mean(0, 2), mean(1, 1), mean(1, 2), mean(2, 2)];
  const [t, ut, vt] = [mean(0, 3), mean(1, 3), mean(2, 3)];
  return ([a1, a2, a3]) =>
    a1 * (a1 + 2 * (a2 * u + a3 * v - t)) + a2 * (a2 * uu + 2 * (a3 * uv - ut)) + a3 * (a3 * vv - 2 * vt) + 1;
}

/** The numbers for the measured length and weight: the same f. */
export function inUnits([a1, a2, a3]: LineNumbers, { means, deviations }: Standardization): LineNumbers {
  const [slope2, slope3] = [a2 / at(deviations, 0), a3 / at(deviations, 1)];
  return [a1 - slope2 * at(means, 0) - slope3 * at(means, 1), slope2, slope3];
}

/** The line through two places of the scaled plane, with the length of (a₂, a₃) and its side taken from `like`. */
export function lineThrough(
  from: readonly [number, number],
  to: readonly [number, number],
  [, b2, b3]: LineNumbers,
): LineNumbers | undefined {
  const [right, up] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(right, up);
  if (length < 1e-6) return undefined;
  const size = Math.hypot(b2, b3) || 1;
  const side = -up * b2 + right * b3 < 0 ? -1 : 1;
  const [a2, a3] = [(side * size * -up) / length, (side * size * right) / length];
  return [-(a2 * from[0] + a3 * from[1]), a2, a3];
}

/** Two places on the line, each `reach` from the one nearest to the middle of the scaled plane; undefined for no line. */
export function endsOf(
  [a1, a2, a3]: LineNumbers,
  reach: number,
): readonly [readonly [number, number], readonly [number, number]] | undefined {
  const size = Math.hypot(a2, a3);
  if (size < 1e-9) return undefined;
  const [x, y] = [(-a1 * a2) / size ** 2, (-a1 * a3) / size ** 2];
  const [right, up] = [(-a3 / size) * reach, (a2 / size) * reach];
  const ends = [
    [x - right, y - up],
    [x + right, y + up],
  ] as const;
  return ends[0][0] <= ends[1][0] ? ends : [ends[1], ends[0]];
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
