/**
 * How long and how heavy is the femur of a cat or dog of a given body mass? The published relations behind the simulated
 * table; README.md says which of them could be verified, and where. simulate.ts draws animals from them, bestRule.ts
 * turns them into the best possible answer.
 */

/** The two species, in the order of their labels: 0 is a cat, 1 is a dog. */
export const species = ["cat", "dog"] as const;

/** Name of a species. */
export type Species = (typeof species)[number];

/** Body mass of a species in kg: part normal, part uniform in the logarithm, cut at the ends. */
export type MassPart =
  | {
      readonly kind: "normal";
      readonly mean: number;
      readonly deviation: number;
      readonly lowest: number;
      readonly highest: number;
    }
  | { readonly kind: "logUniform"; readonly lowest: number; readonly highest: number };

/** What distinguishes a species. */
export interface SpeciesRelations {
  /** Femur length in relation to the mean of all mammals. */
  readonly lengthFactor: number;
  /** Femur weight in relation to the mean of all mammals. */
  readonly weightFactor: number;
  /** Parts of the mixture of body masses with their shares, which add up to 1. */
  readonly masses: readonly { readonly share: number; readonly part: MassPart }[];
}

/**
 * The constants. Length and its exponent: Alexander et al. 1979; skeleton: Prange, Anderson, Rahn 1979. Factors,
 * deviations and mixture are choices of ours; the correlation is tuned so that the best possible rule is right in
 * about 95 of 100.
 */
export const relations = {
  /** Femur length in mm is coefficient · mass^exponent with the mass in kg. */
  length: { coefficient: 62, exponent: 0.35 },
  /** Dry skeleton in kg is coefficient · mass^exponent with the mass in kg. */
  skeleton: { coefficient: 0.061, exponent: 1.09 },
  /** One femur's share of the dry skeleton. */
  femurShare: 0.04,
  /** Standard deviations of the logarithms of length and weight around the relations, and their correlation. */
  scatter: { length: 0.05, weight: 0.1, correlation: 0.85 },
  cat: {
    lengthFactor: 1.04,
    weightFactor: 1,
    masses: [{ share: 1, part: { kind: "normal", mean: 4.5, deviation: 1, lowest: 2.2, highest: 9 } }],
  },
  dog: {
    lengthFactor: 0.99,
    weightFactor: 1.08,
    masses: [
      { share: 0.25, part: { kind: "logUniform", lowest: 2.5, highest: 5 } },
      { share: 0.3, part: { kind: "logUniform", lowest: 5, highest: 10 } },
      { share: 0.25, part: { kind: "logUniform", lowest: 10, highest: 25 } },
      { share: 0.2, part: { kind: "logUniform", lowest: 25, highest: 60 } },
    ],
  },
} as const satisfies Record<Species, SpeciesRelations> & Record<string, unknown>;

/** A femur. */
export interface Bone {
  /** Length in mm. */
  readonly length: number;
  /** Weight of the dry bone in g. */
  readonly weight: number;
}

/** Logarithms of the median femur length (mm) and weight (g) of animals of one species with the logarithmic mass `logMass` (kg). */
export function expectedLogarithms(kind: Species, logMass: number): { logLength: number; logWeight: number } {
  const { length, skeleton, femurShare } = relations;
  const { lengthFactor, weightFactor } = relations[kind];
  return {
    logLength: Math.log(length.coefficient * lengthFactor) + length.exponent * logMass,
    logWeight: Math.log(1000 * skeleton.coefficient * femurShare * weightFactor) + skeleton.exponent * logMass,
  };
}

/**
 * Bones that are neither a cat's nor a dog's and have to be withheld. Round figures. *Smilodon fatalis*: 160–280 kg
 * (Christiansen and Harris 2005); the relations give 410–430 mm and 0.87 kg at 220 kg, Rancho La Brea about 370 mm.
 */
export const strangers = {
  "Smilodon fatalis": { length: 380, weight: 900 },
  "a mouse": { length: 15, weight: 0.05 },
  "an elephant": { length: 1000, weight: 18000 },
  "a cat with swapped columns": { length: 11.5, weight: 105 },
  "a dog with swapped columns": { length: 90, weight: 180 },
} as const satisfies Record<string, Bone>;
