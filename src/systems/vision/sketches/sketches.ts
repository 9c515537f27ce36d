/** Sets of sketches for training and for tests: pictures with labels, and with the factors that they were drawn from. */
import { type ImageSet, imagesInMemory } from "../../../data/images/imageSet.ts";
import { ArgumentError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { hostArray, tensorOf } from "../../../tensor/hostArray.ts";
import { permuteDims } from "../../../tensor/manipulate.ts";
import { drawSketches } from "./drawSketches.ts";
import {
  animals,
  drawFactors,
  type FactorName,
  type FactorOptions,
  factorNames,
  type SketchFactors,
} from "./factors.ts";

/** Which sketches, and how large. */
export interface SketchOptions extends FactorOptions {
  /** Pixels in height and width, from 8 to 1024. Default 64. */
  readonly size?: number;
}

/** Sketches of cats and dogs: the truth behind every picture is known. */
export interface SketchSet extends ImageSet {
  readonly factors: SketchFactors;
}

/** Pictures that are painted in one launch; the last launch paints some for nothing. */
const together = 32;

/**
 * `count` sketches of cats and dogs in turn, drawn by the engine. The numbers behind a picture are the same on every device,
 * pixels to one step of 255.
 * @throws ArgumentError for a count, seed or size that is none.
 *
 * @example
 * ```ts
 * import { sketches } from "smilodon/systems/vision/sketches";
 * const set = await sketches(4, { seed: 7, size: 32 });
 * console.log(set.classes[set.labels[1] ?? 0], set.pixels.count, set.pixels.width); // dog 4 32
 * ```
 */
export async function sketches(count: number, { size = 64, ...options }: SketchOptions = {}): Promise<SketchSet> {
  if (!Number.isInteger(size) || size < 8 || size > 1024)
    throw new ArgumentError(`sketches: the size is ${size}; it has to be a whole number from 8 to 1024.`, { size });
  const factors = drawFactors(count, options);
  const first = options.first ?? 0;
  const names = Array.from(factors.labels, (label, index) => `${at(animals, label)}-${first + index}`);
  const pixels = await paintPixels(factors.values, count, size);
  return { ...imagesInMemory(pixels, factors.labels, animals, names), factors };
}

async function paintPixels(values: Float32Array, count: number, size: number) {
  const width = factorNames.length;
  const length = size * size * 3;
  const pixels = new Uint8Array(count * length);
  for (let start = 0; start < count; start += together) {
    const rows = new Float32Array(together * width);
    rows.set(values.subarray(start * width, (start + together) * width));
    const pictures = drawSketches(tensorOf(hostArray(rows, [together, width])), size, size);
    const bytes = await permuteDims(pictures.multiply(255).round().astype("u8"), [0, 2, 3, 1]).data();
    pixels.set(bytes.subarray(0, Math.min(together, count - start) * length), start * length);
  }
  return hostArray(pixels, [count, size, size, 3]);
}

/** The values of one factor, one a sketch. */
export function factorOf({ factors }: SketchSet, name: FactorName): Float32Array {
  const [width, column] = [factorNames.length, factorNames.indexOf(name)];
  return Float32Array.from({ length: factors.labels.length }, (_, row) => at(factors.values, row * width + column));
}
