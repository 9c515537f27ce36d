/** Lion: only the sign of the direction counts. */
import { at } from "../support/invariant.ts";
import { add, multiply, sign, subtract } from "../tensor/arithmetic.ts";
import type { Parameter } from "../tensor/parameter.ts";
import {
  averaged,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  requireShares,
  type Update,
  type Updated,
} from "./optimizer.ts";

/** What `Lion` may be told. */
export interface LionOptions extends Partial<OptimizerOptions> {
  /** Three to ten times less than for AdamW. Default 0.0001. */
  readonly learningRate?: number;
  /** How much of the average enters the direction, and how much of it is kept. Default 0.9 and 0.99. */
  readonly betas?: readonly [number, number];
}

/**
 * value −= rate · (sign(β₁ · average + (1 − β₁) · gradient) + weightDecay · value). One tensor of state for each parameter; the
 * weight decay (default 0) is to be three to ten times that of AdamW.
 *
 * Source: X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.Lion(new nn.Linear(2, 1).parameters(), { weightDecay: 0.1 });
 * ```
 */
export class Lion extends Optimizer {
  protected readonly momentNames = ["average"];
  readonly #betas: readonly [number, number];

  /** @throws ArgumentError for betas outside 0 to 1. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: LionOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? 1e-4 });
    const { betas = [0.9, 0.99] } = options;
    requireShares("Lion", { "betas[0]": betas[0], "betas[1]": betas[1] });
    this.#betas = betas;
  }

  protected update({ value, gradient, moments, rate, weightDecay }: Update): Updated {
    const average = at(moments, 0);
    const way = sign(averaged(average, gradient, this.#betas[0]));
    const decayed = weightDecay === 0 ? way : add(way, multiply(value, weightDecay));
    return { value: subtract(value, multiply(decayed, rate)), moments: [averaged(average, gradient, this.#betas[1])] };
  }
}
