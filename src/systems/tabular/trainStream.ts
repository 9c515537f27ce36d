/**
 * From a table that memory does not hold to a system that answers: the file is read once to be surveyed and once more in each
 * epoch; what has to be held is a sample of fixed size. train.ts is the same for tables that fit. docs/decisions/0018.
 */
import { checkParts, checkTable, namesLeftOut } from "../../audit/tableChecks.ts";
import { noSuchColumn } from "../../data/names.ts";
import { Table } from "../../data/table.ts";
import type { TableSource } from "../../data/tableSource.ts";
import { DataError } from "../../support/errors.ts";
import { measureHeldOutGroups } from "./careGroups.ts";
import { findFindings } from "./findings.ts";
import { fitStream } from "./fitStream.ts";
import { TrainingInterruptedError } from "./learn.ts";
import { type MemoryPlan, planMemory, usualMemory } from "./memory.ts";
import { measureNotices } from "./notices.ts";
import { type TableOpener, toldNumbers, withTexts } from "./opening.ts";
import { type MeasuredRows, measureRound, stageOptions } from "./round.ts";
import { smallTable } from "./settings.ts";
import type { StreamStudy, StudyWarning, TabularStudy } from "./study.ts";
import { type Survey, surveyTable } from "./survey.ts";
import type { TabularTask } from "./system.ts";
import { rowsWithTarget, taskOf } from "./task.ts";
import { checkTest, trainTable } from "./train.ts";
import { type TrainTableOptions, testInWords } from "./trainOptions.ts";

/** Choices of `trainStream`: those of `trainTable` but for folds, which need the table in memory. */
export interface TrainStreamOptions extends Omit<TrainTableOptions, "folds"> {
  /** Megabytes that rows may take. Default 2048. */
  readonly memory?: number | undefined;
}

/**
 * Learns column `target` of a table that need not fit into memory. Where it has fewer than 4,000 rows it is read whole.
 *
 * All rows are learned from but those that are held out; checks, scope, simpler models and whatever else needs rows at hand get
 * a sample, and `stream` in the study says how large.
 * @throws DataError where rows cannot be read as asked; TrainingInterruptedError after the signal, with checkpoints saved;
 * TrainingDivergedError.
 *
 * @example
 * ```ts
 * import { openTable } from "smilodon/data";
 * import { trainStream } from "smilodon/systems/tabular";
 * const lines = Array.from({ length: 6000 }, (_, row) => `${row % 10},${row % 10 < 5 ? "small" : "large"}`);
 * const bytes = new TextEncoder().encode(`size,word\n${lines.join("\n")}\n`);
 * const study = await trainStream((how) => openTable(bytes, how), {
 *   target: "word",
 *   memory: 16,
 *   fast: true,
 *   choices: { epochs: 1, width: 8 },
 * });
 * console.log(study.metrics.accuracy, study.stream);
 * ```
 */
export async function trainStream(open: TableOpener, options: TrainStreamOptions): Promise<TabularStudy> {
  const began = performance.now();
  const memory = options.memory ?? usualMemory;
  const plan = await planMemory(open, { target: options.target, memory });
  const { survey, source } = await surveyed(open, plan, options);
  if (survey.withTarget < smallTable) return trainTable(await source.readAll(), options);
  const scene = prepare(survey, options);
  const optionsOf = stageOptions(options, "");
  const fitted = await fitStream({
    source,
    survey,
    shuffleBytes: plan.budget / parts,
    task: scene.task,
    exclude: scene.exclude,
    kinds: options.kinds,
    choices: options.choices ?? {},
    isFast: options.fast ?? false,
    isRateSearched: options.findLearningRate,
    origin: scene.origin,
    optionsOf,
  });
  const measured = measuredRows(survey, options);
  const { fast, moreData } = options;
  const round = await measureRound(fitted, measured, {
    fast,
    moreData,
    seed: scene.origin.seed,
    prefix: "",
    optionsOf,
  });
  const system = { ...fitted.model, care: round.care };
  // Of the table that is at hand: a test table, or the rows that were held out
  const table = options.test ?? survey.heldOut;
  const { heldOut, effects } = round;
  const groups = groupsOf(scene.task, survey, round, options);
  const stream = { rows: survey.rows, sample: fitted.all.targets.length, shuffleRows: fitted.shuffleRows, memory };
  return {
    system,
    split: splitOf(survey, round, options),
    metrics: round.metrics,
    folds: [],
    baselines: round.baselines,
    members: fitted.members,
    heldOut,
    moreData: round.moreData,
    effects,
    groups,
    findings: await findFindings({ system, table, heldOut, answers: heldOut, effects }),
    warnings: [...scene.warnings, ...orderWarnings(survey, stream), ...measureNotices(heldOut.rows.length, groups)],
    settings: fitted.reasons,
    seconds: (performance.now() - began) / 1000,
    stream,
  };
}

/** The budget goes in equal parts to rows that are held, rows that batches are drawn from, chunks, and what comes between. */
const parts = 4;

/** Rows of a chunk: it is read, picked out of, and encoded. */
function chunkRows({ budget, cellBytes, encodedBytes }: MemoryPlan): number {
  const rows = Math.floor(budget / parts / (3 * cellBytes + encodedBytes));
  return Math.max(256, Math.min(65_536, rows));
}

/** Rows that are held at most, however much memory there is: more would tell nothing new. */
const limits = { heldOut: 50_000, validation: 20_000, sample: 100_000 } as const;
const fewestHeld = 4000;

/** How many rows of each part are held: up to twice as many lie there before the sample settles. */
function heldRows({ budget, cellBytes, encodedBytes }: MemoryPlan) {
  const all = limits.heldOut + limits.validation + limits.sample;
  const fitting = Math.floor(budget / parts / (4 * cellBytes + 2.5 * encodedBytes));
  const share = Math.max(fewestHeld, Math.min(all, fitting)) / all;
  return {
    heldOut: Math.round(limits.heldOut * share),
    validation: Math.round(limits.validation * share),
    sample: Math.round(limits.sample * share),
  };
}

/** The survey, and the source that it was made of. */
function surveyed(open: TableOpener, plan: MemoryPlan, options: TrainStreamOptions) {
  const { target, kinds, seed = 0, test } = options;
  const held = heldRows(plan);
  const heldOut = test === undefined ? held.heldOut : 0;
  return withTexts(open, { rows: chunkRows(plan), numbers: toldNumbers(kinds) }, async (source) => {
    const names = source.columns.map(({ name }) => name);
    if (!names.includes(target)) throw noSuchColumn(target, names);
    return { source, survey: await surveyTable(watched(source, options), { target, seed, ...held, heldOut }) };
  });
}

/** `source`, whose first reading is shown, and stopped where the user wants it. */
function watched(source: TableSource, { onProgress, signal }: TrainStreamOptions): TableSource {
  return {
    format: source.format,
    columns: source.columns,
    rowEstimate: source.rowEstimate,
    readAll: () => source.readAll(),
    async *[Symbol.asyncIterator]() {
      let rows = 0;
      for await (const chunk of source) {
        if (signal?.aborted === true) throw new TrainingInterruptedError("Stopped before training.");
        rows += chunk.rowCount;
        onProgress?.("reading the table", Math.min(1, rows / (source.rowEstimate ?? rows)));
        yield chunk;
      }
    },
  };
}

function prepare(survey: Survey, options: TrainStreamOptions) {
  const { target, exclude = [], seed = 0, source = "table", version = "", dataHash, test } = options;
  const held = Table.join([survey.heldOut, survey.validation, survey.sample].map(whole));
  const { keep = [] } = options;
  for (const name of [...keep, ...(options.groups ?? [])]) held.column(name);
  const groups = options.groupsAsFeatures === true ? [] : (options.groups ?? []);
  const task = taskOf(held, target, options.task, survey.target);
  if (task.kind === "regression" && survey.infinite !== undefined)
    throw new DataError(
      `Column "${target}", ${survey.infinite}: the number is not finite. Correct the cell or leave the row out.`,
      { target },
    );
  const withheld = [...exclude, ...groups.filter((name) => !keep.includes(name))];
  const found = checkTable(held, { target, task: task.kind, exclude: withheld, keep });
  const shared = test && checkParts(held, test);
  const seen = [...found.filter((warning) => !isRefuted(warning, survey)), ...(shared === undefined ? [] : [shared])];
  const left = [...new Set([...withheld, ...namesLeftOut(seen)])];
  checkTest(test, held, { task, left });
  const sampled = seen.map((warning) => ({
    ...warning,
    message: `${warning.message} (Looked for in ${held.rowCount} rows drawn from ${survey.withTarget}.)`,
  }));
  const rows = survey.training + survey.validation.rowCount;
  return {
    task,
    exclude: left,
    warnings: [...sampled, ...missingTargets(survey, target)],
    origin: { rows, seed, version, source, dataHash },
  };
}

function whole(table: Table) {
  return { table, rows: Uint32Array.from({ length: table.rowCount }, (_, row) => row) };
}

/** A column that is empty, or always the same, in the sample need not be so in all rows. */
function isRefuted({ kind, columns: [name = ""] }: StudyWarning, { facts }: Survey): boolean {
  const known = facts.get(name);
  if (known === undefined || (kind !== "all-missing" && kind !== "constant")) return false;
  return known.missing < known.rows && (known.counts === undefined || known.counts.size > 1 || kind === "all-missing");
}

function missingTargets({ rows, withTarget }: Survey, target: string): StudyWarning[] {
  if (withTarget === rows) return [];
  const message = `${rows - withTarget} of ${rows} rows have no ${JSON.stringify(target)} and are not learned from.`;
  return [{ kind: "missing-target", columns: [target], action: "flagged", message }];
}

/** Above this share of the target's variance between stretches of the file, its order is mentioned. */
const muchOrder = 0.05;

/** Says where batches may have been too much alike because the file is in order; rowOrder.ts measures it. */
export function orderWarnings(
  { orderShare, training }: Pick<Survey, "orderShare" | "training">,
  { shuffleRows }: StreamStudy,
): StudyWarning[] {
  if (!(orderShare > muchOrder) || shuffleRows > training / 2) return [];
  return [
    {
      kind: "sorted-rows",
      columns: [],
      action: "flagged",
      message:
        `The rows of the file stand in an order that follows the target (${(100 * orderShare).toFixed(0)} % of its variance lies between stretches ` +
        `of the file), and batches were drawn from ${shuffleRows} rows at a time: they may have been too much alike. Shuffle the file, or allow more memory.`,
    },
  ];
}

function measuredRows({ heldOut }: Survey, { test, target }: TrainStreamOptions): MeasuredRows {
  if (test === undefined) return { table: heldOut, places: whole(heldOut).rows };
  const places = rowsWithTarget(test, target);
  return { table: test.select(places), places };
}

type Round = Awaited<ReturnType<typeof measureRound>>;

function groupsOf(task: TabularTask, survey: Survey, { heldOut }: Round, { groups, test }: TrainStreamOptions) {
  if (groups === undefined || groups.length === 0) return undefined;
  const tables = { table: test ?? survey.heldOut, learned: survey.sample };
  return measureHeldOutGroups({ task, ...tables, heldOut, inScope: heldOut.inScope }, groups);
}

function splitOf(survey: Survey, { fitted, heldOut }: Round, options: TrainStreamOptions): TabularStudy["split"] {
  const share = ((100 * heldOut.rows.length) / survey.withTarget).toPrecision(2);
  const how =
    options.test === undefined
      ? `${share} % of the rows, drawn at random from the whole file, were held out; the file was read as a stream`
      : `${testInWords(options)}; the file was read as a stream`;
  const { train, validation } = fitted.counts;
  return { train, validation, calibration: fitted.outside.order.length, heldOut: heldOut.rows.length, how };
}
