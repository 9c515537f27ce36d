/** The tables of the run store, how its file is opened, and how rows become runs. `runStore.node.ts` uses them. */
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { DataError } from "../support/errors.ts";
import { isRunning } from "./processMark.node.ts";
import type { RunRecord, RunStatus } from "./runRecord.ts";

const version = 1;

/** Marks the file as ours: "smil" in the header of the database. */
const applicationId = 0x736d696c;

const tables = `
  CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, folder TEXT NOT NULL, command TEXT NOT NULL, settings TEXT NOT NULL,
    seed REAL NOT NULL, device TEXT NOT NULL, versions TEXT NOT NULL, status TEXT NOT NULL,
    started TEXT NOT NULL, ended TEXT, pid INTEGER NOT NULL, process TEXT NOT NULL, host TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS metrics (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL, value REAL,
    PRIMARY KEY (run, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS series (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL,
    PRIMARY KEY (run, name, step)
  ) STRICT, WITHOUT ROWID;`;

/** Opens the file at `path`, or makes it with its folder. @throws DataError saying what is wrong and what to do. */
export function openRunTables(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: 10_000 });
    // Readers and one writer do not wait for each other; a commit that a power cut takes back costs one entry
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
    prepareTables(path, database);
    return database;
  } catch (error) {
    if (database?.isOpen === true) database.close();
    throw storeError(path, error);
  }
}

function prepareTables(path: string, database: DatabaseSync): void {
  const found = pragma(database, "user_version");
  if (found === version && pragma(database, "application_id") === applicationId) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have been first
    const [present, owner] = [pragma(database, "user_version"), pragma(database, "application_id")];
    const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
    if (!isEmpty && owner !== applicationId)
      throw new DataError(`${path} is a database of something else. Name another file for the run store.`, { path });
    if (present > version)
      throw new DataError(
        `${path}: the run store is of version ${present}; this Smilodon knows version ${version}. Update Smilodon, or name another file.`,
        { path },
      );
    database.exec(`${tables} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version};`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** What SQLite or the file system says of the file, as a DataError that says what to do. */
export function storeError(path: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DataError(
    `${path}: the run store cannot be used (${message}). Where the file is damaged, move it away and a new one is begun; ` +
      "the folders of runs stay. Where it cannot be written, choose another place.",
    { path },
  );
}

type Row = Readonly<Record<string, SQLOutputValue>>;

/** All runs, the last begun first. */
export function readRuns(path: string, database: DatabaseSync): RunRecord[] {
  const metrics = new Map<unknown, Record<string, number>>();
  for (const { run, name, value } of database.prepare("SELECT run, name, value FROM metrics ORDER BY name").all()) {
    const own = metrics.get(run) ?? {};
    own[String(name)] = value === null ? NaN : Number(value);
    metrics.set(run, own);
  }
  const rows = database.prepare("SELECT * FROM runs ORDER BY started DESC, rowid DESC").all();
  return rows.map((row) => readRun(path, row, metrics.get(row["id"]) ?? {}));
}

function readRun(path: string, row: Row, metrics: Readonly<Record<string, number>>): RunRecord {
  const text = (name: string) => String(row[name]);
  const json = (name: string): unknown => {
    try {
      return JSON.parse(text(name));
    } catch {
      throw new DataError(
        `${path}: the ${name} of run ${text("id")} are damaged. Move the file away and a new one is begun.`,
        { path },
      );
    }
  };
  return {
    id: text("id"),
    name: text("name"),
    folder: text("folder"),
    command: text("command"),
    settings: json("settings"),
    seed: Number(row["seed"]),
    device: text("device"),
    versions: Object.fromEntries(
      Object.entries(Object(json("versions"))).map(([name, value]) => [name, String(value)]),
    ),
    status: statusOf(row),
    started: text("started"),
    ended: row["ended"] === null ? undefined : text("ended"),
    metrics,
  };
}

/** A run whose process is gone without a word was killed. What runs on other machines is believed. */
function statusOf(row: Row): RunStatus {
  const status = String(row["status"]);
  const known = statuses.find((each) => each === status);
  if (known !== "running" || row["host"] !== hostname()) return known ?? "failed";
  return isRunning({ pid: Number(row["pid"]), mark: String(row["process"]) }) ? "running" : "killed";
}

const statuses = [
  "running",
  "finished",
  "early",
  "interrupted",
  "diverged",
  "failed",
  "killed",
] as const satisfies RunStatus[];
