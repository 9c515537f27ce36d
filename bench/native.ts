/**
 * `npm run bench -- native [--json] [--trial] [ids…]`: the native device beside PyTorch and NumPy with OpenBLAS (Debian's
 * packages) and ONNX Runtime, two threads each; rows whose ids end in `-1t` have one. Every row of the issue "Native CPU" with
 * its bar. Takes about half an hour; nothing else should run.
 */
import "../src/runtime/registry.node.ts";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setDevice, setThreads } from "../src/index.ts";
import { holdContest } from "./harness/contest.ts";
import { runMeasurements } from "./harness/measurements.ts";
import { ownRow, type Row } from "./harness/row.ts";
import { trainings } from "./native/networks.ts";
import { prepare, prepareTraining } from "./native/ours.ts";
import type { Prepared, Problem } from "./native/problem.ts";
import { type NativeRow, rows } from "./native/rows.ts";
import { endSettings, peerNames, type Setting, settingOf } from "./native/setting.ts";

const usualThreads = 2;
const bench = "native";

process.env["SMILODON_THREADS"] = String(usualThreads);
setDevice("native");
await runMeasurements([
  ...rows.map((row) => ({ ids: [row.id], measure: () => measure(row) })),
  { ids: ["compile-time", "compile-time-warm"], measure: compileTimes },
]);
endSettings();
process.exit();

async function measure({ id, bar, limit, make, limits, threads = usualThreads }: NativeRow): Promise<readonly Row[]> {
  const problem = make();
  const setting = settingOf(threads);
  const { meter } = setting;
  setThreads(threads);
  const { own, others } = await prepareAll(problem, setting);
  const before = limit === undefined ? undefined : meter.measure();
  const { times, best } = await holdContest([own, ...others.map(({ prepared }) => prepared)], limits);
  const reachable = before === undefined ? undefined : meter.measure();
  const reached = (time = Number.NaN) =>
    limit === undefined || reachable === undefined ? time : limit.work / (time / 1000) / reachable[limit.by];
  const value = reached(times[0]);
  const isFast = bar !== undefined && best !== undefined && best.ratio >= bar;
  return [
    {
      bench,
      id,
      value,
      unit: limit === undefined ? "ms" : limit.by === "peak" ? "of the multiply-add peak" : "of the bandwidth",
      better: limit === undefined ? "lower" : "higher",
      peers: others.map(({ name }, index) => ({ name, value: reached(times[index + 1]) })),
      ratio: best?.ratio ?? null,
      interval: best?.interval ?? null,
      bar: bar ?? limit?.share ?? null,
      met: isFast || (limit !== undefined && value >= limit.share),
    },
  ];
}

interface Entrants {
  readonly own: Prepared;
  readonly others: readonly { readonly name: string; readonly prepared: Prepared }[];
}

/** @throws Error where results differ: nobody may be fast and wrong. */
async function prepareAll(problem: Problem, setting: Setting): Promise<Entrants> {
  const { operation, options = {} } = problem;
  const make = operation in trainings ? trainings[operation as keyof typeof trainings] : undefined;
  const training = await make?.(options)();
  const own = training === undefined ? prepare(problem) : prepareTraining(training.step, problem.inputs);
  const inputs = [...problem.inputs, ...(training?.weights ?? [])];
  const others: { name: string; prepared: Prepared }[] = [];
  for (const name of peerNames) {
    const prepared = await setting.prepare(name, { ...problem, inputs });
    if (prepared !== undefined) others.push({ name, prepared });
  }
  for (let round = 0; round < (training === undefined ? 1 : 3); round++) {
    const results: ArrayLike<number>[] = [];
    for (const each of [own, ...others.map(({ prepared }) => prepared)]) {
      await each.run();
      results.push(await each.read());
    }
    for (const [index, { name }] of others.entries()) agree(operation, results[0], results[index + 1], name);
  }
  return { own, others };
}

function agree(operation: string, ours: ArrayLike<number> = [], theirs: ArrayLike<number> = [], name: string): void {
  if (ours.length !== theirs.length)
    throw new Error(`${operation}: ${ours.length} numbers, ${theirs.length} from ${name}.`);
  let largest = 0;
  for (let index = 0; index < theirs.length; index++) largest = Math.max(largest, Math.abs(theirs[index] ?? 0));
  for (let index = 0; index < theirs.length; index++) {
    const [a = Number.NaN, b = 0] = [ours[index], theirs[index]];
    if (Math.abs(a - b) <= 1e-3 * largest) continue;
    throw new Error(`${operation}: element ${index} is ${a}, and ${b} from ${name}.`);
  }
}

/** Processes with an empty folder and with a full one take turns. */
async function compileTimes(): Promise<readonly Row[]> {
  const script = fileURLToPath(new URL("native/firstStep.ts", import.meta.url));
  const seconds: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round++) {
    const folder = mkdtempSync(join(tmpdir(), "smilodon-cold-"));
    const env = { ...process.env, SMILODON_CACHE: folder, SMILODON_DEVICE: "native" };
    for (const times of seconds) {
      const { stdout, status } = spawnSync(process.execPath, [script], {
        env,
        encoding: "utf8",
        stdio: [null, "pipe", "inherit"],
      });
      if (status !== 0) throw new Error(`The first step ended with ${status}.`);
      times.push(Number(stdout));
    }
    rmSync(folder, { recursive: true, force: true });
  }
  const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[1] ?? Number.NaN;
  return [
    ownRow(bench, "compile-time", median(seconds[0]), "s", "lower", 6),
    ownRow(bench, "compile-time-warm", median(seconds[1]), "s", "lower", 0.5),
  ];
}
