/**
 * Units by the concept that they follow best: for every channel of every stage the concept with which its strength in a
 * picture goes up or down. Chosen on one half of the pictures, measured on the other.
 *
 * Source: D. Bau et al., "Network dissection: quantifying interpretability of deep visual representations", CVPR 2017, with correlation of whole
 * pictures in place of overlap of places, as examples have no outlines.
 */
import { shuffledOrder } from "../../data/shuffle.ts";
import { at } from "../../support/invariant.ts";
import type { StagedNetwork } from "../stagedNetwork.ts";
import type { ConceptOptions, ConceptValues } from "./concepts.ts";
import { correlationOf } from "./ridge.ts";
import { type Features, type Pictures, readStages } from "./stageFeatures.ts";

/** A unit and what it follows. */
export interface NamedUnit {
  readonly stage: string;
  /** Number of the channel or feature. */
  readonly unit: number;
  readonly concept: string;
  /** With its strength, on the half that the concept was not chosen on; below 0 where it follows the absence. */
  readonly correlation: number;
}

/** The concept that each unit of each stage but the last follows best, the strongest first. Units that never vary are left out. */
export async function nameUnits(
  network: StagedNetwork,
  pictures: Pictures,
  values: ConceptValues,
  { seed = 0 }: ConceptOptions = {},
): Promise<NamedUnit[]> {
  const stages = network.stages.slice(0, -1);
  const features = await readStages(stages, pictures, ["pooled"]);
  const named = features.flatMap((ofStage, number) => nameStage(at(stages, number).name, at(ofStage, 0), values, seed));
  return named.sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
}

function nameStage(stage: string, features: Features, values: ConceptValues, seed: number): NamedUnit[] {
  const { count, width } = features;
  const order = shuffledOrder(count, seed, "split");
  const [chosenOn, measuredOn] = [order.subarray(0, count >> 1), order.subarray(count >> 1)];
  return Array.from({ length: width }, (_, unit) => {
    const own = Float32Array.from({ length: count }, (_, row) => at(features.values, row * width + unit));
    if (own.every((value) => value === own[0])) return [];
    const [best] = Object.entries(values)
      .map(([concept, of]) => ({ concept, of, strength: Math.abs(correlationOf(own, of, chosenOn)) }))
      .sort((a, b) => b.strength - a.strength);
    return best === undefined
      ? []
      : [{ stage, unit, concept: best.concept, correlation: correlationOf(own, best.of, measuredOn) }];
  }).flat();
}
