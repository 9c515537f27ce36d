/**
 * What a plan will do, as facts and as a table: its launches with their work and where they come from, and what lies in
 * scratch memory when. Nothing is run; `runtime/planProfile.ts` measures.
 */
import { at } from "../support/invariant.ts";
import { costOf } from "./cost.ts";
import { type Command, commandsIn, type Plan } from "./plan.ts";

/** One kernel as a plan launches it. */
export interface LaunchReport {
  /** What it computes, shortly. */
  readonly name: string;
  /** The kernel's number: launches with the same number share one piece of code. */
  readonly kernel: number;
  /** How often it runs in one step; more than once inside loops. Loops that ask are counted once, and both sides of a branch. */
  readonly times: number;
  /** Operations of the graph that it holds, fused. */
  readonly computes: readonly string[];
  /** Lines of the user's code that it comes from, `file:line:column`. */
  readonly origins: readonly string[];
  /** Paths of the layers that it comes from: `model.0`. */
  readonly layers: readonly string[];
  /** Scalar operations on values, of all its times together; both sides of a choice count. */
  readonly operations: number;
  /** Bytes that have to move between memory and processor: what it reads and writes, each once a time. */
  readonly bytes: number;
}

/** A stretch of scratch memory that holds one intermediate result. */
export interface ArenaReport {
  readonly offset: number;
  readonly bytes: number;
  /** The first and the last command that touch it, counted from 0. */
  readonly from: number;
  readonly until: number;
  /** The launch that makes it. */
  readonly madeBy: string;
}

/** What one step does; `toString()` is a table. */
export interface PlanReport {
  /** Commands, copies and loops included: what `from` and `until` count. */
  readonly commands: number;
  /** Different kernels. */
  readonly kernels: number;
  /** Kernels in order; those of a loop stand there once. */
  readonly launches: readonly LaunchReport[];
  readonly operations: number;
  /** Bytes moved by kernels and copies. */
  readonly bytes: number;
  /** Bytes of scratch memory for intermediate results. */
  readonly arenaBytes: number;
  /** The most that intermediate results take at one time; what is above it in `arenaBytes` is lost to gaps. */
  readonly peakBytes: number;
  readonly arena: readonly ArenaReport[];
  toString(): string;
}

/** What `plan` will do. */
export function reportPlan(plan: Plan): PlanReport {
  const launches = plan.commands.flatMap((command) => reportLaunches(plan, command));
  const copied = plan.commands.reduce((sum, command) => sum + copiedBytes(command), 0);
  const arena = reportArena(plan);
  const report = {
    commands: plan.commands.length,
    kernels: plan.kernels.length,
    launches,
    operations: sumOf(launches, ({ operations }) => operations),
    bytes: sumOf(launches, ({ bytes }) => bytes) + copied,
    arenaBytes: plan.arenaBytes,
    peakBytes: Math.max(0, ...plan.commands.map((_, time) => liveBytes(arena, time))),
    arena,
  };
  return { ...report, toString: () => showReport(report) };
}

/** The kernels that `command` launches, each once, however often it repeats them. */
export function reportLaunches(plan: Plan, command: Command, times = 1): LaunchReport[] {
  if (command.kind !== "kernel")
    return commandsIn(command).flatMap((inner) => reportLaunches(plan, inner, times * timesOf(command)));
  const { label, kernel, origins, computes = [], layers = [] } = command;
  const cost = costOf(at(plan.kernels, kernel), command.sizes);
  const touched = sumOf(command.slots, (slot, argument) => {
    const passes = at(at(plan.kernels, kernel).buffers, argument).access === "readwrite" ? 2 : 1;
    return passes * at(plan.slots, slot).bytes;
  });
  const bytes = times * Math.min(cost.bytes, touched);
  return [{ name: label, kernel, times, computes, origins, layers, operations: times * cost.operations, bytes }];
}

/** A copy reads and writes. */
function copiedBytes(command: Command): number {
  if (command.kind === "copy") return 2 * command.bytes;
  return timesOf(command) * sumOf(commandsIn(command), copiedBytes);
}

/** How often the commands inside run, as far as that is known. */
function timesOf(command: Command): number {
  return command.kind === "loop" ? command.count : 1;
}

function reportArena(plan: Plan): ArenaReport[] {
  const lives = new Map<number, { from: number; until: number; madeBy: string }>();
  const touch = (slot: number, time: number, madeBy: string): void => {
    const life = lives.get(slot);
    if (life === undefined) lives.set(slot, { from: time, until: time, madeBy });
    else life.until = time;
  };
  const visit = (command: Command, time: number): void => {
    if (command.kind === "kernel") for (const slot of command.slots) touch(slot, time, command.label);
    if (command.kind === "copy") for (const slot of [command.from, command.to]) touch(slot, time, "copy");
    if (command.kind === "loop") touch(command.counter, time, "loop counter");
    if (command.kind === "while") touch(command.condition, time, "while");
    if (command.kind === "cond") touch(command.predicate, time, "cond");
    for (const inner of commandsIn(command)) visit(inner, time);
  };
  plan.commands.forEach(visit);
  return [...lives].flatMap(([position, life]) => {
    const slot = at(plan.slots, position);
    return slot.kind === "arena" ? [{ offset: slot.offset, bytes: slot.bytes, ...life }] : [];
  });
}

/** Bytes in use; what takes turns inside one command is counted once. */
function liveBytes(arena: readonly ArenaReport[], time: number): number {
  const live = arena.filter(({ from, until }) => from <= time && time <= until);
  let [total, end] = [0, 0];
  for (const { offset, bytes } of live.sort((a, b) => a.offset - b.offset)) {
    total += Math.max(0, offset + bytes - Math.max(offset, end));
    end = Math.max(end, offset + bytes);
  }
  return total;
}

function showReport(report: Omit<PlanReport, "toString">): string {
  const { launches, arena } = report;
  const rows = launches.map((launch, index) => [
    String(index),
    `${launch.name}${launch.times === 1 ? "" : ` ×${launch.times}`}`,
    showCount(launch.operations),
    showBytes(launch.bytes),
    ...showPlace(launch),
    launch.computes.join(" "),
  ]);
  const memory = arena.map(({ offset, bytes, from, until, madeBy }) => [
    `  ${showBytes(offset)} …`,
    showBytes(bytes),
    `commands ${from} to ${until}`,
    madeBy,
  ]);
  return [
    `${launches.length} launches of ${report.kernels} kernels: ${showCount(report.operations)} operations, ${showBytes(report.bytes)} moved`,
    ...alignColumns([["#", "kernel", "operations", "bytes", "layer", "line", "fused"], ...rows]),
    `scratch memory ${showBytes(report.arenaBytes)}, at most ${showBytes(report.peakBytes)} at one time`,
    ...alignColumns(memory),
  ].join("\n");
}

/** Layer and line of a launch for a table: the last of each, which is what the launch ends in, and how many more there are. */
export function showPlace({ layers, origins }: Pick<LaunchReport, "layers" | "origins">): [string, string] {
  const short = (names: readonly string[], show: (name: string) => string): string => {
    const last = names.at(-1);
    return last === undefined ? "" : `${show(last)}${names.length > 1 ? ` +${names.length - 1}` : ""}`;
  };
  return [short(layers, (name) => name), short(origins, (place) => place.slice(place.lastIndexOf("/") + 1))];
}

/** `12.3 k`, `4.56 M`. */
export function showCount(count: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (count >= size) return `${(count / size).toPrecision(3)} ${unit}`;
  }
  return count.toFixed(0);
}

/** `12.3 kB`, in powers of a thousand. */
export function showBytes(bytes: number): string {
  const text = showCount(bytes);
  return text.includes(" ") ? `${text}B` : `${text} B`;
}

/** Rows as lines whose columns begin at the same places. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function sumOf<T>(items: readonly T[], measure: (item: T, index: number) => number): number {
  return items.reduce((sum, item, index) => sum + measure(item, index), 0);
}
