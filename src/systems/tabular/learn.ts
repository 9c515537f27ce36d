/** How one network learns: rows to learn from, rows to know when to stop, and settings. `train.ts` calls it. */
import { type Batch, hostArray, Loader } from "../../data/index.ts";
import { crossEntropy } from "../../nn/losses/crossEntropy.ts";
import { mseLoss } from "../../nn/losses/distance.ts";
import { Module } from "../../nn/module.ts";
import { AdamW } from "../../optim/adam.ts";
import type { ParameterGroup } from "../../optim/optimizer.ts";
import type { Schedule } from "../../optim/schedules.ts";
import { ArgumentError, SmilodonError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { seed as seedGenerator } from "../../tensor/generator.ts";
import { broadcastTo, expandDims, reshape } from "../../tensor/manipulate.ts";
import { mean } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { type CheckpointStore, type EpochRecord, type FitProgress, fit } from "../../train/index.ts";
import { logMeanProbability, MemberNetwork } from "./network.ts";
import { OutputReader } from "./outputs.ts";
import { fitPieces } from "./pieces.ts";
import type { TabularSettings } from "./settings.ts";

/** Encoded rows with what is to be said of them. */
export interface Rows {
  /** Row-major [n, inputs]. */
  readonly rows: Float32Array;
  /** The class of each row, or the standardized target. */
  readonly targets: Float32Array;
}

/** What a network learns from. */
export interface Lesson {
  readonly training: Rows;
  /** Rows that decide when to stop; never learned from. */
  readonly validation: Rows;
  readonly settings: TabularSettings;
  /** Decides first weights and the order of rows. */
  readonly seed: number;
}

/** What training may be told besides. */
export interface LearnOptions {
  readonly checkpoint?: CheckpointStore | undefined;
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `performance.now()` at which training has to end, with the best epoch so far. */
  readonly deadline?: number | undefined;
}

/** A network that has learned. */
export interface Learned {
  readonly network: MemberNetwork;
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
}

/** Training was stopped by its signal; the checkpoint has what was learned. */
export class TrainingInterruptedError extends SmilodonError {
  override readonly name = "TrainingInterruptedError";
}

/** The loss became infinite or NaN; the message says what to try. */
export class TrainingDivergedError extends SmilodonError {
  override readonly name = "TrainingDivergedError";
}

/** A network that has learned its lesson. @throws TrainingInterruptedError, TrainingDivergedError. */
export async function learn(lesson: Lesson, options: LearnOptions = {}): Promise<Learned> {
  const { training, validation, settings, seed } = lesson;
  const { epochs, learningRate, weightDecay, batchSize, patience } = settings.training;
  seedGenerator(seed);
  const network = prepareNetwork(lesson);
  const loader = new Loader(arraysOf(training, settings), {
    batchSize: Math.min(batchSize, training.targets.length),
    seed,
    dropLast: true,
  });
  const loss = lossOf(lesson);
  const reader = new OutputReader(new MeanOfMembers(network, settings), settings.network);
  const result = await fit<Batch<"x" | "y">>({
    model: network,
    optimizer: new AdamW(groupsOf(network, weightDecay), { learningRate }),
    batches: (epoch) => loader.epoch(epoch),
    loss: ({ x, y }) => loss(network.forward(x), y),
    epochs,
    schedule: rampDown(learningRate, epochs * loader.batchCount),
    validate: async () => lossOnHost(await reader.read(validation.rows), validation.targets, settings),
    patience,
    checkpoint: options.checkpoint,
    onProgress: options.onProgress,
    signal: options.signal,
  });
  if (result.stopped === "interrupted")
    throw new TrainingInterruptedError("Training was stopped; the checkpoint has what was learned so far.");
  if (result.divergence !== undefined) throw new TrainingDivergedError(result.divergence.message);
  return { network, history: result.history, bestEpoch: result.bestEpoch };
}

function prepareNetwork({ training, settings }: Lesson): MemberNetwork {
  const { numbers, pieces, inputs, outputs } = settings.network;
  const network = new MemberNetwork(settings.network);
  if (numbers.length === 0 || pieces === 0) return network;
  const targets = outputs > 1 ? oneHot(training.targets, outputs) : training.targets;
  network.setPieces(fitPieces({ rows: training.rows, width: inputs, numbers, pieces, targets, outputs }));
  return network;
}

function oneHot(classes: Float32Array, outputs: number): Float32Array {
  const result = new Float32Array(classes.length * outputs);
  classes.forEach((label, row) => (result[row * outputs + label] = 1));
  return result;
}

function arraysOf({ rows, targets }: Rows, { network }: TabularSettings) {
  return {
    x: hostArray(rows, [targets.length, network.inputs]),
    y: hostArray(targets, [targets.length], network.outputs > 1 ? "i32" : "f32"),
  };
}

/** The network's outputs as one for all members. */
class MeanOfMembers extends Module {
  readonly #network: MemberNetwork;
  readonly #isClassifier: boolean;

  constructor(network: MemberNetwork, { network: { outputs } }: TabularSettings) {
    super();
    this.#network = network;
    this.#isClassifier = outputs > 1;
  }

  forward(rows: Tensor): Tensor {
    const outputs = this.#network.forward(rows);
    return this.#isClassifier ? logMeanProbability(outputs) : mean(outputs, 0);
  }
}

/** Mean over members of each one's own loss: they learn side by side, not as one. */
function lossOf({ settings, training }: Lesson): (outputs: Tensor, targets: Tensor) => Tensor {
  const { outputs: classes, members } = settings.network;
  const { labelSmoothing, isBalanced } = settings.training;
  const weight = isBalanced && classes > 1 ? tensor(balancedWeights(training.targets, classes)) : undefined;
  return (outputs, targets) => {
    const count = at(targets.shape, 0);
    const repeated = reshape(broadcastTo(expandDims(targets, 0), [members, count]), [members * count]);
    if (classes === 1) return mseLoss(reshape(outputs, [members * count]), repeated);
    const logits = reshape(outputs, [members * count, classes]);
    return crossEntropy(logits, repeated, { labelSmoothing, ...(weight === undefined ? {} : { weight }) });
  };
}

/** Factors by which all classes count alike; their mean over the rows is 1. */
function balancedWeights(labels: Float32Array, classes: number): Float32Array<ArrayBuffer> {
  const counts = new Float32Array(classes);
  for (const label of labels) counts[label] = at(counts, label) + 1;
  return counts.map((count) => labels.length / (classes * Math.max(1, count)));
}

/** Weights decay; scales and biases do not. */
function groupsOf(network: MemberNetwork, weightDecay: number): ParameterGroup[] {
  const isWeight = (name: string): boolean => /weight$|^linear$/i.test(name);
  const named = [...network.namedParameters()].filter(([, parameter]) => parameter.trainable);
  return [
    { parameters: named.filter(([name]) => isWeight(name)).map(([, parameter]) => parameter), weightDecay },
    { parameters: named.filter(([name]) => !isWeight(name)).map(([, parameter]) => parameter), weightDecay: 0 },
  ];
}

/** Rises over the first twentieth of the steps, then falls along half a cosine to a hundredth. */
function rampDown(rate: number, steps: number): Schedule {
  if (!(steps > 0)) throw new ArgumentError(`The schedule has ${steps} steps; it needs one or more.`, { steps });
  const rising = steps / 20;
  return (step) => {
    if (step < rising) return rate * ((step + 1) / (rising + 1));
    const way = Math.min(1, (step - rising) / (steps - rising));
    return rate * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * way)));
  };
}

/** Mean cross-entropy of log-probabilities, or mean squared error. */
export function lossOnHost(outputs: Float32Array, targets: Float32Array, { network }: TabularSettings): number {
  const classes = network.outputs;
  let total = 0;
  targets.forEach((target, row) => {
    total += classes > 1 ? -at(outputs, row * classes + target) : (at(outputs, row) - target) ** 2;
  });
  return total / targets.length;
}
