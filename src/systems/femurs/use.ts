/**
 * The answer for new bones: a label with a calibrated probability, the set of labels that cannot be ruled out, and before
 * all that whether the bone is like those the network learned from. Where it is not, there is no label.
 */
import { predictionSet } from "../../audit/conformal.ts";
import { type ScopeAnswer, scopeJudge } from "../../audit/scope.ts";
import { applyTemperature, binaryLogits } from "../../audit/temperature.ts";
import { at } from "../../support/invariant.ts";
import { featuresOf } from "./features.ts";
import { outputsOf } from "./outputs.ts";
import { type Bone, type Species, species } from "./relations.ts";
import type { FemurSystem } from "./system.ts";

/** What the system says of one bone. */
export type FemurAnswer = {
  readonly bone: Bone;
  /** How like the training bones it is. */
  readonly scope: ScopeAnswer;
} & (
  | {
      readonly inScope: true;
      readonly label: Species;
      /** Calibrated probability of the label. */
      readonly probability: number;
      readonly probabilityOfDog: number;
      /** The species that cannot be ruled out; holds the truth in 98 of 100 cases. */
      readonly set: readonly Species[];
    }
  | { readonly inScope: false }
);

/**
 * Answers for `bones`, in their order.
 * @throws DataError naming a length or weight that is not a finite number above 0.
 *
 * @example
 * ```ts no-run
 * import { answerBones, simulateAnimals, trainFemurs } from "smilodon/systems/femurs";
 * const system = await trainFemurs(simulateAnimals(400));
 * const [smilodon] = await answerBones(system, [{ length: 380, weight: 900 }]);
 * console.log(smilodon?.inScope); // false
 * ```
 */
export async function answerBones(system: FemurSystem, bones: readonly Bone[]): Promise<FemurAnswer[]> {
  const probabilities = await probabilitiesOfDog(system, bones);
  const judge = scopeJudge(system.scope);
  return bones.map((bone, row): FemurAnswer => {
    const scope = judge.judge([bone.length, bone.weight]);
    if (!scope.inScope) return { bone, scope, inScope: false };
    const dog = at(probabilities, row);
    const set = predictionSet(system.sets, [1 - dog, dog]).map((label) => at(species, label));
    const label = dog >= 0.5 ? "dog" : "cat";
    return { bone, scope, inScope: true, label, probability: Math.max(dog, 1 - dog), probabilityOfDog: dog, set };
  });
}

/** Calibrated probability of a dog for every bone, whether in scope or not: for measurements and pictures, not for answers. */
export async function probabilitiesOfDog(system: FemurSystem, bones: readonly Bone[]): Promise<Float64Array> {
  const lengths = bones.map(({ length }) => length);
  const weights = bones.map(({ weight }) => weight);
  const rows = featuresOf({ lengths, weights }, system.standardization);
  const logits = await outputsOf(system.models.network, rows);
  const probabilities = applyTemperature(binaryLogits(logits), 2, system.temperature);
  return Float64Array.from(logits, (_, row) => at(probabilities, 2 * row + 1));
}
