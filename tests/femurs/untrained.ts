/** Femur systems for tests: with first weights where only the plumbing is tested, and one that has learned, made once. */
import { fitScope } from "../../src/audit/scope.ts";
import { seed } from "../../src/index.ts";
import { fitFeatures, measurementsOf } from "../../src/systems/femurs/features.ts";
import { FemurModels } from "../../src/systems/femurs/models.ts";
import { simulateAnimals } from "../../src/systems/femurs/simulate.ts";
import type { FemurSystem } from "../../src/systems/femurs/system.ts";

/** A system of which everything but the weights is as it should be. */
export function untrainedSystem(bones = 60): FemurSystem {
  seed(5);
  const animals = simulateAnimals(bones, { seed: 5 });
  return {
    models: new FemurModels().eval(),
    standardization: fitFeatures(animals),
    temperature: 1.25,
    sets: { alpha: 0.02, threshold: 0.8, samples: bones },
    scope: fitScope(measurementsOf(animals), { features: ["length", "weight"], scale: "logarithm" }),
    origin: { seed: 5, bones },
  };
}
