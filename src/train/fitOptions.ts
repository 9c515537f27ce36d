/** What `fit` takes and gives. `fit.ts` is the function, `fitRun.ts` does the work. */
import type { AnyModule } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedules.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { CheckpointStore } from "./checkpoint.ts";

/** Where batches come from: `Loader` is one. Epochs are counted from 1. */
export interface EpochSource<B> {
  epoch(epoch: number): Iterable<B> | AsyncIterable<B>;
}

/** What `fit` needs and may be told. Epochs are counted from 1. */
export interface FitOptions<B> {
  /** In training mode during steps, in evaluation mode during `validate` and afterwards. */
  readonly model: AnyModule;
  readonly optimizer: Optimizer;
  /**
   * The batches of each epoch, the same whenever it is asked for that epoch: a loader, or a function. Write it before
   * `loss`: the type checker then knows what a batch is.
   */
  readonly batches: EpochSource<B> | EpochSource<B>["epoch"];
  /** The loss of one batch, a scalar. It is compiled: tensors in the batch are inputs, everything else in it is fixed. */
  readonly loss: (batch: B) => Tensor;
  readonly epochs: number;
  /** Sets the learning rate before each step. Default: whatever the optimizer has. */
  readonly schedule?: Schedule | undefined;
  /** A number that is lower the better the model is, on data that it is not trained on. Called after each epoch. */
  readonly validate?: (() => number | Promise<number>) | undefined;
  /** Stop after so many epochs without improvement. Default: never. */
  readonly patience?: number | undefined;
  /** How much lower counts as improvement. Default 0. */
  readonly minimumChange?: number | undefined;
  /**
   * Where the run is kept, so that it goes on to the same numbers after it was killed. Loaded first; saved after epochs,
   * and when training ends.
   */
  readonly checkpoint?: CheckpointStore | undefined;
  /** Save after an epoch only when so many seconds have passed since the last time. Default 5. */
  readonly checkpointSeconds?: number | undefined;
  /** Save after so many steps, too. */
  readonly checkpointSteps?: number | undefined;
  /** Called a few times a second at most, and after each epoch. */
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  /** Aborting it stops after the step that is running, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/** Where training stands. */
export interface FitProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Steps taken in this epoch. */
  readonly step: number;
  /** Steps in an epoch, where the batches say it. */
  readonly steps: number | undefined;
  /** Mean loss of this epoch's steps so far. */
  readonly loss: number;
  readonly learningRate: number;
  /** What the epoch came to, once it is over. */
  readonly finished: EpochRecord | undefined;
}

/** What an epoch came to. */
export interface EpochRecord {
  readonly epoch: number;
  /** Mean over its steps of the loss before each step. */
  readonly loss: number;
  /** What `validate` returned, if there is one. */
  readonly validationLoss?: number;
  /** At its last step. */
  readonly learningRate: number;
}

/** Why training ended: all epochs done, no improvement, the signal, or a loss that is not finite. */
export type Stopped = "finished" | "early" | "interrupted" | "diverged";

/** Where a loss became infinite or NaN, and what to try. */
export interface Divergence {
  readonly epoch: number;
  /** The step in that epoch, from 1. */
  readonly step: number;
  readonly loss: number;
  /** All of this in a sentence, with advice. */
  readonly message: string;
}

/** What became of the training. */
export interface FitResult {
  readonly stopped: Stopped;
  /** Epochs completed. */
  readonly epochs: number;
  /** The epoch with the lowest validation loss, or training loss where there is no `validate`; 0 if none was completed. */
  readonly bestEpoch: number;
  /** That loss; Infinity if no epoch was completed. */
  readonly bestLoss: number;
  readonly history: readonly EpochRecord[];
  /** Only where `stopped` is `"diverged"`. */
  readonly divergence?: Divergence;
}
