/**
 * Times of a plan's commands: each becomes a plan of its own, which shares kernels and scratch memory with the others, so
 * that run one after the other they do what the whole plan does.
 */
import type { Device, DeviceBuffer, Executable } from "../device/device.ts";
import type { Command, Plan } from "../kernel/plan.ts";
import {
  alignColumns,
  type LaunchReport,
  reportLaunches,
  showBytes,
  showCount,
  showPlace,
} from "../kernel/planReport.ts";
import { UnsupportedError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";

export {
  type ArenaReport,
  alignColumns,
  type LaunchReport,
  type PlanReport,
  reportPlan,
  showBytes,
} from "../kernel/planReport.ts";

/** A command of a plan, measured. */
export interface ProfiledCommand {
  /** Name of the kernel; `copy`, or what a loop repeats. */
  readonly name: string;
  /** Median over the rounds, of all repetitions of a loop. */
  readonly milliseconds: number;
  /** Its part of the sum of all commands, from 0 to 1. */
  readonly share: number;
  readonly operations: number;
  readonly bytes: number;
  /** Thousand millions of operations, and of bytes, a second. */
  readonly gigaOperations: number;
  readonly gigaBytes: number;
  readonly origins: readonly string[];
  readonly layers: readonly string[];
  /** The kernels in it: one, but for loops and copies. */
  readonly launches: readonly LaunchReport[];
}

/** Where the time of one step goes; `toString()` is a table. */
export interface PlanProfile {
  /** Median time of the whole plan with one launch. */
  readonly milliseconds: number;
  readonly rounds: number;
  /** In order of execution. */
  readonly commands: readonly ProfiledCommand[];
  toString(): string;
}

/**
 * Runs `plan` `rounds` times command by command, and as often as a whole.
 * @throws UnsupportedError on devices that run on after a launch has returned.
 */
export function profilePlan(
  device: Device,
  plan: Plan,
  externals: readonly DeviceBuffer[],
  rounds: number,
): PlanProfile {
  if (device.readSync === undefined) {
    throw new UnsupportedError(
      `profile measures devices of the CPU; ${device.name} runs on after a launch has returned.`,
      {
        device: device.name,
      },
    );
  }
  const parts = [plan.commands, ...plan.commands.map((command) => [command]), []];
  const executables = parts.map((commands) => device.prepare({ ...plan, commands }));
  try {
    const [whole = 0, ...times] = medianTimes(executables, externals, rounds);
    const empty = times.pop() ?? 0;
    const net = times.map((time) => Math.max(0, time - empty));
    const total = net.reduce((sum, time) => sum + time, 0);
    const commands = plan.commands.map((command, index) => profileCommand(plan, command, at(net, index), total));
    const profile = { milliseconds: whole, rounds, commands };
    return { ...profile, toString: () => showProfile(profile) };
  } finally {
    for (const executable of executables) executable.dispose();
  }
}

/** How long an engine may take until new code runs optimized. */
const warmUpMilliseconds = 300;

/** The median milliseconds of each executable; they take turns. */
function medianTimes(executables: readonly Executable[], externals: readonly DeviceBuffer[], rounds: number): number[] {
  const times = executables.map((): number[] => []);
  const warm = performance.now() + warmUpMilliseconds;
  while (performance.now() < warm) for (const executable of executables) executable.run(externals);
  for (let round = 0; round < rounds; round++) {
    executables.forEach((executable, index) => {
      const start = performance.now();
      executable.run(externals);
      times[index]?.push(performance.now() - start);
    });
  }
  return times.map((each) =>
    at(
      each.sort((a, b) => a - b),
      Math.floor(each.length / 2),
    ),
  );
}

function profileCommand(plan: Plan, command: Command, milliseconds: number, total: number): ProfiledCommand {
  const launches = reportLaunches(plan, command);
  const sum = (measure: (launch: LaunchReport) => number) => launches.reduce((all, each) => all + measure(each), 0);
  const operations = sum((launch) => launch.operations);
  const bytes = command.kind === "copy" ? 2 * command.bytes : sum((launch) => launch.bytes);
  const rate = (work: number) => (milliseconds > 0 ? work / milliseconds / 1e6 : 0);
  return {
    name: launches.length > 0 ? [...new Set(launches.map(({ name }) => name))].join(", ") : command.kind,
    milliseconds,
    share: total > 0 ? milliseconds / total : 0,
    operations,
    bytes,
    gigaOperations: rate(operations),
    gigaBytes: rate(bytes),
    origins: [...new Set(launches.flatMap((launch) => launch.origins))],
    layers: [...new Set(launches.flatMap((launch) => launch.layers))],
    launches,
  };
}

function showProfile({ milliseconds, rounds, commands }: Omit<PlanProfile, "toString">): string {
  const rows = commands.map((command, index) => [
    String(index),
    command.name,
    showMilliseconds(command.milliseconds),
    `${(100 * command.share).toFixed(1)}%`,
    showCount(command.operations),
    showBytes(command.bytes),
    command.gigaOperations.toFixed(2),
    command.gigaBytes.toFixed(2),
    ...showPlace(command),
  ]);
  const header = ["#", "kernel", "time", "share", "operations", "bytes", "Gop/s", "GB/s", "layer", "line"];
  return [`one step: ${showMilliseconds(milliseconds)} (median of ${rounds})`, ...alignColumns([header, ...rows])].join(
    "\n",
  );
}

function showMilliseconds(milliseconds: number): string {
  return milliseconds < 1 ? `${(1000 * milliseconds).toFixed(1)} µs` : `${milliseconds.toFixed(2)} ms`;
}
