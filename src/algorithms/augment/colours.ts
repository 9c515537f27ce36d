/** Changes of brightness and colour. Pictures have numbers from 0 to 1. */

import { ShapeError } from "../../support/errors.ts";
import { add, clip, multiply, subtract } from "../../tensor/arithmetic.ts";
import { concat } from "../../tensor/joining.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { mean } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hsvToRgb, rgbToGrayscale, rgbToHsv } from "../images/colour.ts";
import { type AugmentOptions, onePerPicture, requireWithin, sizesOf } from "./batch.ts";

/** Options of `colourJitter`: how far each is changed at most. */
export interface JitterOptions extends AugmentOptions {
  /** Factors from 1 − brightness to 1 + brightness. Default 0. */
  readonly brightness?: number;
  /** Distance from the picture's mean grey, by a factor of the same kind. Default 0. */
  readonly contrast?: number;
  /** Distance from grey, by a factor of the same kind; needs three channels. Default 0. */
  readonly saturation?: number;
  /** Turns of the circle of colours to either side, 0.5 at most; needs three channels. Default 0. */
  readonly hue?: number;
}

/**
 * Each picture brighter or darker, with more or less contrast and colour, of another tint: in this order, limited to 0 … 1.
 *
 * @param x [count, channels, height, width], floats from 0 to 1
 * @throws ShapeError, DtypeError for other tensors, ArgumentError for ranges that are none.
 *
 * @example
 * ```ts
 * import { augment, random } from "smilodon";
 * const x = augment.colourJitter(random.uniform([4, 3, 16, 16]), { brightness: 0.4, saturation: 0.4, hue: 0.1 });
 * console.log((await x.max().item()) <= 1); // true
 * ```
 */
export function colourJitter(
  x: Tensor,
  { brightness = 0, contrast = 0, saturation = 0, hue = 0, ...options }: JitterOptions = {},
): Tensor {
  const sizes = sizesOf("colourJitter", x);
  for (const [name, value] of Object.entries({ brightness, contrast, saturation }))
    requireWithin("colourJitter", name, value, 0, 1);
  requireWithin("colourJitter", "hue", hue, 0, 0.5);
  if ((saturation > 0 || hue > 0) && sizes.channels !== 3)
    throw new ShapeError(
      `colourJitter: saturation and hue are those of colours; shape [${x.shape}] has ${sizes.channels} channels, not 3.`,
      {
        shape: x.shape,
      },
    );
  const factor = (range: number) => onePerPicture(sizes, 1 - range, 1 + range, options);
  let result = x;
  if (brightness > 0) result = clip(multiply(result, factor(brightness)), 0, 1);
  if (contrast > 0) result = mixedWith(middleGrey(result), result, factor(contrast));
  if (saturation > 0) result = mixedWith(rgbToGrayscale(result), result, factor(saturation));
  if (hue > 0) {
    const hsv = rgbToHsv(result);
    const turned = add(slice(hsv, null, [0, 1]), onePerPicture(sizes, -hue, hue, options));
    result = hsvToRgb(concat([turned, slice(hsv, null, [1, 3])], 1));
  }
  return result;
}

/** other + factor · (x − other), limited to 0 … 1. */
export function mixedWith(other: Tensor, x: Tensor, factor: Tensor): Tensor {
  return clip(add(other, multiply(factor, subtract(x, other))), 0, 1);
}

/** The mean grey of each picture, [count, 1, 1, 1]. */
export function middleGrey(x: Tensor): Tensor {
  const grey = x.shape[1] === 3 ? rgbToGrayscale(x) : x;
  return expandDims(expandDims(expandDims(mean(grey, [1, 2, 3]), -1), -1), -1);
}
