/** What a network has learned as pictures: sheets of filters, grey where a filter is zero. `report.ts` puts them on a page. */
import type { PixelPicture } from "../../data/images/pngEncoder.ts";
import { ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const [grey, gap] = [128, 2];

/** How a sheet is laid out. */
export interface SheetOptions {
  /** Filters in a row. Default 8. */
  readonly columns?: number;
  /** Pixels a side for each number. Default 1. */
  readonly scale?: number;
  /** What is black and white: each filter's own largest number (default), or ± this. */
  readonly range?: number;
}

/**
 * Filters side by side as a grey picture.
 * @param filters [count, 1, height, width], as `projectFilters` gives, or pictures around 0
 * @throws ShapeError for other shapes.
 *
 * @example
 * ```ts
 * import { DeepBeliefNetwork, drawSheet } from "smilodon/deep-belief";
 * const network = new DeepBeliefNetwork([{ channels: 1, groups: 24, kernel: 10 }]);
 * const sheet = await drawSheet(network.projectFilters(0), { scale: 4 });
 * console.log(sheet.width, sheet.height); // 334, 124
 * ```
 */
export async function drawSheet(filters: Tensor, options: SheetOptions = {}): Promise<PixelPicture> {
  const { columns = 8, scale = 1, range } = options;
  const [count = 0, channels, rows = 0, across = 0] = filters.shape;
  if (filters.rank !== 4 || channels !== 1)
    throw new ShapeError(
      `drawSheet: the filters have shape [${filters.shape}]; they have to be [count, 1, height, width].`,
      {
        shape: filters.shape,
      },
    );
  const values = await filters.data();
  const [high, wide] = [rows * scale, across * scale];
  const width = Math.min(columns, count) * (wide + gap) - gap;
  const height = Math.ceil(count / columns) * (high + gap) - gap;
  const pixels = new Uint8Array(width * height).fill(grey);
  for (let index = 0; index < count; index++) {
    const own = values.subarray(index * rows * across, (index + 1) * rows * across);
    const largest = range ?? Math.max(1e-30, ...Array.from(own, (value) => Math.abs(Number(value))));
    const left = (index % columns) * (wide + gap);
    const top = Math.floor(index / columns) * (high + gap);
    for (let y = 0; y < high; y++)
      for (let x = 0; x < wide; x++) {
        const value = Number(at(own, Math.floor(y / scale) * across + Math.floor(x / scale))) / largest;
        pixels[(top + y) * width + left + x] = grey + Math.round(127 * Math.max(-1, Math.min(1, value)));
      }
  }
  return { pixels, height, width, channels: 1 };
}
