/** Losses that ask for a margin: between sides, between classes, between pairs. */
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { relu } from "../../tensor/activation.ts";
import { add, divide, minimum, multiply, sqrt, square, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, greater, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { any, sum } from "../../tensor/reduce.ts";
import { norm } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { alongAxis, checkTarget, checkWeight, classAxis } from "./crossEntropy.ts";
import { type LossOptions, reduceLosses, requireEqualShapes } from "./reduction.ts";

/** What losses with a margin may be told. */
export interface MarginOptions extends LossOptions {
  /** How far apart is far enough. Default 1, for `cosineEmbeddingLoss` 0. */
  readonly margin?: number;
}

/**
 * max(0, margin − y · x) of scores x and sides y, averaged: what a support vector machine minimizes.
 *
 * @param scores any shape
 * @param target of the same shape: 1 or −1
 * @throws ShapeError unless both have one shape.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.hingeLoss(tensor([2, 0.5]), tensor([1, -1])).item()); // (0 + 1.5) / 2
 * ```
 */
export function hingeLoss(scores: Tensor, target: Tensor, { margin = 1, reduction }: MarginOptions = {}): Tensor {
  requireEqualShapes("hingeLoss", scores, target);
  return reduceLosses(relu(subtract(margin, multiply(scores, target))), reduction);
}

/** What `multiMarginLoss` may be told. */
export interface MultiMarginOptions extends MarginOptions {
  /** Exponent of what is missing: 1 (default) or 2. */
  readonly power?: 1 | 2;
  /** Factor of each class, [classes]. */
  readonly weight?: Tensor;
}

/**
 * Σᵢ max(0, margin − x[target] + x[i])^power / classes over the other classes i, averaged: the hinge loss of several classes.
 * PyTorch's `multi_margin_loss`.
 *
 * @param scores [classes] or [rows, classes]
 * @param target whole numbers, [] or [rows]; a class that there is not gives NaN
 * @throws ShapeError where the shapes do not fit, DtypeError where the target is not whole numbers.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const target = tensor([0], { dtype: "i32" });
 * console.log(await nn.multiMarginLoss(tensor([[2, 1.5, -1]]), target).item()); // 0.5 / 3
 * ```
 */
export function multiMarginLoss(scores: Tensor, target: Tensor, options: MultiMarginOptions = {}): Tensor {
  const { margin = 1, power = 1, weight, reduction } = options;
  const axis = classAxis("multiMarginLoss", scores);
  checkTarget("multiMarginLoss", scores, target, axis);
  checkWeight("multiMarginLoss", scores, axis, weight);
  const count = scores.shape[axis] ?? 0;
  const classes = alongAxis(arange(count), axis, scores.rank);
  const isTarget = equal(expandDims(astype(target, "i32"), axis), classes);
  const own = sum(where(isTarget, scores, 0), axis, { keepDims: true });
  const missing = relu(add(subtract(margin, own), scores));
  const costs = where(isTarget, 0, power === 1 ? missing : square(missing));
  let losses: Tensor = where(any(isTarget, axis), divide(sum(costs, axis), count), NaN);
  if (weight !== undefined) {
    const factors = where(isTarget, alongAxis(astype(weight, scores.dtype), axis, scores.rank), 0);
    losses = multiply(losses, sum(factors, axis));
  }
  return reduceLosses(losses, reduction);
}

/** What `tripletMarginLoss` may be told. */
export interface TripletOptions extends MarginOptions {
  /** Of the norm of differences. Default 2. */
  readonly order?: number;
  /** Take the negative's distance from the positive where that is less than from the anchor. Default false. */
  readonly swap?: boolean;
}

/**
 * max(0, margin + |anchor − positive| − |anchor − negative|) along the last axis, averaged: what is alike shall be nearer than what is not.
 * PyTorch's `triplet_margin_loss`, with its 10⁻⁶ added to differences.
 *
 * @param anchor [..., features], as the two others
 * @throws ShapeError unless all have one shape.
 *
 * Source: V. Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional neural networks", BMVC 2016.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 1.5]])];
 * console.log(await nn.tripletMarginLoss(anchor, positive, negative).item()); // nearly 0.5
 * ```
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { margin = 1, order = 2, swap = false, reduction }: TripletOptions = {},
): Tensor {
  requireEqualShapes("tripletMarginLoss", anchor, positive);
  requireEqualShapes("tripletMarginLoss", anchor, negative);
  const distance = (a: Tensor, b: Tensor): Tensor => norm(add(subtract(a, b), 1e-6), -1, { order });
  const far = distance(anchor, negative);
  const apart = swap ? minimum(far, distance(positive, negative)) : far;
  return reduceLosses(relu(subtract(add(distance(anchor, positive), margin), apart)), reduction);
}

/**
 * 1 − cos of the angle between rows that belong together (target 1), max(0, cos − margin) of those that do not (target −1), averaged.
 * PyTorch's `cosine_embedding_loss`.
 *
 * @param a [rows, features] or [features]
 * @param b of the same shape
 * @param target [rows] or []: 1 or −1
 * @throws ShapeError where the shapes do not fit, ArgumentError for a margin outside −1 to 1.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const [a, b] = [tensor([[1, 0], [1, 0]]), tensor([[2, 0], [0, 1]])];
 * console.log(await nn.cosineEmbeddingLoss(a, b, tensor([1, -1])).item()); // nearly 0
 * ```
 */
export function cosineEmbeddingLoss(
  a: Tensor,
  b: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginOptions = {},
): Tensor {
  requireEqualShapes("cosineEmbeddingLoss", a, b);
  if (!sameShape(target.shape, a.shape.slice(0, -1)))
    throw new ShapeError(
      `cosineEmbeddingLoss: the target has shape ${showShape(target.shape)}; for inputs of shape ${showShape(a.shape)} it has to have ${showShape(a.shape.slice(0, -1))}, one side for each pair.`,
      { target: target.shape, input: a.shape },
    );
  if (!(margin >= -1 && margin <= 1))
    throw new ArgumentError(`cosineEmbeddingLoss: the margin is ${margin}; cosines are from −1 to 1.`, { margin });
  const size = (x: Tensor): Tensor => add(sum(square(x), -1), 1e-12);
  const cosine = divide(sum(multiply(a, b), -1), sqrt(multiply(size(a), size(b))));
  return reduceLosses(where(greater(target, 0), subtract(1, cosine), relu(subtract(cosine, margin))), reduction);
}
