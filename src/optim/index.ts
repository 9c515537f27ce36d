/** Optimizers, schedules of their learning rate, gradient clipping. */
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { type ClippedGradients, clipGradientNorm, clipGradientValue } from "./clip.ts";
export { Optimizer, type OptimizerOptions, type ParameterGroup, type Update, type Updated } from "./optimizer.ts";
export type { Schedule } from "./schedules.ts";
export * as schedules from "./schedules.ts";
export { SGD, type SgdOptions } from "./sgd.ts";
