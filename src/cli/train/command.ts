/** A training as the command that makes it again. */
import { basename } from "node:path";
import { usualMemory } from "../../systems/tabular/index.ts";
import { programName } from "../programName.ts";
import type { TrainSettings } from "./settings.ts";

/** The command that makes the run again, from the folder of the table; paths stay private. */
export function commandOf(settings: TrainSettings): string {
  const { file, target, test, folds, groups, exclude, use, kinds, task, query, fast, seed, choices } = settings;
  const { findLearningRate, memory } = settings;
  const words = ["train", basename(file), "--target", target];
  if (test !== null) words.push("--test", basename(test));
  if (folds !== null) words.push("--folds", String(folds));
  for (const name of groups) words.push("--group", name);
  for (const name of exclude) words.push("--exclude", name);
  for (const name of use) words.push("--use", name);
  for (const [name, kind] of Object.entries(kinds)) words.push("--kind", `${name}=${kind}`);
  if (task !== null) words.push("--task", task);
  if (query !== null) words.push("--query", query);
  if (fast) words.push("--fast");
  if (findLearningRate) words.push("--find-learning-rate");
  for (const [name, value] of Object.entries(choices)) words.push("--set", `${name}=${value}`);
  if (memory !== usualMemory) words.push("--memory", String(memory));
  words.push("--seed", String(seed));
  return [programName(), ...words.map(quoted)].join(" ");
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
