/**
 * What the models see: logarithms of length and weight, each brought to mean 0 and deviation 1 by the training bones.
 *
 * Why logarithms? Bones grow by power laws, which logarithms make straight, and scatter by percentages, which logarithms
 * make equal for small and large animals. A line fitted by least squares to the raw numbers is dragged along by the few
 * heaviest dogs (README.md has the figures), and a mouse looks like a small cat.
 */
import { type Standardization, standardizationOf, standardize } from "../../data/standardization.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { Bone } from "./relations.ts";

/** The features in order, with their units. */
export const features = [
  { name: "length", unit: "mm", column: "length_mm" },
  { name: "weight", unit: "g", column: "weight_g" },
] as const;

/** Bones as columns: lengths in mm, weights in g. */
export interface Bones {
  readonly lengths: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** The statistics that `featuresOf` needs, from training bones. @throws DataError where a value is not above 0. */
export function fitFeatures(bones: Bones): Standardization {
  return standardizationOf(logarithms(bones), features.length);
}

/** Features of many bones, row-major [bones, 2]. @throws DataError naming a value that is not a finite number above 0. */
export function featuresOf(bones: Bones, standardization: Standardization): Float64Array {
  return Float64Array.from(standardize(logarithms(bones), standardization));
}

/** The bone that a row of features stands for: the way back. */
export function boneOf(row: ArrayLike<number>, { means, deviations }: Standardization): Bone {
  const [length = Number.NaN, weight = Number.NaN] = means.map((mean, index) =>
    Math.exp(mean + at(deviations, index) * at(row, index)),
  );
  return { length, weight };
}

/** Lengths and weights side by side, row-major [bones, 2], as they were measured. */
export function measurementsOf({ lengths, weights }: Bones): Float64Array {
  return Float64Array.from({ length: lengths.length * 2 }, (_, index) => {
    return at(index % 2 === 0 ? lengths : weights, Math.floor(index / 2));
  });
}

function logarithms(bones: Bones): Float64Array {
  return measurementsOf(bones).map((value, index) => {
    if (Number.isFinite(value) && value > 0) return Math.log(value);
    const { name, unit } = at(features, index % 2);
    throw new DataError(
      `bone ${Math.floor(index / 2) + 1}: the ${name} is ${value}; it has to be a number above 0, in ${unit}.`,
      { name, value },
    );
  });
}
