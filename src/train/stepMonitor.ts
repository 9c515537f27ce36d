/**
 * What must be known of the losses of many steps without reading each: their mean, and the first that was not finite.
 * Kept in parameters, so that compiled steps count on the device.
 */
import { add, divide, subtract } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { equal, isFinite as isFiniteNumber, logicalAnd, logicalNot, where } from "../tensor/comparison.ts";
import { zeros } from "../tensor/creation.ts";
import { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What was counted since the last reset. */
export interface MonitorReading {
  readonly mean: number;
  /** The first step, from 1, whose loss was not finite, and that loss; 0 where all were. */
  readonly badStep: number;
  readonly badLoss: number;
  /** The last loss. */
  readonly last: number;
}

/** Counts losses on the device. */
export class StepMonitor {
  readonly #mean = new Parameter(zeros([]), { trainable: false, name: "monitor.mean" });
  readonly #count = new Parameter(zeros([], { dtype: "i32" }), { trainable: false, name: "monitor.count" });
  readonly #badStep = new Parameter(zeros([], { dtype: "i32" }), { trainable: false, name: "monitor.badStep" });
  readonly #badLoss = new Parameter(zeros([]), { trainable: false, name: "monitor.badLoss" });

  readonly #last = new Parameter(zeros([]), { trainable: false, name: "monitor.last" });

  /** Takes the loss of one step into account; may be compiled. */
  record(loss: Tensor): void {
    const value = astype(loss, "f32");
    const count = add(this.#count.value, 1);
    const mean = this.#mean.value;
    // The running mean: a sum of many losses would lose digits
    this.#mean.assign(add(mean, divide(subtract(value, mean), astype(count, "f32"))));
    const isFirst = logicalAnd(logicalNot(isFiniteNumber(value)), equal(this.#badStep.value, 0));
    this.#badStep.assign(where(isFirst, count, this.#badStep.value));
    this.#badLoss.assign(where(isFirst, value, this.#badLoss.value));
    this.#last.assign(value);
    this.#count.assign(count);
  }

  /** Waits for the steps so far. */
  async read(): Promise<MonitorReading> {
    const [mean, badStep, badLoss, last] = await Promise.all([
      this.#mean.value.item(),
      this.#badStep.value.item(),
      this.#badLoss.value.item(),
      this.#last.value.item(),
    ]);
    return { mean, badStep, badLoss, last };
  }

  /** Begins anew. */
  reset(): void {
    for (const parameter of this.#state().values()) parameter.assign(zeros([], { dtype: parameter.dtype }));
  }

  stateDictionary(): StateDictionary {
    return new Map([...this.#state()].map(([name, parameter]) => [name, parameter.value]));
  }

  loadStateDictionary(state: StateDictionary): void {
    loadParameters("step monitor", this.#state(), state);
  }

  #state(): ReadonlyMap<string, Parameter> {
    return new Map([
      ["mean", this.#mean],
      ["count", this.#count],
      ["badStep", this.#badStep],
      ["badLoss", this.#badLoss],
      ["last", this.#last],
    ]);
  }
}
