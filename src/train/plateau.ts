/** A learning rate that falls when training no longer gets better. */
import { ArgumentError } from "../support/errors.ts";
import type { FitCallback } from "./callbacks.ts";
import { monitoredValue } from "./epochValues.ts";

/** What `reduceOnPlateau` may be told; the defaults are PyTorch's, with an absolute threshold of 0. */
export interface PlateauOptions {
  /** What the rate is multiplied by. Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement that are borne. Default 10. */
  readonly patience?: number;
  /** Epochs after a change in which nothing is counted. Default 0. */
  readonly cooldown?: number;
  /** The rate does not fall below this. Default 0. */
  readonly lowest?: number;
  /** How much better counts as improvement. Default 0. */
  readonly minimumChange?: number;
  /** The metric that is looked at. Default: the validation loss, or the training loss where there is none. */
  readonly monitor?: string;
  /** Default `"min"`. */
  readonly mode?: "min" | "max";
}

/**
 * A callback of `fit` that lowers the learning rate when the monitored value has not improved for `patience` epochs. The
 * counters are part of checkpoints. Not together with a `schedule`. Source: PyTorch's `ReduceLROnPlateau`.
 *
 * @throws ArgumentError for a factor that is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { reduceOnPlateau } from "smilodon/train";
 * const callbacks = [reduceOnPlateau({ factor: 0.5, patience: 3 })]; // for fit({ …, callbacks })
 * ```
 */
export function reduceOnPlateau(options: PlateauOptions = {}): FitCallback {
  const { factor = 0.1, patience = 10, cooldown = 0, lowest = 0, minimumChange = 0, monitor, mode = "min" } = options;
  if (!(factor > 0 && factor < 1))
    throw new ArgumentError(`reduceOnPlateau: factor is ${factor}; it has to be between 0 and 1.`, { factor });
  const sign = mode === "min" ? 1 : -1;
  let state = { best: Infinity, waited: 0, rest: 0 };
  return {
    epochEnd: (record, run) => {
      const value = sign * monitoredValue(record, monitor);
      const isBetter = value < state.best - minimumChange;
      const rest = Math.max(0, state.rest - 1);
      const waited = isBetter || state.rest > 0 ? 0 : state.waited + 1;
      const isStuck = waited > patience;
      if (isStuck) run.learningRate = Math.max(lowest, run.learningRate * factor);
      state = { best: isBetter ? value : state.best, waited: isStuck ? 0 : waited, rest: isStuck ? cooldown : rest };
    },
    memory: {
      name: "reduceOnPlateau",
      save: () => ({ ...state, best: String(state.best) }),
      load: (saved) => {
        const part = (name: string) => Number(Reflect.get(Object(saved), name));
        state = { best: part("best"), waited: part("waited"), rest: part("rest") };
      },
    },
  };
}
