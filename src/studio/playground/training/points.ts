/** Points of two classes on a plane, and their scaling: what every training of the first pages learns from. */
import type { Standardization } from "../../../data/standardization.ts";
import { standardizationOf } from "../../../data/standardization.ts";
import { at } from "../../../support/invariant.ts";

/** Points as columns, one entry a point. */
export interface Points {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** 0 or 1. */
  readonly labels: Uint8Array;
}

/** Mean and deviation of x and y. Networks see (value − mean) / deviation. */
export function scalingOf({ x, y }: Points): Standardization {
  if (x.length === 0) return { means: [0, 0], deviations: [1, 1] };
  return standardizationOf(interleave(x, y), 2);
}

/** The points as rows that a network sees, [points, 2]. */
export function scaledRows(
  { x, y }: Pick<Points, "x" | "y">,
  { means, deviations }: Standardization,
): Float32Array<ArrayBuffer> {
  return interleave(x, y).map((value, index) => (value - at(means, index % 2)) / at(deviations, index % 2));
}

function interleave(x: Float32Array, y: Float32Array): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(x.length * 2);
  for (let row = 0; row < x.length; row++) {
    rows[2 * row] = at(x, row);
    rows[2 * row + 1] = at(y, row);
  }
  return rows;
}

/** Points made one by one. */
export function pointsOf(list: readonly { readonly x: number; readonly y: number; readonly label: number }[]): Points {
  return {
    x: Float32Array.from(list, ({ x }) => x),
    y: Float32Array.from(list, ({ y }) => y),
    labels: Uint8Array.from(list, ({ label }) => label),
  };
}
