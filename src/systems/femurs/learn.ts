/** How one model learns: the same loop for all, with the settings that differ in one table. train.ts calls it. */
import { type Batch, hostArray, Loader } from "../../data/index.ts";
import { binaryCrossEntropyWithLogits, mseLoss } from "../../nn/index.ts";
import { AdamW } from "../../optim/adam.ts";
import { cosine } from "../../optim/schedules.ts";
import { SmilodonError } from "../../support/errors.ts";
import { multiply, subtract } from "../../tensor/arithmetic.ts";
import { seed as seedGenerator } from "../../tensor/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type CheckpointStore, type FitProgress, fit } from "../../train/index.ts";
import { Line, type ModelName, Network } from "./models.ts";

/** What one model is trained with. */
export interface Settings {
  readonly loss: "leastSquares" | "crossEntropy";
  readonly epochs: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Bones in a batch: 400 and the 320 of a fold are whole batches. */
export const batchSize = 40;

/**
 * Settings of the three. The lines are convex problems and only need to arrive. The network's weight decay keeps 337
 * numbers from following 400 bones too closely; the number of epochs is fixed, because a held-out part to stop early on
 * would cost a fifth of the bones.
 */
export const settings = {
  line: { loss: "leastSquares", epochs: 300, learningRate: 0.2, weightDecay: 0 },
  sigmoid: { loss: "crossEntropy", epochs: 400, learningRate: 0.5, weightDecay: 0 },
  network: { loss: "crossEntropy", epochs: 200, learningRate: 0.01, weightDecay: 0.1 },
} as const satisfies Record<ModelName, Settings>;

/** What a model learns from. */
export interface Lesson {
  /** Row-major [bones, 2]. */
  readonly features: Float64Array;
  /** 0 cat, 1 dog. */
  readonly labels: ArrayLike<number>;
  /** Decides first weights and order of bones. */
  readonly seed: number;
}

/** What training may be told besides. */
export interface LearnOptions {
  readonly checkpoint?: CheckpointStore | undefined;
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Training was stopped by its signal; the checkpoint has what was learned. */
export class TrainingInterruptedError extends SmilodonError {
  override readonly name = "TrainingInterruptedError";
}

/** The loss became infinite or NaN; the message says what to try. */
export class TrainingDivergedError extends SmilodonError {
  override readonly name = "TrainingDivergedError";
}

/** A model of the given kind that has learned its lesson. @throws TrainingInterruptedError, TrainingDivergedError. */
export async function learn(name: ModelName, lesson: Lesson, options: LearnOptions = {}): Promise<Line | Network> {
  seedGenerator(lesson.seed);
  const model = name === "network" ? new Network() : new Line();
  const { epochs, learningRate, weightDecay, loss }: Settings = settings[name];
  const labels = Float32Array.from(lesson.labels);
  const arrays = { x: hostArray(Float32Array.from(lesson.features), [labels.length, 2]), y: hostArray(labels) };
  const loader = new Loader(arrays, { batchSize, seed: lesson.seed });
  const result = await fit<Batch<"x" | "y">>({
    model,
    optimizer: new AdamW(model.parameters(), { learningRate, weightDecay }),
    loss: ({ x, y }) => lossOf(loss, model.forward(x), y),
    batches: (epoch) => loader.epoch(epoch),
    epochs,
    schedule: cosine({ rate: learningRate, steps: epochs * loader.batchCount }),
    ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (result.stopped === "interrupted") throw new TrainingInterruptedError(`Training of the ${name} was stopped.`);
  if (result.divergence !== undefined) throw new TrainingDivergedError(`${name}: ${result.divergence.message}`);
  return model;
}

/** Least squares on targets −1 and +1, as a line without a sigmoid is fitted; or the cross-entropy of the sigmoid. */
function lossOf(kind: Settings["loss"], outputs: Tensor, labels: Tensor): Tensor {
  if (kind === "crossEntropy") return binaryCrossEntropyWithLogits(outputs, labels);
  return mseLoss(outputs, subtract(multiply(labels, 2), 1));
}
