/** What a training on pictures writes: the model folder with its card, the report, and everything that was measured. */
import { basename } from "node:path";
import { toJson } from "../../io/modelFolder.ts";
import { cardOf } from "../../systems/vision/card.ts";
import { saveVision } from "../../systems/vision/opening.node.ts";
import { reportOf } from "../../systems/vision/report/page.ts";
import type { VisionStudy } from "../../systems/vision/study.ts";
import { programName } from "../programName.ts";
import { version } from "../version.ts";
import { quoted } from "./command.ts";
import type { Place } from "./job.ts";
import type { PictureSettings } from "./pictureSettings.ts";

/** Writes everything that the run's folder holds; config.json comes last. */
export async function writePictureRun(
  { folder, started }: Pick<Place, "folder" | "started">,
  study: VisionStudy,
  asked: PictureSettings,
): Promise<void> {
  const {
    system,
    split,
    metrics,
    majority,
    classes,
    confusion,
    warnings,
    settings,
    survey,
    checks,
    damaged,
    groups,
    shortcut,
  } = study;
  const making = { version, date: started.slice(0, 10), command: pictureCommand(asked) };
  const { looks } = checks;
  const copies = { exact: checks.copies, near: checks.nearCopies };
  const documents = new Map([
    ["report.html", reportOf(study, making)],
    ["README.md", cardOf(study, making)],
    ["care/data.json", toJson({ survey, looks, copies, damaged })],
    ...(groups === undefined ? [] : [["care/groups.json", toJson(groups)] as const]),
    ["care/metrics.json", toJson({ split, metrics, majority, classes, confusion, warnings, settings, shortcut })],
  ]);
  await saveVision(folder, system, documents);
}

/** The command that makes the run again, from the folder of the pictures; paths stay private. */
export function pictureCommand(settings: PictureSettings): string {
  const { file, isDataset, target, groups, network, size, scale, epochs, minutes, from, onCorrupt, seed } = settings;
  const words = ["train", isDataset ? file : basename(file.replace(/\/+$/, ""))];
  const options = { target, network, size, epochs, minutes, from: from === null ? null : basename(from) };
  for (const [name, value] of Object.entries(options)) if (value !== null) words.push(`--${name}`, String(value));
  for (const name of groups) words.push("--group", name);
  if (scale !== "small") words.push("--scale", scale);
  if (onCorrupt !== "skip") words.push("--on-corrupt", onCorrupt);
  words.push("--seed", String(seed));
  return [programName(), ...words.map(quoted)].join(" ");
}
