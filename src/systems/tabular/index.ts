/** Your own table: train, use, and trust as far as measured. `train.ts` is the place to start reading. */

export { type CardMaking, cardOf } from "./card.ts";
export { fitCare, measureCare, type SetStudy } from "./care.ts";
export {
  type EffectChoices,
  type EffectRows,
  measureEffects,
} from "./careEffects.ts";
export { type GroupScene, measureHeldOutGroups } from "./careGroups.ts";
export { readTabular, tabularFolder } from "./folder.ts";
export { TrainingDivergedError, TrainingInterruptedError } from "./learn.ts";
export { tabularModel } from "./model.ts";
export { TabularNetwork } from "./network.ts";
export { outputsOf } from "./outputs.ts";
export type { Making } from "./report/html.ts";
export { reportOf } from "./report/page.ts";
export {
  choicesSchema,
  NetworkSizeError,
  type SettingReason,
  settingsSchema,
  type TabularChoices,
  type TabularSettings,
} from "./settings.ts";
export type {
  BaselineStudy,
  EffectCurve,
  FeatureEffect,
  HeldOutStudy,
  MemberStudy,
  Metric,
  MetricName,
  Metrics,
  MoreData,
  SplitStudy,
  StudyWarning,
  TabularFindings,
  TabularStudy,
} from "./study.ts";
export type { TabularCare, TabularModel, TabularOrigin, TabularSystem, TabularTask } from "./system.ts";
export { predictionsOf, taskOf, truthOf } from "./task.ts";
export { type TrainTableOptions, trainTable } from "./train.ts";
