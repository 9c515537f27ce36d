/** What `fit` takes. `fit.ts` is the function, `fitRun.ts` does the work, `fitResult.ts` is what comes of it. */
import type { AnyModule } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedules.ts";
import type { Stateful } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { CompileOptions } from "../transforms/compile.ts";
import type { FitCallback } from "./callbacks.ts";
import type { CheckpointStore } from "./checkpoint.ts";
import type { EpochRecord, Metrics } from "./fitResult.ts";

/** Where batches come from: `Loader` is one. Epochs are counted from 1. */
export interface EpochSource<B> {
  epoch(epoch: number): Iterable<B> | AsyncIterable<B>;
}

/** What `fit` needs of an average of weights: `optim.WeightAverage` is one. Its state is part of checkpoints. */
export interface AveragedWeights extends Stateful {
  /** Takes the present weights into account; called in the compiled step. */
  update(): void;
  /** Puts the averages into the parameters. */
  copyTo(): void;
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
  /**
   * So many batches make one step, as one batch of all their rows would: their gradients are averaged, by rows, and only
   * one batch is in memory at a time. The loss has to be a mean over rows. Default 1.
   */
  readonly accumulate?: number | undefined;
  /** What operands of products may be rounded to, as in `compile`. Default "f32": nothing is rounded. */
  readonly precision?: CompileOptions["precision"];
  /** An average of the weights over steps (`optim.WeightAverage`), with which the model is validated and left at the end. */
  readonly average?: AveragedWeights | undefined;
  /**
   * Measures the model on data that it is not trained on: its loss, or several metrics by name. Called after each epoch.
   */
  readonly validate?: (() => number | Metrics | Promise<number | Metrics>) | undefined;
  /** The metric that says which epoch is best. Default: the validation loss (`"loss"` where there are several). */
  readonly monitor?: string | undefined;
  /** Is the lowest (`"min"`, the default) or the highest value of it the best? */
  readonly mode?: "min" | "max" | undefined;
  /** Stop after so many epochs without improvement. Default: never. */
  readonly patience?: number | undefined;
  /** How much better counts as improvement. Default 0. */
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
  /** Listen to the run and may steer it. */
  readonly callbacks?: readonly FitCallback[] | undefined;
  /**
   * Find the layer and operation where a loss that is not finite began. Takes a copy of weights and optimizer state in
   * memory, a few times a second. Default true.
   */
  readonly diagnose?: boolean | undefined;
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
  /** Seconds since this call of `fit` began. */
  readonly seconds: number;
  /** Seconds that all epochs would still take at the pace so far, where that can be told. */
  readonly secondsLeft: number | undefined;
  /** What the epoch came to, once it is over. */
  readonly finished: EpochRecord | undefined;
}
