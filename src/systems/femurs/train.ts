/**
 * From a table of bones to a system that answers: trains the three models, and trains the network again on parts of the
 * table, so that its temperature, prediction sets and scope are judged on bones that it had not learned from.
 */
import { fitConformal } from "../../audit/conformal.ts";
import { fitScope } from "../../audit/scope.ts";
import { applyTemperature, binaryLogits, fitTemperature } from "../../audit/temperature.ts";
import { stratifiedFolds } from "../../data/split.ts";
import { at } from "../../support/invariant.ts";
import { features, featuresOf, fitFeatures, measurementsOf } from "./features.ts";
import { type LearnOptions, learn } from "./learn.ts";
import { FemurModels, type ModelName, modelNames } from "./models.ts";
import { outputsOf } from "./outputs.ts";
import { type Animals, selectAnimals } from "./simulate.ts";
import type { FemurSystem } from "./system.ts";

/** Choices of `trainFemurs`. */
export interface TrainOptions {
  /** Of first weights and of the order of bones. Default 0. */
  readonly seed?: number;
  /** Where the checkpoint of a stage is kept, if anywhere; `stage` is a plain word. */
  readonly checkpointOf?: (stage: string) => LearnOptions["checkpoint"];
  /** Called now and then with what is being done, and how much of everything is done, from 0 to 1. */
  readonly onProgress?: (task: string, done: number) => void;
  readonly signal?: AbortSignal;
}

/** Parts of the table that the network is left without in turn, to be asked about them. */
export const foldCount = 5;

/** Share of answers whose set may miss the truth. */
export const setAlpha = 0.02;

/** Share of bones like the training bones that gets no answer. */
export const withheldShare = 0.05;

/**
 * Trains on `animals`: the three models on all of them, and the network `foldCount` times more for calibration.
 * @throws TrainingInterruptedError after the signal, with checkpoints saved; TrainingDivergedError; DataError where a
 * value is not above 0.
 *
 * @example
 * ```ts no-run
 * import { answerBones, simulateAnimals, trainFemurs } from "smilodon/systems/femurs";
 * const system = await trainFemurs(simulateAnimals(400));
 * const [answer] = await answerBones(system, [{ length: 105, weight: 11.5 }]);
 * if (answer?.inScope) console.log(answer.label, answer.probability);
 * ```
 */
export async function trainFemurs(animals: Animals, options: TrainOptions = {}): Promise<FemurSystem> {
  const { seed = 0 } = options;
  const standardization = fitFeatures(animals);
  const rows = featuresOf(animals, standardization);
  const stages = new Stages(modelNames.length + foldCount, options);
  const models = new FemurModels();
  for (const name of modelNames) {
    const lesson = { features: rows, labels: animals.labels, seed };
    const learned = await learn(name, lesson, stages.next(name, `training the ${name}`));
    models[name].loadStateDictionary(learned.stateDictionary());
  }
  const logits = await crossFittedLogits(animals, seed, stages);
  const { labels } = animals;
  const temperature = fitTemperature({ logits: binaryLogits(logits), labels, classes: 2 });
  const probabilities = applyTemperature(binaryLogits(logits), 2, temperature);
  return {
    models: models.eval(),
    standardization,
    temperature,
    sets: fitConformal({ probabilities, labels, classes: 2 }, setAlpha),
    scope: fitScope(measurementsOf(animals), {
      features: features.map(({ name }) => name),
      scale: "logarithm",
      withheldShare,
    }),
    origin: { seed, bones: labels.length },
  };
}

/** The network's logit of every bone, by a network of the same kind that learned without that bone's fold. */
async function crossFittedLogits(animals: Animals, seed: number, stages: Stages): Promise<Float64Array> {
  const logits = new Float64Array(animals.labels.length);
  const folds = stratifiedFolds(animals.labels, foldCount, seed);
  for (const [index, { train, test }] of folds.entries()) {
    const known = selectAnimals(animals, Array.from(train));
    // The statistics are learned anew as well: nothing of the fold may have been seen.
    const standardization = fitFeatures(known);
    const lesson = { features: featuresOf(known, standardization), labels: known.labels, seed: seed + index + 1 };
    const task = `training without part ${index + 1} of ${foldCount}, to measure how sure it may be`;
    const network = await learn("network", lesson, stages.next(`fold${index + 1}`, task));
    const unseen = featuresOf(selectAnimals(animals, Array.from(test)), standardization);
    const outputs = await outputsOf(network.eval(), unseen);
    test.forEach((row, position) => (logits[row] = at(outputs, position)));
  }
  return logits;
}

/** Hands each stage its checkpoint and its share of the progress. */
class Stages {
  readonly #count: number;
  readonly #options: TrainOptions;
  #begun = 0;

  constructor(count: number, options: TrainOptions) {
    this.#count = count;
    this.#options = options;
  }

  next(stage: ModelName | string, task: string): LearnOptions {
    const { onProgress, checkpointOf, signal } = this.#options;
    const before = this.#begun++;
    onProgress?.(task, before / this.#count);
    return {
      checkpoint: checkpointOf?.(stage),
      signal,
      onProgress: ({ epoch, epochs }) => onProgress?.(task, (before + epoch / epochs) / this.#count),
    };
  }
}
