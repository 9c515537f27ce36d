/** Training: `fit`, callbacks, checkpoints, the search for a learning rate. `smilodon/node` adds files, terminals, the run store. */
export type { CallbackMemory, FitCallback, FitControl } from "./callbacks.ts";
export { type CheckpointStore, memoryStore } from "./checkpoint.ts";
export {
  findLearningRate,
  type LearningRateFound,
  type LearningRateSearch,
  type RatePoint,
} from "./findLearningRate.ts";
export { fit } from "./fit.ts";
export type { AveragedWeights, EpochSource, FitOptions, FitProgress } from "./fitOptions.ts";
export type { Divergence, DivergencePlace, EpochRecord, FitResult, Metrics, Stopped } from "./fitResult.ts";
export { type PlateauOptions, reduceOnPlateau } from "./plateau.ts";
