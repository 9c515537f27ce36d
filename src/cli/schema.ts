/**
 * The one description of a command: its arguments and options, from which flags, config file, types, help and
 * did-you-mean all follow. parse.ts reads a command line by it, help.ts prints it.
 */
import type { Console } from "./console.ts";
import type { ExitCode } from "./errors.ts";

/** What a number may be. */
export interface NumberRange {
  readonly lowest?: number;
  readonly highest?: number;
  readonly whole?: boolean;
}

/** An option of a command. `meaning` is the sentence that help shows, `placeholder` stands for the value there. */
export type Option =
  | { readonly kind: "flag"; readonly meaning: string; readonly short?: string }
  | ({
      readonly kind: "number";
      readonly meaning: string;
      readonly placeholder: string;
      readonly default: number;
    } & NumberRange)
  /** A number that may be left out. */
  | ({ readonly kind: "optionalNumber"; readonly meaning: string; readonly placeholder: string } & NumberRange)
  | { readonly kind: "text"; readonly meaning: string; readonly placeholder: string; readonly default: string }
  /** Text that may be left out. */
  | { readonly kind: "optional"; readonly meaning: string; readonly placeholder: string }
  /** One of a few words; may be left out. */
  | {
      readonly kind: "choice";
      readonly meaning: string;
      readonly placeholder: string;
      readonly choices: readonly string[];
    }
  /** Text that may be given several times. */
  | { readonly kind: "list"; readonly meaning: string; readonly placeholder: string };

/** Options by name: the name is the long flag. */
export type Options = Readonly<Record<string, Option>>;

/** What the options of a command are once read. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: ValueOfKind[O[Name]["kind"]];
};

/** What an option of a kind is once read. */
interface ValueOfKind {
  readonly flag: boolean;
  readonly number: number;
  readonly optionalNumber: number | undefined;
  readonly text: string;
  readonly optional: string | undefined;
  readonly choice: string | undefined;
  readonly list: readonly string[];
}

/** An argument that stands without a flag. */
export interface Argument {
  readonly name: string;
  readonly meaning: string;
  readonly isRequired?: boolean;
  /** Takes all the words that are left; only the last argument may. */
  readonly isRest?: boolean;
}

/** Options that every command has. */
export const commonOptions = {
  json: { kind: "flag", meaning: "Print results as JSON, nothing else, on standard output." },
  quiet: { kind: "flag", meaning: "No messages and no progress.", short: "q" },
  debug: { kind: "flag", meaning: "Show where an error came from." },
  config: { kind: "optional", meaning: "Read options from this JSON file; flags override it.", placeholder: "FILE" },
  help: { kind: "flag", meaning: "Show this help.", short: "h" },
} as const satisfies Options;

/** A command line that was read. */
export interface Request<O extends Options> {
  readonly arguments: readonly string[];
  readonly values: Values<O & typeof commonOptions>;
}

/** What a command gets besides its request. */
export interface Surroundings {
  readonly console: Console;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** All commands, for help. */
  readonly commands: readonly Command[];
}

/** A command with its options left open, as lists of commands hold it. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Shown first in help; each is a full command line without "smilodon", with what it does. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  readonly arguments: readonly Argument[];
  readonly options: O;
  /** Too little work to be worth compiling for the very processor: it runs on WebAssembly unless SMILODON_DEVICE says otherwise. */
  readonly isBrief?: boolean;
  /** Does the work; throws one of the errors that errors.ts knows. */
  run(request: Request<O>, surroundings: Surroundings): Promise<ExitCode>;
}

/** Keeps the option types of a command while it is written down. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}
