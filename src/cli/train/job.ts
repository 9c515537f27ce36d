/**
 * One training into one folder, whatever is learned: run.json and checkpoints first, then the model folder, whole or not at
 * all. Stopped by Ctrl-C or killed, it goes on from its checkpoints to the same numbers. run.ts has tables, pictures.ts pictures.
 */
import { rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { currentDevice, setDevice } from "../../runtime/registry.ts";
import { DataError, DeviceError } from "../../support/errors.ts";
import { type RunRecorder, recordRun } from "../../train/index.node.ts";
import { DivergedError, InterruptedError, UsageError } from "../errors.ts";
import { withLock } from "../runLock.ts";
import type { Surroundings } from "../schema.ts";
import { version } from "../version.ts";
import { keyOf, type RunFile, readRunFile, writeRunFile } from "./record.ts";

/** What a training may be told that changes nothing of what is learned. */
export interface TrainListeners {
  /** Folder for TensorBoard's events, a folder for each network below it. */
  readonly tensorboard?: string | undefined;
}

/** Where a training keeps what it has. */
export interface Place {
  readonly folder: string;
  /** Folder for checkpoints of this very training. */
  readonly checkpoints: string;
  /** ISO 8601. */
  readonly started: string;
}

/** A training that is ready to begin: its data were read. */
export interface TrainJob<Result> {
  /** As run.json has it, paths as they are seen from the run's folder. */
  readonly asked: Pick<RunFile, "settings" | "data">;
  /** For the run store. */
  readonly command: string;
  /** What the store keeps of settings. */
  readonly settings: unknown;
  readonly seed: number;
  /** Learns, and writes the model folder. @throws InterruptedError, DivergedError, UsageError, DataError. */
  train(place: Place): Promise<Result>;
  /** Figures for the run store. */
  figures(result: Result): Readonly<Record<string, number>>;
}

/** Runs the job that `prepare` makes in `folder`; goes on where the same training was stopped before. */
export async function runJob<Result>(
  folder: string,
  prepare: () => Promise<TrainJob<Result>>,
  surroundings: Surroundings,
): Promise<{ readonly result: Result; readonly seconds: number }> {
  try {
    return await withLock(folder, () => runAlone(folder, prepare, surroundings));
  } catch (error) {
    // What cannot be learned leaves no folder behind; one with anything in it stays
    if (isRefusal(error)) await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

async function runAlone<Result>(
  folder: string,
  prepare: () => Promise<TrainJob<Result>>,
  surroundings: Surroundings,
): Promise<{ readonly result: Result; readonly seconds: number }> {
  const begun = performance.now();
  const job = await prepare();
  const { asked } = job;
  const before = await readRunFile(folder).catch(() => undefined);
  const isSame = before !== undefined && before.status !== "finished" && keyOf(before) === keyOf(asked);
  const started = isSame ? before.started : new Date().toISOString();
  const device = isSame ? stayOn(before.device, surroundings) : currentDevice().name;
  const diary = openDiary(folder, job, surroundings, isSame ? before.id : null);
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
  try {
    const result = await job.train({ folder, started, checkpoints: join(folder, "checkpoints", keyOf(asked)) });
    await writeRunFile(folder, { ...record, status: "finished" });
    // A finished run does not need them any more
    await rm(join(folder, "checkpoints"), { recursive: true, force: true });
    diary.finish("finished", job.figures(result));
    return { result, seconds: (performance.now() - begun) / 1000 };
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

/** The run store lies beside the runs. A store that cannot be used costs the entry, with a message, and nothing else. */
function openDiary(
  folder: string,
  { command, settings, seed }: Pick<TrainJob<unknown>, "command" | "settings" | "seed">,
  { console }: Surroundings,
  id: string | null,
): RunRecorder {
  return recordRun(
    join(dirname(folder), "runs.sqlite"),
    {
      name: basename(folder),
      folder,
      command,
      settings,
      seed,
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
