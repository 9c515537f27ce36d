/** Losses of numbers: how far from the target. */
import { ArgumentError } from "../../support/errors.ts";
import { abs, maximum, multiply, square, subtract } from "../../tensor/arithmetic.ts";
import { less, where } from "../../tensor/comparison.ts";
import type { Operand } from "../../tensor/operands.ts";
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

/** What `huberLoss` may be told. */
export interface HuberOptions extends LossOptions {
  /** Distance at which the parabola becomes a line, above 0. Default 1. */
  readonly delta?: number;
}

/**
 * ½ · d² for distances d below `delta`, delta · (d − ½ · delta) from there on, averaged: outliers pull no harder than by delta.
 * PyTorch's `huber_loss`.
 * @throws ShapeError unless both have one shape, ArgumentError for another delta.
 *
 * Source: P. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.huberLoss(tensor([0, 0]), tensor([1, 10]), { reduction: "none" }).toArray()); // [0.5, 9.5]
 * ```
 */
export function huberLoss(input: Tensor, target: Tensor, { delta = 1, reduction }: HuberOptions = {}): Tensor {
  requireEqualShapes("huberLoss", input, target);
  requirePositive("huberLoss", "delta", delta);
  const distance = abs(subtract(input, target));
  const line = multiply(subtract(distance, delta / 2), delta);
  return reduceLosses(where(less(distance, delta), multiply(square(distance), 0.5), line), reduction);
}

/** What `smoothL1Loss` may be told. */
export interface SmoothL1Options extends LossOptions {
  /** Distance at which the parabola becomes a line; 0 is the `l1Loss`. Default 1. */
  readonly beta?: number;
}

/**
 * ½ · d² / beta for distances d below `beta`, d − ½ · beta from there on, averaged. PyTorch's `smooth_l1_loss`.
 * @throws ShapeError unless both have one shape, ArgumentError for a beta below 0.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.smoothL1Loss(tensor([0, 0]), tensor([1, 10]), { beta: 2 }).toArray()); // (0.25 + 9) / 2
 * ```
 */
export function smoothL1Loss(input: Tensor, target: Tensor, { beta = 1, reduction }: SmoothL1Options = {}): Tensor {
  if (beta === 0) return l1Loss(input, target, reduction === undefined ? {} : { reduction });
  requireEqualShapes("smoothL1Loss", input, target);
  requirePositive("smoothL1Loss", "beta", beta);
  const distance = abs(subtract(input, target));
  const parabola = multiply(square(distance), 0.5 / beta);
  return reduceLosses(where(less(distance, beta), parabola, subtract(distance, beta / 2)), reduction);
}

/**
 * The pinball loss, whose least mean is the q-quantile: q · (y − x) where the target y is above the input x, (1 − q) · (x − y) below.
 *
 * @param input any shape
 * @param target of the same shape
 * @param quantile q between 0 and 1, or a tensor of such that broadcasts to the input, for several quantiles at once
 * @throws ShapeError unless both have one shape, ArgumentError for a quantile outside 0 to 1.
 *
 * Source: R. Koenker, G. Bassett, "Regression quantiles", Econometrica 46, 1978.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await nn.quantileLoss(tensor([0, 0]), tensor([1, -1]), 0.9).item()); // (0.9 + 0.1) / 2
 * ```
 */
export function quantileLoss(
  input: Tensor,
  target: Tensor,
  quantile: Operand,
  { reduction }: LossOptions = {},
): Tensor {
  requireEqualShapes("quantileLoss", input, target);
  if (typeof quantile === "number" && !(quantile >= 0 && quantile <= 1))
    throw new ArgumentError(`quantileLoss: the quantile is ${quantile}; it has to be from 0 to 1.`, { quantile });
  const missing: Tensor = subtract(target, input);
  // Two plain numbers would make a tensor of single precision
  const below = typeof quantile === "number" ? quantile - 1 : subtract(quantile, 1);
  return reduceLosses(maximum(multiply(missing, quantile), multiply(missing, below)), reduction);
}

function requirePositive(loss: string, name: string, value: number): void {
  if (value > 0) return;
  throw new ArgumentError(`${loss}: ${name} is ${value}; it has to be above 0.`, { [name]: value });
}
