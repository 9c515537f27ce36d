/**
 * Rows: what a benchmark reports, one condition a row. `emitRows` prints them (JSON with `--json`, a table
 * otherwise) and appends them to `bench/history.jsonl` with the machine they were measured on.
 */
import { appendFileSync } from "node:fs";
import { arch, cpus, platform, totalmem } from "node:os";

/** One measured condition. `ratio` above 1 is better for us; null where there is no peer. */
export interface Row {
  readonly bench: string;
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly peers: readonly { readonly name: string; readonly value: number }[];
  readonly ratio: number | null;
  /** 95 % bootstrap interval of the ratio. */
  readonly interval: readonly [number, number] | null;
  readonly bar: number | null;
  readonly met: boolean;
}

/** A row without peers: `value` against `bar`. */
export function ownRow(
  bench: string,
  id: string,
  value: number,
  unit: string,
  better: "lower" | "higher",
  bar: number,
): Row {
  const met = better === "lower" ? value <= bar : value >= bar;
  return { bench, id, value, unit, better, peers: [], ratio: null, interval: null, bar, met };
}

/** Prints `rows` and remembers them. */
export function emitRows(rows: readonly Row[], json: boolean): void {
  printRows(rows, json);
  rememberRows(rows);
}

/** Writes `rows` to stdout: JSON lines, or a table. */
export function printRows(rows: readonly Row[], json: boolean): void {
  for (const row of rows) process.stdout.write(json ? `${JSON.stringify(row)}\n` : `${describe(row)}\n`);
}

/** Appends `rows` to the history, with this machine. */
function rememberRows(rows: readonly Row[]): void {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()}-${arch()}`,
    node: process.version,
  };
  const lines = rows.map((row) => JSON.stringify({ date: new Date().toISOString(), machine, ...row }));
  appendFileSync(new URL("../history.jsonl", import.meta.url), `${lines.join("\n")}\n`);
}

function describe(row: Row): string {
  // With peers the bar may stand for the ratio or for the value
  const sense = row.ratio !== null ? "" : row.better === "lower" ? "at most " : "at least ";
  const bar = row.bar === null ? "" : ` (bar ${sense}${row.bar}: ${row.met ? "met" : "NOT met"})`;
  const peers = row.peers.map((peer) => `, ${peer.name} ${show(peer.value)}`).join("");
  const ratio =
    row.ratio === null
      ? ""
      : `, ratio ${show(row.ratio)}${row.interval === null ? "" : ` [${row.interval.map(show).join(", ")}]`}`;
  return `${row.id.padEnd(20)} ${show(row.value)} ${row.unit}${peers}${ratio}${bar}`;
}

function show(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
