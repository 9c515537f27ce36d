/** Help from the schema: examples first, then arguments and options. */
import type { Console } from "./console.ts";
import { usageOf } from "./parse.ts";
import { type Command, commonOptions, type Option, type Options } from "./schema.ts";

/** What the command line offers, as a page. */
export function helpOnAll(commands: readonly Command[], console: Console): string {
  const examples = commands.flatMap((command) => command.examples.slice(0, 1));
  const names = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    `${console.bold("Smilodon")}: deep learning for TypeScript, and answers for what it decides.`,
    section(
      "Examples",
      examples.map(({ line, does }) => [`smilodon ${line}`, does] as const),
      console,
    ),
    section("Commands", names, console),
    `${console.dim("smilodon COMMAND --help says more. In a checkout, write npm start -- COMMAND instead of smilodon COMMAND.")}`,
  ].join("\n\n");
}

/** One command, as a page. */
export function helpOn(command: Command, console: Console): string {
  const examples = command.examples.map(({ line, does }) => [`smilodon ${line}`, does] as const);
  const words = command.arguments.map(({ name, meaning }) => [name.toUpperCase(), meaning] as const);
  return [
    `${console.bold(`smilodon ${usageOf(command)}`)}\n${command.summary}`,
    section("Examples", examples, console),
    ...(words.length > 0 ? [section("Arguments", words, console)] : []),
    ...(Object.keys(command.options).length > 0 ? [section("Options", optionRows(command.options), console)] : []),
    section("Common options", optionRows(commonOptions), console),
  ].join("\n\n");
}

function optionRows(options: Options): (readonly [string, string])[] {
  return Object.entries(options).map(([name, option]) => [flagOf(name, option), describe(option)] as const);
}

function flagOf(name: string, option: Option): string {
  if (option.kind !== "flag") return `--${name} ${option.placeholder}`;
  return option.short === undefined ? `--${name}` : `-${option.short}, --${name}`;
}

function describe(option: Option): string {
  if (option.kind === "list") return `${option.meaning} May be given several times.`;
  if (option.kind === "number" || option.kind === "text") return `${option.meaning} Default: ${option.default}.`;
  return option.meaning;
}

/** A heading, and rows in two columns; a first column too long for the screen has its meaning on the next line. */
function section(title: string, rows: readonly (readonly [string, string])[], console: Console): string {
  const width = Math.min(44, Math.max(...rows.map(([first]) => first.length)));
  const lines = rows.map(([first, second]) => {
    const gap = first.length > width ? `\n${" ".repeat(width + 4)}` : " ".repeat(width - first.length + 2);
    return `  ${first}${gap}${console.dim(second)}`;
  });
  return `${console.bold(title)}\n${lines.join("\n")}`;
}
