/**
 * One network measured: care fitted beside it, answers for rows that it had not learned from, figures, baselines, effects.
 * train.ts and trainStream.ts learn it and call this.
 */
import { measureSets } from "../../audit/conformal.ts";
import { measureIntervals } from "../../audit/conformalIntervals.ts";
import { judgeRows } from "../../audit/tableScope.ts";
import { applyTemperature } from "../../audit/temperature.ts";
import type { Table } from "../../data/table.ts";
import { classMetrics, numberMetrics, shareMetric } from "../metrics.ts";
import { measureBaselines } from "./baselines.ts";
import { fitCare } from "./care.ts";
import { measureEffects } from "./careEffects.ts";
import type { Fitted } from "./fitModel.ts";
import type { LearnOptions } from "./learn.ts";
import { measureMoreData } from "./moreData.ts";
import { outputsOf } from "./outputs.ts";
import type { HeldOutStudy, Metric, Metrics, TabularStudy } from "./study.ts";
import type { TabularCare, TabularTask } from "./system.ts";
import { predictionsOf, truthOf } from "./task.ts";
import type { TrainTableOptions } from "./trainOptions.ts";

/** One training with its figures. */
export interface Round {
  readonly fitted: Fitted;
  readonly heldOut: HeldOutStudy;
  readonly metrics: Metrics;
  readonly baselines: TabularStudy["baselines"];
  readonly moreData: TabularStudy["moreData"];
  readonly effects: TabularStudy["effects"];
  readonly care: TabularCare;
}

/** Rows that a network had not learned from. */
export interface MeasuredRows {
  readonly table: Table;
  /** Where each of them is in the table that was given. */
  readonly places: Uint32Array;
}

/** What is measured, and with how much patience. */
export type RoundOptions = Pick<TrainTableOptions, "fast" | "moreData"> & {
  readonly seed: number;
  /** Before the name of each stage: empty, or that of a fold. */
  readonly prefix: string;
  readonly optionsOf: (stage: string) => LearnOptions;
};

/** Measures `fitted` on `test`; where there are no such rows, only care is fitted. */
export async function measureRound(
  fitted: Fitted,
  test: MeasuredRows | undefined,
  options: RoundOptions,
): Promise<Round> {
  const isFast = options.fast === true;
  const care = fitCare(fitted, isFast ? { references: fewReferences } : {});
  if (test === undefined || test.places.length === 0)
    return { fitted, care, heldOut: nothingHeldOut, metrics: {}, baselines: [], moreData: [], effects: [] };
  const { task, encoder, network, settings } = fitted.model;
  const { table, places } = test;
  const { optionsOf, seed } = options;
  const rows = encoder.encode(table);
  const truth = truthOf(task, table);
  const outputs = await outputsOf(network, rows, settings.network);
  const answers = answersOf(task, outputs, care.temperature);
  const isWhole = isMeasuredWhole(options);
  return {
    fitted,
    care,
    heldOut: { rows: places, truth, ...answers, inScope: judgeRows(care.scope, rows).inScope },
    metrics: { ...measure(task, answers, truth), coverage: coverageOf(task, answers, truth, care) },
    baselines: await measureBaselines(fitted, { rows, truth }, { ...optionsOf("linear"), isFast }),
    moreData: isWhole ? await measureMoreData(fitted, { rows, truth }, optionsOf) : [],
    effects: isWhole
      ? await measureEffects(fitted.model, { table, rows, truth }, { temperature: care.temperature, seed })
      : [],
  };
}

/** Rows that the scope compares with where seconds count. */
const fewReferences = 128;

const nothingHeldOut: HeldOutStudy = {
  rows: new Uint32Array(0),
  truth: new Float64Array(0),
  probabilities: undefined,
  predictions: undefined,
  inScope: new Uint8Array(0),
};

/** Effects and the curve of more data are measured once: in the only round, or in the first fold. */
function isMeasuredWhole({ fast, moreData, prefix }: RoundOptions): boolean {
  return (moreData ?? fast !== true) && (prefix === "" || prefix === "fold1");
}

/** Share of the time that networks may take; the rest is for baselines and figures. */
const networkShare = 0.8;

/** How each stage of a training is kept, shown and stopped. */
export function stageOptions(options: StageOptions, prefix: string) {
  const { checkpointOf, onProgress, signal, choices, folds } = options;
  const { minutes, ensemble = 1 } = choices ?? {};
  const networks = ensemble * (folds === undefined ? 1 : folds + 1);
  const milliseconds = minutes === undefined ? undefined : (networkShare * minutes * 60_000) / networks;
  return (stage: string): LearnOptions => {
    const name = prefix === "" ? stage : `${prefix}-${stage}`;
    return {
      checkpoint: checkpointOf?.(name),
      signal,
      ...(stage.startsWith("network") ? { milliseconds, callbacks: options.callbacksOf?.(name) } : {}),
      onProgress: ({ epoch, epochs, step, steps }) => {
        const done = steps === undefined ? epoch : epoch - 1 + step / steps;
        onProgress?.(name, done / epochs);
      },
    };
  };
}

type StageOptions = Pick<
  TrainTableOptions,
  "checkpointOf" | "callbacksOf" | "onProgress" | "signal" | "choices" | "folds"
>;

type Answers = Pick<HeldOutStudy, "probabilities" | "predictions">;

function answersOf(task: TabularTask, outputs: Float32Array, temperature: number): Answers {
  if (task.kind === "regression") return { probabilities: undefined, predictions: predictionsOf(task, outputs) };
  return { probabilities: applyTemperature(outputs, task.classes.length, temperature), predictions: undefined };
}

/** Share of the rows whose set or interval holds the truth. */
function coverageOf(task: TabularTask, answers: Answers, truth: Float64Array, { sets }: TabularCare): Metric {
  if (task.kind === "regression") {
    const { coverage } = measureIntervals(sets, { predictions: answers.predictions ?? [], truths: truth });
    return { value: coverage.value, low: coverage.lower, high: coverage.upper, n: truth.length };
  }
  const probabilities = answers.probabilities ?? [];
  const { coverage } = measureSets(sets, { probabilities, labels: truth, classes: task.classes.length });
  return shareMetric(Math.round(coverage * truth.length), truth.length);
}

function measure(task: TabularTask, { probabilities, predictions }: Answers, truth: Float64Array): Metrics {
  if (task.kind === "regression") return numberMetrics(predictions ?? [], truth);
  return classMetrics({ probabilities: probabilities ?? [], labels: truth, classes: task.classes.length });
}
