/** Class names as whole numbers: what losses and confusion matrices count in. */
import { DataError } from "../support/errors.ts";
import { didYouMean } from "../support/nearestName.ts";

/** Classes in order, and the class of each row as position in that order. */
export interface EncodedClasses {
  readonly classes: readonly string[];
  readonly indices: Int32Array;
}

/**
 * Gives each different text a number. Without `classes`, those that occur, in the order of the alphabet.
 * @throws DataError with the row where a label is missing or not among `classes`; `place` tells where a row came from.
 *
 * @example
 * ```ts
 * import { encodeClasses } from "smilodon/data";
 * console.log(encodeClasses(["dog", "cat", "dog"])); // classes ["cat", "dog"], indices [1, 0, 1]
 * ```
 */
export function encodeClasses(
  labels: readonly string[],
  classes?: readonly string[],
  place = (row: number) => `row ${row}`,
): EncodedClasses {
  const names = classes ?? [...new Set(labels)].filter((label) => label !== "").sort((a, b) => (a < b ? -1 : 1));
  const positions = new Map(names.map((name, index) => [name, index]));
  const indices = Int32Array.from(labels, (label, row) => {
    const index = positions.get(label);
    if (index !== undefined) return index;
    if (label === "")
      throw new DataError(`${place(row)}: the class is missing. Fill it in or leave the row out.`, { row });
    throw new DataError(
      `${place(row)}: "${label}" is none of the classes ${names.join(", ")}.${didYouMean(label, names)}`,
      { row, label, classes: names },
    );
  });
  return { classes: names, indices };
}
