/** The loss of yes-or-no decisions. */
import { softplus } from "../../tensor/activation.ts";
import { add, multiply, negative, subtract } from "../../tensor/arithmetic.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type LossOptions, reduceLosses, requireEqualShapes } from "./reduction.ts";

/** What `binaryCrossEntropyWithLogits` may be told. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Factor of each loss; broadcasts to the logits. */
  readonly weight?: Tensor;
  /** Factor of the losses of positive targets; broadcasts to the logits. Above 1 favours recall. */
  readonly positiveWeight?: Tensor;
}

/**
 * −(y · ln σ(x) + (1 − y) · ln(1 − σ(x))) of logits x and targets y from 0 to 1, averaged; without overflow.
 *
 * @param logits any shape, before the sigmoid
 * @param target of the same shape, of floats: 0, 1 or between
 * @throws ShapeError unless both have one shape.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.binaryCrossEntropyWithLogits(tensor([100, -100]), tensor([1, 0])).item()); // nearly 0
 * ```
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  requireEqualShapes("binaryCrossEntropyWithLogits", logits, target);
  const { weight, positiveWeight, reduction } = options;
  const missed = softplus(negative(logits));
  // (1 − y)·x + (1 + (p − 1)·y) · softplus(−x)
  const factor = positiveWeight && add(multiply(subtract(positiveWeight, 1), target), 1);
  const losses = add(multiply(subtract(1, target), logits), factor === undefined ? missed : multiply(factor, missed));
  return reduceLosses(weight === undefined ? losses : multiply(losses, weight), reduction);
}
