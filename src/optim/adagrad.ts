/** Adagrad and Adadelta: steps that shrink where gradients have been large. */
import { at } from "../support/invariant.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../tensor/arithmetic.ts";
import type { Parameter } from "../tensor/parameter.ts";
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

/** What `Adagrad` may be told; the defaults are PyTorch's. Weight decay adds weightDecay · value to the gradient (default 0). */
export interface AdagradOptions extends Partial<OptimizerOptions> {
  /** Default 0.01. */
  readonly learningRate?: number;
  /** The rate of step n is divided by 1 + (n − 1) · rateDecay. Default 0. */
  readonly rateDecay?: number;
  /** Added to the divisor. Default 10⁻¹⁰. */
  readonly epsilon?: number;
}

/**
 * value −= rate · gradient / (√sum of gradient² + epsilon), as PyTorch's `Adagrad`: features that are rarely there keep large steps.
 *
 * Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning", JMLR 12, 2011.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.Adagrad(new nn.Linear(2, 1).parameters(), { learningRate: 0.1 });
 * ```
 */
export class Adagrad extends Optimizer {
  protected readonly momentNames = ["sum"];
  readonly #rateDecay: number;
  readonly #epsilon: number;

  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: AdagradOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? 0.01 });
    const { rateDecay = 0, epsilon = 1e-10 } = options;
    this.#rateDecay = rateDecay;
    this.#epsilon = epsilon;
  }

  protected update(update: Update): Updated {
    const { value, moments, rate, count } = update;
    const gradient = decayedGradient(update);
    const sum = add(at(moments, 0), square(gradient));
    const size = divide(rate, add(multiply(subtract(count, 1), this.#rateDecay), 1));
    return { value: subtract(value, multiply(size, divide(gradient, add(sqrt(sum), this.#epsilon)))), moments: [sum] };
  }
}

/** What `Adadelta` may be told; the defaults are PyTorch's. Weight decay adds weightDecay · value to the gradient (default 0). */
export interface AdadeltaOptions extends Partial<OptimizerOptions> {
  /** Default 1. */
  readonly learningRate?: number;
  /** How much of both averages is kept each step. Default 0.9. */
  readonly rho?: number;
  /** Added to both averages. Default 10⁻⁶. */
  readonly epsilon?: number;
}

/**
 * Steps as large as steps have been, over gradients as large as gradients have been; as PyTorch's `Adadelta`.
 *
 * Source: M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const optimizer = new optim.Adadelta(new nn.Linear(2, 1).parameters());
 * ```
 */
export class Adadelta extends Optimizer {
  protected readonly momentNames = ["square", "squaredStep"];
  readonly #rho: number;
  readonly #epsilon: number;

  /** @throws ArgumentError for a rho outside 0 to 1. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: AdadeltaOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? 1 });
    const { rho = 0.9, epsilon = 1e-6 } = options;
    requireShares("Adadelta", { rho });
    this.#rho = rho;
    this.#epsilon = epsilon;
  }

  protected update(update: Update): Updated {
    const { value, moments, rate } = update;
    const gradient = decayedGradient(update);
    const squares = averaged(at(moments, 0), square(gradient), this.#rho);
    const ratio = divide(sqrt(add(at(moments, 1), this.#epsilon)), sqrt(add(squares, this.#epsilon)));
    const step = multiply(ratio, gradient);
    const steps = averaged(at(moments, 1), square(step), this.#rho);
    return { value: subtract(value, multiply(step, rate)), moments: [squares, steps] };
  }
}
