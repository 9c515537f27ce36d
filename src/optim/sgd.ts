/** Gradient descent, with momentum. */

import { ArgumentError } from "../support/errors.ts";
import { add, multiply, subtract } from "../tensor/arithmetic.ts";
import { equal, where } from "../tensor/comparison.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  decayedGradient,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  type Update,
  type Updated,
} from "./optimizer.ts";

/** What `SGD` may be told. Weight decay adds weightDecay · value to the gradient (default 0). */
export interface SgdOptions extends OptimizerOptions {
  /** How much of the last direction is kept. Default 0. */
  readonly momentum?: number;
  /** How much the gradient is damped as it enters the direction. Default 0. */
  readonly dampening?: number;
  /** Look ahead along the direction. Default false. */
  readonly nesterov?: boolean;
}

/**
 * value −= rate · direction, where direction = momentum · direction + (1 − dampening) · gradient; as PyTorch's `SGD`.
 *
 * Source: I. Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { learningRate: 0.1, momentum: 0.9, nesterov: true });
 * ```
 */
export class SGD extends Optimizer {
  protected readonly momentNames: readonly string[];
  readonly #momentum: number;
  readonly #dampening: number;
  readonly #nesterov: boolean;

  /** @throws ArgumentError for momentum below 0, and for Nesterov momentum without momentum or with dampening. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: SgdOptions) {
    super(parameters, options);
    const { momentum = 0, dampening = 0, nesterov = false } = options;
    if (!(momentum >= 0))
      throw new ArgumentError(`SGD: momentum is ${momentum}; it has to be zero or more.`, { momentum });
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new ArgumentError("SGD: Nesterov momentum needs momentum above 0 and no dampening.", {
        momentum,
        dampening,
      });
    this.#momentum = momentum;
    this.#dampening = dampening;
    this.#nesterov = nesterov;
    this.momentNames = momentum === 0 ? [] : ["momentum"];
  }

  protected update(update: Update): Updated {
    const {
      value,
      moments: [direction],
      rate,
      count,
    } = update;
    const decayed = decayedGradient(update);
    if (direction === undefined) return { value: subtract(value, multiply(decayed, rate)), moments: [] };
    const kept = multiply(direction, this.#momentum);
    let next: Tensor = add(kept, multiply(decayed, 1 - this.#dampening));
    // The first gradient is the first direction, undamped
    if (this.#dampening !== 0) next = where(equal(count, 1), decayed, next);
    const way = this.#nesterov ? add(decayed, multiply(next, this.#momentum)) : next;
    return { value: subtract(value, multiply(way, rate)), moments: [next] };
  }
}
