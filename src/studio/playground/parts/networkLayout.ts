/** Where the units of a network stand on its picture: a column a layer, the inputs on the left, the answer on the right. */
import type { Size } from "./canvas.ts";

/** A unit's place: 0 is the column of inputs. */
export interface UnitName {
  readonly layer: number;
  readonly unit: number;
}

/** A unit's square. */
export interface UnitBox extends UnitName {
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  /** Length of its sides. */
  readonly side: number;
}

/** Least distance of two units' middles, so that fingers can tell them apart. */
export const unitDistance = 48;

/** Height of a unit's row on a picture of this width. */
export function rowHeight(width: number): number {
  return Math.max(unitDistance, 0.058 * width);
}

/** Least width of a layer's column. */
export const columnDistance = 104;

/** Room for the name below an input. */
const nameHeight = 28;

/** Places of all units in CSS pixels; `sizes` are the numbers of units, inputs and answer included. */
export function networkLayout(sizes: readonly number[], { width, height }: Size): UnitBox[] {
  const most = Math.max(...sizes);
  const column = width / sizes.length;
  const side = Math.max(28, Math.min(0.86 * (height / most), 0.5 * column, height / 2 - nameHeight, 110));
  return sizes.flatMap((units, layer) => {
    // Names stand below the inputs
    const row = Math.min(height / (layer === 0 ? units : most), (layer === 0 ? 2 : 1.5) * side);
    return Array.from({ length: units }, (_, unit) => ({
      layer,
      unit,
      side,
      x: (layer + 0.5) * column,
      y: height / 2 + (unit - (units - 1) / 2) * row,
    }));
  });
}
