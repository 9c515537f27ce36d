/**
 * Answers for pictures: a class with its calibrated probability and the set of classes that are not ruled out; and before all
 * that whether the picture is like those that the network learned from.
 */
import { judgeFeatures } from "../../audit/featureScope.ts";
import { applyTemperature } from "../../audit/temperature.ts";
import type { PixelStore } from "../../data/images/imageSet.ts";
import { at } from "../../support/invariant.ts";
import type { ClassAnswers } from "../answers.ts";
import { type PictureOutputs, PictureReader } from "./outputs.ts";
import type { VisionCare, VisionSystem } from "./system.ts";

/** A system made ready to answer; compiles its network once. */
export class VisionAnswerer {
  readonly #system: VisionSystem;
  readonly #reader: PictureReader;

  constructor(system: VisionSystem) {
    this.#system = system;
    this.#reader = new PictureReader(system.network, system.input);
  }

  /** Answers for pictures of the network's size; each is the same to the last bit in any company. */
  async answer(pixels: PixelStore, onProgress?: (done: number, total: number) => void): Promise<ClassAnswers> {
    return answersFrom(this.#system, await this.#reader.read(pixels, onProgress));
  }
}

/** Answers from what the network said. */
export function answersFrom(
  { task, care }: { readonly task: VisionSystem["task"]; readonly care: VisionCare },
  { scores, features, width }: PictureOutputs,
): ClassAnswers {
  const { classes } = task;
  const probabilities = applyTemperature(scores, classes.length, care.temperature);
  const sets = Uint8Array.from(probabilities, (probability) => (1 - probability <= care.sets.threshold ? 1 : 0));
  const { inScope, ratio } =
    scores.length === 0
      ? { inScope: new Uint8Array(), ratio: new Float64Array() }
      : judgeFeatures(care.scope, { width, values: features });
  return {
    kind: "classification",
    classes,
    probabilities,
    sets,
    inScope,
    distances: ratio,
    reason: (row) => inWords(at(ratio, row)),
  };
}

/** How a picture stands out, as part of a sentence. */
function inWords(ratio: number): string {
  return `what the network sees in it is ${ratio.toFixed(1)} times as far from the pictures that it learned from as answers are given`;
}
