/**
 * One training into one folder: run.json and checkpoints first, then the model folder, whole or not at all. Stopped by
 * Ctrl-C or killed, it goes on from its checkpoints to the same numbers.
 */
import { rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Table } from "../../data/index.ts";
import { currentDevice, setDevice } from "../../runtime/registry.ts";
import { DataError, DeviceError } from "../../support/errors.ts";
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
import { fileStore, type RunRecorder, recordRun, tensorBoard } from "../../train/index.node.ts";
import { unhurried } from "../checkpoints.ts";
import { DivergedError, InterruptedError, UsageError } from "../errors.ts";
import { programName } from "../programName.ts";
import { withLock } from "../runLock.ts";
import type { Surroundings } from "../schema.ts";
import { withFileName } from "../tableRows.ts";
import { version } from "../version.ts";
import { writeRun } from "./documents.ts";
import { hashFile, keyOf, type RunFile, readRunFile, writeRunFile } from "./record.ts";
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

/** What a training may be told that changes nothing of what is learned. */
export interface TrainListeners {
  /** Folder for TensorBoard's events, a folder for each network below it. */
  readonly tensorboard?: string | undefined;
}

/** Trains by `settings` into `folder`; goes on where the same training was stopped before. */
export async function trainInto(
  folder: string,
  settings: TrainSettings,
  surroundings: Surroundings,
  listeners: TrainListeners = {},
): Promise<Trained> {
  try {
    return await withLock(folder, () => trainAlone(folder, settings, surroundings, listeners));
  } catch (error) {
    // What cannot be learned leaves no folder behind; one with anything in it stays
    if (isRefusal(error)) await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

async function trainAlone(
  folder: string,
  settings: TrainSettings,
  surroundings: Surroundings,
  listeners: TrainListeners,
): Promise<Trained> {
  const begun = performance.now();
  const data = {
    file: await hashFile(settings.file),
    test: settings.test === null ? null : await hashFile(settings.test),
  };
  const tables = await readTables(settings);
  const asked = { settings: seenFrom(folder, settings), data };
  const before = await readRunFile(folder).catch(() => undefined);
  const isSame = before !== undefined && before.status !== "finished" && keyOf(before) === keyOf(asked);
  const started = isSame ? before.started : new Date().toISOString();
  const device = isSame ? stayOn(before.device, surroundings) : currentDevice().name;
  const diary = openDiary(folder, settings, surroundings, isSame ? before.id : null);
  const record: RunFile = {
    smilodon: version,
    command: "train",
    status: "running",
    started,
    ...asked,
    id: diary.id ?? null,
    device,
  };
  await writeRunFile(folder, record);
  const key = keyOf(asked);
  try {
    const study = await learn(tables, { folder, key, settings, data: data.file, ...listeners }, surroundings);
    surroundings.console.progress("writing the report", 0.99);
    await writeRun(folder, study, { settings, started });
    await writeRunFile(folder, { ...record, status: "finished" });
    // A finished run does not need them any more
    await rm(join(folder, "checkpoints"), { recursive: true, force: true });
    diary.finish("finished", figuresOf(study.metrics));
    return {
      study,
      rows: study.stream?.rows ?? tables.table?.rowCount ?? study.system.origin.rows,
      seconds: (performance.now() - begun) / 1000,
    };
  } catch (error) {
    const status = statusOf(error);
    diary.finish(status);
    // The disk may be what failed: what went wrong first is what is told
    await leaveRecord(folder, isRefusal(error) ? before : { ...record, status }).catch(() => undefined);
    throw error;
  } finally {
    surroundings.console.endProgress();
  }
}

/** What a refusal leaves is what was there before: the record of another run, or none. */
function leaveRecord(folder: string, record: RunFile | undefined): Promise<void> {
  return record === undefined ? rm(join(folder, "run.json"), { force: true }) : writeRunFile(folder, record);
}

/**
 * Goes back to the device that a run began on: on another one the numbers are others in the last places. Says where that
 * cannot be; returns the name of the device that it is now.
 */
function stayOn(began: string | undefined, { console, environment }: Surroundings): string {
  const { SMILODON_DEVICE: named = "" } = environment;
  if (began === undefined) return currentDevice().name;
  const other = `The run began on the ${began} device; it goes on on another, and its numbers will differ in the last places`;
  if (named !== "" && named !== "auto" && named !== began) {
    console.say(`${other} (SMILODON_DEVICE=${named}).`);
    return currentDevice().name;
  }
  try {
    setDevice(began);
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    console.say(`${other} (${currentDevice().name}): ${error.message}`);
  }
  return currentDevice().name;
}

interface Place extends TrainListeners {
  readonly folder: string;
  readonly key: string;
  readonly settings: TrainSettings;
  /** Hash of the table. */
  readonly data: string;
}

async function learn(
  { table, open, test, testRows }: GivenTables,
  { folder, key, settings, data, tensorboard }: Place,
  { console, signal }: Surroundings,
): Promise<TabularStudy> {
  const checkpoints = join(folder, "checkpoints", key);
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

/** The run store lies beside the runs. A store that cannot be used costs the entry, with a message, and nothing else. */
function openDiary(folder: string, settings: TrainSettings, { console }: Surroundings, id: string | null): RunRecorder {
  return recordRun(
    join(dirname(folder), "runs.sqlite"),
    {
      name: basename(folder),
      folder,
      command: `train ${basename(settings.file)} --target ${settings.target}`,
      settings,
      seed: settings.seed,
      device: currentDevice().name,
      versions: { smilodon: version, node: process.version },
    },
    { onProblem: (message) => console.say(message), ...(id === null ? {} : { resume: id }) },
  );
}

/** Nothing was begun that could be gone on with. */
function isRefusal(error: unknown): boolean {
  return error instanceof DataError || error instanceof UsageError;
}

function statusOf(error: unknown): "interrupted" | "diverged" | "failed" {
  if (error instanceof InterruptedError) return "interrupted";
  return error instanceof DivergedError ? "diverged" : "failed";
}
