/** Pictures mixed with others of the batch, and their labels in the same shares. */

import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add, multiply, sqrt, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { concat } from "../../tensor/joining.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { mean } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { beta } from "../random/gamma.ts";
import { type AugmentOptions, type PictureSizes, sizesOf, sourceOf } from "./batch.ts";
import { inBox } from "./geometry.ts";

/** Options of `mixup` and `cutmix`. */
export interface MixOptions extends AugmentOptions {
  /** Both parameters of the beta distribution that shares are drawn from: small ones seldom mix, 1 mixes in any share alike. Default 1. */
  readonly alpha?: number;
}

/** Pictures with what they show. */
export interface Mixed {
  readonly x: Tensor;
  readonly y: Tensor;
}

/**
 * Each picture and its label as a weighted mean of itself and another one of the batch.
 *
 * @param y [count, classes]: `oneHot` of the labels, or shares
 * @throws ShapeError where the counts differ, DtypeError where pictures are no floats, ArgumentError where alpha is not above 0.
 *
 * Source: H. Zhang, M. Cisse, Y. Dauphin, D. Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR 2018.
 *
 * @example
 * ```ts
 * import { augment, oneHot, random, tensor } from "smilodon";
 * const y = oneHot(tensor([0, 1, 2, 1], { dtype: "i32" }), 3, { dtype: "f32" });
 * const mixed = augment.mixup(random.uniform([4, 3, 8, 8]), y, { alpha: 0.2 });
 * console.log(await mixed.y.sum({ axis: 1 }).toArray()); // about [1, 1, 1, 1]
 * ```
 */
export function mixup(x: Tensor, y: Tensor, { alpha = 1, ...options }: MixOptions = {}): Mixed {
  const sizes = checked("mixup", x, y, alpha);
  const share = beta([sizes.count, 1, 1, 1], alpha, alpha, { dtype: sizes.dtype, ...sourceOf(options.generator) });
  return { x: between(next(x), x, share), y: between(next(y), y, labelShare(share, y)) };
}

/**
 * Each picture with a box of another one of the batch in it, and its label in the shares of their areas.
 * @throws as `mixup`
 *
 * Source: S. Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features", ICCV 2019.
 *
 * @example
 * ```ts
 * import { augment, oneHot, random, tensor } from "smilodon";
 * const y = oneHot(tensor([0, 1], { dtype: "i32" }), 2, { dtype: "f32" });
 * console.log(augment.cutmix(random.uniform([2, 1, 8, 8]), y).x.shape); // [2, 1, 8, 8]
 * ```
 */
export function cutmix(x: Tensor, y: Tensor, { alpha = 1, ...options }: MixOptions = {}): Mixed {
  const sizes = checked("cutmix", x, y, alpha);
  const drawn = beta([sizes.count, 1, 1, 1], alpha, alpha, { dtype: sizes.dtype, ...sourceOf(options.generator) });
  const side = sqrt(subtract(1, drawn));
  const isOther = inBox(sizes, multiply(side, sizes.height), multiply(side, sizes.width), options);
  // Boxes are cut off at the edge: the share is that of what is left
  const share = subtract(1, mean(isOther.astype(sizes.dtype), { axis: [1, 2, 3], keepDims: true }));
  return { x: where(isOther, next(x), x), y: between(next(y), y, labelShare(share, y)) };
}

/** Each entry's successor, the first one's for the last: batches are shuffled already. */
function next(each: Tensor): Tensor {
  return concat([slice(each, [1]), slice(each, [0, 1])], 0);
}

function between(other: Tensor, own: Tensor, share: Tensor): Tensor {
  return add(other, multiply(share, subtract(own, other))).astype(own.dtype);
}

function labelShare(share: Tensor, y: Tensor): Tensor {
  return reshape(share, [y.shape[0] ?? 0, ...y.shape.slice(1).map(() => 1)]);
}

function checked(operation: string, x: Tensor, y: Tensor, alpha: number): PictureSizes {
  const sizes = sizesOf(operation, x);
  if (y.rank < 2 || y.shape[0] !== sizes.count)
    throw new ShapeError(
      `${operation}: the labels have shape [${y.shape}] for ${sizes.count} pictures; they have to be [${sizes.count}, classes]. Make them with oneHot.`,
      { labels: y.shape, count: sizes.count },
    );
  if (!(alpha > 0 && alpha < Infinity))
    throw new ArgumentError(`${operation}: alpha is ${alpha}; it has to be above 0.`, { alpha });
  return sizes;
}
