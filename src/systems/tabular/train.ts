/**
 * From a table to a system that answers, and to the study of how well: checks, split, training, calibration, baselines,
 * figures on rows that were held out.
 */

import { checkParts, checkTable, namesLeftOut } from "../../audit/tableChecks.ts";
import { type Fold, stratifiedFolds, stratifiedSplit } from "../../data/split.ts";
import type { Table } from "../../data/table.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { meanOfFolds } from "../metrics.ts";
import { measureHeldOutGroups } from "./careGroups.ts";
import { findFindings } from "./findings.ts";
import { fitModel, levelsOf } from "./fitModel.ts";
import { measureNotices } from "./notices.ts";
import { measureRound, type Round, stageOptions } from "./round.ts";
import type { HeldOutStudy, StudyWarning, TabularStudy } from "./study.ts";
import type { TabularOrigin, TabularTask } from "./system.ts";
import { rowsWithTarget, taskOf, truthOf } from "./task.ts";
import { type TrainTableOptions, testInWords } from "./trainOptions.ts";

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
export function checkTest(
  test: Table | undefined,
  table: Table,
  { task, left }: { readonly task: TabularTask; readonly left: readonly string[] },
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

async function playRound(scene: Scene, part: Part, options: TrainTableOptions, prefix: string): Promise<Round> {
  const { task, exclude, origin, table, rows } = scene;
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
  const places = part.testTable === table ? part.test.map((row) => at(rows, row)) : part.test;
  const test = part.testTable && { table: part.testTable.select(part.test), places };
  const { fast, moreData } = options;
  return measureRound(fitted, test, { fast, moreData, seed: origin.seed, prefix, optionsOf });
}

/** Figures by group on the held-out rows, where groups were named. */
function measureGroupsOf({ task, source }: Scene, { groups, test }: TrainTableOptions, heldOut: HeldOutStudy) {
  if (groups === undefined || groups.length === 0) return undefined;
  const learned = test === undefined ? undefined : source;
  return measureHeldOutGroups({ task, table: test ?? source, learned, heldOut, inScope: heldOut.inScope }, groups);
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
        ? testInWords(options)
        : fitted.model.task.kind === "classification"
          ? "a fifth of the rows, drawn at random within each class, was held out"
          : "a fifth of the rows, drawn at random among small and large targets alike, was held out";
  return { train, validation, calibration: fitted.outside.order.length, heldOut, how };
}
