/** How many threads a device of the CPU is asked to use. */
import { ArgumentError } from "../support/errors.ts";

interface Surroundings {
  readonly process?: { readonly env?: { readonly [name: string]: string | undefined } };
}

/**
 * `asked`, or what the variable SMILODON_THREADS says; infinity where nobody says anything.
 * @throws ArgumentError where that is no whole number above 0.
 */
export function wantedThreads(asked: number | undefined): number {
  const variable = (globalThis as unknown as Surroundings).process?.env?.["SMILODON_THREADS"];
  const wanted = asked ?? (variable === undefined || variable === "" ? Number.POSITIVE_INFINITY : Number(variable));
  if (!(wanted >= 1) || (Number.isFinite(wanted) && !Number.isInteger(wanted))) {
    throw new ArgumentError(`${asked ?? `SMILODON_THREADS="${variable}"`} is no number of threads. Use 1 or more.`, {
      threads: asked ?? variable,
    });
  }
  return wanted;
}
