/**
 * Reads a command line by a command's schema: flags, then config file, then defaults. Every refusal names what was
 * typed, what is possible, and the nearest known name.
 */
import { DataError } from "../support/errors.ts";
import { didYouMean } from "../support/nearestName.ts";
import { UsageError } from "./errors.ts";
import {
  type Command,
  commonOptions,
  type NumberRange,
  type Option,
  type Options,
  type Request,
  type Values,
} from "./schema.ts";

type Value = boolean | number | string | readonly string[];

/** A command line split by its schema; values as given. */
interface Tokens {
  readonly arguments: readonly string[];
  readonly given: ReadonlyMap<string, Value>;
}

/**
 * Reads `line`, the words after the command's name. `readConfig` gives the text of the file that --config names.
 * @throws UsageError for unknown or repeated flags, missing values, and arguments too many or too few; DataError where
 * the config file is not a JSON object of known options.
 */
export async function parse<O extends Options>(
  command: Command<O>,
  line: readonly string[],
  readConfig: (path: string) => Promise<string>,
): Promise<Request<O>> {
  const options: Options = { ...command.options, ...commonOptions };
  const { given, arguments: words } = split(command, line, options);
  if (given.get("help") !== true) checkArguments(command, words);
  const path = given.get("config");
  const fromFile =
    typeof path === "string" ? readValues(path, await readConfig(path), options) : new Map<string, Value>();
  return { arguments: words, values: fill<O>(options, given, fromFile) };
}

function split(command: Command<Options>, line: readonly string[], options: Options): Tokens {
  const words: string[] = [];
  const given = new Map<string, Value>();
  const rest = [...line];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      words.push(...rest);
      break;
    }
    // A lone dash and negative numbers are arguments.
    if (!word.startsWith("-") || word === "-" || /^-\.?\d/.test(word)) {
      words.push(word);
      continue;
    }
    const { name, option, inline } = findOption(command, word, options);
    const before = given.get(name);
    if (before !== undefined && option.kind !== "list")
      throw new UsageError(`--${name} is given twice.`, "Give it once.");
    given.set(
      name,
      option.kind === "flag"
        ? flagValue(name, inline)
        : readValue(name, option, inline ?? takeValue(name, option, rest), before),
    );
  }
  return { arguments: words, given };
}

function findOption(
  command: Command<Options>,
  word: string,
  options: Options,
): { name: string; option: Option; inline: string | undefined } {
  const equals = word.indexOf("=");
  const flag = equals === -1 ? word : word.slice(0, equals);
  const inline = equals === -1 ? undefined : word.slice(equals + 1);
  const name = flag.startsWith("--")
    ? flag.slice(2)
    : Object.keys(options).find((key) => shortOf(options[key]) === flag.slice(1));
  const option = name === undefined || !Object.hasOwn(options, name) ? undefined : options[name];
  if (name !== undefined && option !== undefined) return { name, option, inline };
  const flags = Object.keys(options).map((key) => `--${key}`);
  const nearest = didYouMean(flag.startsWith("--") ? flag : `-${flag}`, flags);
  throw new UsageError(
    `${command.name} has no option ${flag}.${nearest}`,
    `Its options: smilodon ${command.name} --help`,
  );
}

function shortOf(option: Option | undefined): string | undefined {
  return option?.kind === "flag" ? option.short : undefined;
}

function flagValue(name: string, inline: string | undefined): boolean {
  if (inline === undefined || inline === "true") return true;
  if (inline === "false") return false;
  throw new UsageError(`--${name} takes no value, and was given "${inline}".`, `Write --${name} alone.`);
}

function takeValue(name: string, option: Exclude<Option, { kind: "flag" }>, rest: string[]): string {
  const next = rest[0];
  const isFlag = next !== undefined && /^--?[a-z]/i.test(next);
  if (next === undefined || isFlag) {
    const found = next === undefined ? "the line ends" : `${next} follows`;
    throw new UsageError(`--${name} needs a value, and ${found}.`, `Write --${name} ${option.placeholder}`);
  }
  rest.shift();
  return next;
}

function readValue(
  name: string,
  option: Exclude<Option, { kind: "flag" }>,
  text: string,
  before: Value | undefined,
): Value {
  if (option.kind === "list") return [...(Array.isArray(before) ? before : []), text];
  if (option.kind === "choice") return checkChoice(`--${name}`, option.choices, text);
  if (option.kind !== "number" && option.kind !== "optionalNumber") return text;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return checkNumber(`--${name}`, option, value, text);
}

function checkChoice(name: string, choices: readonly string[], text: string): string {
  if (choices.includes(text)) return text;
  throw new UsageError(
    `${name} is ${JSON.stringify(text)}; it has to be ${choices.join(" or ")}.${didYouMean(text, choices)}`,
  );
}

function checkNumber(
  name: string,
  option: NumberRange & { readonly default?: number },
  value: number,
  shown: unknown,
): number {
  const { lowest = -Infinity, highest = Infinity, whole = false } = option;
  if (value >= lowest && value <= highest && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  const range =
    Number.isFinite(lowest) && Number.isFinite(highest)
      ? ` from ${lowest} to ${highest}`
      : lowest > -Infinity
        ? ` of at least ${lowest}`
        : "";
  throw new UsageError(
    `${name} is ${JSON.stringify(shown)}; it has to be ${kind}${range}.`,
    option.default === undefined ? "" : `Default: ${option.default}`,
  );
}

function checkArguments(command: Command<Options>, words: readonly string[]): void {
  const surplus = words[command.arguments.length];
  if (surplus !== undefined && command.arguments.at(-1)?.isRest !== true) {
    throw new UsageError(
      `${command.name} does not know what to do with "${surplus}".`,
      `Usage: smilodon ${usageOf(command)}`,
    );
  }
  const missing = command.arguments.find(
    (argument, index) => argument.isRequired === true && words[index] === undefined,
  );
  if (missing !== undefined) {
    throw new UsageError(
      `${command.name} needs ${missing.name}: ${missing.meaning}`,
      `Usage: smilodon ${usageOf(command)}`,
    );
  }
}

/** `predict FOLDER [FILE] [options]`. */
export function usageOf(command: Command<Options>): string {
  const words = command.arguments.map(({ name, isRequired, isRest }) => {
    const word = `${name.toUpperCase()}${isRest === true ? "…" : ""}`;
    return isRequired === true ? word : `[${word}]`;
  });
  return [command.name, ...words, "[options]"].join(" ");
}

/** The options that a config file holds. */
function readValues(path: string, text: string, options: Options): Map<string, Value> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { path });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new DataError(`${path} has to hold one JSON object, with option names as keys.`, { path });
  }
  return new Map(Object.entries(content).map(([name, value]) => [name, readConfigValue(path, name, value, options)]));
}

function readConfigValue(path: string, name: string, value: unknown, options: Options): Value {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  // What steers the command line itself has no place in a file.
  const isOwn = Object.hasOwn(commonOptions, name) && name !== "json";
  if (option === undefined || isOwn) {
    throw new DataError(`${path}: "${name}" is not an option.${didYouMean(name, Object.keys(options))}`, {
      path,
      name,
    });
  }
  const where = `${path}: ${name}`;
  if (typeof value === "boolean" && option.kind === "flag") return value;
  if (typeof value === "number" && (option.kind === "number" || option.kind === "optionalNumber"))
    return checkNumber(where, option, value, value);
  if (typeof value === "string" && option.kind === "choice") return checkChoice(where, option.choices, value);
  if (typeof value === "string" && (option.kind === "text" || option.kind === "optional")) return value;
  if (option.kind === "list" && Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new DataError(`${path}: "${name}" is ${JSON.stringify(value)}; it has to be a ${configWords[option.kind]}.`, {
    path,
    name,
  });
}

/** What a config file has to hold for an option. */
const configWords: Readonly<Record<Option["kind"], string>> = {
  flag: "boolean",
  number: "number",
  optionalNumber: "number",
  text: "string",
  optional: "string",
  choice: "string",
  list: "list of strings",
};

function fill<O extends Options>(
  options: Options,
  given: ReadonlyMap<string, Value>,
  fromFile: ReadonlyMap<string, Value>,
): Values<O & typeof commonOptions> {
  const values = Object.entries(options).map(([name, option]) => {
    return [name, given.get(name) ?? fromFile.get(name) ?? fallbackOf(option)] as const;
  });
  // The one place where values read at run time take the types that the schema gives them.
  return Object.fromEntries(values) as Values<O & typeof commonOptions>;
}

function fallbackOf(option: Option): Value | undefined {
  if (option.kind === "flag") return false;
  if (option.kind === "list") return [];
  return option.kind === "number" || option.kind === "text" ? option.default : undefined;
}
