/** LAMB: Adam whose step is as long as the weights say, for very large batches. */
import { at } from "../support/invariant.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../tensor/arithmetic.ts";
import { equal, logicalOr, where } from "../tensor/comparison.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { norm } from "../tensor/statistics.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type AdamOptions, startCorrection } from "./adam.ts";
import { averaged, Optimizer, type ParameterGroup, requireShares, type Update, type Updated } from "./optimizer.ts";

/**
 * value −= rate · |value| / |step| · step, where step = Adam's direction + weightDecay · value (default 0), with norms over the whole
 * parameter; the ratio is 1 where one of them is 0. Options as for `Adam`, epsilon 10⁻⁶.
 *
 * Source: Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020, algorithm 2.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.LAMB(new nn.Linear(2, 1).parameters(), { learningRate: 0.01, weightDecay: 0.01 });
 * ```
 */
export class LAMB extends Optimizer {
  protected readonly momentNames = ["firstMoment", "secondMoment"];
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;

  /** @throws ArgumentError for betas outside 0 to 1. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: AdamOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? 1e-3 });
    const { betas = [0.9, 0.999], epsilon = 1e-6 } = options;
    requireShares("LAMB", { "betas[0]": betas[0], "betas[1]": betas[1] });
    this.#betas = betas;
    this.#epsilon = epsilon;
  }

  protected update({ value, gradient, moments, rate, count, weightDecay }: Update): Updated {
    const [keepFirst, keepSecond] = this.#betas;
    const first = averaged(at(moments, 0), gradient, keepFirst);
    const second = averaged(at(moments, 1), square(gradient), keepSecond);
    const divisor = add(sqrt(divide(second, startCorrection(keepSecond, count))), this.#epsilon);
    let step: Tensor = divide(divide(first, startCorrection(keepFirst, count)), divisor);
    if (weightDecay > 0) step = add(step, multiply(value, weightDecay));
    const [weights, length] = [norm(value), norm(step)];
    const hasNone = logicalOr(equal(weights, 0), equal(length, 0));
    const ratio = where(hasNone, 1, divide(weights, where(hasNone, 1, length)));
    return { value: subtract(value, multiply(step, multiply(rate, ratio))), moments: [first, second] };
  }
}
