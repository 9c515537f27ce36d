/**
 * Which pixels a place of a stage can see at all, whatever the weights: pixels that are no numbers (NaN) make everything that
 * is computed from them no number, so the places that a row or a column of them reaches are found by running the network.
 */
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import type { PictureNetwork } from "../pictures/pictureNetwork.ts";

/** From start (included) to end (excluded). */
export type PixelRange = readonly [start: number, end: number];

/** What each row and each column of a stage's places can see of the picture. */
export interface ReceptiveFields {
  readonly rows: readonly PixelRange[];
  readonly columns: readonly PixelRange[];
}

const known = new WeakMap<PictureNetwork, Map<number, Promise<ReceptiveFields>>>();

/**
 * The pixels that reach each place of stage number `stage`. Stages without places see what all of it sees, as one row and
 * column. Kept for the network; costs one pass for each row and column of the picture.
 */
export function receptiveFields(network: PictureNetwork, stage: number): Promise<ReceptiveFields> {
  const own = remember(known, network, () => new Map<number, Promise<ReceptiveFields>>());
  return remember(own, stage, async () => ({
    rows: await rangesAlong(network, stage, "rows"),
    columns: await rangesAlong(network, stage, "columns"),
  }));
}

async function rangesAlong(network: PictureNetwork, stage: number, axis: "rows" | "columns"): Promise<PixelRange[]> {
  const { height, width } = network.shape;
  const size = axis === "rows" ? height : width;
  const ranges: [number, number][] = [];
  for (let start = 0; start < size; start += network.block) {
    const some = Math.min(network.block, size - start);
    const probes = new Float32Array(some * network.pictureSize);
    for (let index = 0; index < probes.length; index++) {
      const place = axis === "rows" ? Math.floor(index / width) % height : index % width;
      if (place === start + Math.floor(index / network.pictureSize)) probes[index] = Number.NaN;
    }
    const { data, shape } = await network.activations(stage, probes);
    const [, rows = 1, columns = 1] = shape;
    const places = axis === "rows" ? rows : columns;
    data.forEach((value, index) => {
      if (!Number.isNaN(value)) return;
      const pixel = start + Math.floor(index / (data.length / some));
      const place = axis === "rows" ? Math.floor(index / columns) % rows : index % columns;
      ranges[place] ??= [pixel, pixel + 1];
      const range = at(ranges, place);
      range[0] = Math.min(range[0], pixel);
      range[1] = Math.max(range[1], pixel + 1);
    });
    for (let place = 0; place < places; place++) ranges[place] ??= [size, 0];
  }
  // Where a device loses NaN nothing is known: the whole picture may be seen
  return ranges.map(([start, end]) => (end > start ? [start, end] : [0, size]));
}
