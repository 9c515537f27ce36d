/** Pictures: networks, how they learn, and what becomes of them. `README.md` says where to begin. */

export {
  type ChosenInput,
  type ChosenTraining,
  type ChosenVision,
  chooseInput,
  chooseSettings,
  chooseTraining,
  type PictureChoices,
  type PictureFacts,
  type Scale,
  scales,
} from "./chooseSettings.ts";
export { readVision, visionFolder } from "./folder.ts";
export type { GivenPart, GivenPictures } from "./given.ts";
export { type Learned, type LearnHooks, learn, TrainingDivergedError, TrainingInterruptedError } from "./learn.ts";
export { ImageModel, type Picture } from "./model.ts";
export { Standardize, VisionNetwork } from "./network.ts";
export { createNetwork } from "./networks/index.ts";
export { loadImageModelFrom, type OpenImageModelOptions } from "./opening.ts";
export { type RecipeParts, recipeOf } from "./recipe.ts";
export { reportOf } from "./report/page.ts";
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
export type { VisionStudy } from "./study.ts";
export { type PictureHeader, type PictureSurvey, surveyOf } from "./survey.ts";
export type { PictureInput, PictureNetwork, VisionCare, VisionSystem, VisionTask } from "./system.ts";
export { type PictureRecipe, type TrainPicturesOptions, trainPictures } from "./train.ts";
