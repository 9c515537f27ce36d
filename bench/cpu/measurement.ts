/**
 * What a row of `bench/cpu.ts` is made of, and the two common kinds: ours against every peer that can do the
 * problem (`compared`), and our own rate over our own other rate (`ownRate`). A family is a list of measurements.
 */
import { type ContestLimits, holdContest } from "../harness/contest.ts";
import type { Library, Prepared, Problem } from "../harness/library.ts";
import { ownRow, type Row } from "../harness/row.ts";
import { ours } from "./ours.ts";

/** Name of the benchmark in its rows. */
export const bench = "cpu";

/** Threads that everybody may use, except in rows that say otherwise. */
export const usualThreads = 2;

/** One row, or several that are measured together. */
export interface Measurement {
  readonly ids: readonly string[];
  /** Where another number of threads is asked for, the row is measured in a process of its own. */
  readonly threads?: number;
  measure(peers: () => Promise<readonly Library[]>): Promise<readonly Row[]>;
}

/** A problem with what is needed to judge and to report it. */
export interface Case {
  readonly problem: Problem;
  /** What is wrong with what a library computed; undefined where nothing is. */
  judge(prepared: Prepared): Promise<string | undefined>;
  /** Floating-point operations a run, where the row reports a rate. */
  readonly operations?: number;
}

/** What a compared row is. */
export interface ComparedOptions {
  readonly id: string;
  /** For the ratio. */
  readonly bar: number;
  /** "GFLOP/s", "ms" or "µs"; shapes may follow. */
  readonly unit: string;
  readonly make: () => Case;
  readonly threads?: number;
  readonly limits?: ContestLimits;
}

/** Ours against all peers that can do it. */
export function compared({ id, bar, unit, make, threads, limits }: ComparedOptions): Measurement {
  return {
    ids: [id],
    ...(threads === undefined ? {} : { threads }),
    async measure(peers) {
      const made = make();
      const entries = [await enter(ours, made), ...(await enterPeers(await peers(), made))];
      const { times, best } = await holdContest(
        entries.map(({ prepared }) => prepared),
        limits,
      );
      await consume(entries, made);
      const values = times.map((time) => inUnit(time, unit, made.operations));
      const better = unit.startsWith("GFLOP") ? "higher" : "lower";
      const row: Row = {
        bench,
        id,
        value: values[0] ?? Number.NaN,
        unit,
        better,
        peers: entries.slice(1).map(({ name }, index) => ({ name, value: values[index + 1] ?? Number.NaN })),
        ratio: best?.ratio ?? null,
        interval: best?.interval ?? null,
        bar,
        met: best !== undefined && best.ratio >= bar,
      };
      return [row];
    },
  };
}

/** Our rate of operations in `make` over that in `base`; the two take turns. */
export function ownRate(options: {
  readonly id: string;
  readonly bar: number;
  readonly unit: string;
  readonly make: () => Case;
  readonly base: () => Case;
}): Measurement {
  const { id, bar, unit, make, base } = options;
  return {
    ids: [id],
    async measure() {
      const cases = [make(), base()];
      const entries = [];
      for (const made of cases) entries.push(await enter(ours, made));
      const { best } = await holdContest(entries.map(({ prepared }) => prepared));
      const work = (cases[0]?.operations ?? Number.NaN) / (cases[1]?.operations ?? Number.NaN);
      return [ownRow(bench, id, (best?.ratio ?? Number.NaN) * work, unit, "higher", bar)];
    },
  };
}

interface Entry {
  readonly name: string;
  readonly prepared: Prepared;
}

/** @throws Error where the library is wrong: nobody may be fast and wrong. */
async function enter(library: Library, { problem, judge }: Case): Promise<Entry> {
  const prepared = await library.prepare(problem);
  if (prepared === undefined) throw new Error(`${library.name} cannot do ${problem.operation}.`);
  const wrong = await judge(prepared);
  if (wrong !== undefined) throw new Error(`${library.name} computes ${problem.operation} wrongly: ${wrong}`);
  return { name: library.name, prepared };
}

/** The peers that can do it; those that fail are named and left out. */
async function enterPeers(peers: readonly Library[], made: Case): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const peer of peers) {
    try {
      const prepared = await peer.prepare(made.problem);
      if (prepared !== undefined) entries.push(await enter({ ...peer, prepare: async () => prepared }, made));
    } catch (error) {
      process.stderr.write(`  left out: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return entries;
}

/** Results are used: after the contest everybody's last one is read. */
async function consume(entries: readonly Entry[], { problem }: Case): Promise<void> {
  for (const { name, prepared } of entries) {
    const [first = Number.NaN] = Array.from(await prepared.read());
    if (!Number.isFinite(first)) throw new Error(`${name}: ${problem.operation} gave ${first} after the measurement.`);
  }
}

function inUnit(milliseconds: number, unit: string, operations = Number.NaN): number {
  if (unit.startsWith("GFLOP")) return operations / milliseconds / 1e6;
  return unit.startsWith("µs") ? milliseconds * 1000 : milliseconds;
}
