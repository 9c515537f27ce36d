/** Pictures changed at random inside a compiled step: each run draws anew. Pictures are [count, channels, height, width]. */
export type { AugmentOptions } from "./batch.ts";
export { colourJitter, type JitterOptions } from "./colours.ts";
export {
  type AffineOptions,
  type CropAugmentOptions,
  type CutoutOptions,
  cutout,
  type FlipOptions,
  randomAffine,
  randomCrop,
  randomFlip,
} from "./geometry.ts";
export { cutmix, type Mixed, type MixOptions, mixup } from "./mixing.ts";
export { type RandAugmentOptions, randAugment } from "./randAugment.ts";
