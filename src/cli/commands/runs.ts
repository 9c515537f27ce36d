/** `smilodon runs`: what was trained here: list, compare, delete. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ArgumentError, DataError } from "../../support/errors.ts";
import { didYouMean } from "../../support/nearestName.ts";
import { type RunComparison, type RunRecord, RunStore } from "../../train/index.node.ts";
import type { Console } from "../console.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { withLock } from "../runLock.ts";
import { defineCommand } from "../schema.ts";

const actions = ["list", "compare", "delete"] as const;

/** Shows, compares and forgets runs. */
export const runs = defineCommand({
  name: "runs",
  summary: "List, compare or delete what was trained here.",
  examples: [
    { line: "runs", does: "every run, the last one first" },
    { line: "runs --metric accuracy", does: "the best first" },
    { line: "runs compare runs/adult runs/adult-2", does: "results, and the settings in which they differ" },
    { line: "runs delete runs/adult-2 --files", does: "forget a run and remove its folder" },
  ],
  arguments: [
    { name: "action", meaning: "list (what no word means), compare or delete." },
    { name: "run", meaning: "Runs by folder, name or id.", isRest: true },
  ],
  options: {
    store: { kind: "text", meaning: "The run store.", placeholder: "FILE", default: join("runs", "runs.sqlite") },
    metric: { kind: "optional", meaning: "Only runs with this result, the best first.", placeholder: "NAME" },
    lowest: { kind: "flag", meaning: "With --metric: the lowest is the best." },
    files: { kind: "flag", meaning: "With delete: remove the folder, too." },
  },
  async run({ arguments: [action = "list", ...keys], values }, { console }) {
    const known = actions.find((name) => name === action);
    if (known === undefined)
      throw new UsageError(
        `runs does not know "${action}".${didYouMean(action, actions)}`,
        `Write ${actions.join(", ")}.`,
      );
    if (known === "list" && keys.length > 0) throw new UsageError("runs list takes no runs.", "Use runs compare.");
    if (known !== "list" && keys.length === 0)
      throw new UsageError(`runs ${known} needs a run.`, `For example: smilodon runs ${known} runs/adult`);
    const store = existsSync(values.store) ? new RunStore(values.store) : undefined;
    try {
      if (known === "list") list(store, values, console);
      else if (store === undefined) throw new DataError(`${values.store}: there is no run store yet. Train something.`);
      else if (known === "compare") compare(store, keys, values.json, console);
      else for (const key of keys) await remove(store, key, values, console);
    } finally {
      store?.close();
    }
    return exitCodes.ok;
  },
});

interface ListOptions {
  readonly json: boolean;
  readonly metric: string | undefined;
  readonly lowest: boolean;
  readonly store: string;
}

function list(store: RunStore | undefined, { json, metric, lowest, store: path }: ListOptions, console: Console): void {
  const mode = lowest ? "min" : "max";
  const found = store?.list(metric === undefined ? {} : { metric, mode }) ?? [];
  if (json) {
    console.print(JSON.stringify(found.map(runToJson), null, 2));
    return;
  }
  if (found.length === 0) {
    console.say(
      metric === undefined ? `No runs in ${path} yet.` : `No run in ${path} has a result called "${metric}".`,
    );
    return;
  }
  const rows = found.map((run) => [run.folder, run.status, run.started.slice(0, 16).replace("T", " "), resultsOf(run)]);
  for (const line of columns([["run", "status", "begun (UTC)", "results"], ...rows])) console.print(line);
}

function compare(store: RunStore, keys: readonly string[], json: boolean, console: Console): void {
  const comparison = readRuns(() => store.compare(keys));
  if (json) {
    const { runs: found, metrics, differences } = comparison;
    const differing = differences.map(({ setting, values }) => ({
      setting,
      values: values.map((value) => value ?? null),
    }));
    console.print(JSON.stringify({ runs: found.map(runToJson), metrics, differences: differing }, null, 2));
    return;
  }
  for (const line of columns(comparisonRows(comparison))) console.print(line);
}

function comparisonRows({ runs: found, metrics, differences }: RunComparison): string[][] {
  const shown = (value: unknown): string =>
    value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  return [
    ["", ...found.map(({ folder }) => folder)],
    ["status", ...found.map(({ status }) => status)],
    ...metrics.map((name) => [name, ...found.map((run) => numberIn(run, name))]),
    ...differences.map(({ setting, values }) => [setting, ...values.map(shown)]),
  ];
}

async function remove(
  store: RunStore,
  key: string,
  { files, json }: { readonly files: boolean; readonly json: boolean },
  console: Console,
): Promise<void> {
  const { folder, name } = readRuns(() => store.get(key));
  if (files && existsSync(folder)) {
    // Only what a run has written is removed: a folder of that name may be something else by now
    if (!existsSync(join(folder, "run.json")) && !existsSync(join(folder, "config.json")))
      throw new DataError(
        `${folder} does not hold a run any more; it was left alone. Leave out --files to forget the run.`,
      );
    await withLock(folder, async () => {
      readRuns(() => store.remove(key));
      await rm(folder, { recursive: true, force: true });
    });
  } else readRuns(() => store.remove(key));
  if (json) console.print(JSON.stringify({ deleted: folder, files }));
  else console.say(files ? `${folder} is deleted.` : `${name} is forgotten; ${folder} is still there.`);
}

/** A run that is not there is a mistake in what was typed, and the message names the nearest. */
function readRuns<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ArgumentError) throw new DataError(error.message, error.facts);
    throw error;
  }
}

function runToJson(run: RunRecord) {
  return { ...run, ended: run.ended ?? null };
}

function resultsOf(run: RunRecord): string {
  const names = Object.keys(run.metrics).slice(0, 4);
  return names.map((name) => `${name} ${numberIn(run, name)}`).join(", ");
}

function numberIn(run: RunRecord, name: string): string {
  const value = run.metrics[name];
  return value === undefined ? "–" : String(Number(value.toPrecision(4)));
}

/** Rows as text with columns as wide as their widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
