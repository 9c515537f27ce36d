/** A learning rate that falls when training no longer gets better: `Plateau` of the schedules, fed by `fit`. */
import { Plateau, type PlateauOptions as ScheduleOptions } from "../optim/schedules.ts";
import { DataError } from "../support/errors.ts";
import type { FitCallback } from "./callbacks.ts";
import { monitoredValue } from "./epochValues.ts";

/** What `reduceOnPlateau` may be told; the defaults are PyTorch's. */
export interface PlateauOptions extends Omit<ScheduleOptions, "rate"> {
  /** The metric that is looked at. Default: the validation loss, or the training loss where there is none. */
  readonly monitor?: string;
}

/**
 * A callback of `fit` that lowers the learning rate when the monitored value has not improved for `patience` epochs, as
 * `optim.schedules.Plateau` does. What it has seen is part of checkpoints. Not together with a `schedule`.
 *
 * @example
 * ```ts
 * import { reduceOnPlateau } from "smilodon/train";
 * const callbacks = [reduceOnPlateau({ factor: 0.5, patience: 3 })]; // for fit({ …, callbacks })
 * ```
 */
export function reduceOnPlateau({ monitor, ...options }: PlateauOptions = {}): FitCallback {
  const plateau = new Plateau({ ...options, rate: 1 });
  return {
    epochEnd: (record, run) => {
      // The run's rate counts: its user, or another callback, may have changed it
      plateau.state = { ...plateau.state, rate: run.learningRate };
      run.learningRate = plateau.observe(monitoredValue(record, monitor));
    },
    memory: { name: "reduceOnPlateau", save: () => plateau.state, load: (saved) => (plateau.state = readState(saved)) },
  };
}

function readState(saved: unknown): Plateau["state"] {
  const part = (name: string): number => {
    const value: unknown = Reflect.get(Object(saved), name);
    // Checkpoints spell what is not finite as text
    const number = typeof value === "string" ? Number(value) : value;
    if (typeof number !== "number") throw new DataError(`The checkpoint's ${name} of reduceOnPlateau is damaged.`);
    return number;
  };
  const hasBest = Reflect.get(Object(saved), "best") !== null;
  return { rate: part("rate"), best: hasBest ? part("best") : null, bad: part("bad"), cooling: part("cooling") };
}
