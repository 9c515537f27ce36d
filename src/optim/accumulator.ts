/** Gradients of several small batches as one step: a large batch where memory holds only a part of it. */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { add, divide } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { zeros, zerosLike } from "../tensor/creation.ts";
import { computeTogether, keepingGraph } from "../tensor/evaluation.ts";
import { Parameter } from "../tensor/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { gradientsOf } from "../transforms/gradient.ts";
import { type Optimizer, requireScalar } from "./optimizer.ts";

/**
 * Adds up gradients until `step` hands their mean to the optimizer: as one step on all batches together, if the batches
 * have equal sizes and losses are means. Works the same in eager code and inside `compile`.
 *
 * @example
 * ```ts
 * import { compile, nn, optim, type Tensor, tensor } from "smilodon";
 * const model = new nn.Linear(2, 1);
 * const accumulator = new optim.GradientAccumulator(new optim.AdamW(model.parameters()));
 * const add = compile((x: Tensor, y: Tensor) => accumulator.add(() => nn.mseLoss(model.forward(x), y)));
 * const step = compile(() => accumulator.step());
 * for (let batch = 0; batch < 4; batch++) add(tensor([[1, 2]]), tensor([[batch]]));
 * step();
 * ```
 */
export class GradientAccumulator {
  readonly optimizer: Optimizer;
  readonly #trained: readonly Parameter[];
  readonly #sums: readonly Parameter[];
  readonly #count = new Parameter(zeros([]), { trainable: false, name: "accumulator.count" });

  /** Gathers gradients of those of the optimizer's parameters that are trainable now. */
  constructor(optimizer: Optimizer) {
    this.optimizer = optimizer;
    this.#trained = optimizer.parameters.filter(({ trainable }) => trainable);
    this.#sums = this.#trained.map(
      ({ shape, dtype, name }) =>
        new Parameter(zeros(shape, { dtype }), { trainable: false, name: `${name}.gradient` }),
    );
  }

  /**
   * Adds the gradient of `lossFunction`, which computes a scalar, to what is gathered.
   * @returns the loss
   * @throws ShapeError where the loss is not a scalar, ArgumentError where other parameters have become trainable since.
   */
  add(lossFunction: () => Tensor): Tensor {
    const now = this.optimizer.parameters.filter(({ trainable }) => trainable);
    if (now.length !== this.#trained.length || now.some((each, index) => each !== this.#trained[index]))
      throw new ArgumentError(
        "GradientAccumulator: other parameters are trainable now than when it was made. Make a new one.",
      );
    const values = this.#trained.map(({ value }) => value);
    const [loss, gradients] = keepingGraph(() => {
      const result = requireScalar(lossFunction());
      return [result, gradientsOf(result, values)];
    });
    const sums = this.#sums.map(({ value }, index) => add(value, at(gradients, index)));
    this.#assign(sums, add(this.#count.value, 1), [loss]);
    return loss;
  }

  /** One step of the optimizer with the mean of what was gathered since the last one. Nothing gathered makes NaN. */
  step(): void {
    const count = this.#count.value;
    this.optimizer.step(this.#sums.map(({ value, dtype }) => divide(value, astype(count, dtype))));
    // New zeros, and not products with 0: of a sum that is no number they would be none either
    this.#assign(
      this.#sums.map(({ value }) => zerosLike(value)),
      zerosLike(count),
      [],
    );
  }

  #assign(sums: readonly Tensor[], count: Tensor, together: readonly Tensor[]): void {
    computeTogether([...sums, count, ...together]);
    this.#sums.forEach((sum, index) => sum.assign(at(sums, index)));
    this.#count.assign(count);
  }
}
