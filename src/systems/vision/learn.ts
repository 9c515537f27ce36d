/**
 * How a network learns from pictures. Each step is one compiled launch: a batch of pixels comes in, is changed at random, goes through the
 * network, and the network's weights move. `settings.ts` says what can be chosen, `chooseSettings.ts` what suits.
 */
import { type Batch, type HostBatch, ImageLoader, type ImageSet, prefetch, shuffledOrder } from "../../data/index.ts";
import { tensorsOf } from "../../data/loader.ts";
import { StreamEpoch } from "../../data/streamLoader.ts";
import { crossEntropy } from "../../nn/losses/crossEntropy.ts";
import { AdamW } from "../../optim/adam.ts";
import { WeightAverage } from "../../optim/averaging.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import type { Schedule } from "../../optim/schedules.ts";
import { SmilodonError } from "../../support/errors.ts";
import { seed as seedGenerator } from "../../tensor/generator.ts";
import { hostArray, tensorOf } from "../../tensor/hostArray.ts";
import type { StateDictionary } from "../../tensor/stateDictionary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type CheckpointStore, type EpochRecord, type FitCallback, type FitProgress, fit } from "../../train/index.ts";
import { augmented, picturesOf } from "./augmentation.ts";
import { FilterOptimizer } from "./filterOptimizer.ts";
import type { VisionNetwork } from "./network.ts";
import { createNetwork } from "./networks/index.ts";
import { accuracyOf, ScoreReader } from "./scores.ts";
import { settingsSchema, type TrainingSettings, type VisionSettings } from "./settings.ts";

/** What training may be told besides its settings. */
export interface LearnHooks {
  /** Decides first weights, order of pictures and what augmentation draws. Default 0. */
  readonly seed?: number;
  /** Go on from this network instead of a new one. */
  readonly from?: VisionNetwork | undefined;
  /** Training ends after so many; the learning rate falls with the time where that is shorter than the epochs. */
  readonly milliseconds?: number | undefined;
  /** Pictures that are not learned from, asked about after each epoch. The best epoch's weights are kept. */
  readonly validation?: ImageSet | undefined;
  readonly checkpoint?: CheckpointStore | undefined;
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Listen to training. */
  readonly callbacks?: readonly FitCallback[] | undefined;
}

/** A network that has learned, in evaluation mode. */
export interface Learned {
  readonly network: VisionNetwork;
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
}

/** Training was stopped by its signal; the checkpoint has what was learned. */
export class TrainingInterruptedError extends SmilodonError {
  override readonly name = "TrainingInterruptedError";
}

/** The loss became infinite or NaN; the message says where, and what to try. */
export class TrainingDivergedError extends SmilodonError {
  override readonly name = "TrainingDivergedError";
}

/**
 * A network that has learned to tell the classes of `set` apart.
 * @throws TrainingInterruptedError, TrainingDivergedError; DataError where the pictures do not make a batch.
 *
 * @example
 * ```ts
 * import { hostArray, imagesInMemory } from "smilodon/data";
 * import { learn } from "smilodon/systems/vision";
 * const pixels = Uint8Array.from({ length: 16 * 64 }, (_, index) => (index < 512 ? 40 : 200));
 * const labels = Array.from({ length: 16 }, (_, row) => (row < 8 ? 0 : 1));
 * const set = imagesInMemory(hostArray(pixels, [16, 8, 8, 1]), labels, ["dark", "bright"]);
 * const { history } = await learn(set, {
 *   network: { network: "lenet", channels: 1, height: 8, width: 8, classes: 2 },
 *   training: { epochs: 20, batchSize: 8, optimizer: "adamw", learningRate: 0.01 },
 * });
 * console.log(history.at(-1)?.loss); // near 0
 * ```
 */
export async function learn(set: ImageSet, settings: VisionSettings, hooks: LearnHooks = {}): Promise<Learned> {
  const { network: shape, training } = settingsSchema.parse(settings);
  const { seed = 0, milliseconds, validation, checkpoint, onProgress, signal, callbacks = [] } = hooks;
  seedGenerator(seed);
  const network = hooks.from ?? createNetwork(shape);
  if (hooks.from === undefined) network.prepare(await someOf(set, seed));

  const batches = new Batches(set, training, seed);
  const clock = new Clock(milliseconds);
  const average =
    training.average > 0 ? new WeightAverage(network.parameters(), { decay: training.average }) : undefined;
  const measured = validation === undefined ? undefined : measuring(network, validation);
  const result = await fit<Lesson>({
    model: network,
    batches: (epoch) => batches.epoch(epoch),
    loss: (lesson) => lossOf(network, lesson, training),
    optimizer: optimizerFor(network, training),
    schedule: upAndDown(training, batches.batchCount * training.epochs, clock),
    epochs: training.epochs,
    average,
    precision: training.precision,
    callbacks: [clock.callback, ...callbacks],
    ...measured,
    checkpoint,
    onProgress: (progress) => onProgress?.({ ...progress, secondsLeft: clock.secondsLeft(progress.secondsLeft) }),
    signal,
  });
  if (result.stopped === "interrupted")
    throw new TrainingInterruptedError("Training was stopped; the checkpoint has what was learned so far.");
  if (result.divergence !== undefined) throw new TrainingDivergedError(result.divergence.message);
  const history = [...result.history, ...(clock.unfinished === undefined ? [] : [clock.unfinished.record])];
  if (clock.unfinished === undefined || measured === undefined)
    return { network, history, bestEpoch: result.bestEpoch };

  // The epoch that time has cut off was not asked about; its weights are the last, and mostly the best
  const best = network.stateDictionary();
  network.loadStateDictionary(clock.unfinished.weights);
  average?.copyTo();
  const { accuracy } = await measured.validate();
  if (accuracy >= result.bestLoss || result.history.length === 0)
    return { network, history, bestEpoch: clock.unfinished.record.epoch };
  network.loadStateDictionary(best);
  return { network, history, bestEpoch: result.bestEpoch };
}

/** A batch on its way into the step: pixels u8 [n, height, width, channels], classes, and whose turn it is to be mirrored, i32 [n] each. */
type Lesson = Batch<"x" | "y" | "turn">;

/** The loss of a batch: what the step computes and goes down. */
function lossOf(
  network: VisionNetwork,
  { x, y, turn }: Lesson,
  { augmentation, labelSmoothing }: TrainingSettings,
): Tensor {
  const isMirrored = augmentation.mirror === "alternating" ? turn.equal(1) : undefined;
  const examples = augmented({ x: picturesOf(x), y }, isMirrored, augmentation, network.settings.classes);
  return crossEntropy(network.forward(examples.x), examples.y, { labelSmoothing });
}

/** Batches of all epochs, all of one size. */
class Batches {
  readonly batchCount: number;
  readonly #loader: ImageLoader;
  /** 0 or 1 for each picture: in which epochs it is mirrored where they alternate. */
  readonly #sides: Uint8Array;

  constructor(set: ImageSet, training: TrainingSettings, seed: number) {
    const { count } = set.pixels;
    const batchSize = Math.min(training.batchSize, count);
    this.#loader = new ImageLoader(set, { batchSize, seed, dropLast: true });
    this.batchCount = this.#loader.batchCount;
    this.#sides = Uint8Array.from(shuffledOrder(count, seed, "shuffle"), (place) => place & 1);
  }

  epoch(epoch: number): AsyncIterable<Lesson> {
    const batches = this.#loader.hostEpoch(epoch, { isReused: true });
    return prefetch(new StreamEpoch(this.batchCount, (start) => this.#lessons(batches.skip(start), epoch)));
  }

  async *#lessons(batches: AsyncIterable<HostBatch<"x" | "y" | "row">>, epoch: number): AsyncGenerator<Lesson> {
    for await (const { x, y, row } of batches) {
      const sideOf = (place: unknown) => (this.#sides[Number(place)] ?? 0) + epoch;
      const turn = Int32Array.from({ length: y.data.length }, (_, index) => sideOf(row.data[index]) % 2);
      yield tensorsOf({ x, y, turn: hostArray(turn) });
    }
  }
}

function optimizerFor(network: VisionNetwork, training: TrainingSettings): Optimizer {
  const { optimizer, learningRate, weightDecay } = training;
  if (optimizer === "filters") return new FilterOptimizer(network, training);
  const learned = network.parameters().filter(({ trainable }) => trainable);
  return new AdamW(
    [
      { parameters: learned.filter(({ shape }) => shape.length > 1), weightDecay },
      // Constants and factors are not drawn to zero
      { parameters: learned.filter(({ shape }) => shape.length <= 1), weightDecay: 0 },
    ],
    { learningRate },
  );
}

/** Up to the greatest learning rate and down to zero, both along a line, over the steps or over the time, whichever is over first. */
function upAndDown({ learningRate, warmUp }: TrainingSettings, steps: number, clock: Clock): Schedule {
  return (step) => {
    const passed = Math.max((step + 0.5) / steps, clock.share);
    return learningRate * Math.max(0, passed < warmUp ? passed / warmUp : (1 - passed) / (1 - warmUp));
  };
}

/** Where training stood when its time was over. */
interface Unfinished {
  /** With the loss of the last step. */
  readonly record: EpochRecord;
  readonly weights: StateDictionary;
}

/** Time that training may take; goes on from where a checkpoint left it. */
class Clock {
  readonly #milliseconds: number;
  #start = performance.now();
  #unfinished: Unfinished | undefined;

  constructor(milliseconds = Infinity) {
    this.#milliseconds = milliseconds;
  }

  /** Share of the time that is over. */
  get share(): number {
    return (performance.now() - this.#start) / this.#milliseconds;
  }

  /** Seconds until training ends, of `whole` seconds until all epochs are over. */
  secondsLeft(whole: number | undefined): number | undefined {
    if (this.#milliseconds === Infinity) return whole;
    return Math.min(whole ?? Infinity, (Math.max(0, 1 - this.share) * this.#milliseconds) / 1000);
  }

  /** What the epoch had come to that the end of the time has cut off. */
  get unfinished(): Unfinished | undefined {
    return this.#unfinished;
  }

  /** Ends training when the time is over. */
  get callback(): FitCallback {
    return {
      step: async (run) => {
        if (this.share < 1) return;
        const { epoch, learningRate } = run;
        const record = { epoch, loss: await run.readLoss(), learningRate };
        this.#unfinished = { record, weights: run.model.stateDictionary() };
        run.stop();
      },
      memory: {
        name: "clock",
        save: () => performance.now() - this.#start,
        load: (spent) => {
          this.#start = performance.now() - Number(spent);
        },
      },
    };
  }
}

/** Asks about `validation` after each epoch: share of right answers. */
function measuring(network: VisionNetwork, validation: ImageSet) {
  const reader = new ScoreReader(network);
  const validate = async () => ({ accuracy: accuracyOf(await reader.read(validation.pixels), validation) });
  return { validate, monitor: "accuracy", mode: "max" } as const;
}

/** Numbers of pixels that `prepare` sees. */
const preparedNumbers = 2 ** 21;

/** Some hundred pictures of `set`, [n, channels, height, width] from 0 to 1. */
async function someOf({ pixels }: ImageSet, seed: number): Promise<Tensor> {
  const { count, height, width, channels } = pixels;
  const most = Math.max(8, Math.floor(preparedNumbers / (height * width * channels)));
  const rows = shuffledOrder(count, seed, "shuffle").subarray(0, most);
  const data = await pixels.read(rows);
  return picturesOf(tensorOf(hostArray(data, [rows.length, height, width, channels], "u8")));
}
