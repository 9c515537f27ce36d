/**
 * A table that memory does not hold, learned: the encoder from facts of all rows and a sample, the network from the rows
 * themselves, read anew in each epoch. fitModel.ts is the same for tables in memory.
 */
import { fitEncoder, type TableEncoder } from "../../data/encoder.ts";
import { type HostBatch, hostArray } from "../../data/index.ts";
import { rowKeys } from "../../data/shuffle.ts";
import { Table } from "../../data/table.ts";
import type { TableSource } from "../../data/tableSource.ts";
import { at } from "../../support/invariant.ts";
import { choose, type FitRequest, type Fitted, learnLessons, type PlannedLesson } from "./fitModel.ts";
import type { RowStream } from "./learn.ts";
import type { TabularSettings } from "./settings.ts";
import type { Survey } from "./survey.ts";
import type { TabularTask } from "./system.ts";
import { outputsFor, rowsWithTarget, targetsOf } from "./task.ts";

/** What is learned, and how. */
export interface StreamRequest extends Omit<FitRequest, "table"> {
  readonly source: TableSource;
  readonly survey: Survey;
  /** Bytes that rows which batches are drawn from may take. */
  readonly shuffleBytes: number;
}

/** Learns the rows of `source`. @throws TrainingInterruptedError, TrainingDivergedError; DataError where a row cannot be encoded. */
export async function fitStream(request: StreamRequest): Promise<Fitted & { readonly shuffleRows: number }> {
  const { survey, task, kinds, exclude, origin } = request;
  const { validation, sample, facts } = survey;
  const held = Table.join([validation, sample].map((table) => ({ table, rows: numbersTo(table.rowCount) })));
  const encoder = fitEncoder(held, { target: task.target, exclude, kinds, whole: facts });
  const all = { rows: encoder.encode(held), targets: targetsOf(task, held) };
  const chosen = choose({ ...request, encoder, all, rows: survey.training + validation.rowCount });
  const aside = numbersTo(validation.rowCount);
  const training = streamOf(request, encoder);
  const validationRows = {
    rows: all.rows.slice(0, aside.length * encoder.width),
    targets: all.targets.slice(0, aside.length),
  };
  const { pieces } = chosen;
  const plan = (settings: TabularSettings): PlannedLesson[] =>
    Array.from({ length: settings.network.networks }, (_, index) => ({
      lesson: { training, validation: validationRows, settings, pieces, seed: origin.seed + index },
      validation: aside,
    }));
  const fitted = await learnLessons({ ...request, ...chosen, encoder, all, plan });
  return { ...fitted, isSample: true, shuffleRows: training.shuffleRows };
}

/** Fewer rows to draw from than this make batches too much alike, whatever memory they take. */
const fewestShuffled = 4096;

function streamOf({ source, survey, task, origin, shuffleBytes }: StreamRequest, encoder: TableEncoder): RowStream {
  const fitting = Math.floor(shuffleBytes / (4 * (encoder.width + 1)));
  const classes = task.kind === "classification" ? task.classes : [];
  return {
    count: survey.training,
    classCounts: classes.map((name) => survey.target.counts?.get(name) ?? 0),
    shuffleRows: Math.min(survey.training, Math.max(fewestShuffled, fitting)),
    chunks: () => trainingChunks(source, { survey, task, encoder, seed: origin.seed }),
  };
}

interface Reading {
  readonly survey: Survey;
  readonly task: TabularTask;
  readonly encoder: TableEncoder;
  readonly seed: number;
}

/** Rows to learn from, encoded: those with a target whose keys are not below the survey's cut. */
async function* trainingChunks(
  source: TableSource,
  { survey, task, encoder, seed }: Reading,
): AsyncGenerator<HostBatch<string>> {
  let first = 0;
  for await (const chunk of source) {
    const keys = rowKeys(first, chunk.rowCount, seed);
    first += chunk.rowCount;
    const rows = rowsWithTarget(chunk, task.target).filter((row) => at(keys, row) >= survey.cut);
    if (rows.length === 0) continue;
    const table = chunk.select(rows);
    yield {
      x: hostArray(encoder.encode(table), [rows.length, encoder.width]),
      y: hostArray(targetsOf(task, table), [rows.length], outputsFor(task) > 1 ? "i32" : "f32"),
    };
  }
}

function numbersTo(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}
