/**
 * Any curve out of bumps, by hand: no training. Two steps make a bump, bumps side by side make any curve, and the number of
 * steps follows from how near it has to come. With sigmoids for steps this is a network with one hidden layer: the
 * constructive side of the theorem of G. Cybenko (1989), with an error that is proved, not measured.
 */
import { ArgumentError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { type Curve, valueAt } from "./curves.ts";
import type { PlainNetwork } from "./plainNetwork.ts";

/** A curve made of level pieces: `levels[i]` between `edges[i − 1]` and `edges[i]`. */
export interface Steps {
  /** Where one level gives way to the next, ascending, within 0 … 1. */
  readonly edges: readonly number[];
  /** One more than edges. */
  readonly levels: readonly number[];
  /** No value of the curve is further than this from its level. */
  readonly bound: number;
}

/** Steps as steep sigmoids: a network. */
export interface Bumps extends Steps {
  /** Factor before the sigmoid: σ(steepness · (x − edge)). */
  readonly steepness: number;
}

/**
 * The fewest level pieces that stay within `error` of the curve: each goes on until the curve has risen or fallen by twice
 * the error, and lies in the middle.
 * @throws ArgumentError unless `error` is above 0.
 */
export function stepsFor(curve: Curve, error: number): Steps {
  if (!(error > 0)) throw new ArgumentError(`stepsFor: an error of ${error} cannot be met; it has to be above 0.`);
  const edges: number[] = [];
  const levels: number[] = [];
  let [low, high] = [at(curve, 0), at(curve, 0)];
  const last = curve.length - 1;
  for (let segment = 0; segment < last; segment++) {
    const [start, end] = [at(curve, segment), at(curve, segment + 1)];
    // A steep piece of the curve may need many levels
    for (;;) {
      const [nextLow, nextHigh] = [Math.min(low, end), Math.max(high, end)];
      if (nextHigh - nextLow <= 2 * error) {
        [low, high] = [nextLow, nextHigh];
        break;
      }
      const reached = end > high ? low + 2 * error : high - 2 * error;
      edges.push((segment + (reached - start) / (end - start)) / last);
      levels.push((Math.min(low, reached) + Math.max(high, reached)) / 2);
      [low, high] = [reached, reached];
    }
  }
  levels.push((low + high) / 2);
  return { edges, levels, bound: error };
}

/**
 * A sum of sigmoids within `error` of the curve everywhere. Half of the error goes to the levels, a quarter to the places
 * where one sigmoid turns (there the curve moves by at most its slope times the width of the turn), and a quarter to what all
 * the others still lack of 0 or 1: hence the width, and from the width the steepness.
 * @throws ArgumentError unless `error` is above 0.
 */
export function bumpsFor(curve: Curve, error: number): Bumps {
  const { edges, levels } = stepsFor(curve, error / 2);
  if (edges.length === 0) return { edges, levels, steepness: 1, bound: error / 2 };
  const slope = steepestSlope(curve);
  const gap = edges.slice(1).reduce((least, edge, index) => Math.min(least, edge - at(edges, index)), 1);
  const variation = edges.reduce((sum, _, index) => sum + Math.abs(at(levels, index + 1) - at(levels, index)), 0);
  const width = Math.min(error / (4 * slope), gap / 2);
  const steepness = Math.log((4 * variation) / error) / width;
  const bound = error / 2 + slope * width + variation * Math.exp(-steepness * width);
  return { edges, levels, steepness, bound };
}

/** The network that the bumps are: [x] → σ(steepness · (x − edge)) for every edge → their sum with the heights of the steps. */
export function bumpNetwork({ edges, levels, steepness }: Bumps): PlainNetwork {
  const units = edges.length;
  return {
    nonlinearity: "sigmoid",
    layers: [
      {
        inputs: 1,
        outputs: units,
        weights: edges.map(() => steepness),
        biases: edges.map((edge) => -steepness * edge),
      },
      {
        inputs: units,
        outputs: 1,
        weights: edges.map((_, index) => at(levels, index + 1) - at(levels, index)),
        biases: [at(levels, 0)],
      },
    ],
  };
}

/** The level pieces at `x`. */
export function stepValue({ edges, levels }: Steps, x: number): number {
  const above = edges.findIndex((edge) => x < edge);
  return at(levels, above < 0 ? edges.length : above);
}

/** The sum of sigmoids at `x`. */
export function bumpValue({ edges, levels, steepness }: Bumps, x: number): number {
  return edges.reduce(
    (sum, edge, index) => sum + (at(levels, index + 1) - at(levels, index)) * sigmoid(steepness * (x - edge)),
    at(levels, 0),
  );
}

/** One bump alone at `x`: its level between its two edges, 0 elsewhere; the difference of two sigmoids. */
export function oneBump({ edges, levels, steepness }: Bumps, bump: number, x: number): number {
  const rise = bump === 0 ? 1 : sigmoid(steepness * (x - at(edges, bump - 1)));
  const fall = bump === edges.length ? 0 : sigmoid(steepness * (x - at(edges, bump)));
  return at(levels, bump) * (rise - fall);
}

/** Largest distance between the curve and `fit`, on a fine grid and close to both sides of every edge. */
export function largestError(curve: Curve, { edges }: Steps, fit: (x: number) => number): number {
  const fine = Array.from({ length: 2001 }, (_, index) => index / 2000);
  const near = edges.flatMap((edge) => [edge - 1e-9, edge, edge + 1e-9]).filter((x) => x >= 0 && x <= 1);
  return [...fine, ...near].reduce((most, x) => Math.max(most, Math.abs(valueAt(curve, x) - fit(x))), 0);
}

function steepestSlope(curve: Curve): number {
  const last = curve.length - 1;
  return curve.slice(1).reduce((most, value, index) => Math.max(most, Math.abs(value - at(curve, index)) * last), 0);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
