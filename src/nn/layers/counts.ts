/** The check that constructors of layers share. */
import { ArgumentError } from "../../support/errors.ts";

/** @throws ArgumentError unless all of `counts` are whole numbers of 1 or more. */
export function requireCounts(layer: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1)
      throw new ArgumentError(`${layer}: ${name} is ${count}; a whole number of 1 or more is needed.`, counts);
  }
}
