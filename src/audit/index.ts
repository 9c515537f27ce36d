/**
 * Audit: when should a model not be trusted? Calibration, prediction sets, scope, agreement between raters, data cards.
 * Pure functions of plain numbers; start with calibration.ts.
 */
export { type Agreement, compareRaters } from "./agreement.ts";
export {
  brierScore,
  equalMassCalibrationError,
  equalMassGroups,
  expectedCalibrationError,
  maximumCalibrationError,
  negativeLogLikelihood,
  type ReliabilityBin,
  reliabilityDiagram,
  standardBins,
} from "./calibration.ts";
export {
  type ConformalRule,
  conformalQuantile,
  fitConformal,
  measureSets,
  predictionSet,
  type SetQuality,
} from "./conformal.ts";
export { type CardColumn, type CardOrigin, type ColumnFacts, type DataCard, makeDataCard } from "./dataCard.ts";
export { type Share, wilsonInterval } from "./intervals.ts";
export { accuracyOf, binaryPredictions, type Predictions, type TopLabel, topLabel } from "./predictions.ts";
export {
  fitScope,
  type ScopeAnswer,
  type ScopeJudge,
  type ScopeOptions,
  type ScopeReason,
  type ScopeRule,
  type ScopeScale,
  scopeJudge,
} from "./scope.ts";
export {
  applyTemperature,
  binaryLogits,
  fitTemperature,
  type LabelledLogits,
  logitsOf,
  temperatureBounds,
} from "./temperature.ts";
