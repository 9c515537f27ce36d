/**
 * The picture of the careful lesson: every bone from a kitten's to a sabre-tooth's. Across runs the length, up runs how heavy
 * the bone is for its length; both axes are logarithmic. Knows nothing of training.
 */
import { at } from "../../../support/invariant.ts";
import type { Bone } from "../../../systems/femurs/relations.ts";

/** Limits of length in mm, and of weight ÷ usual weight. */
export const carefulLimits = { length: [55, 520], ratio: [0.4, 2.5] } as const;

/** What a bone of a length usually weighs, in g: least squares on the logarithms of many simulated animals. */
export function usualWeight(length: number): number {
  return 3.03e-6 * length ** 3.268;
}

/** Where a bone lies on the picture, as shares of its sides from the lower left. */
export function placeOfBone({ length, weight }: Bone): { x: number; y: number } {
  return { x: share(carefulLimits.length, length), y: share(carefulLimits.ratio, weight / usualWeight(length)) };
}

/** The bone at a place of the picture. */
export function boneAtPlace({ x, y }: { readonly x: number; readonly y: number }): Bone {
  const length = valueAtShare(carefulLimits.length, x);
  return { length, weight: usualWeight(length) * valueAtShare(carefulLimits.ratio, y) };
}

/** Cells across and up on whose centres the network and its scope are asked. */
export const carefulCells = { columns: 96, rows: 64 } as const;

/** What the network says at the centre of every cell, row-major, the lowest row first. */
export interface CarefulPlane {
  /** Log odds of a dog, calibrated. */
  readonly logOdds: Float32Array<ArrayBuffer>;
  /** Distance to the training bones; above 1 is withheld. */
  readonly distance: Float32Array<ArrayBuffer>;
}

/** The bones at the centres of the cells. */
export function cellBones(): { lengths: Float64Array; weights: Float64Array } {
  const bones = Array.from({ length: carefulCells.columns * carefulCells.rows }, (_, cell) =>
    boneAtPlace(centreOf(cell)),
  );
  return {
    lengths: Float64Array.from(bones, ({ length }) => length),
    weights: Float64Array.from(bones, ({ weight }) => weight),
  };
}

function centreOf(cell: number): { x: number; y: number } {
  const { columns, rows } = carefulCells;
  return { x: ((cell % columns) + 0.5) / columns, y: (Math.floor(cell / columns) + 0.5) / rows };
}

/** How sure is sure. */
export const sure = 0.99;

/**
 * The bone furthest from anything that was learned from, of those for which the network is sure of `label` all the same;
 * undefined where there is none.
 */
export function sureAndUnseen({ logOdds, distance }: CarefulPlane, label: 0 | 1): Bone | undefined {
  let best = -1;
  logOdds.forEach((odds, index) => {
    const certainty = probabilityOf(label === 1 ? odds : -odds);
    if (certainty < sure || at(distance, index) <= 1) return;
    // Close to the frame a mark would be cut
    const { x, y } = centreOf(index);
    if (Math.min(x, 1 - x) < 0.05 || Math.min(y, 1 - y) < 0.07) return;
    if (best < 0 || at(distance, index) > at(distance, best)) best = index;
  });
  return best < 0 ? undefined : boneAtPlace(centreOf(best));
}

/** Share of the picture where the network is sure although it has seen nothing like it. */
export function shareSureAndUnseen({ logOdds, distance }: CarefulPlane): number {
  const isCounted = (odds: number, index: number): boolean =>
    at(distance, index) > 1 && probabilityOf(Math.abs(odds)) >= sure;
  return logOdds.filter(isCounted).length / Math.max(1, logOdds.length);
}

/** The probability that belongs to log odds. */
export function probabilityOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

function share([low, high]: readonly [number, number], value: number): number {
  return Math.log(value / low) / Math.log(high / low);
}

function valueAtShare([low, high]: readonly [number, number], place: number): number {
  return low * (high / low) ** place;
}
