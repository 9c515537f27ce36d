/** Averages of weights over the steps of training: they often generalize better than the last weights. */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { add, divide, multiply, subtract } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { zeros } from "../tensor/creation.ts";
import { computeTogether } from "../tensor/evaluation.ts";
import { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary, type Stateful } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { requireShares } from "./optimizer.ts";

/** How weights are averaged. */
export interface WeightAverageOptions {
  /** How much of the average is kept at each update, below 1: an exponential average (EMA). Without it all updates weigh alike (SWA). */
  readonly decay?: number;
}

/**
 * Averages of `parameters`, which begin as copies of them. Call `update` after each step (EMA) or epoch (SWA), inside `compile` or not, and
 * use the averages with `during` or `copyTo`. Running statistics are averaged as well.
 *
 * Source: P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018.
 *
 * @example
 * ```ts
 * import { nn, optim, zeros } from "smilodon";
 * const model = new nn.Linear(2, 1);
 * const average = new optim.WeightAverage(model.parameters(), { decay: 0.99 });
 * average.update();
 * const prediction = await average.during(() => model.forward(zeros([1, 2])).toArray());
 * ```
 */
export class WeightAverage implements Stateful {
  readonly parameters: readonly Parameter[];
  readonly #averages: readonly Parameter[];
  readonly #count = new Parameter(zeros([], { dtype: "i32" }), { trainable: false, name: "average.count" });
  readonly #decay: number | undefined;

  /** @throws ArgumentError where the decay is not from 0 to below 1, or there are no parameters. */
  constructor(parameters: readonly Parameter[], { decay }: WeightAverageOptions = {}) {
    if (decay !== undefined) requireShares("WeightAverage", { decay });
    if (parameters.length === 0)
      throw new ArgumentError("WeightAverage: there are no parameters. Pass model.parameters().");
    this.parameters = parameters;
    this.#decay = decay;
    this.#averages = parameters.map(
      ({ value, name }) => new Parameter(multiply(value, 1), { trainable: false, name: `${name}.average` }),
    );
  }

  /** How many updates there were: an i32 scalar. */
  get count(): Tensor {
    return this.#count.value;
  }

  /** Lets the present values of the parameters enter the averages. */
  update(): void {
    const count = add(this.#count.value, 1);
    const next = this.#averages.map(({ value, dtype }, index): Tensor => {
      const difference = subtract(at(this.parameters, index).value, value);
      // The first update of an equal average replaces the copy that it began with
      return add(
        value,
        this.#decay === undefined ? divide(difference, astype(count, dtype)) : multiply(difference, 1 - this.#decay),
      );
    });
    computeTogether([...next, count]);
    this.#averages.forEach((average, index) => average.assign(at(next, index)));
    this.#count.assign(count);
  }

  /** Puts the averages into the parameters. */
  copyTo(): void {
    this.parameters.forEach((parameter, index) => parameter.assign(at(this.#averages, index).value));
  }

  /** Runs `use` with the averages in the parameters, and puts back what was there: for evaluation amid training. */
  async during<T>(use: () => T | Promise<T>): Promise<T> {
    const before = this.parameters.map(({ value }) => value);
    this.copyTo();
    try {
      return await use();
    } finally {
      this.parameters.forEach((parameter, index) => parameter.assign(at(before, index)));
    }
  }

  /** Count of updates (`count`) and averages (`0`: of the first parameter). */
  stateDictionary(): StateDictionary {
    return new Map([...this.#state()].map(([name, { value }]) => [name, value]));
  }

  /** Goes on from `state`. @throws DataError listing what is missing, not expected or of another shape; nothing is loaded then. */
  loadStateDictionary(state: StateDictionary): void {
    loadParameters("average", this.#state(), state);
  }

  #state(): ReadonlyMap<string, Parameter> {
    return new Map([
      ["count", this.#count] as const,
      ...this.#averages.map((each, index) => [`${index}`, each] as const),
    ]);
  }
}
