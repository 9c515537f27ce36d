/** What a training was asked to do: from the command line, in `run.json`, and back for `resume`. */
import { z } from "zod";
import { complaintOf } from "../../io/checked.ts";
import { didYouMean } from "../../support/nearestName.ts";
import { choicesSchema, usualMemory } from "../../systems/tabular/index.ts";
import { UsageError } from "../errors.ts";
import { movedFrom, movedHere } from "./paths.ts";

/** Kinds that `--kind COLUMN=KIND` knows. */
export const columnKinds = ["number", "category", "boolean", "date", "text"] as const;

/** Tasks that `--task` knows. */
export const tasks = ["classification", "regression"] as const;

/** Megabytes below which there is no room for a chunk of rows. */
export const leastMemory = 16;

/** Everything that decides what is learned. Paths are relative to the run's folder in run.json, to the user otherwise. */
export const trainSettingsSchema = z.strictObject({
  file: z.string(),
  target: z.string(),
  test: z.string().nullable(),
  folds: z.int().min(2).nullable(),
  groups: z.array(z.string()),
  exclude: z.array(z.string()),
  /** Runs of earlier versions do not have it. */
  use: z.array(z.string()).default([]),
  kinds: z.record(z.string(), z.enum(columnKinds)),
  task: z.enum(tasks).nullable(),
  query: z.string().nullable(),
  fast: z.boolean(),
  findLearningRate: z.boolean().default(false),
  seed: z.int().min(0),
  /** Megabytes that rows may take. */
  memory: z.int().min(leastMemory).default(usualMemory),
  choices: choicesSchema,
});

/** What a training was asked to do. */
export type TrainSettings = z.infer<typeof trainSettingsSchema>;

/** `--kind COLUMN=KIND` as pairs; the last `=` divides, since columns may have one in their names. */
export function readKinds(texts: readonly string[]): TrainSettings["kinds"] {
  const kinds = new Map<string, (typeof columnKinds)[number]>();
  for (const text of texts) {
    const [column, word] = dividedAtLast(text, "--kind", "age=number");
    const kind = columnKinds.find((name) => name === word);
    if (kind === undefined)
      throw new UsageError(
        `--kind ${text}: a column cannot be "${word}".${didYouMean(word, columnKinds)}`,
        `Kinds are ${columnKinds.join(", ")}.`,
      );
    kinds.set(column, kind);
  }
  return Object.fromEntries(kinds);
}

/** `--set NAME=VALUE` as settings of network and training; `others` have options of their own. */
export function readChoices(texts: readonly string[], others: TrainSettings["choices"]): TrainSettings["choices"] {
  const names = Object.keys(choicesSchema.shape);
  const given: Record<string, unknown> = { ...others };
  for (const text of texts) {
    const [name, word] = dividedAtLast(text, "--set", "width=64");
    if (!names.includes(name))
      throw new UsageError(`--set ${text}: there is no setting "${name}".${didYouMean(name, names)}`, list(names));
    given[name] = word === "true" ? true : word === "false" ? false : /^[\d.eE+-]+$/.test(word) ? Number(word) : word;
  }
  const result = choicesSchema.safeParse(given);
  if (result.success) return result.data;
  const { place, problem } = complaintOf(result.error, given);
  throw new UsageError(`The setting ${place} ${problem}.`, list(names));
}

function list(names: readonly string[]): string {
  return `Settings are ${names.join(", ")}.`;
}

function dividedAtLast(text: string, option: string, example: string): readonly [string, string] {
  const place = text.lastIndexOf("=");
  if (place > 0) return [text.slice(0, place), text.slice(place + 1)];
  throw new UsageError(
    `${option} is "${text}"; it has to be two words with = between.`,
    `For example ${option} ${example}`,
  );
}

/** The settings with paths as they are seen from `folder`, so that a run and its table may move together. */
export function seenFrom(folder: string, settings: TrainSettings): TrainSettings {
  const { file, test } = settings;
  return { ...settings, file: movedFrom(folder, file), test: test === null ? null : movedFrom(folder, test) };
}

/** The way back: paths as they are seen from here. */
export function seenFromHere(folder: string, settings: TrainSettings): TrainSettings {
  const { file, test } = settings;
  return { ...settings, file: movedHere(folder, file), test: test === null ? null : movedHere(folder, test) };
}
