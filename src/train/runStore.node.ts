/**
 * The run store: what was trained here, with what settings, and what came of it, in one SQLite file that several
 * processes may write at the same time. A run that was killed cannot say so: it is recognized by its process, which is
 * gone. Training must not fail because its diary does: `recordRun` turns troubles
 * into one notice. Next: `runRecorder.node.ts`.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { DatabaseSync } from "node:sqlite";
import { ArgumentError } from "../support/errors.ts";
import { didYouMean } from "../support/nearestName.ts";
import { processMark } from "./processMark.node.ts";
import type { RunRecord, RunStart, RunStatus } from "./runRecord.ts";
import { openRunTables, readRuns, storeError } from "./runTables.node.ts";

/** Which runs are listed, and in which order. */
export interface RunQuery {
  readonly status?: RunStatus;
  /** Only runs that have this metric, the best first. */
  readonly metric?: string;
  /** Which metric is best: the lowest (`min`) or the highest (`max`, the default). */
  readonly mode?: "min" | "max";
  /** At most so many. */
  readonly limit?: number;
}

/** Runs beside each other. */
export interface RunComparison {
  readonly runs: readonly RunRecord[];
  /** Every metric that any of them has. */
  readonly metrics: readonly string[];
  /** The settings in which they differ, by path (`training.learningRate`), one value a run; undefined where a run lacks it. */
  readonly differences: readonly { readonly setting: string; readonly values: readonly unknown[] }[];
}

/** One point of a series. */
export interface SeriesPoint {
  readonly step: number;
  /** NaN and infinities included. */
  readonly value: number;
}

/**
 * Runs and their series in the SQLite file at `path`, which is made where it is missing. Close it when done.
 *
 * @example
 * ```ts
 * import { RunStore } from "smilodon/node";
 * using store = new RunStore("runs/runs.sqlite");
 * const id = store.begin({
 *   name: "penguins", folder: "runs/penguins", command: "train penguins.csv", settings: { learningRate: 0.01 },
 *   seed: 0, device: "wasm", versions: { smilodon: "0.1.0" },
 * });
 * store.record(id, "loss", 1, 0.7);
 * store.finish(id, "finished", { accuracy: 0.99 });
 * console.log(store.list({ metric: "accuracy" })[0]?.name); // penguins
 * ```
 */
export class RunStore {
  readonly path: string;
  readonly #database: DatabaseSync;

  /** @throws DataError where the file is no run store, is damaged, newer than this version, or cannot be opened. */
  constructor(path: string) {
    this.path = path;
    this.#database = openRunTables(path);
  }

  /** Enters a run of this process; gives its id. */
  begin(run: RunStart): string {
    const id = randomUUID();
    const { pid } = process;
    this.#do(() =>
      this.#database
        .prepare(
          `INSERT INTO runs (id, name, folder, command, settings, seed, device, versions, status, started, pid, process, host)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)`,
        )
        .run(
          id,
          run.name,
          run.folder,
          run.command,
          JSON.stringify(run.settings ?? null),
          run.seed,
          run.device,
          JSON.stringify(run.versions),
          new Date().toISOString(),
          pid,
          processMark(pid) ?? "",
          hostname(),
        ),
    );
    return id;
  }

  /** The run with `id` goes on in this process, after it was interrupted or killed. @throws ArgumentError where there is none. */
  resume(id: string): void {
    this.get(id);
    const { pid } = process;
    this.#do(() =>
      this.#database
        .prepare("UPDATE runs SET status = 'running', ended = NULL, pid = ?, process = ?, host = ? WHERE id = ?")
        .run(pid, processMark(pid) ?? "", hostname(), id),
    );
  }

  /** Enters one value of a series; a step that was entered before (a run that went on) is replaced. */
  record(id: string, name: string, step: number, value: number): void {
    this.recordAll(id, step, { [name]: value });
  }

  /** Enters values of several series at one step, all or none. */
  recordAll(id: string, step: number, values: Readonly<Record<string, number>>): void {
    this.#together(() => {
      const insert = this.#database.prepare(
        "INSERT OR REPLACE INTO series (run, name, step, value) VALUES (?, ?, ?, ?)",
      );
      for (const [name, value] of Object.entries(values)) insert.run(id, name, step, storedNumber(value));
    });
  }

  /** Enters how the run ended, and its results. */
  finish(
    id: string,
    status: Exclude<RunStatus, "running" | "killed">,
    metrics: Readonly<Record<string, number>> = {},
  ): void {
    this.#together(() => {
      this.#database
        .prepare("UPDATE runs SET status = ?, ended = ? WHERE id = ?")
        .run(status, new Date().toISOString(), id);
      const insert = this.#database.prepare("INSERT OR REPLACE INTO metrics (run, name, value) VALUES (?, ?, ?)");
      for (const [name, value] of Object.entries(metrics)) insert.run(id, name, storedNumber(value));
    });
  }

  /** Runs, the last begun first unless `metric` orders them. */
  list({ status, metric, mode = "max", limit }: RunQuery = {}): RunRecord[] {
    let runs = this.#do(() => readRuns(this.path, this.#database));
    if (status !== undefined) runs = runs.filter((run) => run.status === status);
    if (metric !== undefined) {
      const sign = mode === "max" ? -1 : 1;
      const resultOf = (run: RunRecord) => run.metrics[metric] ?? NaN;
      runs = runs.filter((run) => metric in run.metrics);
      // What is no number is never best
      runs.sort(
        (a, b) =>
          sign * (resultOf(a) - resultOf(b)) || Number(Number.isNaN(resultOf(a))) - Number(Number.isNaN(resultOf(b))),
      );
    }
    return limit === undefined ? runs : runs.slice(0, limit);
  }

  /** The run with this id, or the last begun with this name or folder. @throws ArgumentError where there is none. */
  get(key: string): RunRecord {
    const runs = this.list();
    const found = runs.find(({ id }) => id === key) ?? runs.find(({ name, folder }) => name === key || folder === key);
    if (found !== undefined) return found;
    const hint = didYouMean(
      key,
      runs.flatMap(({ name, folder }) => [name, folder]),
    );
    throw new ArgumentError(`The run store ${this.path} has no run ${JSON.stringify(key)}.${hint}`, { key });
  }

  /** The points of one series of a run, by step. */
  series(id: string, name: string): SeriesPoint[] {
    const rows = this.#do(() =>
      this.#database.prepare("SELECT step, value FROM series WHERE run = ? AND name = ? ORDER BY step").all(id, name),
    );
    return rows.map(({ step, value }) => ({ step: Number(step), value: value === null ? NaN : Number(value) }));
  }

  /** Names of the series of a run. */
  seriesNames(id: string): string[] {
    const rows = this.#do(() =>
      this.#database.prepare("SELECT DISTINCT name FROM series WHERE run = ? ORDER BY name").all(id),
    );
    return rows.map(({ name }) => String(name));
  }

  /** Runs beside each other: metrics, and the settings in which they differ. @throws ArgumentError where there is no such run. */
  compare(keys: readonly string[]): RunComparison {
    const runs = keys.map((key) => this.get(key));
    const flat = runs.map(
      ({ settings, seed, device }) => new Map([...leavesOf(settings, ""), ["seed", seed], ["device", device]]),
    );
    const names = [...new Set(flat.flatMap((each) => [...each.keys()]))];
    const differences = names
      .map((setting) => ({ setting, values: flat.map((each) => each.get(setting)) }))
      .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
    return { runs, metrics: [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))].sort(), differences };
  }

  /** Forgets a run, its series and metrics; its folder stays. @throws ArgumentError where there is none, or it is running. */
  remove(key: string): RunRecord {
    const run = this.get(key);
    if (run.status === "running")
      throw new ArgumentError(`The run ${JSON.stringify(run.name)} (${run.id}) is running. Stop it first.`, { key });
    this.#do(() => this.#database.prepare("DELETE FROM runs WHERE id = ?").run(run.id));
    return run;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #together(work: () => void): void {
    this.#do(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        work();
        this.#database.exec("COMMIT");
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #do<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeError(this.path, error);
    }
  }
}

/** SQLite has no NaN: it is kept as null. */
function storedNumber(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function* leavesOf(value: unknown, path: string): Generator<[string, unknown]> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    for (const [name, inner] of Object.entries(value)) yield* leavesOf(inner, path === "" ? name : `${path}.${name}`);
  else if (path !== "") yield [path, value];
}
