/** Averages of weights over the steps of training: often better than the last weights, and steadier. */
import { ArgumentError } from "../support/errors.ts";
import { add, divide, minimum, multiply, subtract } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { zeros } from "../tensor/creation.ts";
import { computeTogether } from "../tensor/evaluation.ts";
import { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary, type Stateful } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What `fit` needs of an average of weights; its state is part of checkpoints. */
export interface WeightAverage extends Stateful {
  /** Takes the present weights into account; called after each step, inside the compiled step. */
  update(): void;
  /** Puts the averages in the place of the weights. */
  apply(): void;
}

/** How an average forgets. */
export interface ExponentialAverageOptions {
  /** Share of the average that is kept at each step. Default 0.999. */
  readonly decay?: number;
  /** Keep less at first, at most (1 + t) / (10 + t) after t steps, so that first weights are soon forgotten. Default true. */
  readonly warmUp?: boolean;
}

/**
 * The exponential moving average of trainable parameters: average ← decay · average + (1 − decay) · weight.
 *
 * Source: B. Polyak, A. Juditsky, "Acceleration of stochastic approximation by averaging", 1992; the warm-up is
 * TensorFlow's `ExponentialMovingAverage`.
 *
 * @throws ArgumentError where `decay` is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * import { ExponentialAverage } from "smilodon/train";
 * const model = new nn.Linear(2, 1);
 * const average = new ExponentialAverage(model.parameters(), { decay: 0.99 }); // for fit({ …, average })
 * average.update();
 * average.apply();
 * ```
 */
export class ExponentialAverage implements WeightAverage {
  readonly #decay: number;
  readonly #warmUp: boolean;
  readonly #averages: ReadonlyMap<Parameter, Parameter>;
  readonly #count = new Parameter(zeros([], { dtype: "i32" }), { trainable: false, name: "average.count" });

  constructor(parameters: readonly Parameter[], { decay = 0.999, warmUp = true }: ExponentialAverageOptions = {}) {
    if (!(decay >= 0 && decay <= 1))
      throw new ArgumentError(`ExponentialAverage: decay is ${decay}; it has to be from 0 to 1.`, { decay });
    this.#decay = decay;
    this.#warmUp = warmUp;
    this.#averages = new Map(
      parameters
        .filter(({ trainable }) => trainable)
        .map((parameter) => [
          parameter,
          new Parameter(parameter.value, { trainable: false, name: `${parameter.name}.average` }),
        ]),
    );
  }

  /** Takes the present weights into account; may be compiled. */
  update(): void {
    const forgotten = subtract(1, this.#kept());
    const next = [...this.#averages].map(([parameter, average]): readonly [Parameter, Tensor] => {
      const share = astype(forgotten, parameter.dtype);
      return [average, add(average.value, multiply(subtract(parameter.value, average.value), share))];
    });
    const count = add(this.#count.value, 1);
    computeTogether([...next.map(([, value]) => value), count]);
    for (const [average, value] of next) average.assign(value);
    this.#count.assign(count);
  }

  /** Puts the averages in the place of the weights. */
  apply(): void {
    for (const [parameter, average] of this.#averages) parameter.assign(average.value);
  }

  stateDictionary(): StateDictionary {
    return new Map([...this.#state()].map(([name, parameter]) => [name, parameter.value]));
  }

  /** Goes on from `state`. @throws DataError where it does not fit; nothing is loaded then. */
  loadStateDictionary(state: StateDictionary): void {
    loadParameters("average", this.#state(), state);
  }

  #kept(): Tensor | number {
    if (!this.#warmUp) return this.#decay;
    const count = astype(this.#count.value, "f32");
    return minimum(divide(add(count, 1), add(count, 10)), this.#decay);
  }

  #state(): ReadonlyMap<string, Parameter> {
    const averages = [...this.#averages.values()].map((average, index) => [String(index), average] as const);
    return new Map([["count", this.#count], ...averages]);
  }
}
