/** What may listen to a training run and steer it. `fit` takes a list of callbacks; `plateau.ts` is a short one. */
import type { AnyModule } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { EpochRecord, FitResult } from "./fitResult.ts";

/** The run that a callback listens to. Numbers are those of the moment. */
export interface FitControl {
  readonly model: AnyModule;
  readonly optimizer: Optimizer;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps taken in this epoch. */
  readonly step: number;
  /** Steps taken in all epochs. */
  readonly totalSteps: number;
  /**
   * The optimizer's rate. Setting it is remembered by checkpoints.
   * @throws ArgumentError on setting where there is a `schedule`, which would set it back at the next step.
   */
  learningRate: number;
  /** Waits for the last step and gives its loss: at every step that takes longer than small steps do. */
  readLoss(): Promise<number>;
  /** Ends training after this step, or after this epoch in `epochEnd`; `fit` then returns as `"early"`. */
  stop(): void;
}

/**
 * Listens to `fit`; each function may be asynchronous and is waited for. An error thrown here ends the run with it.
 *
 * @example
 * ```ts
 * import type { FitCallback } from "smilodon/train";
 * const stopWhenGood: FitCallback = {
 *   epochEnd: ({ loss }, run) => {
 *     if (loss < 0.01) run.stop();
 *   },
 * }; // for fit({ …, callbacks: [stopWhenGood] })
 * ```
 */
export interface FitCallback {
  /** Before the first step, and after a checkpoint was loaded. */
  readonly start?: (run: FitControl) => void | Promise<void>;
  /** After each step was launched. */
  readonly step?: (run: FitControl) => void | Promise<void>;
  /** After each epoch's validation. */
  readonly epochEnd?: (record: EpochRecord, run: FitControl) => void | Promise<void>;
  /** When training has ended, however it did; not where an error was thrown. */
  readonly end?: (result: FitResult, run: FitControl) => void | Promise<void>;
  /** What the callback remembers from step to step, so that a run that was killed goes on to the same numbers. */
  readonly memory?: CallbackMemory;
}

/** The memory of a callback in checkpoints. */
export interface CallbackMemory {
  /** Under which it is kept; differs from those of other callbacks. */
  readonly name: string;
  /** Plain JSON. */
  save(): unknown;
  /** Takes what `save` gave. */
  load(state: unknown): void;
}
