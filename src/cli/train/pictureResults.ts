/** What a training on pictures came to: as one JSON object, and as lines to read. */
import { join } from "node:path";
import type { VisionStudy } from "../../systems/vision/study.ts";
import type { Console } from "../console.ts";
import { programName } from "../programName.ts";
import { intervalsOf, showMetrics, valuesOf } from "./results.ts";

/** The object that `train --json` ends with for pictures (docs/schemas/train-pictures.json). */
export function pictureResultsToJson(
  study: VisionStudy,
  { run, seconds }: { readonly run: string; readonly seconds: number },
) {
  const { system, split, metrics, majority, classes, warnings, settings, damaged } = study;
  return {
    run,
    task: "classification",
    target: system.task.target,
    classes: classes.map(({ name, count, recall, precision }) => ({
      name,
      heldOut: count,
      recall: recall?.value ?? null,
      precision: precision?.value ?? null,
    })),
    pictures: split.train + split.calibration + split.heldOut,
    seconds: Number(seconds.toFixed(2)),
    split: { ...split },
    metrics: valuesOf(metrics),
    intervals: intervalsOf(metrics),
    baselines: { majority: valuesOf(majority) },
    damaged: damaged.map(({ name, reason }) => ({ name, reason })),
    warnings: warnings.map(({ kind, message }) => ({ kind, message })),
    settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
  };
}

/** Prints figures beside those of the most frequent class, the hardest classes, and what was noticed. */
export function showPictureResults(study: VisionStudy, console: Console): void {
  const { metrics, majority, split, warnings, classes } = study;
  console.print("");
  console.print(console.dim(`measured on ${split.heldOut.toLocaleString("en-US")} pictures: ${split.how}`));
  showMetrics(metrics, console, [{ name: "majority", metrics: majority }]);
  const known = classes.flatMap(({ name, recall }) => (recall === undefined ? [] : [{ name, recall }]));
  const hardest = known.sort((a, b) => a.recall.value - b.recall.value).slice(0, 3);
  if (known.length > 2) {
    const words = hardest.map(({ name, recall }) => `${name} ${(100 * recall.value).toFixed(0)} %`);
    console.print(console.dim(`hardest classes: ${words.join(", ")}`));
  }
  for (const { kind, message } of warnings)
    for (const text of console.wrap(`${kind.replaceAll("-", " ")}: ${message}`, "  ")) console.say(text);
}

/** Says where everything is. */
export function sayAfterPictures(folder: string, seconds: number, console: Console): void {
  console.say("");
  console.say(`Done in ${seconds.toFixed(1)} s.`);
  console.say(`  ${join(folder, "report.html")}   what was learned, how well, and what is not known, with pictures`);
  console.say(`  ${join(folder, "README.md")}   the model card`);
  console.say("");
  console.say("Ask about new pictures:");
  console.say(`  ${programName()} predict ${folder} PICTURE`);
}
