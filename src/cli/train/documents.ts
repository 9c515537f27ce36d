/** What a training writes: the model folder with its card, and everything that was measured. */
import { toJson } from "../../io/modelFolder.ts";
import { describeTypes } from "../../systems/modelTypes.ts";
import { saveTabular } from "../../systems/tabular/folder.node.ts";
import { modelCard } from "../../systems/tabular/folderCard.ts";
import type { TabularStudy } from "../../systems/tabular/index.ts";
import { tabularModel } from "../../systems/tabular/model.ts";
import { reportOf } from "../../systems/tabular/report/page.ts";
import { programName } from "../programName.ts";
import { version } from "../version.ts";
import type { TrainSettings } from "./settings.ts";

/** What documents say of the run. */
export interface RunFacts {
  readonly settings: TrainSettings;
  /** ISO 8601. */
  readonly started: string;
}

/** Writes everything that the run's folder holds; config.json comes last. */
export async function writeRun(folder: string, study: TabularStudy, run: RunFacts): Promise<void> {
  const { started } = run;
  const { system, split, metrics, folds, baselines, warnings, settings, moreData, groups, effects } = study;
  const documents = new Map([
    ["report.html", reportOf(study, { version, date: started.slice(0, 10), command: commandOf(run) })],
    ["README.md", modelCard(study, { version, date: started.slice(0, 10) })],
    ["types.d.ts", describeTypes(tabularModel(system))],
    ...(groups === undefined ? [] : [["care/groups.json", toJson(groups)] as const]),
    ["care/metrics.json", toJson({ split, metrics, folds, baselines, moreData, effects, warnings, settings })],
  ]);
  await saveTabular(folder, system, documents);
}

/** The command that makes the run again, from wherever the table lies. */
function commandOf({ settings }: RunFacts): string {
  const { target, test, folds, groups, exclude, kinds, task, query, fast, seed, choices } = settings;
  const words = ["train", settings.file, "--target", target];
  if (test !== null) words.push("--test", test);
  if (folds !== null) words.push("--folds", String(folds));
  for (const name of groups) words.push("--group", name);
  for (const name of exclude) words.push("--exclude", name);
  for (const [name, kind] of Object.entries(kinds)) words.push("--kind", `${name}=${kind}`);
  if (task !== null) words.push("--task", task);
  if (query !== null) words.push("--query", query);
  if (fast) words.push("--fast");
  for (const [name, value] of Object.entries(choices)) words.push("--set", `${name}=${value}`);
  words.push("--seed", String(seed));
  return [programName(), ...words.map(quoted)].join(" ");
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
