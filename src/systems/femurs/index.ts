/**
 * Cat or dog, by the femur: the lecture's first example as a system. README.md tells the story; train.ts and use.ts are the
 * places to read on. Folders on disk are in index.node.ts.
 */
export { bestProbabilities, bestProbabilityOfDog, logDensity } from "./bestRule.ts";
export { type Contestant, compareModels, type Result } from "./compare.ts";
export { type LayerNumbers, type LineEquation, lineEquation, networkNumbers } from "./equations.ts";
export { errorRate, secondOpinions } from "./experts.ts";
export { type Bones, featuresOf, fitFeatures } from "./features.ts";
export { type Settings, settings, TrainingDivergedError, TrainingInterruptedError } from "./learn.ts";
export { FemurModels, Line, type ModelName, modelNames, Network } from "./models.ts";
export { type Bone, relations, type Species, species, strangers } from "./relations.ts";
export type { Making } from "./report/facts.ts";
export { makeReport, type Report } from "./report/page.ts";
export { type Animals, animalsToCsv, firstFresh, type SimulationOptions, simulateAnimals } from "./simulate.ts";
export { type ExpertStudy, measureWithheld, type Shown, type Study, type StudyOptions, studyFemurs } from "./study.ts";
export type { FemurSystem, Origin } from "./system.ts";
export { type TrainOptions, trainFemurs } from "./train.ts";
export { answerBones, type FemurAnswer, probabilitiesOfDog } from "./use.ts";
export { explainBones, type FeaturePush, type FemurReason } from "./why.ts";
