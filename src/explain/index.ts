/**
 * Explanation: why did the model decide this? Methods that look inside through the engine's own gradients. What they give
 * is in attribution.ts; integratedGradients.ts is the place to start.
 */
export type { Attribution } from "./attribution.ts";
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
export { gaussLegendre, type Quadrature } from "./quadrature.ts";
export type { Stage, StagedNetwork } from "./stagedNetwork.ts";
