/**
 * Values from outside (files, requests, settings) read by a zod schema, with refusals in the house's words: the place, what
 * has to stand there, what does. Schemas may bring words of their own: a message that begins with "has to be" is
 * followed by what was found.
 */
import { z } from "zod";
import { DataError } from "../support/errors.ts";

/** A refusal in words and its place. */
export interface Complaint {
  /** For example `origin.seed` or `rows[3]`; empty where it is the whole. */
  readonly place: string;
  /** For example `has to be a number, and is "x"`. */
  readonly problem: string;
}

/** A number above 0, with words that fit. */
export const positive = z.number("has to be a number above 0").positive("has to be a number above 0");

/** `count` finite numbers. */
export function numbers<Item extends z.ZodNumber>(item: Item, count: number) {
  const words = `has to be a list of ${count} numbers`;
  return z.array(item, words).length(count, words);
}

/**
 * `value` read by `schema`.
 * @throws DataError beginning with `where`, naming the place, what it has to be and what it is; `advice` ends it.
 */
export function readChecked<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { where, advice = "" }: { readonly where: string; readonly advice?: string },
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { place, problem } = complaintOf(result.error, value);
  const end = advice === "" ? "" : ` ${advice}`;
  throw new DataError(`${where}: ${place === "" ? "the whole" : place} ${problem}.${end}`, { where, place });
}

/** The first thing that is wrong, in words. */
export function complaintOf(error: z.ZodError, value: unknown): Complaint {
  const issue = error.issues[0];
  if (issue === undefined) return { place: "", problem: "is not what it has to be" };
  return { place: placeOf(issue.path), problem: describe(issue, valueAt(value, issue.path)) };
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

function describe(issue: z.core.$ZodIssue, found: unknown): string {
  // Numbers that overflow or were NaN are written as null in JSON, and come as themselves from programs
  const expected = expectation(issue);
  return expected.startsWith("has to be") ? `${expected}, and is ${show(found)}` : expected;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (/^(has to be|is) /.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `has to be ${kinds[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `has to be ${sized(issue.origin, issue.inclusive === false ? "above" : "at least", issue.minimum)}`;
    case "too_big":
      return `has to be ${sized(issue.origin, issue.inclusive === false ? "below" : "at most", issue.maximum)}`;
    case "invalid_value":
      return `has to be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "unrecognized_keys":
      return `is not allowed to have ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "is not a name that is allowed here";
    case "invalid_union":
      return "is none of the forms that are allowed here";
    default:
      return `is refused: ${issue.message}`;
  }
}

function sized(origin: string, relation: string, limit: number | bigint): string {
  if (origin === "array" || origin === "set") return `a list of ${relation} ${limit} items`;
  if (origin === "string") return `text of ${relation} ${limit} characters`;
  return `a number ${relation === "at least" ? "of at least" : relation === "at most" ? "of at most" : relation} ${limit}`;
}

function show(found: unknown): string {
  if (found === undefined) return "missing";
  const text = JSON.stringify(found) ?? String(found);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
