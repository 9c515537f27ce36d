/** What writes at positions may do to what is there: the names that users give. */
import type { Combine } from "../../graph/primitives.ts";
import { ArgumentError } from "../../support/errors.ts";

const combinations = { set: true, add: true, multiply: true, max: true, min: true } satisfies Record<Combine, true>;

/** What `combine` names. @throws ArgumentError where it names nothing. */
export function combineOf(operation: string, combine: Combine): Combine {
  if (!Object.hasOwn(combinations, combine))
    throw new ArgumentError(
      `${operation}: combine is ${JSON.stringify(combine)}; it has to be one of ${Object.keys(combinations).join(", ")}.`,
      { combine },
    );
  return combine;
}
