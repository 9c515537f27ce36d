/** RMSprop: the gradient divided by how large it has been lately. */
import { at } from "../support/invariant.ts";
import { add, divide, maximum, multiply, sqrt, square, subtract } from "../tensor/arithmetic.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  averaged,
  decayedGradient,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  requireShares,
  type Update,
  type Updated,
} from "./optimizer.ts";

/** What `RMSprop` may be told; the defaults are PyTorch's. Weight decay adds weightDecay · value to the gradient (default 0). */
export interface RmspropOptions extends Partial<OptimizerOptions> {
  /** Default 0.01. */
  readonly learningRate?: number;
  /** How much of the average of squares is kept each step. Default 0.99. */
  readonly alpha?: number;
  /** Added to the divisor. Default 10⁻⁸. */
  readonly epsilon?: number;
  /** How much of the last direction is kept. Default 0. */
  readonly momentum?: number;
  /** Divide by the deviation instead: the average gradient is kept too. Default false. */
  readonly centered?: boolean;
}

/**
 * value −= rate · gradient / (√average of gradient² + epsilon), as PyTorch's `RMSprop`.
 *
 * Source: G. Hinton, "Neural networks for machine learning", lecture 6e, 2012; centered: A. Graves, 2013.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.RMSprop(new nn.Linear(2, 1).parameters(), { learningRate: 0.01, momentum: 0.9 });
 * ```
 */
export class RMSprop extends Optimizer {
  protected readonly momentNames: readonly string[];
  readonly #options: Required<Pick<RmspropOptions, "alpha" | "epsilon" | "momentum" | "centered">>;

  /** @throws ArgumentError for an alpha or momentum outside 0 to 1. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: RmspropOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? 0.01 });
    const { alpha = 0.99, epsilon = 1e-8, momentum = 0, centered = false } = options;
    requireShares("RMSprop", { alpha, momentum });
    this.#options = { alpha, epsilon, momentum, centered };
    this.momentNames = ["square", ...(centered ? ["mean"] : []), ...(momentum > 0 ? ["momentum"] : [])];
  }

  protected update(update: Update): Updated {
    const { value, moments, rate } = update;
    const { alpha, epsilon, momentum, centered } = this.#options;
    const gradient = decayedGradient(update);
    const next = [averaged(at(moments, 0), square(gradient), alpha)];
    let size: Tensor = at(next, 0);
    if (centered) {
      next.push(averaged(at(moments, 1), gradient, alpha));
      // Rounding must not bring a variance of nothing below it
      size = maximum(subtract(size, square(at(next, 1))), 0);
    }
    let way: Tensor = divide(gradient, add(sqrt(size), epsilon));
    if (momentum > 0) next.push((way = add(multiply(at(moments, next.length), momentum), way)));
    return { value: subtract(value, multiply(way, rate)), moments: next };
  }
}
