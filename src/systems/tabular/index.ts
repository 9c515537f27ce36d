/** Your own table: train, use, and trust as far as measured. `train.ts` is the place to start reading. */

export type { Making } from "../reportHtml.ts";
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
export { type MemoryPlan, planMemory, usualMemory } from "./memory.ts";
export { tabularModel } from "./model.ts";
export { TabularNetwork } from "./network.ts";
export { type TableOpener, withTexts } from "./opening.ts";
export { outputsOf } from "./outputs.ts";
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
  StreamStudy,
  StudyWarning,
  TabularFindings,
  TabularStudy,
} from "./study.ts";
export { drawRows } from "./survey.ts";
export type { TabularCare, TabularModel, TabularOrigin, TabularSystem, TabularTask } from "./system.ts";
export { predictionsOf, taskOf, truthOf } from "./task.ts";
export { trainTable } from "./train.ts";
export type { TrainTableOptions } from "./trainOptions.ts";
export { type TrainStreamOptions, trainStream } from "./trainStream.ts";
