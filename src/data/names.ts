/** Names of columns in messages: lists that stay short, and did-you-mean. */
import { DataError } from "../support/errors.ts";
import { didYouMean } from "../support/nearestName.ts";

const mostShown = 20;

/** `a, b, c`, or the first twenty `… and 99,980 more`. */
export function listNames(names: readonly string[]): string {
  if (names.length <= mostShown) return names.join(", ");
  const more = (names.length - mostShown).toLocaleString("en-US");
  return `${names.slice(0, mostShown).join(", ")} … and ${more} more`;
}

/** The error for a column that a table has not. `subject` begins the message. */
export function noSuchColumn(name: string, names: readonly string[], subject = "There is"): DataError {
  const hint = `${subject} no column "${name}".${didYouMean(name, names)} The columns are: ${listNames(names)}.`;
  return new DataError(hint, { name, names });
}
