/**
 * Audit: when should a model not be trusted? Checks of tables before training (tableChecks.ts), calibration, prediction sets,
 * scope, agreement between raters, data cards. Functions of plain numbers and tables; start with calibration.ts.
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
export {
  type ErrorScale,
  fitIntervals,
  type IntervalQuality,
  type IntervalRule,
  measureIntervals,
  type NumberPredictions,
  predictionInterval,
} from "./conformalIntervals.ts";
export { type CardColumn, type CardOrigin, type ColumnFacts, type DataCard, makeDataCard } from "./dataCard.ts";
export { type DuplicateOptions, duplicateGroups, sharedRows } from "./duplicateRows.ts";
export {
  type FeatureJudgement,
  type FeatureRows,
  type FeatureScopeOptions,
  type FeatureScopeRule,
  fitFeatureScope,
  judgeFeatures,
} from "./featureScope.ts";
export { frameSkill, type LabelledPictures } from "./frameSkill.ts";
export { type GroupColumn, groupColumn } from "./groupColumn.ts";
export {
  type GroupDifference,
  type GroupFigure,
  type GroupMetrics,
  type GroupOptions,
  type GroupOutcomes,
  type GroupRate,
  type GroupReport,
  groupRates,
  measureGroups,
} from "./groups.ts";
export { normalQuantile, type Share, wilsonInterval } from "./intervals.ts";
export type { ScopeFeature } from "./nearestRows.ts";
export { type ClassLook, checkPictures, type PictureChecks } from "./pictureChecks.ts";
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
export { findShortcut, type ShortcutFinding, type ShortcutOptions, shortcutLimits } from "./shortcut.ts";
export { checkParts, checkTable, namesLeftOut, type TableCheckOptions } from "./tableChecks.ts";
export {
  fitTableScope,
  judgeRows,
  type TableScopeAnswers,
  type TableScopeOptions,
  type TableScopeReason,
  type TableScopeRule,
} from "./tableScope.ts";
export { type TableWarning, type WarningKind, warningKinds } from "./tableWarning.ts";
export {
  applyTemperature,
  binaryLogits,
  fitTemperature,
  type LabelledLogits,
  logitsOf,
  temperatureBounds,
} from "./temperature.ts";
