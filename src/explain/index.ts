/**
 * Explanation: why did the model decide this? Methods that look inside through the engine's own gradients. What they give
 * is in attribution.ts; integratedGradients.ts is the place to start.
 */
export type { Attribution } from "./attribution.ts";
export {
  type Concept,
  type ConceptOptions,
  type ConceptValues,
  fitConcepts,
  scoreConcept,
} from "./concepts/concepts.ts";
export { conceptSensitivity, type Sensitivity } from "./concepts/sensitivity.ts";
export type { Pictures, Reading } from "./concepts/stageFeatures.ts";
export { type NamedUnit, nameUnits } from "./concepts/unitNames.ts";
export {
  accumulatedEffects,
  type EffectOptions,
  type EffectPoint,
  type FeatureImportance,
  type ImportanceOptions,
  partialDependence,
  permutationImportance,
  quantileRows,
  type RowLosses,
  type RowOutputs,
} from "./effects.ts";
export {
  attributeFeatures,
  type FeatureAttribution,
  type FeatureAttributionOptions,
  type FeatureBlock,
  type FeatureExplainer,
  featureExplainer,
  meanRow,
} from "./featureAttribution.ts";
export { type IntegratedGradientsOptions, integratedGradients } from "./integratedGradients.ts";
export { type LinearRule, linearContributions } from "./linearContributions.ts";
export { type RowModel, type Slopes, slopesOf } from "./model.ts";
export { type NearestUndecidedOptions, nearestUndecided, type Undecided } from "./nearestUndecided.ts";
export {
  costOfExplanation,
  type ExpectedCost,
  explainPictures,
  type PictureMethod,
} from "./pictures/explainPictures.ts";
export type { ExplanationCost, PictureExplanation, PictureQuestion } from "./pictures/explanation.ts";
export { type GradCamExplanation, type GradCamOptions, gradCam } from "./pictures/gradCam.ts";
export { integratedGradientsOfPictures, type PathOptions } from "./pictures/integratedGradients.ts";
export {
  coveredPicture,
  type OcclusionOptions,
  occlusion,
  occlusionBoxes,
  type PictureBox,
} from "./pictures/occlusion.ts";
export {
  PictureNetwork,
  type PictureNetworkOptions,
  type PictureNumbers,
  type PictureShape,
  type PictureSlopes,
  type StageSlopes,
} from "./pictures/pictureNetwork.ts";
export {
  type ExplainsPictures,
  rankCorrelation,
  type SanityFinding,
  type SanityOptions,
  sanityOf,
} from "./pictures/sanity.ts";
export { inputTimesGradient, type SmoothGradOptions, saliency, smoothGrad } from "./pictures/slopes.ts";
export { gaussLegendre, type Quadrature } from "./quadrature.ts";
export type { Stage, StagedNetwork } from "./stagedNetwork.ts";
export { type FilterPictures, firstFilters } from "./units/firstFilters.ts";
export {
  type OptimizedUnits,
  type OptimizeUnitsOptions,
  optimizeUnits,
  type UnitRobustness,
  unitCount,
} from "./units/optimizeUnits.ts";
export { type PixelRange, type ReceptiveFields, receptiveFields } from "./units/receptiveFields.ts";
export {
  readPictures,
  type StrongestPatchesOptions,
  type StrongPatch,
  strongestPatches,
  type UnitPatches,
} from "./units/strongestPatches.ts";
