/** A trained system of pictures measured on pictures whose classes are known. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selectImages } from "../data/index.ts";
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { didYouMean } from "../support/nearestName.ts";
import { classMetrics, shareMetric } from "../systems/metrics.ts";
import { picturesAt } from "../systems/vision/find.node.ts";
import type { GivenPictures } from "../systems/vision/given.ts";
import type { ImageModel } from "../systems/vision/model.ts";
import { VisionAnswerer } from "../systems/vision/use.ts";
import type { Evaluation } from "./evaluateFile.ts";
import type { Surroundings } from "./schema.ts";
import { checkInterrupted } from "./tableRows.ts";

/**
 * Measures `model` on the pictures at `place`; where they are divided, on the part that is for that.
 * @throws DataError naming a class that the model does not know, or where there is nothing to measure.
 */
export async function evaluatePictures(
  model: ImageModel,
  place: string,
  { console, signal }: Pick<Surroundings, "console" | "signal">,
): Promise<Evaluation> {
  const onProgress = (task: string, done: number) => {
    checkInterrupted(signal, "Stopped.");
    console.progress(task, done);
  };
  const cacheFolder = await mkdtemp(join(tmpdir(), "smilodon-"));
  try {
    const found = await picturesAt(place, { target: undefined, signal, onProgress });
    await using given = await found.read(model.input, { cacheFolder, onProgress });
    for (const { name, reason } of given.set.failures.slice(0, 5)) console.say(`left out: ${name}: ${reason}`);
    const { rows, part } = measuredRows(given);
    if (part !== undefined) console.say(`Measured on the part called ${part}.`);
    const truths = truthsOf(model, given, rows);
    const answers = await new VisionAnswerer(model.parts).answer(selectImages(given.set, rows).pixels, (done, total) =>
      onProgress("answering", done / total),
    );
    console.endProgress();
    const classes = model.output.classes.length;
    const covered = truths.reduce((sum, truth, row) => sum + at(answers.sets, row * classes + truth), 0);
    return {
      rows: rows.length,
      unknown: given.set.failures.length,
      withheld: answers.inScope.reduce((sum, value) => sum + 1 - value, 0),
      metrics: {
        ...classMetrics({ probabilities: answers.probabilities, labels: truths, classes }),
        coverage: shareMetric(covered, rows.length),
      },
    };
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

/** All of them, or those of the part that is for measuring. */
function measuredRows({ set, parts }: GivenPictures): {
  readonly rows: Uint32Array;
  readonly part: string | undefined;
} {
  const all = Uint32Array.from({ length: set.pixels.count }, (_, row) => row);
  const part = parts === undefined ? undefined : parts.includes("test") ? "test" : "validation";
  return { rows: part === undefined ? all : all.filter((row) => parts?.[row] === part), part };
}

/** Class of each picture by its position in the model. */
function truthsOf({ output }: ImageModel, { set }: GivenPictures, rows: Uint32Array): Int32Array {
  const positions = new Map(output.classes.map((name, position) => [name, position]));
  return Int32Array.from(rows, (row) => {
    const name = at(set.classes, at(set.labels, row));
    const position = positions.get(name);
    if (position !== undefined) return position;
    throw new DataError(
      `${at(set.names, row)}: "${name}" is no class that the model knows.${didYouMean(name, output.classes)} It knows ${output.classes.slice(0, 20).join(", ")}.`,
      { name },
    );
  });
}
