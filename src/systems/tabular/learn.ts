/** How one network learns: rows to learn from, rows to know when to stop, and settings. `train.ts` calls it. */
import { applyTemperature } from "../../audit/temperature.ts";
import {
  type Batch,
  type HostArray,
  type HostBatch,
  hostArray,
  Loader,
  prefetch,
  StreamLoader,
} from "../../data/index.ts";
import { crossEntropy } from "../../nn/losses/crossEntropy.ts";
import { mseLoss } from "../../nn/losses/distance.ts";
import { Module } from "../../nn/module.ts";
import { AdamW } from "../../optim/adam.ts";
import type { ParameterGroup } from "../../optim/optimizer.ts";
import type { Schedule } from "../../optim/schedules.ts";
import { ArgumentError, SmilodonError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { divide, multiply } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { notEqual } from "../../tensor/comparison.ts";
import { seed as seedGenerator } from "../../tensor/generator.ts";
import { broadcastTo, expandDims, permuteDims, reshape } from "../../tensor/manipulate.ts";
import { sum } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import {
  type CheckpointStore,
  type EpochRecord,
  type EpochSource,
  type FitCallback,
  type FitProgress,
  findLearningRate,
  fit,
} from "../../train/index.ts";
import { MemberNetwork } from "./network.ts";
import { OutputReader } from "./outputs.ts";
import type { Pieces } from "./pieces.ts";
import type { TabularSettings } from "./settings.ts";

/** Encoded rows with what is to be said of them. */
export interface Rows {
  /** Row-major [n, inputs]. */
  readonly rows: Float32Array;
  /** The class of each row, or the standardized target. */
  readonly targets: Float32Array;
}

/** Rows that memory does not hold: they are read anew for each epoch. */
export interface RowStream {
  readonly count: number;
  /** How often each class occurs, by position; empty for numbers. */
  readonly classCounts: ArrayLike<number>;
  /** Rows that are held to draw batches from. */
  readonly shuffleRows: number;
  /** All of them, in the same order each time: rows `x`, [n, inputs], and targets `y`, [n], i32 for classes and f32 for numbers. */
  readonly chunks: () => AsyncIterable<HostBatch<string>>;
}

/** What a network learns from. */
export interface Lesson {
  readonly training: Rows | RowStream;
  /**
   * Rows that decide when to stop and how sure the network may be. Either others than the training rows, or the same: then
   * `partOf` has for each row the members that are not to learn from it, member m standing for part m modulo their number.
   */
  readonly validation: Rows;
  readonly partOf?: Uint8Array | undefined;
  readonly settings: TabularSettings;
  /** Where numbers are cut; as many as the settings say. */
  readonly pieces: Pieces;
  /** Decides first weights and the order of rows. */
  readonly seed: number;
}

/** What training may be told besides. */
export interface LearnOptions {
  readonly checkpoint?: CheckpointStore | undefined;
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Training ends after so many, with the best epoch so far. */
  readonly milliseconds?: number | undefined;
  /** Listen to training, for example to write events for TensorBoard. */
  readonly callbacks?: readonly FitCallback[] | undefined;
}

/** A network that has learned. */
export interface Learned {
  readonly network: MemberNetwork;
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  /** Row-major [validation rows, outputs]: what members say that did not learn from the row. */
  readonly validationOutputs: Float32Array;
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
  const { training, validation, settings } = lesson;
  const { epochs, learningRate, patience } = settings.training;
  const started = startOf(lesson);
  const network = started.model;
  const asked = new OutsideReader(network, lesson);
  const listeners = options.milliseconds === undefined ? [] : [stopAfter(options.milliseconds)];
  const result = await fit<Batch<string>>({
    ...started,
    epochs,
    schedule: rampDown(learningRate, epochs * started.batches.batchCount),
    validate: async () => lossOnHost(await asked.read(), validation.targets, settings),
    patience,
    callbacks: [...listeners, ...(options.callbacks ?? [])],
    checkpoint: options.checkpoint,
    // An epoch over a stream may take an hour
    checkpointSteps: "chunks" in training ? stepsBetweenCheckpoints : undefined,
    onProgress: options.onProgress,
    signal: options.signal,
  });
  if (result.stopped === "interrupted")
    throw new TrainingInterruptedError("Training was stopped; the checkpoint has what was learned so far.");
  if (result.divergence !== undefined) throw new TrainingDivergedError(result.divergence.message);
  const { history, bestEpoch } = result;
  return { network, history, bestEpoch, validationOutputs: await asked.read() };
}

/** Rates that are tried: AdamW learns nothing below these, and nothing lasting above. */
const triedRates = { lowest: 1e-5, highest: 1, steps: 100 } as const;

/**
 * The learning rate that a short training suggests, on rates that grow from step to step; nothing of it stays.
 * @throws TrainingInterruptedError after the signal; DataError where no loss is finite.
 */
export async function searchRate(lesson: Lesson, signal: AbortSignal | undefined): Promise<number> {
  const { suggestion } = await findLearningRate({ ...startOf(lesson), ...triedRates, signal });
  if (signal?.aborted === true) throw new TrainingInterruptedError("Stopped while a learning rate was looked for.");
  return suggestion;
}

/** A network that has learned nothing yet, and what it is to be trained with. */
function startOf(lesson: Lesson) {
  const { settings, seed } = lesson;
  const { learningRate, weightDecay } = settings.training;
  seedGenerator(seed);
  const model = new MemberNetwork(settings.network);
  model.setPieces(lesson.pieces);
  const batches = batchesOf(lesson);
  const loss = lossOf(lesson);
  return {
    model,
    batches,
    optimizer: new AdamW(groupsOf(model, weightDecay), { learningRate }),
    loss: (batch: Batch<string>) => loss(model, batch),
  };
}

const stepsBetweenCheckpoints = 1000;

/** The batches of each epoch, all of one size, and how many an epoch has. */
function batchesOf(lesson: Lesson): EpochSource<Batch<string>> & { readonly batchCount: number } {
  const { training, settings, seed } = lesson;
  const batchSize = Math.min(settings.training.batchSize, countOf(training));
  if (!("chunks" in training)) return new Loader(arraysOf(lesson, training), { batchSize, seed, dropLast: true });
  const { count, shuffleRows, chunks } = training;
  const batchCount = Math.floor(count / batchSize);
  const loader = new StreamLoader(chunks, { batchSize, seed, shuffleRows, dropLast: true, batchCount });
  return { batchCount, epoch: (epoch) => prefetch(loader.epoch(epoch)) };
}

/** Rows to learn from. */
export function countOf(training: Rows | RowStream): number {
  return "chunks" in training ? training.count : training.targets.length;
}

/** Ends training when the time is over, but not before one epoch has been. */
function stopAfter(milliseconds: number): FitCallback {
  const end = performance.now() + milliseconds;
  return {
    step: (run) => {
      if (run.epoch > 1 && performance.now() > end) run.stop();
    },
    epochEnd: (_, run) => {
      if (performance.now() > end) run.stop();
    },
  };
}

function arraysOf({ settings: { network }, partOf }: Lesson, { rows, targets }: Rows): Record<string, HostArray> {
  const x = hostArray(rows, [targets.length, network.inputs]);
  const y = hostArray(targets, [targets.length], network.outputs > 1 ? "i32" : "f32");
  return partOf === undefined ? { x, y } : { x, y, part: hostArray(partOf, [partOf.length], "i32") };
}

/** Outputs for the validation rows, each by the members that do not learn from it. */
class OutsideReader {
  readonly #reader: OutputReader;
  readonly #lesson: Lesson;

  constructor(network: MemberNetwork, lesson: Lesson) {
    const { inputs, outputs, members } = lesson.settings.network;
    this.#reader = new OutputReader(new SideBySide(network), { inputs, outputs: members * outputs });
    this.#lesson = lesson;
  }

  /** Row-major [validation rows, outputs]. */
  async read(): Promise<Float32Array> {
    const { validation, partOf, settings } = this.#lesson;
    const { members, outputs } = settings.network;
    const all = await this.#reader.read(validation.rows);
    const results = new Float32Array(validation.targets.length * outputs);
    for (let row = 0; row < validation.targets.length; row++) {
      const asked = membersFor(partOf?.[row], settings);
      const answers = asked.map((member) => {
        const start = (row * members + member) * outputs;
        return all.subarray(start, start + outputs);
      });
      results.set(outputs > 1 ? logMeanOf(answers) : meanOf(answers), row * outputs);
    }
    return results;
  }
}

/** Members that do not learn from rows of `part`; all where there are no parts. */
function membersFor(part: number | undefined, { network, training }: TabularSettings): number[] {
  const all = Array.from({ length: network.members }, (_, member) => member);
  return part === undefined ? all : all.filter((member) => member % training.parts === part);
}

/** log of the mean of softmax: what `logMeanProbability` computes on tensors. */
function logMeanOf(answers: readonly Float32Array[]): Float64Array {
  const total = new Float64Array(answers[0]?.length ?? 0);
  for (const logits of answers) {
    const probabilities = applyTemperature(logits, logits.length, 1);
    probabilities.forEach((probability, index) => (total[index] = at(total, index) + probability / answers.length));
  }
  return total.map((probability) => Math.log(Math.max(probability, 1e-30)));
}

function meanOf(answers: readonly Float32Array[]): number[] {
  return [answers.reduce((sum, [value = 0]) => sum + value, 0) / answers.length];
}

/** All members' outputs for a row beside each other: [n, members · outputs]. */
class SideBySide extends Module {
  readonly #network: MemberNetwork;

  constructor(network: MemberNetwork) {
    super();
    this.#network = network;
  }

  forward(rows: Tensor): Tensor {
    const outputs = permuteDims(this.#network.forward(rows), [1, 0, 2]);
    return reshape(outputs, [at(rows.shape, 0), at(outputs.shape, 1) * at(outputs.shape, 2)]);
  }
}

/** Mean over members of each one's own loss, over the rows that it may learn from: they learn side by side, not as one. */
function lossOf({ settings, training }: Lesson): (network: MemberNetwork, batch: Batch<string>) => Tensor {
  const { outputs: classes, members } = settings.network;
  const { labelSmoothing, isBalanced, parts } = settings.training;
  const weight = isBalanced && classes > 1 ? tensor(balancedWeights(training, classes)) : undefined;
  const own = tensor(Int32Array.from({ length: members }, (_, member) => member % Math.max(1, parts)));
  return (network, { x, y, part }) => {
    if (x === undefined || y === undefined) throw new ArgumentError("A batch has no rows.");
    const outputs = network.forward(x);
    const count = at(y.shape, 0);
    const repeated = reshape(broadcastTo(expandDims(y, 0), [members, count]), [members * count]);
    const options = { reduction: part === undefined ? ("mean" as const) : ("none" as const) };
    const losses =
      classes === 1
        ? mseLoss(reshape(outputs, [members * count]), repeated, options)
        : crossEntropy(reshape(outputs, [members * count, classes]), repeated, {
            ...options,
            labelSmoothing,
            ...(weight === undefined ? {} : { weight }),
          });
    if (part === undefined) return losses;
    const counts = astype(notEqual(expandDims(part, 0), expandDims(own, 1)), "f32");
    return divide(sum(multiply(reshape(losses, [members, count]), counts)), sum(counts));
  };
}

/** Factors by which all classes count alike; their mean over the rows is 1. */
function balancedWeights(training: Rows | RowStream, classes: number): Float32Array<ArrayBuffer> {
  const counts = "chunks" in training ? training.classCounts : classCountsOf(training.targets, classes);
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => total / (classes * Math.max(1, count)));
}

function classCountsOf(labels: Float32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = at(counts, label) + 1;
  return counts;
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
