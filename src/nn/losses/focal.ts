/** The loss of yes-or-no decisions where most are easy. */
import { softplus } from "../../tensor/activation.ts";
import { add, multiply, negative, subtract } from "../../tensor/arithmetic.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp } from "../../tensor/transcendental.ts";
import { type LossOptions, reduceLosses, requireEqualShapes } from "./reduction.ts";

/** What `focalLoss` may be told. */
export interface FocalOptions extends LossOptions {
  /** Factor of positive targets, 1 − alpha being that of the others; null weighs both alike. Default 0.25. */
  readonly alpha?: number | null;
  /** How strongly sure decisions are passed over. 0 makes it the cross-entropy. Default 2. */
  readonly gamma?: number;
}

/**
 * −αₜ · (1 − pₜ)^gamma · ln pₜ, where pₜ is the probability that logits give to the right answer; averaged, without overflow.
 *
 * @param logits any shape, before the sigmoid
 * @param target of the same shape: 0 or 1
 * @throws ShapeError unless both have one shape.
 *
 * Source: T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017, equation 5.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.focalLoss(tensor([0, 0]), tensor([1, 0]), { alpha: null }).item()); // ln 2 / 4
 * ```
 */
export function focalLoss(
  logits: Tensor,
  target: Tensor,
  { alpha = 0.25, gamma = 2, reduction }: FocalOptions = {},
): Tensor {
  requireEqualShapes("focalLoss", logits, target);
  // For y = 1 the probability is σ(x), for y = 0 it is σ(−x): one logit z with −ln pₜ = softplus(−z)
  const z: Tensor = multiply(logits, subtract(multiply(target, 2), 1));
  const losses: Tensor = multiply(exp(multiply(softplus(z), -gamma)), softplus(negative(z)));
  const factor = alpha === null ? 1 : add(multiply(target, 2 * alpha - 1), 1 - alpha);
  return reduceLosses(multiply(losses, factor), reduction);
}
