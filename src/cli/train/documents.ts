/** What a training writes: the model folder with its card, and everything that was measured. */
import { toJson } from "../../io/modelFolder.ts";
import { describeTypes } from "../../systems/modelTypes.ts";
import { saveTabular } from "../../systems/tabular/folder.node.ts";
import { modelCard } from "../../systems/tabular/folderCard.ts";
import type { TabularStudy } from "../../systems/tabular/index.ts";
import { tabularModel } from "../../systems/tabular/model.ts";
import { version } from "../version.ts";

/** What documents say of the run. */
export interface RunFacts {
  /** ISO 8601. */
  readonly started: string;
}

/** Writes everything that the run's folder holds; config.json comes last. */
export async function writeRun(folder: string, study: TabularStudy, { started }: RunFacts): Promise<void> {
  const { system, split, metrics, folds, baselines, warnings, settings, moreData, groups, effects } = study;
  const documents = new Map([
    ["README.md", modelCard(study, { version, date: started.slice(0, 10) })],
    ["types.d.ts", describeTypes(tabularModel(system))],
    ...(groups === undefined ? [] : [["care/groups.json", toJson(groups)] as const]),
    ["care/metrics.json", toJson({ split, metrics, folds, baselines, moreData, effects, warnings, settings })],
  ]);
  await saveTabular(folder, system, documents);
}
