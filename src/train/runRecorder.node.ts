/** One run that enters itself in the run store while it trains, and goes on without it where the store fails. */
import type { FitCallback } from "./callbacks.ts";
import { valuesOf } from "./epochValues.ts";
import type { RunStart, RunStatus } from "./runRecord.ts";
import { RunStore } from "./runStore.node.ts";

/** Choices of `recordRun`. */
export interface RecordRunOptions {
  /** Told once where the store cannot be used; nothing is recorded from then on. Default: a warning of the process. */
  readonly onProblem?: (message: string) => void;
  /** Go on with this run of the store, which was interrupted or killed, instead of a new one. */
  readonly resume?: string;
}

/** A run in the store. No method of it throws. */
export interface RunRecorder {
  /** Undefined where the store cannot be used. */
  readonly id: string | undefined;
  /** Enters values of series at one step. */
  record(step: number, values: Readonly<Record<string, number>>): void;
  /** Enters how the run ended and its results, and closes the store. */
  finish(status: Exclude<RunStatus, "running" | "killed">, metrics?: Readonly<Record<string, number>>): void;
  /** A callback of `fit` that enters each epoch's losses and metrics, as series whose names begin with `prefix`. */
  callback(prefix?: string): FitCallback;
}

/**
 * Enters a run of this process in the run store at `path`.
 *
 * @example
 * ```ts
 * import { recordRun } from "smilodon/node";
 * const run = recordRun("runs/runs.sqlite", {
 *   name: "example", folder: "runs/example", command: "example.ts", settings: {}, seed: 0, device: "wasm", versions: {},
 * });
 * run.record(1, { loss: 0.7 }); // or fit({ …, callbacks: [run.callback()] })
 * run.finish("finished", { accuracy: 0.9 });
 * ```
 */
export function recordRun(path: string, start: RunStart, options: RecordRunOptions = {}): RunRecorder {
  const { onProblem = (message) => process.emitWarning(message), resume } = options;
  let store: RunStore | undefined;
  const attempt = <T>(work: (open: RunStore) => T): T | undefined => {
    try {
      return store === undefined ? undefined : work(store);
    } catch (error) {
      return giveUp(error);
    }
  };
  const giveUp = (error: unknown): undefined => {
    onProblem(`The run is not recorded from here on. ${error instanceof Error ? error.message : String(error)}`);
    store?.close();
    store = undefined;
  };
  try {
    store = new RunStore(path);
  } catch (error) {
    giveUp(error);
  }
  const id = attempt((open) => {
    if (resume === undefined) return open.begin(start);
    open.resume(resume);
    return resume;
  });
  const record: RunRecorder["record"] = (step, values) =>
    attempt((open) => id !== undefined && open.recordAll(id, step, values));
  return {
    id,
    record,
    finish: (status, metrics) => {
      attempt((open) => id !== undefined && open.finish(id, status, metrics));
      attempt((open) => open.close());
      store = undefined;
    },
    callback: (prefix = "") => ({
      epochEnd: (epoch) => {
        const values = Object.entries(valuesOf(epoch)).map(([name, value]) => [prefix + name, value]);
        record(epoch.epoch, Object.fromEntries(values));
      },
    }),
  };
}
