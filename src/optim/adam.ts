/** Adam and AdamW: each element's step is scaled by how large its gradients have been. */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { add, divide, multiply, negative, sqrt, square, subtract } from "../tensor/arithmetic.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expm1 } from "../tensor/transcendental.ts";
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

/** What `Adam` and `AdamW` may be told; the defaults are PyTorch's. */
export interface AdamOptions extends Partial<OptimizerOptions> {
  /** Default 0.001. */
  readonly learningRate?: number;
  /** How much of the averages of gradients and of their squares is kept each step. Default 0.9 and 0.999. */
  readonly betas?: readonly [number, number];
  /** Added to the divisor. Default 10⁻⁸. */
  readonly epsilon?: number;
}

const defaultRate = 1e-3;

/** What both share: averages of gradients and squares, corrected for their start at zero. */
abstract class AdamBase extends Optimizer {
  protected readonly momentNames = ["firstMoment", "secondMoment"];
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  /** By the step count, which all parameters of a dtype have in common. */
  readonly #corrections = new WeakMap<Tensor, readonly [first: Tensor, second: Tensor]>();

  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: AdamOptions & OptimizerOptions) {
    super(parameters, options);
    const { betas = [0.9, 0.999], epsilon = 1e-8 } = options;
    requireShares("Adam", { "betas[0]": betas[0], "betas[1]": betas[1] });
    if (!(epsilon >= 0))
      throw new ArgumentError(`Adam: epsilon is ${epsilon}; it has to be zero or more.`, { epsilon });
    this.#betas = betas;
    this.#epsilon = epsilon;
  }

  /** `value` moved by the averages after `gradient` has entered them. */
  protected move(value: Tensor, gradient: Tensor, { moments, rate, count }: Update): Updated {
    const [first, second] = [at(moments, 0), at(moments, 1)];
    const [keepFirst, keepSecond] = this.#betas;
    const nextFirst = averaged(first, gradient, keepFirst);
    const nextSecond = averaged(second, square(gradient), keepSecond);
    const [ofFirst, ofSecond] = remember(this.#corrections, count, () => [
      startCorrection(keepFirst, count),
      sqrt(startCorrection(keepSecond, count)),
    ]);
    const divisor = add(divide(sqrt(nextSecond), ofSecond), this.#epsilon);
    const size = divide(rate, ofFirst);
    return { value: subtract(value, multiply(size, divide(nextFirst, divisor))), moments: [nextFirst, nextSecond] };
  }
}

/** 1 − kept^count, computed so that single precision keeps its digits when `kept` is near 1. */
export function startCorrection(kept: number, count: Tensor): Tensor {
  return negative(expm1(multiply(count, Math.log(kept))));
}

/**
 * Adam, as PyTorch's: weight decay adds weightDecay · value to the gradient (default 0). `AdamW` decays weights better.
 *
 * Source: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.Adam(new nn.Linear(2, 1).parameters(), { learningRate: 0.01 });
 * ```
 */
export class Adam extends AdamBase {
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: AdamOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? defaultRate });
  }

  protected update(update: Update): Updated {
    return this.move(update.value, decayedGradient(update), update);
  }
}

/**
 * Adam with weight decay of its own: value −= rate · weightDecay · value before the step (default 0.01); as PyTorch's `AdamW`.
 *
 * Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const model = new nn.Linear(2, 1);
 * const optimizer = new optim.AdamW([{ parameters: [model.weight] }, { parameters: model.bias ? [model.bias] : [], weightDecay: 0 }]);
 * optimizer.learningRate = 3e-4;
 * ```
 */
export class AdamW extends AdamBase {
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: AdamOptions = {}) {
    super(parameters, {
      ...options,
      learningRate: options.learningRate ?? defaultRate,
      weightDecay: options.weightDecay ?? 0.01,
    });
  }

  protected update(update: Update): Updated {
    const { value, gradient, rate, weightDecay } = update;
    const decayed = weightDecay === 0 ? value : multiply(value, subtract(1, multiply(rate, weightDecay)));
    return this.move(decayed, gradient, update);
  }
}
