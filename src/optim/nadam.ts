/** NAdam: Adam that looks ahead. */

import { at } from "../support/invariant.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../tensor/arithmetic.ts";
import { equal, where } from "../tensor/comparison.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { exp } from "../tensor/transcendental.ts";
import { type AdamOptions, startCorrection } from "./adam.ts";
import {
  averaged,
  decayedGradient,
  Optimizer,
  type ParameterGroup,
  requireShares,
  type Update,
  type Updated,
} from "./optimizer.ts";

/** What `NAdam` may be told; the defaults are PyTorch's. */
export interface NAdamOptions extends AdamOptions {
  /** Default 0.002. */
  readonly learningRate?: number;
  /** How fast the momentum rises to its full size. Default 0.004. */
  readonly momentumDecay?: number;
}

/**
 * Adam with Nesterov momentum, as PyTorch's `NAdam`: weight decay adds weightDecay · value to the gradient (default 0).
 *
 * Source: T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.NAdam(new nn.Linear(2, 1).parameters(), { learningRate: 0.01 });
 * ```
 */
export class NAdam extends Optimizer {
  protected readonly momentNames = ["firstMoment", "secondMoment", "momentumProduct"];
  protected override readonly scalarMoments = ["momentumProduct"];
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  readonly #momentumDecay: number;

  /** @throws ArgumentError for betas outside 0 to 1. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: NAdamOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? 2e-3 });
    const { betas = [0.9, 0.999], epsilon = 1e-8, momentumDecay = 4e-3 } = options;
    requireShares("NAdam", { "betas[0]": betas[0], "betas[1]": betas[1] });
    this.#betas = betas;
    this.#epsilon = epsilon;
    this.#momentumDecay = momentumDecay;
  }

  protected update(update: Update): Updated {
    const { value, moments, rate, count } = update;
    const [keepFirst, keepSecond] = this.#betas;
    const gradient = decayedGradient(update);
    const first = averaged(at(moments, 0), gradient, keepFirst);
    const second = averaged(at(moments, 1), square(gradient), keepSecond);
    const [momentum, next] = [this.#momentumAt(count), this.#momentumAt(add(count, 1))];
    const product: Tensor = multiply(momentum, where(equal(count, 1), 1, at(moments, 2)));
    const divisor = add(sqrt(divide(second, startCorrection(keepSecond, count))), this.#epsilon);
    const ofGradient = divide(multiply(rate, subtract(1, momentum)), subtract(1, product));
    const ofMoment = divide(multiply(rate, next), subtract(1, multiply(product, next)));
    const way = add(multiply(gradient, ofGradient), multiply(first, ofMoment));
    return { value: subtract(value, divide(way, divisor)), moments: [first, second, product] };
  }

  /** β · (1 − ½ · 0.96^(step · momentumDecay)) */
  #momentumAt(step: Tensor): Tensor {
    const power = exp(multiply(step, this.#momentumDecay * Math.log(0.96)));
    return multiply(subtract(1, multiply(power, 0.5)), this.#betas[0]);
  }
}
