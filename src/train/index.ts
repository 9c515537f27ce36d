/** Training: `fit`, callbacks, averages, checkpoints. `smilodon/node` adds files, terminals, the run store. */
export type { CallbackMemory, FitCallback, FitControl } from "./callbacks.ts";
export { type CheckpointStore, memoryStore } from "./checkpoint.ts";
export { ExponentialAverage, type ExponentialAverageOptions, type WeightAverage } from "./ema.ts";
export {
  findLearningRate,
  type LearningRateFound,
  type LearningRateSearch,
  type RatePoint,
} from "./findLearningRate.ts";
export { fit } from "./fit.ts";
export type {
  Divergence,
  DivergencePlace,
  EpochRecord,
  EpochSource,
  FitOptions,
  FitProgress,
  FitResult,
  Metrics,
  Stopped,
} from "./fitOptions.ts";
export { type PlateauOptions, reduceOnPlateau } from "./plateau.ts";
