/**
 * The answer for new bones: a label with a calibrated probability, the set of labels that cannot be ruled out, and before
 * all that whether the bone is like those the network learned from. Where it is not, there is no label.
 */
import { type ScopeAnswer, type ScopeJudge, scopeJudge } from "../../audit/scope.ts";
import { applyTemperature, binaryLogits } from "../../audit/temperature.ts";
import { at } from "../../support/invariant.ts";
import { type ClassAnswers, likeliest } from "../answers.ts";
import { type Bones, featuresOfMeasurements, measurementsOf } from "./features.ts";
import { type FemurOutputs, outputReader } from "./outputs.ts";
import { type Bone, type Species, species } from "./relations.ts";
import { standOut } from "./standOut.ts";
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
  const answers = await answerMeasurements(system, measurementsOf(columnsOf(bones)));
  const judge = readyFor(system).judge;
  return bones.map((bone, row): FemurAnswer => {
    const scope = judge.judge([bone.length, bone.weight]);
    if (!scope.inScope) return { bone, scope, inScope: false };
    const dog = at(answers.probabilities, 2 * row + 1);
    const set = species.filter((_, label) => at(answers.sets, 2 * row + label) === 1);
    const label = at(species, likeliest(answers, row));
    return { bone, scope, inScope: true, label, probability: Math.max(dog, 1 - dog), probabilityOfDog: dog, set };
  });
}

/** Answers as columns for `measurements`, lengths and weights row-major [bones, 2]: for many bones. */
export async function answerMeasurements(system: FemurSystem, measurements: ArrayLike<number>): Promise<ClassAnswers> {
  const judge = readyFor(system).judge;
  const distances = judge.distances(measurements);
  const dogs = await probabilitiesOf(system, measurements);
  const probabilities = new Float64Array(dogs.length * 2);
  const sets = new Uint8Array(dogs.length * 2);
  const inScope = new Uint8Array(dogs.length);
  const { threshold } = system.sets;
  for (let row = 0; row < dogs.length; row++) {
    inScope[row] = at(distances, row) <= system.scope.threshold ? 1 : 0;
    distances[row] = at(distances, row) / system.scope.threshold;
    const dog = at(dogs, row);
    probabilities[2 * row] = 1 - dog;
    probabilities[2 * row + 1] = dog;
    // 1 − p ≤ threshold, written as audit/conformal.ts has it: bits decide at the edge
    sets[2 * row] = 1 - (1 - dog) <= threshold ? 1 : 0;
    sets[2 * row + 1] = 1 - dog <= threshold ? 1 : 0;
  }
  return {
    kind: "classification",
    classes: species,
    probabilities,
    sets,
    inScope,
    distances,
    reason: (row) => standOut(judge.judge([at(measurements, 2 * row), at(measurements, 2 * row + 1)]).reason),
  };
}

/** Calibrated probability of a dog for every bone, whether in scope or not: for measurements and pictures, not for answers. */
export function probabilitiesOfDog(system: FemurSystem, bones: readonly Bone[]): Promise<Float64Array> {
  return probabilitiesOf(system, measurementsOf(columnsOf(bones)));
}

async function probabilitiesOf(system: FemurSystem, measurements: ArrayLike<number>): Promise<Float64Array> {
  const logits = await readyFor(system).outputs(featuresOfMeasurements(measurements, system.standardization));
  const probabilities = applyTemperature(binaryLogits(logits), 2, system.temperature);
  return logits.map((_, row) => at(probabilities, 2 * row + 1));
}

/** A system made ready to answer. */
interface Ready {
  readonly judge: ScopeJudge;
  readonly outputs: FemurOutputs;
}

/** Kept with their systems: making one decorrelates all training bones and compiles the network. */
const ready = new WeakMap<FemurSystem, Ready>();

function readyFor(system: FemurSystem): Ready {
  const known = ready.get(system) ?? {
    judge: scopeJudge(system.scope),
    outputs: outputReader(system.models.network),
  };
  ready.set(system, known);
  return known;
}

function columnsOf(bones: readonly Bone[]): Bones {
  return { lengths: bones.map(({ length }) => length), weights: bones.map(({ weight }) => weight) };
}
