/** Training on a table: what `train` does with its settings. job.ts has what all trainings do. */
import { basename, join } from "node:path";
import type { Table } from "../../data/index.ts";
import {
  NetworkSizeError,
  type TableOpener,
  type TabularStudy,
  TrainingDivergedError,
  TrainingInterruptedError,
  type TrainStreamOptions,
  type TrainTableOptions,
  trainStream,
  trainTable,
} from "../../systems/tabular/index.ts";
import { fileStore, tensorBoard } from "../../train/index.node.ts";
import { unhurried } from "../checkpoints.ts";
import { DivergedError, InterruptedError, UsageError } from "../errors.ts";
import { programName } from "../programName.ts";
import type { Surroundings } from "../schema.ts";
import { withFileName } from "../tableRows.ts";
import { version } from "../version.ts";
import { writeRun } from "./documents.ts";
import { runJob, type TrainJob, type TrainListeners } from "./job.ts";
import { hashFile } from "./record.ts";
import { figuresOf } from "./results.ts";
import { seenFrom, type TrainSettings } from "./settings.ts";
import { type GivenTables, readTables } from "./tables.ts";

/** What came of a training. */
export interface Trained {
  readonly study: TabularStudy;
  /** Of the table. */
  readonly rows: number;
  readonly seconds: number;
}

/** Trains by `settings` into `folder`; goes on where the same training was stopped before. */
export async function trainInto(
  folder: string,
  settings: TrainSettings,
  surroundings: Surroundings,
  listeners: TrainListeners = {},
): Promise<Trained> {
  const { result, seconds } = await runJob(
    folder,
    () => tableJob(folder, settings, surroundings, listeners),
    surroundings,
  );
  return { ...result, seconds };
}

async function tableJob(
  folder: string,
  settings: TrainSettings,
  surroundings: Surroundings,
  listeners: TrainListeners,
): Promise<TrainJob<Omit<Trained, "seconds">>> {
  const data = {
    file: await hashFile(settings.file),
    test: settings.test === null ? null : await hashFile(settings.test),
  };
  const tables = await readTables(settings);
  return {
    asked: { settings: seenFrom(folder, settings), data },
    command: `train ${basename(settings.file)} --target ${settings.target}`,
    settings,
    seed: settings.seed,
    async train({ checkpoints, started }) {
      const study = await learn(tables, { folder, checkpoints, settings, data: data.file, ...listeners }, surroundings);
      surroundings.console.progress("writing the report", 0.99);
      await writeRun(folder, study, { settings, started });
      return { study, rows: study.stream?.rows ?? tables.table?.rowCount ?? study.system.origin.rows };
    },
    figures: ({ study }) => figuresOf(study.metrics),
  };
}

interface Lesson extends TrainListeners {
  readonly folder: string;
  readonly checkpoints: string;
  readonly settings: TrainSettings;
  /** Hash of the table. */
  readonly data: string;
}

async function learn(
  { table, open, test, testRows }: GivenTables,
  { folder, checkpoints, settings, data, tensorboard }: Lesson,
  { console, signal }: Surroundings,
): Promise<TabularStudy> {
  try {
    const study = await withFileName(
      settings.file,
      () =>
        trainGiven(table ?? open, {
          target: settings.target,
          task: settings.task ?? undefined,
          kinds: settings.kinds,
          exclude: settings.exclude,
          keep: settings.use,
          groups: settings.groups,
          test,
          testRows,
          folds: settings.folds ?? undefined,
          memory: settings.memory,
          seed: settings.seed,
          fast: settings.fast,
          findLearningRate: settings.findLearningRate,
          callbacksOf: (stage) => (tensorboard === undefined ? [] : [tensorBoard(join(tensorboard, stage))]),
          choices: settings.choices,
          source: basename(settings.file),
          dataHash: data,
          version,
          signal,
          checkpointOf: (stage) => unhurried(fileStore(join(checkpoints, `${stage}.safetensors`)), signal),
          onProgress: (task, done) => console.progress(task, done),
        }),
      settings.test,
    );
    if (signal.aborted) throw new TrainingInterruptedError("Stopped after training.");
    return study;
  } catch (error) {
    console.endProgress();
    if (error instanceof NetworkSizeError)
      throw new UsageError(error.message, "For example --set width=256 --set depth=2");
    if (error instanceof TrainingDivergedError) throw new DivergedError(error.message);
    if (error instanceof TrainingInterruptedError)
      throw new InterruptedError(`Stopped. What was learned is kept; to go on: ${programName()} resume ${folder}`);
    throw error;
  }
}

function trainGiven(
  rows: Table | TableOpener,
  { memory, folds, ...options }: TrainTableOptions & TrainStreamOptions,
): Promise<TabularStudy> {
  return typeof rows === "function"
    ? trainStream(rows, { ...options, memory })
    : trainTable(rows, { ...options, folds });
}
