/**
 * Why this answer? The bone is compared with the nearest bone that could be either: what does the difference in length
 * add to the odds, and what the difference in weight? The parts add up to the logarithm of the odds, exactly for a line
 * and to the digits that are shown for the network.
 */
import { integratedGradients } from "../../explain/integratedGradients.ts";
import { nearestUndecided } from "../../explain/nearestUndecided.ts";
import { at } from "../../support/invariant.ts";
import { divide } from "../../tensor/arithmetic.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { boneOf, features, featuresOf } from "./features.ts";
import type { Bone } from "./relations.ts";
import type { FemurSystem } from "./system.ts";

/** What one feature adds. */
export interface FeaturePush {
  readonly feature: (typeof features)[number]["name"];
  readonly value: number;
  /** The value that it is compared with. */
  readonly compared: number;
  /** Change of the logarithm of the odds of a dog: above 0 speaks for a dog, below for a cat. */
  readonly push: number;
}

/** Why the network answers as it does for one bone. */
export interface FemurReason {
  /** The nearest bone with even odds that the search found. */
  readonly compared: Bone;
  readonly pushes: readonly FeaturePush[];
  /** Logarithm of the calibrated odds of a dog. */
  readonly logOdds: number;
  /** What the pushes leave unexplained: log odds minus their sum. */
  readonly residual: number;
}

/** The reasons for the answers to `bones`, in their order. */
export async function explainBones(system: FemurSystem, bones: readonly Bone[]): Promise<FemurReason[]> {
  const { models, standardization, temperature } = system;
  const lengths = bones.map(({ length }) => length);
  const weights = bones.map(({ weight }) => weight);
  const rows = featuresOf({ lengths, weights }, standardization);
  const logOdds = (x: Tensor): Tensor => divide(models.network.forward(x), temperature);
  const { points } = await nearestUndecided(logOdds, rows, { columns: 2 });
  const attribution = await integratedGradients(logOdds, rows, { baseline: points, columns: 2 });
  return bones.map((bone, row): FemurReason => {
    const compared = boneOf(points.subarray(2 * row, 2 * row + 2), standardization);
    const pushes = features.map(({ name }, index): FeaturePush => {
      return {
        feature: name,
        value: bone[name],
        compared: compared[name],
        push: at(attribution.values, 2 * row + index),
      };
    });
    const output = at(attribution.outputs, row);
    const sum = pushes.reduce((total, { push }) => total + push, 0);
    return { compared, pushes, logOdds: output, residual: output - sum };
  });
}
