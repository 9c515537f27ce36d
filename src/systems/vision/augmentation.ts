/** Pictures changed at random, as the settings say: part of the compiled training step, so that each step draws anew on the device. */
import { colourJitter, cutout, mixup, randomAffine, randomCrop, randomFlip } from "../../algorithms/augment/index.ts";
import { where } from "../../tensor/comparison.ts";
import { oneHot } from "../../tensor/joining.ts";
import { flip, permuteDims, reshape } from "../../tensor/manipulate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { AugmentationSettings } from "./settings.ts";

/** Pictures as they are kept, u8 [n, height, width, channels], as networks take them: f32 [n, channels, height, width] from 0 to 1. */
export function picturesOf(pixels: Tensor): Tensor {
  return permuteDims(pixels, [0, 3, 1, 2])
    .astype("f32")
    .multiply(1 / 255);
}

/** What a step learns from. */
export interface Examples {
  /** f32 [n, channels, height, width] from 0 to 1. */
  readonly x: Tensor;
  /** i32 [n]: classes; or f32 [n, classes]: shares of them. */
  readonly y: Tensor;
}

/**
 * Examples with pictures changed at random.
 * @param isMirrored bool [n]: pictures whose turn it is, where they take turns
 */
export function augmented(
  { x, y }: Examples,
  isMirrored: Tensor | undefined,
  settings: AugmentationSettings,
  classes: number,
): Examples {
  const { mirror, shift, rotation, scale, cutout: covered, colour, mixup: alpha } = settings;
  const channels = x.shape[1];
  let pictures = x;
  if (mirror === "random") pictures = randomFlip(pictures);
  if (isMirrored !== undefined) pictures = where(reshape(isMirrored, [-1, 1, 1, 1]), flip(pictures, 3), pictures);
  if (shift > 0) pictures = randomCrop(pictures, shift);
  if (rotation > 0 || scale > 0)
    pictures = randomAffine(pictures, { rotation, scale: [1 - scale, 1 + scale], padding: "border" });
  if (colour > 0)
    pictures = colourJitter(pictures, {
      brightness: colour,
      contrast: colour,
      saturation: channels === 3 ? colour : 0,
    });
  if (covered > 0) pictures = cutout(pictures, covered, { value: 0.5 });
  return alpha > 0 ? mixup(pictures, oneHot(y, classes, { dtype: "f32" }), { alpha }) : { x: pictures, y };
}
