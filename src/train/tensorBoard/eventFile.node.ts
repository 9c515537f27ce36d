/** TensorBoard's event files: `EventFile` writes one, `tensorBoard` is a callback of `fit` that does. */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DataError } from "../../support/errors.ts";
import type { FitCallback, FitControl } from "../callbacks.ts";
import { valuesOf } from "../epochValues.ts";
import { type EventTime, histogramEvent, histogramOf, scalarEvent, textEvent, versionEvent } from "./events.ts";
import { frameRecord } from "./records.ts";

/** Files of one process differ by this. */
let files = 0;

/**
 * An event file in `folder`, which TensorBoard shows as one run. Each event is written at once, so that a crash loses
 * nothing that was added; close it when done.
 *
 * @throws DataError where the folder cannot be written.
 *
 * @example
 * ```ts
 * import { EventFile } from "smilodon/node";
 * using events = new EventFile("runs/example/tensorboard");
 * events.scalar("loss", 1, 0.7);
 * events.histogram("weights", 1, [0.1, -0.2, 0.3]);
 * events.text("notes", 0, "**first** try");
 * ```
 */
export class EventFile {
  readonly path: string;
  #file: number | undefined;

  constructor(folder: string) {
    const seconds = Math.floor(Date.now() / 1000);
    const name = `events.out.tfevents.${String(seconds).padStart(10, "0")}.${hostname()}.${process.pid}.${files++}`;
    this.path = join(folder, name);
    this.#attempt(() => {
      mkdirSync(folder, { recursive: true });
      this.#file = openSync(this.path, "wx");
      this.#write(versionEvent(Date.now() / 1000));
    });
  }

  /** A number of the series `tag` at `step`; NaN and infinities are shown as gaps. */
  scalar(tag: string, step: number, value: number): void {
    this.#add(scalarEvent(now(step), tag, value));
  }

  /** How `values` are distributed at `step`, in 30 bins; those that are not finite are left out. */
  histogram(tag: string, step: number, values: ArrayLike<number>): void {
    const histogram = histogramOf(values);
    if (histogram !== undefined) this.#add(histogramEvent(now(step), tag, histogram));
  }

  /** Markdown that belongs to `step`. */
  text(tag: string, step: number, markdown: string): void {
    this.#add(textEvent(now(step), tag, markdown));
  }

  /** Ends the file and syncs it to the disk; adding afterwards is an error. */
  close(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#attempt(() => {
      fsyncSync(file);
      closeSync(file);
    });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(event: Uint8Array): void {
    this.#attempt(() => this.#write(event));
  }

  #write(event: Uint8Array): void {
    if (this.#file === undefined) throw new Error("it was closed");
    const bytes = frameRecord(event);
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#file, bytes, written);
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new DataError(`${this.path}: TensorBoard's events cannot be written (${message}). Choose another folder.`, {
        path: this.path,
      });
    }
  }
}

function now(step: number): EventTime {
  return { wallTime: Date.now() / 1000, step };
}

/** What `tensorBoard` writes. */
export interface TensorBoardOptions {
  /** The loss after every so many steps; reading it waits for the step. Default: once an epoch. */
  readonly everySteps?: number;
  /** Histograms of all parameters after every so many epochs. Default: none. */
  readonly histograms?: number;
  /** Markdown shown beside the curves: settings, notes. */
  readonly text?: string;
}

/**
 * A callback of `fit` that writes losses, metrics and the learning rate for TensorBoard (`tensorboard --logdir runs`). A
 * run that goes on writes another file into the same folder, which TensorBoard joins; steps count over all epochs.
 *
 * @example
 * ```ts
 * import { tensorBoard } from "smilodon/node";
 * const callbacks = [tensorBoard("runs/example/tensorboard", { histograms: 10 })]; // for fit({ …, callbacks })
 * ```
 */
export function tensorBoard(folder: string, options: TensorBoardOptions = {}): FitCallback {
  const { everySteps, histograms, text } = options;
  let events: EventFile | undefined;
  const addHistograms = async ({ model, totalSteps }: FitControl): Promise<void> => {
    for (const [name, { value }] of model.namedParameters())
      events?.histogram(`weights/${name}`, totalSteps, await value.data());
  };
  return {
    start: ({ totalSteps }) => {
      events = new EventFile(folder);
      if (text !== undefined) events.text("run", totalSteps, text);
    },
    ...(everySteps === undefined
      ? {}
      : {
          step: async (run) => {
            if (run.totalSteps % everySteps === 0) events?.scalar("step/loss", run.totalSteps, await run.readLoss());
          },
        }),
    epochEnd: async (record, run) => {
      for (const [name, value] of Object.entries(valuesOf(record)))
        events?.scalar(`epoch/${name}`, run.totalSteps, value);
      if (histograms !== undefined && record.epoch % histograms === 0) await addHistograms(run);
    },
    end: () => {
      events?.close();
      events = undefined;
    },
  };
}
