/** What a training writes: the model folder with its card, and everything that was measured. */
import { toJson } from "../../io/modelFolder.ts";
import { describeTypes } from "../../systems/modelTypes.ts";
import { saveTabular } from "../../systems/tabular/folder.node.ts";
import { cardOf, reportOf, type TabularStudy } from "../../systems/tabular/index.ts";
import { verdictRecord } from "../../systems/tabular/measures.ts";
import { tabularModel } from "../../systems/tabular/model.ts";
import { version } from "../version.ts";
import { commandOf } from "./command.ts";
import type { TrainSettings } from "./settings.ts";

/** What documents say of the run. */
export interface RunFacts {
  readonly settings: TrainSettings;
  /** ISO 8601. */
  readonly started: string;
}

/** Writes everything that the run's folder holds; config.json comes last. */
export async function writeRun(
  folder: string,
  study: TabularStudy,
  { settings: asked, started }: RunFacts,
): Promise<void> {
  const { system, split, metrics, folds, baselines, warnings, settings, moreData, groups, effects } = study;
  const making = { version, date: started.slice(0, 10), command: commandOf(asked) };
  const documents = new Map([
    ["report.html", reportOf(study, making)],
    ["README.md", cardOf(study, making)],
    ["types.d.ts", describeTypes(tabularModel(system))],
    ...(groups === undefined ? [] : [["care/groups.json", toJson(groups)] as const]),
    [
      "care/metrics.json",
      toJson({
        verdict: verdictRecord(study),
        split,
        metrics,
        folds,
        baselines,
        moreData,
        effects,
        warnings,
        settings,
      }),
    ],
  ]);
  await saveTabular(folder, system, documents);
}
