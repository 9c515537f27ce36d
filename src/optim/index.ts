/** Optimizers, schedules of their learning rate, gradient clipping. */
export { GradientAccumulator } from "./accumulator.ts";
export { Adadelta, type AdadeltaOptions, Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { WeightAverage, type WeightAverageOptions } from "./averaging.ts";
export { type ClippedGradients, clipGradientNorm, clipGradientValue } from "./clip.ts";
export { LAMB } from "./lamb.ts";
export { LBFGS, type LbfgsOptions } from "./lbfgs.ts";
export { Lion, type LionOptions } from "./lion.ts";
export { Muon, type MuonOptions } from "./muon.ts";
export { NAdam, type NAdamOptions } from "./nadam.ts";
export { Optimizer, type OptimizerOptions, type ParameterGroup, type Update, type Updated } from "./optimizer.ts";
export { RMSprop, type RmspropOptions } from "./rmsprop.ts";
export type { Schedule } from "./schedules.ts";
export * as schedules from "./schedules.ts";
export { SGD, type SgdOptions } from "./sgd.ts";
