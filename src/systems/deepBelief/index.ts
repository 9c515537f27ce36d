/**
 * Convolutional deep belief networks: edges, then parts, then whole things, learned from pictures without a label. README.md tells
 * the story; `boltzmannLayer.ts` and `contrastive.ts` are the places to read on.
 */
export { type Blocks, blockEvidence, poolBlocks, poolingOdds, sampleBlocks } from "./blocks.ts";
export { BoltzmannLayer, type BoltzmannSettings, fullyConnected, type PartialView } from "./boltzmannLayer.ts";
export { featuresOf, fitKernelClassifier, KernelClassifier, type KernelOptions } from "./classifier.ts";
export { ContrastiveDivergence, type ContrastiveSettings, countStatistics, type Statistics } from "./contrastive.ts";
export { DeepBeliefNetwork, type FillInOptions, type InferenceOptions } from "./deepBelief.ts";
export { drawSheet, type SheetOptions } from "./drawings.ts";
export { openDeepBelief, sealDeepBelief } from "./folder.ts";
export { fitGabors, type GaborOptions, shareFitted } from "./gabor.ts";
export { type LayerLesson, type LayerProgress, type LearnLayerOptions, learnLayer } from "./learn.ts";
export { averagePrecision, groupAreas, regionAnswers } from "./parts.ts";
export { type Beginning, beginWithPieces } from "./pieces.ts";
export { type FilterSnapshot, makeReport, type ReportFacts } from "./report.ts";
export {
  frameDigits,
  greyPictures,
  type Lesson,
  recipes,
  seenByAll,
  type TrainOptions,
  type TrainProgress,
  trainDigits,
  trainObjects,
  trainScenes,
} from "./train.ts";
export {
  applyZca,
  fitZca,
  type PatchOptions,
  samplePatches,
  type WhiteningOptions,
  whitenPictures,
  type Zca,
} from "./whitening.ts";
