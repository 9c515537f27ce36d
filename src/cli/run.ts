/**
 * From the words of a command line to an exit code: finds the command, reads its options, runs it, and turns errors into
 * a message, a hint and a code. main.ts gives it the real process; tests give it their own.
 */
import { readFile } from "node:fs/promises";
import { DataError } from "../support/errors.ts";
import { didYouMean } from "../support/nearestName.ts";
import { Console, type ConsoleOptions } from "./console.ts";
import { type ExitCode, exitCodeOf, exitCodes, explainSystemError, InterruptedError, UsageError } from "./errors.ts";
import { helpOn, helpOnAll } from "./help.ts";
import { parse } from "./parse.ts";
import type { Command } from "./schema.ts";
import { version } from "./version.ts";

/** The world that the command line runs in. */
export interface Process extends ConsoleOptions {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Is called before a command runs, with the console that it will write to. */
  readonly begin?: (console: Console, command: Command) => void;
}

/** Runs the command that `words` ask for; without words, the first of `commands`. Never throws. */
export async function runCommandLine(
  words: readonly string[],
  commands: readonly Command[],
  world: Process,
): Promise<ExitCode> {
  const isQuiet = words.includes("--quiet") || words.includes("-q");
  const console = new Console({ ...world, isQuiet });
  try {
    return await dispatch(words, commands, { console, world });
  } catch (error) {
    report(error, console, words.includes("--debug"));
    return exitCodeOf(error);
  }
}

async function dispatch(
  words: readonly string[],
  commands: readonly Command[],
  { console, world }: { console: Console; world: Process },
): Promise<ExitCode> {
  const [first, ...others] = words;
  if (first === "--version" || first === "-V") {
    console.print(version);
    return exitCodes.ok;
  }
  if (first === "--help" || first === "-h") {
    console.print(helpOnAll(commands, console));
    return exitCodes.ok;
  }
  // Options alone belong to the first command, which is what no words at all mean.
  const isNamed = first !== undefined && !first.startsWith("-");
  const command = isNamed ? findCommand(first, commands) : commands[0];
  if (command === undefined) throw new UsageError("There are no commands.");
  const request = await parse(command, isNamed ? others : words, readConfig);
  if (request.values.help) {
    console.print(helpOn(command, console));
    return exitCodes.ok;
  }
  world.begin?.(console, command);
  return command.run(request, { console, signal: world.signal, environment: world.environment, commands });
}

/** The command called `name`. @throws UsageError naming the nearest. */
export function findCommand(name: string, commands: readonly Command[]): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  throw new UsageError(`There is no command "${name}".${didYouMean(name, names)}`, `Commands: ${names.join(", ")}`);
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new DataError(
      `${path}: the config file cannot be read (${error instanceof Error ? error.message : String(error)}).`,
      { path },
    );
  }
}

function report(error: unknown, console: Console, isDebug: boolean): void {
  const explained = explainSystemError(error);
  const message = explained ?? (error instanceof Error ? error.message : String(error));
  console.complain(error instanceof InterruptedError ? message : `${console.alarm("error")} ${message}`);
  if (error instanceof UsageError && error.hint !== "") console.complain(`  ${error.hint}`);
  if (isDebug && error instanceof Error) console.complain(error.stack ?? "");
  else if (exitCodeOf(error) === exitCodes.failure && explained === undefined)
    console.complain("  Run it again with --debug to see where this came from.");
}
