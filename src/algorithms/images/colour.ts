/** Colours of pictures [..., 3, height, width]: grey, and hue, saturation and value. */
import { showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { add, divide, floor, maximum, minimum, multiply, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { stack } from "../../tensor/joining.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { throughFloats } from "../../tensor/operands.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * The brightness of colours: [..., 3, height, width] → [..., 1, height, width], 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
 * Integers become f32.
 * @throws ShapeError where the third axis from the end is not 3.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * console.log(await images.rgbToGrayscale(tensor([[[1]], [[1]], [[1]]])).toArray()); // [[[1]]]
 * ```
 */
export function rgbToGrayscale(x: Tensor): Tensor {
  return throughFloats(x, (values) => {
    const [red, green, blue] = channelsOf("rgbToGrayscale", values);
    return expandDims(add(add(multiply(red, 0.299), multiply(green, 0.587)), multiply(blue, 0.114)), -3);
  });
}

/**
 * Red, green and blue of [0, 1] as hue (a turn is 1), saturation and value: [..., 3, height, width]. Grey has hue 0. Integers become f32.
 * Smith, Color gamut transform pairs, 1978.
 * @throws ShapeError where the third axis from the end is not 3.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * console.log(await images.rgbToHsv(tensor([[[0]], [[1]], [[1]]])).toArray()); // [[[0.5]], [[1]], [[1]]]
 * ```
 */
export function rgbToHsv(x: Tensor): Tensor {
  return throughFloats(x, (values) => {
    const [red, green, blue] = channelsOf("rgbToHsv", values);
    const value = maximum(maximum(red, green), blue);
    const range: Tensor = subtract(value, minimum(minimum(red, green), blue));
    const isGrey = range.equal(0);
    const share = (part: Tensor): Tensor => divide(part, where(isGrey, 1, range));
    const nearRed = share(subtract(green, blue));
    const sixths = where(
      value.equal(red),
      where(nearRed.less(0), add(nearRed, 6), nearRed),
      where(value.equal(green), add(share(subtract(blue, red)), 2), add(share(subtract(red, green)), 4)),
    );
    const isBlack = value.equal(0);
    const saturation = where(isBlack, 0, divide(range, where(isBlack, 1, value)));
    return stack([divide(sixths, 6), saturation, value], -3);
  });
}

/**
 * Hue (a turn is 1, any number of turns), saturation and value as red, green and blue of [0, 1]: [..., 3, height, width]. Integers
 * become f32. The way back from `rgbToHsv`.
 * @throws ShapeError where the third axis from the end is not 3.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * console.log(await images.hsvToRgb(tensor([[[0.5]], [[1]], [[1]]])).toArray()); // [[[0]], [[1]], [[1]]]
 * ```
 */
export function hsvToRgb(x: Tensor): Tensor {
  return throughFloats(x, (values) => {
    const [hue, saturation, value] = channelsOf("hsvToRgb", values);
    const chroma = multiply(value, saturation);
    const sixths: Tensor = multiply(subtract(hue, floor(hue)), 6);
    // value − chroma · max(0, min(k, 4 − k, 1)), k = n + 6 · hue modulo 6
    const channel = (n: number): Tensor => {
      const k: Tensor = where(sixths.less(6 - n), add(sixths, n), add(sixths, n - 6));
      return subtract(value, multiply(chroma, maximum(minimum(minimum(k, subtract(4, k)), 1), 0)));
    };
    return stack([channel(5), channel(3), channel(1)], -3);
  });
}

function channelsOf(operation: string, x: Tensor): readonly [Tensor, Tensor, Tensor] {
  if (x.shape.at(-3) !== 3)
    throw new ShapeError(`${operation}: x has shape ${showShape(x.shape)}; [..., 3, height, width] is needed.`, {
      x: x.shape,
    });
  const channel = (index: number) => slice(x, "...", index, null, null);
  return [channel(0), channel(1), channel(2)];
}
