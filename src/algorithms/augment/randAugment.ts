/** Some changes of many, drawn for each picture. */

import { ArgumentError } from "../../support/errors.ts";
import { clip, floor, minimum, multiply, sign, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { onesLike, zerosLike } from "../../tensor/creation.ts";
import { reshape } from "../../tensor/manipulate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { rgbToGrayscale } from "../images/colour.ts";
import { type AugmentOptions, onePerPicture, type PictureSizes, requireWithin, sizesOf } from "./batch.ts";
import { middleGrey, mixedWith } from "./colours.ts";
import { type Warp, warped } from "./geometry.ts";

/** Options of `randAugment`. */
export interface RandAugmentOptions extends AugmentOptions {
  /** Changes of each picture, one after the other. Default 2. */
  readonly count?: number;
  /** How strong, from 0 (none) to 1. Default 0.3. */
  readonly magnitude?: number;
}

/** Changes of places: how far each goes at full strength. All of them are one lookup, so that a picture costs one for each change. */
const places = ["rotate", "shearX", "shearY", "translateX", "translateY"] as const;
const tones = ["identity", "brightness", "contrast", "colour", "posterize", "solarize", "invert"] as const;
type Tone = (typeof tones)[number];
const most = { angle: Math.PI / 6, slant: 0.3, move: 0.9, tone: 0.9, bits: 4 } as const;

/**
 * `count` changes of each picture, each drawn equally likely from those of place (turned, sheared, moved) and of tone (as it is, brightness,
 * contrast, colour, fewer levels, inverted from a level on, inverted), `magnitude` strong and to either side.
 *
 * @param x [count, channels, height, width], floats from 0 to 1
 * @throws ShapeError, DtypeError for other tensors, ArgumentError for a count or magnitude that is none.
 *
 * Source: E. Cubuk, B. Zoph, J. Shlens, Q. Le, "RandAugment: practical automated data augmentation with a reduced search space",
 * 2020. Without equalize, autocontrast and sharpness; with pixels beyond the edge as the edge.
 *
 * @example
 * ```ts
 * import { augment, random } from "smilodon";
 * console.log(augment.randAugment(random.uniform([8, 3, 32, 32]), { magnitude: 0.5 }).shape); // [8, 3, 32, 32]
 * ```
 */
export function randAugment(x: Tensor, { count = 2, magnitude = 0.3, ...options }: RandAugmentOptions = {}): Tensor {
  const sizes = sizesOf("randAugment", x);
  if (!Number.isInteger(count) || count < 0 || count > 16)
    throw new ArgumentError(`randAugment: count is ${count}; it has to be a whole number from 0 to 16.`, { count });
  requireWithin("randAugment", "magnitude", magnitude, 0, 1);
  let result = x;
  for (let change = 0; change < count; change++) result = changed(result, sizes, magnitude, options);
  return result;
}

function changed(x: Tensor, sizes: PictureSizes, magnitude: number, options: AugmentOptions): Tensor {
  const number = floor(onePerPicture(sizes, 0, places.length + tones.length, options));
  const toEitherSide = onePerPicture(sizes, -1, 1, options);
  const side = where(sign(toEitherSide).equal(0), 1, sign(toEitherSide));
  const strength = multiply(side, magnitude);
  const isPlace = (name: (typeof places)[number]) => number.equal(places.indexOf(name));
  const amount = (name: (typeof places)[number], full: number) =>
    reshape(where(isPlace(name), multiply(strength, full), 0), [sizes.count]);
  const none = zerosLike(reshape(number, [sizes.count]));
  const warp: Warp = {
    angle: amount("rotate", most.angle),
    slant: amount("shearX", most.slant),
    tilt: amount("shearY", most.slant),
    across: onesLike(none),
    along: onesLike(none),
    right: amount("translateX", most.move),
    down: amount("translateY", most.move),
  };
  const moved = warped(x, sizes, warp, "border");
  const isTone = (name: Tone) => number.equal(places.length + tones.indexOf(name));
  let result = where(number.less(places.length), moved, x);
  for (const name of tones)
    if (name !== "identity") result = where(isTone(name), toned(name, x, strength, magnitude), result);
  return result;
}

function toned(name: Exclude<Tone, "identity">, x: Tensor, strength: Tensor, magnitude: number): Tensor {
  const factor = strength.multiply(most.tone).add(1);
  switch (name) {
    case "brightness":
      return clip(multiply(x, factor), 0, 1);
    case "contrast":
      return mixedWith(middleGrey(x), x, factor);
    case "colour":
      return x.shape[1] === 3 ? mixedWith(rgbToGrayscale(x), x, factor) : x;
    case "posterize": {
      const levels = 2 ** (8 - Math.round(most.bits * magnitude));
      return multiply(minimum(floor(multiply(x, levels)), levels - 1), 1 / Math.max(levels - 1, 1));
    }
    case "solarize":
      return where(x.greaterEqual(1 - magnitude), subtract(1, x), x);
    case "invert":
      return subtract(1, x);
  }
}
