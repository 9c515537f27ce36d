/** What becomes of a training: its epochs, why it ended, where it diverged. `fit` gives it. */

/** What a validation measured, by name. */
export type Metrics = Readonly<Record<string, number>>;

/** What an epoch came to. */
export interface EpochRecord {
  readonly epoch: number;
  /** Mean over its steps of the loss before each step. */
  readonly loss: number;
  /** What `validate` returned, if there is one: the number, or the metric named `loss`. */
  readonly validationLoss?: number;
  /** What `validate` returned, where it measured several things. */
  readonly metrics?: Metrics;
  /** At its last step. */
  readonly learningRate: number;
}

/** Why training ended: all epochs done, no improvement or a callback's wish, the signal, or a loss that is not finite. */
export type Stopped = "finished" | "early" | "interrupted" | "diverged";

/** Where a loss became infinite or NaN, and what to try. */
export interface Divergence {
  readonly epoch: number;
  /** The step in that epoch, from 1. */
  readonly step: number;
  readonly loss: number;
  /** Where it began, if that was found. */
  readonly place?: DivergencePlace;
  /** All of this in sentences, with advice. */
  readonly message: string;
}

/** The operation that first gave a value that is not finite, from finite ones. */
export interface DivergencePlace {
  /** In the batch itself, on the way to the loss, in the gradients, or when the weights were changed. */
  readonly phase: "data" | "forward" | "gradient" | "update";
  /** The step in whose course it happened: the loss may show it one step later. */
  readonly epoch: number;
  readonly step: number;
  /** Path of the layer, `model.2`; empty outside layers. */
  readonly layer: string;
  /** The primitive: `log`, `divide`, `contract`. In `"data"` the name in the batch, in `"update"` the optimizer's class. */
  readonly operation: string;
  /** `file:line:column` of the code that asked for it; empty where that is not known. */
  readonly line: string;
  /** In `"gradient"` and `"update"`: the first parameter that it reached. */
  readonly parameter: string | undefined;
}

/** What became of the training. */
export interface FitResult {
  readonly stopped: Stopped;
  /** Epochs completed. */
  readonly epochs: number;
  /** The epoch with the best value of what is monitored, the training loss where there is no `validate`; 0 if none was completed. */
  readonly bestEpoch: number;
  /** That value: a loss, or the metric named by `monitor`. Infinity (−Infinity in mode `"max"`) if no epoch was completed. */
  readonly bestLoss: number;
  readonly history: readonly EpochRecord[];
  /** Only where `stopped` is `"diverged"`. */
  readonly divergence?: Divergence;
}
