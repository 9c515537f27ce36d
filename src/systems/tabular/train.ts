/**
 * From a table to a system that answers, and to the study of how well: checks, split, training, calibration, baselines,
 * figures on rows that were held out.
 */

import { measureSets } from "../../audit/conformal.ts";
import { measureIntervals } from "../../audit/conformalIntervals.ts";
import { checkParts, checkTable, namesLeftOut } from "../../audit/tableChecks.ts";
import { judgeRows } from "../../audit/tableScope.ts";
import { applyTemperature } from "../../audit/temperature.ts";
import type { ColumnKind } from "../../data/kinds.ts";
import { type Fold, stratifiedFolds, stratifiedSplit } from "../../data/split.ts";
import type { Table } from "../../data/table.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { CheckpointStore, FitCallback } from "../../train/index.ts";
import { measureBaselines } from "./baselines.ts";
import { fitCare } from "./care.ts";
import { measureEffects } from "./careEffects.ts";
import { measureHeldOutGroups } from "./careGroups.ts";
import { findFindings } from "./findings.ts";
import { type Fitted, fitModel, levelsOf } from "./fitModel.ts";
import type { LearnOptions } from "./learn.ts";
import { classMetrics, meanOfFolds, numberMetrics, shareMetric } from "./metrics.ts";
import { measureMoreData } from "./moreData.ts";
import { measureNotices } from "./notices.ts";
import { outputsOf } from "./outputs.ts";
import type { TabularChoices } from "./settings.ts";
import type { HeldOutStudy, Metric, Metrics, StudyWarning, TabularStudy } from "./study.ts";
import type { TabularCare, TabularOrigin, TabularTask } from "./system.ts";
import { predictionsOf, rowsWithTarget, taskOf, truthOf } from "./task.ts";

/** Choices of `trainTable`. */
export interface TrainTableOptions {
  /** The column to be predicted. */
  readonly target: string;
  /** Default: classes for text and for few different whole numbers, else a number. */
  readonly task?: TabularTask["kind"] | undefined;
  /** What columns hold, by name, where the guess is wrong. */
  readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
  /** Columns to leave out. */
  readonly exclude?: readonly string[] | undefined;
  /** Columns to use whatever the checks find in them, also where they name groups. */
  readonly keep?: readonly string[] | undefined;
  /** Columns that name groups of people or things: figures are measured for each. The network does not see them … */
  readonly groups?: readonly string[] | undefined;
  /** … unless this says so. */
  readonly groupsAsFeatures?: boolean | undefined;
  /** An official table to measure on; then nothing of `table` is held out. */
  readonly test?: Table | undefined;
  /** Cross-validate in so many folds, and learn from all rows afterwards. */
  readonly folds?: number | undefined;
  /** Of first weights, order of rows, and splits. Default 0. */
  readonly seed?: number | undefined;
  /** Seconds count more than the last tenth of a percent. */
  readonly fast?: boolean | undefined;
  /** Measure what fewer rows would have come to, and what each column does. Default: unless `fast`. */
  readonly moreData?: boolean | undefined;
  /** Look for a learning rate by a short training on rates that grow, instead of taking the usual one. */
  readonly findLearningRate?: boolean | undefined;
  /** Settings of your own. */
  readonly choices?: TabularChoices | undefined;
  /** Where the table comes from, for the record. */
  readonly source?: string | undefined;
  readonly dataHash?: string | undefined;
  readonly version?: string | undefined;
  /** Where the checkpoint of a stage is kept, if anywhere; `stage` is a plain word. */
  readonly checkpointOf?: ((stage: string) => CheckpointStore | undefined) | undefined;
  /** What listens to the training of a network, by its stage; for example what writes events for TensorBoard. */
  readonly callbacksOf?: ((stage: string) => readonly FitCallback[]) | undefined;
  /** Called now and then with what is being done, and how much of it is done, from 0 to 1. */
  readonly onProgress?: ((task: string, done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Share of the rows that is held out where there is no test table. */
const heldOutShare = 0.2;

/**
 * Learns column `target` of `table` from the others.
 * @throws DataError where the table is too small, or cannot be read as asked; TrainingInterruptedError after the signal, with
 * checkpoints saved; TrainingDivergedError.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { trainTable } from "smilodon/systems/tabular";
 * const lines = Array.from({ length: 60 }, (_, row) => `${row % 10},${row % 10 < 5 ? "small" : "large"}`);
 * const table = readTable(`size,word\n${lines.join("\n")}\n`);
 * const { metrics } = await trainTable(table, { target: "word", choices: { epochs: 5 } });
 * console.log(metrics.accuracy);
 * ```
 */
export async function trainTable(table: Table, options: TrainTableOptions): Promise<TabularStudy> {
  const began = performance.now();
  const scene = prepare(table, options);
  const folds = options.folds === undefined ? [] : foldsOf(scene, options.folds);
  const rounds: Round[] = [];
  for (const [index, fold] of folds.entries()) rounds.push(await playRound(scene, fold, options, `fold${index + 1}`));
  const final = await playRound(scene, finalFold(scene, options), options, "");
  const measured = folds.length === 0 ? [final] : rounds;
  const { fitted } = final;
  const heldOut = joinHeldOut(measured);
  const groups = measureGroupsOf(scene, options, heldOut);
  return {
    system: { ...fitted.model, care: final.care },
    split: splitStudy(final, measured, options),
    metrics: folds.length === 0 ? final.metrics : meanOfFolds(measured.map(({ metrics }) => metrics)),
    folds: folds.length === 0 ? [] : measured.map(({ metrics }) => metrics),
    baselines: joinBaselines(measured),
    members: fitted.members,
    heldOut,
    moreData: measured[0]?.moreData ?? [],
    effects: measured[0]?.effects ?? [],
    groups,
    findings: await findingsOf(scene, options, { first: measured[0], answers: heldOut }),
    warnings: [...scene.warnings, ...measureNotices(heldOut.rows.length, groups)],
    settings: fitted.reasons,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Findings on rows that the first of the measured networks had not learned from; the only one, without folds. */
function findingsOf(
  { source }: Scene,
  { test }: TrainTableOptions,
  { first, answers }: { first: Round | undefined; answers: HeldOutStudy },
) {
  if (first === undefined) return Promise.resolve(undefined);
  const { fitted, care, heldOut, effects } = first;
  return findFindings({ system: { ...fitted.model, care }, table: test ?? source, heldOut, answers, effects });
}

/** What everything starts from. */
interface Scene {
  /** The table that was given. */
  readonly source: Table;
  /** Rows that have a target. */
  readonly table: Table;
  /** Their numbers in `source`. */
  readonly rows: Uint32Array;
  readonly task: TabularTask;
  readonly exclude: readonly string[];
  readonly warnings: readonly StudyWarning[];
  readonly origin: TabularOrigin;
}

/** Fewer rows with a target make nothing to learn from and nothing to hold out. */
const fewestRows = 10;

function prepare(given: Table, options: TrainTableOptions): Scene {
  const { target, exclude = [], seed = 0, source = "table", version = "", dataHash } = options;
  given.column(target);
  const rows = rowsWithTarget(given, target);
  if (rows.length < fewestRows)
    throw new DataError(
      `${rows.length} of ${given.rowCount} rows have a value in column "${target}"; at least ${fewestRows} are needed to learn from some and measure on others.`,
      { rows: rows.length, target },
    );
  const table = rows.length === given.rowCount ? given : given.select(rows);
  const task = taskOf(table, target, options.task);
  const { keep = [] } = options;
  for (const name of [...keep, ...(options.groups ?? [])]) given.column(name);
  const groups = options.groupsAsFeatures === true ? [] : (options.groups ?? []);
  const withheld = [...exclude, ...groups.filter((name) => !keep.includes(name))];
  const found = checkTable(given, { target, task: task.kind, exclude: withheld, keep });
  const left = [...new Set([...withheld, ...namesLeftOut(found)])];
  checkTest(options.test, table, { task, left });
  const warnings = [...found, ...testWarnings(table, options)];
  return {
    source: given,
    table,
    rows,
    task,
    exclude: left,
    warnings,
    origin: { rows: 0, seed, version, source, dataHash },
  };
}

/** What is wrong with a test table is said before hours of training, and said to be of it (`facts.table` is "test"). */
function checkTest(
  test: Table | undefined,
  table: Table,
  { task, left }: Pick<Scene, "task"> & { readonly left: readonly string[] },
): void {
  if (test === undefined) return;
  try {
    for (const name of table.names) if (!left.includes(name)) test.column(name);
    const rows = rowsWithTarget(test, task.target);
    if (rows.length === 0) throw new DataError(`no row has a value in column "${task.target}".`);
    truthOf(task, test.select(rows));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`the test table: ${error.message}`, { ...error.facts, table: "test" });
  }
}

/** Rows of the test table that were learned from as well. */
function testWarnings(table: Table, { test }: TrainTableOptions): StudyWarning[] {
  if (test === undefined) return [];
  const shared = checkParts(table, test);
  return shared === undefined ? [] : [shared];
}

/** Rows to learn from and rows to measure on, of the table or of the test table. */
interface Part {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
  readonly testTable: Table | undefined;
}

function labelsOf({ task, table }: Scene): Float64Array | Uint8Array {
  const truth = truthOf(task, table);
  return task.kind === "classification" ? truth : levelsOf(truth);
}

function foldsOf(scene: Scene, count: number): Part[] {
  return stratifiedFolds(labelsOf(scene), count, scene.origin.seed).map((fold: Fold) => ({
    ...fold,
    testTable: scene.table,
  }));
}

/** The last training: on all rows where others than they measure, else on what is not held out. */
function finalFold(scene: Scene, { test, folds }: TrainTableOptions): Part {
  const all = Uint32Array.from({ length: scene.table.rowCount }, (_, row) => row);
  if (folds !== undefined) return { train: all, test: new Uint32Array(0), testTable: undefined };
  if (test !== undefined) return { train: all, test: rowsWithTarget(test, scene.task.target), testTable: test };
  const shares = { train: 1 - heldOutShare, test: heldOutShare };
  return { ...stratifiedSplit(labelsOf(scene), shares, scene.origin.seed), testTable: scene.table };
}

/** One training with its figures. */
interface Round {
  readonly fitted: Fitted;
  readonly heldOut: HeldOutStudy;
  readonly metrics: Metrics;
  readonly baselines: TabularStudy["baselines"];
  readonly moreData: TabularStudy["moreData"];
  readonly effects: TabularStudy["effects"];
  readonly care: TabularCare;
}

async function playRound(scene: Scene, part: Part, options: TrainTableOptions, prefix: string): Promise<Round> {
  const { task, exclude, origin, table } = scene;
  const chosen = part.train.length === table.rowCount ? table : table.select(part.train);
  const optionsOf = stageOptions(options, prefix);
  const fitted = await fitModel({
    table: chosen,
    task,
    exclude,
    kinds: options.kinds,
    choices: options.choices ?? {},
    isFast: options.fast ?? false,
    isRateSearched: options.findLearningRate,
    origin: { ...origin, rows: chosen.rowCount },
    optionsOf,
  });
  const care = fitCare(fitted, options.fast === true ? { references: fewReferences } : {});
  if (part.testTable === undefined || part.test.length === 0)
    return { fitted, care, heldOut: nothingHeldOut, metrics: {}, baselines: [], moreData: [], effects: [] };
  const test = part.testTable.select(part.test);
  const rows = fitted.model.encoder.encode(test);
  const truth = truthOf(task, test);
  const outputs = await outputsOf(fitted.model.network, rows, fitted.model.settings.network);
  const answers = answersOf(task, outputs, care.temperature);
  const isWhole = isMeasuredWhole(options, prefix);
  return {
    fitted,
    care,
    heldOut: {
      rows: part.testTable === table ? part.test.map((row) => at(scene.rows, row)) : part.test,
      truth,
      ...answers,
      inScope: judgeRows(care.scope, rows).inScope,
    },
    metrics: { ...measure(task, answers, truth), coverage: coverageOf(task, answers, truth, care) },
    baselines: await measureBaselines(
      fitted,
      { rows, truth },
      { ...optionsOf("linear"), isFast: options.fast ?? false },
    ),
    moreData: isWhole ? await measureMoreData(fitted, { rows, truth }, optionsOf) : [],
    effects: isWhole
      ? await measureEffects(
          fitted.model,
          { table: test, rows, truth },
          { temperature: care.temperature, seed: origin.seed },
        )
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

/** Figures by group on the held-out rows, where groups were named. */
function measureGroupsOf({ task, source }: Scene, { groups, test }: TrainTableOptions, heldOut: HeldOutStudy) {
  if (groups === undefined || groups.length === 0) return undefined;
  const learned = test === undefined ? undefined : source;
  return measureHeldOutGroups({ task, table: test ?? source, learned, heldOut, inScope: heldOut.inScope }, groups);
}

/** Effects and the curve of more data are measured once: in the only round, or in the first fold. */
function isMeasuredWhole({ fast, moreData }: TrainTableOptions, prefix: string): boolean {
  return (moreData ?? fast !== true) && (prefix === "" || prefix === "fold1");
}

/** Share of the time that networks may take; the rest is for baselines and figures. */
const networkShare = 0.8;

function stageOptions(options: TrainTableOptions, prefix: string) {
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
      onProgress: ({ epoch, epochs }) => onProgress?.(name, epoch / epochs),
    };
  };
}

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

function joinHeldOut(rounds: readonly Round[]): HeldOutStudy {
  const join = (arrays: (Float64Array | undefined)[]): Float64Array | undefined =>
    arrays.some((array) => array === undefined)
      ? undefined
      : Float64Array.from(arrays.flatMap((array) => [...(array ?? [])]));
  return {
    rows: Uint32Array.from(rounds.flatMap(({ heldOut }) => [...heldOut.rows])),
    truth: Float64Array.from(rounds.flatMap(({ heldOut }) => [...heldOut.truth])),
    probabilities: join(rounds.map(({ heldOut }) => heldOut.probabilities)),
    predictions: join(rounds.map(({ heldOut }) => heldOut.predictions)),
    inScope: Uint8Array.from(rounds.flatMap(({ heldOut }) => [...heldOut.inScope])),
  };
}

function joinBaselines(rounds: readonly Round[]): TabularStudy["baselines"] {
  const [first] = rounds;
  if (first === undefined || rounds.length === 1) return first?.baselines ?? [];
  return first.baselines.map((baseline, index) => ({
    ...baseline,
    metrics: meanOfFolds(rounds.map(({ baselines }) => at(baselines, index).metrics)),
  }));
}

function splitStudy({ fitted }: Round, measured: readonly Round[], options: TrainTableOptions): TabularStudy["split"] {
  const { train, validation } = fitted.counts;
  const heldOut = measured.reduce((sum, round) => sum + round.heldOut.rows.length, 0);
  const how =
    options.folds !== undefined
      ? `cross-validated in ${options.folds} folds; the saved network learned from all rows`
      : options.test !== undefined
        ? "measured on the test table that was given"
        : fitted.model.task.kind === "classification"
          ? "a fifth of the rows, drawn at random within each class, was held out"
          : "a fifth of the rows, drawn at random among small and large targets alike, was held out";
  return { train, validation, calibration: fitted.outside.order.length, heldOut, how };
}
