/** Pictures: networks, how they learn, and what becomes of them. `README.md` says where to begin. */

export {
  type ChosenVision,
  chooseSettings,
  type PictureChoices,
  type PictureFacts,
  type Scale,
} from "./chooseSettings.ts";
export { type Learned, type LearnHooks, learn, TrainingDivergedError, TrainingInterruptedError } from "./learn.ts";
export { Standardize, VisionNetwork } from "./network.ts";
export { createNetwork } from "./networks/index.ts";
export { accuracyOf, type ScoreOptions, ScoreReader } from "./scores.ts";
export {
  type AugmentationSettings,
  type NetworkName,
  type NetworkSettings,
  type NetworkShape,
  networkNames,
  type TrainingSettings,
  type VisionSettings,
} from "./settings.ts";
