/** Changes of where things are in pictures: mirrored, moved, turned, sheared, partly covered. */

import { ArgumentError } from "../../support/errors.ts";
import { add, floor, multiply, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { arange, zerosLike } from "../../tensor/creation.ts";
import { takeAlongAxis } from "../../tensor/indexing.ts";
import { stack } from "../../tensor/joining.ts";
import { flip, reshape } from "../../tensor/manipulate.ts";
import { bernoulli } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cos, sin, tan } from "../../tensor/transcendental.ts";
import { affineGrid, gridSample } from "../images/gridSample.ts";
import { type AugmentOptions, onePerPicture, type PictureSizes, requireWithin, sizesOf, sourceOf } from "./batch.ts";

/** Options of `randomFlip`. */
export interface FlipOptions extends AugmentOptions {
  /** `"horizontal"` (default) exchanges left and right, `"vertical"` top and bottom. */
  readonly direction?: "horizontal" | "vertical";
  /** How often. Default 0.5. */
  readonly probability?: number;
}

/**
 * Each picture as it is or mirrored.
 *
 * @param x [count, channels, height, width], floats
 * @throws ShapeError, DtypeError for other tensors, ArgumentError for a probability that is none.
 *
 * @example
 * ```ts
 * import { augment, random } from "smilodon";
 * const pictures = random.uniform([8, 3, 32, 32]);
 * console.log(augment.randomFlip(pictures).shape); // [8, 3, 32, 32]
 * ```
 */
export function randomFlip(
  x: Tensor,
  { direction = "horizontal", probability = 0.5, generator }: FlipOptions = {},
): Tensor {
  const { count } = sizesOf("randomFlip", x);
  requireWithin("randomFlip", "probability", probability, 0, 1);
  const axis = direction === "horizontal" ? 3 : 2;
  return where(bernoulli([count, 1, 1, 1], probability, sourceOf(generator)), flip(x, axis), x);
}

/** Options of `randomCrop`. */
export interface CropAugmentOptions extends AugmentOptions {
  /** What is beyond the edge: the picture mirrored at it (default), its last pixels, or zeros. */
  readonly mode?: "reflect" | "edge" | "zeros";
}

/**
 * Each picture moved by up to `distance` whole pixels in both directions: what padding on all sides and a crop of the old size
 * give.
 * @throws ShapeError, DtypeError for other tensors, ArgumentError where the distance is no whole number below the picture's sizes.
 *
 * @example
 * ```ts
 * import { augment, random } from "smilodon";
 * console.log(augment.randomCrop(random.uniform([8, 3, 32, 32]), 4).shape); // [8, 3, 32, 32]
 * ```
 */
export function randomCrop(
  x: Tensor,
  distance: number,
  { mode = "reflect", ...options }: CropAugmentOptions = {},
): Tensor {
  const sizes = sizesOf("randomCrop", x);
  const { height, width } = sizes;
  if (!Number.isInteger(distance) || distance < 0 || distance >= Math.max(1, Math.min(height, width)))
    throw new ArgumentError(
      `randomCrop: the distance is ${distance}; it has to be a whole number from 0 to below the picture's sizes, ${height} and ${width}.`,
      { distance, height, width },
    );
  const along = (values: Tensor, axis: 2 | 3): Tensor => {
    const size = axis === 2 ? height : width;
    const move = floor(onePerPicture(sizes, -distance, distance + 1, options)).astype("i32");
    const shape = axis === 2 ? [1, 1, size, 1] : [1, 1, 1, size];
    const place: Tensor = add(reshape(arange(0, size, 1, { dtype: "i32" }), shape), move);
    const isInside = place.greaterEqual(0).logicalAnd(place.less(size));
    const mirrored = where(
      place.less(0),
      multiply(place, -1),
      where(place.less(size), place, subtract(2 * (size - 1), place)),
    );
    const last = where(place.less(0), 0, where(place.less(size), place, size - 1));
    const moved = takeAlongAxis(values, mode === "reflect" ? mirrored : last, { axis });
    return mode === "zeros" ? where(isInside, moved, 0) : moved;
  };
  return along(along(x, 2), 3);
}

/** Options of `randomAffine`: how far pictures are changed at most. */
export interface AffineOptions extends AugmentOptions {
  /** Degrees to either side. Default 0. */
  readonly rotation?: number;
  /** Share of width and height, to all sides. Default 0. */
  readonly translation?: number;
  /** Least and largest factor of the size. Default 1 and 1. */
  readonly scale?: readonly [low: number, high: number];
  /** Degrees that upright lines are tilted to either side. Default 0. */
  readonly shear?: number;
  /** What is beyond the edge. Default `"zeros"`. */
  readonly padding?: "zeros" | "border" | "reflection";
}

/**
 * Each picture turned, tilted, scaled and moved at random about its middle, between its pixels linearly.
 * @throws ShapeError, DtypeError for other tensors, ArgumentError for ranges that are none.
 *
 * @example
 * ```ts
 * import { augment, random } from "smilodon";
 * const turned = augment.randomAffine(random.uniform([8, 1, 28, 28]), { rotation: 15, scale: [0.9, 1.1] });
 * console.log(turned.shape); // [8, 1, 28, 28]
 * ```
 */
export function randomAffine(
  x: Tensor,
  { rotation = 0, translation = 0, scale = [1, 1], shear = 0, padding = "zeros", ...options }: AffineOptions = {},
): Tensor {
  const sizes = sizesOf("randomAffine", x);
  requireWithin("randomAffine", "rotation", rotation, 0, 360);
  requireWithin("randomAffine", "translation", translation, 0, 1);
  requireWithin("randomAffine", "shear", shear, 0, 80);
  requireWithin("randomAffine", "the least scale", scale[0], 1e-3, scale[1]);
  const between = (low: number, high: number) => reshape(onePerPicture(sizes, low, high, options), [sizes.count]);
  const degrees = Math.PI / 180;
  const angle = between(-rotation * degrees, rotation * degrees);
  const slant = tan(between(-shear * degrees, shear * degrees));
  const smaller = between(scale[0], scale[1]).reciprocal();
  const [right, down] = [between(-2 * translation, 2 * translation), between(-2 * translation, 2 * translation)];
  return warped(
    x,
    sizes,
    { angle, slant, tilt: zerosLike(slant), across: smaller, along: smaller, right, down },
    padding,
  );
}

/** Where each place of the result is looked up, in coordinates from −1 to 1: a number for each picture. */
export interface Warp {
  readonly angle: Tensor;
  /** How far upright lines lean, and level ones. */
  readonly slant: Tensor;
  readonly tilt: Tensor;
  readonly across: Tensor;
  readonly along: Tensor;
  readonly right: Tensor;
  readonly down: Tensor;
}

/** Pictures looked up so. Angles are those of the picture as it is seen, whatever its proportions. */
export function warped(
  x: Tensor,
  { count, height, width }: PictureSizes,
  { angle, slant, tilt, across, along, right, down }: Warp,
  padding: "zeros" | "border" | "reflection",
): Tensor {
  const ratio = height / Math.max(width, 1);
  const [c, s] = [cos(angle), sin(angle)];
  const rows = [
    multiply(subtract(c, multiply(s, tilt)), across),
    multiply(multiply(subtract(multiply(c, slant), s), across), ratio),
    right,
    multiply(multiply(add(s, multiply(c, tilt)), along), 1 / ratio),
    multiply(add(multiply(s, slant), c), along),
    down,
  ];
  const theta = reshape(stack(rows, 1), [count, 2, 3]);
  return gridSample(x, affineGrid(theta, x.shape), { padding });
}

/** Options of `cutout`. */
export interface CutoutOptions extends AugmentOptions {
  /** What covers. Default 0. */
  readonly value?: number;
  /** How often. Default 1. */
  readonly probability?: number;
}

/**
 * Each picture with a square of `size` pixels covered, whose middle is anywhere in it.
 * @throws ShapeError, DtypeError for other tensors, ArgumentError where the size is no whole number.
 *
 * Source: T. DeVries, G. Taylor, "Improved regularization of convolutional neural networks with cutout", 2017.
 *
 * @example
 * ```ts
 * import { augment, ones } from "smilodon";
 * const covered = augment.cutout(ones([1, 1, 8, 8]), 3);
 * console.log((await covered.sum().item()) < 64); // true
 * ```
 */
export function cutout(
  x: Tensor,
  size: number,
  { value = 0, probability = 1, ...options }: CutoutOptions = {},
): Tensor {
  const sizes = sizesOf("cutout", x);
  if (!Number.isInteger(size) || size < 0)
    throw new ArgumentError(`cutout: the size is ${size}; it has to be a whole number of 0 or more.`, { size });
  requireWithin("cutout", "probability", probability, 0, 1);
  const isCovered = inBox(sizes, size, size, options);
  const happens = bernoulli([sizes.count, 1, 1, 1], probability, sourceOf(options.generator));
  return where(isCovered.logicalAnd(happens), value, x);
}

/** [count, 1, height, width]: which places lie in a box about a random middle; sizes may be tensors of [count, 1, 1, 1]. */
export function inBox(
  sizes: PictureSizes,
  tall: number | Tensor,
  wide: number | Tensor,
  options: AugmentOptions,
): Tensor {
  const along = (size: number, extent: number | Tensor, shape: readonly number[]) => {
    const middle = floor(onePerPicture(sizes, 0, size, options));
    const start = subtract(middle, floor(multiply(extent, 0.5)));
    const place: Tensor = reshape(arange(0, size, 1, { dtype: sizes.dtype }), shape);
    return place.greaterEqual(start).logicalAnd(place.less(add(start, extent)));
  };
  return along(sizes.height, tall, [1, 1, sizes.height, 1]).logicalAnd(
    along(sizes.width, wide, [1, 1, 1, sizes.width]),
  );
}
