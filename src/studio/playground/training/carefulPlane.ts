/**
 * The picture of the careful lesson: every bone from a kitten's to a sabre-tooth's. Across runs the length, up runs how heavy
 * the bone is for its length; both axes are logarithmic. Knows nothing of training.
 */
import { at } from "../../../support/invariant.ts";
import type { Bone } from "../../../systems/femurs/relations.ts";
import { boneAt, gridBones, type View } from "../../../systems/femurs/report/view.ts";

/** The part of the plane that is shown; 1 × 1 in size, so places are shares of the picture. */
export const carefulView: View = {
  lengths: [55, 520],
  weights: [0.4, 2.5],
  // Least squares on many simulated animals: what a bone of a length usually weighs
  trend: { coefficient: 3.03e-6, exponent: 3.268 },
  width: 1,
  height: 1,
};

/** Points across and up of the net on which the network and its scope are asked. */
export const carefulNet = { columns: 97, rows: 65 } as const;

/** What the network says at every point of the net, row-major from the top left. */
export interface CarefulPlane {
  /** Probability of a dog, calibrated. */
  readonly dog: Float32Array<ArrayBuffer>;
  /** Distance to the training bones; above 1 is withheld. */
  readonly distance: Float32Array<ArrayBuffer>;
}

/** The bones of the net. */
export function netBones(): { lengths: Float64Array; weights: Float64Array } {
  return gridBones(carefulView, carefulNet.columns, carefulNet.rows);
}

/** How sure is sure. */
export const sure = 0.99;

/**
 * The bone furthest from anything that was learned from, of those for which the network is sure of `label` all the same;
 * undefined where there is none.
 */
export function sureAndUnseen({ dog, distance }: CarefulPlane, label: 0 | 1): Bone | undefined {
  let best = -1;
  dog.forEach((probability, index) => {
    const certainty = label === 1 ? probability : 1 - probability;
    if (certainty < sure || at(distance, index) <= 1) return;
    // The outermost points lie on the frame, where a mark would be cut
    const [column, row] = [index % carefulNet.columns, Math.floor(index / carefulNet.columns)];
    if (column < 4 || row < 4 || column >= carefulNet.columns - 4 || row >= carefulNet.rows - 4) return;
    if (best < 0 || at(distance, index) > at(distance, best)) best = index;
  });
  if (best < 0) return undefined;
  const x = (best % carefulNet.columns) / (carefulNet.columns - 1);
  const y = Math.floor(best / carefulNet.columns) / (carefulNet.rows - 1);
  return boneAt(carefulView, { x, y });
}

/** Share of the net where the network is sure although it has seen nothing like it. */
export function shareSureAndUnseen({ dog, distance }: CarefulPlane): number {
  const counted = dog.filter((p, index) => at(distance, index) > 1 && Math.max(p, 1 - p) >= sure).length;
  return counted / Math.max(1, dog.length);
}
