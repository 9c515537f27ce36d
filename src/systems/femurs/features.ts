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
import { log } from "../../support/sameMath.ts";
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
  return standardizationOf(logarithms(measurementsOf(bones)), features.length);
}

/** Features of many bones, row-major [bones, 2]. @throws DataError naming a value that is not a finite number above 0. */
export function featuresOf(bones: Bones, standardization: Standardization): Float64Array {
  return featuresOfMeasurements(measurementsOf(bones), standardization);
}

/** Features of measurements, both row-major [bones, 2]. @throws DataError as `featuresOf`. */
export function featuresOfMeasurements(
  measurements: ArrayLike<number>,
  standardization: Standardization,
): Float64Array {
  return standardize(logarithms(measurements), standardization);
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
  const measurements = new Float64Array(lengths.length * 2);
  for (let row = 0; row < lengths.length; row++) {
    measurements[2 * row] = at(lengths, row);
    measurements[2 * row + 1] = at(weights, row);
  }
  return measurements;
}

function logarithms(measurements: ArrayLike<number>): Float64Array {
  const result = new Float64Array(measurements.length);
  for (let index = 0; index < result.length; index++) {
    const value = at(measurements, index);
    if (!(Number.isFinite(value) && value > 0)) {
      const { name, unit } = at(features, index % 2);
      throw new DataError(
        `bone ${Math.floor(index / 2) + 1}: the ${name} is ${value}; it has to be a number above 0, in ${unit}.`,
        { name, value },
      );
    }
    result[index] = log(value);
  }
  return result;
}
