/** Losses of numbers: how far from the target. */
import { abs, square, subtract } from "../../tensor/arithmetic.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type LossOptions, reduceLosses, requireEqualShapes } from "./reduction.ts";

/**
 * (input − target)², averaged.
 * @throws ShapeError unless both have one shape.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.mseLoss(tensor([1, 2]), tensor([1, 4])).item()); // 2
 * ```
 */
export function mseLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireEqualShapes("mseLoss", input, target);
  return reduceLosses(square(subtract(input, target)), reduction);
}

/**
 * |input − target|, averaged. The derivative is 0 where they are equal.
 * @throws ShapeError unless both have one shape.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.l1Loss(tensor([1, 2]), tensor([1, 4])).item()); // 1
 * ```
 */
export function l1Loss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireEqualShapes("l1Loss", input, target);
  return reduceLosses(abs(subtract(input, target)), reduction);
}
