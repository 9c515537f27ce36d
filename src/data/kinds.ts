/**
 * What the columns of a table are for a network: numbers, categories, yes or no, dates, free text. Found from what the
 * cells say, and told with the reason, so that whoever knows better can say so. `encoder.ts` turns each kind into numbers.
 */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import type { Column, NumberColumn, TextColumn } from "./column.ts";
import type { ColumnFacts } from "./columnFacts.ts";
import { type DateForm, dateFormOf, readDate } from "./dates.ts";
import { noSuchColumn } from "./names.ts";
import type { Table } from "./table.ts";

/** What a column is. */
export type ColumnKind = "number" | "category" | "boolean" | "date" | "text";

/** One column, what it is, and why. */
export interface KindFinding {
  readonly name: string;
  readonly kind: ColumnKind;
  /** For people: `3 different texts`, `told`. */
  readonly reason: string;
  /** Of dates: how they are written. */
  readonly dateForm?: DateForm;
}

/** Which kinds are told, and of which columns. */
export interface KindOptions {
  /** Kinds by the name of the column, instead of what would be found. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /** What is known of all rows, where the table is a sample of them. */
  readonly whole?: ReadonlyMap<string, ColumnFacts>;
}

/** Text of this many words on average is read as free text, where few cells are equal. */
const wordsOfFreeText = 3;
/** Cells of free text seldom repeat: more than this share of them differ. */
const shareOfFreeText = 0.2;
/** However much they differ, this many texts are categories: a small table has few rows to repeat them in. */
const fewCategories = 20;

const booleans: readonly (readonly [string, string])[] = [
  ["true", "false"],
  ["yes", "no"],
  ["t", "f"],
  ["y", "n"],
];

/**
 * What each column of `table` is, in order. Numbers are numbers, however few of them differ, except 0 and 1, which are a
 * boolean; text is a boolean (true and false, yes and no), dates, free text or categories. Numbers with units are text.
 *
 * @throws DataError where `options.kinds` names a column that does not exist, or one that cannot be what it is told to
 * be: with the first cell that is not.
 *
 * @example
 * ```ts
 * import { inferKinds, readTable } from "smilodon/data";
 * const table = readTable("born,weight,sex,tame\n2020-05-01,4.1,f,1\n2021-06-30,5.5,m,0\n");
 * for (const { name, kind, reason } of inferKinds(table)) console.log(name, kind, reason);
 * ```
 */
export function inferKinds(table: Table, options: KindOptions = {}): KindFinding[] {
  const told = new Map(Object.entries(options.kinds ?? {}));
  for (const name of told.keys()) {
    if (table.columns.has(name)) continue;
    throw noSuchColumn(name, table.names, "Kinds: there is");
  }
  return [...table.columns].map(([name, column]) => {
    const kind = told.get(name);
    if (kind !== undefined) return checkTold(table, name, kind);
    const whole = options.whole?.get(name);
    return { name, ...(column.kind === "number" ? findInNumbers(column, whole) : findInText(column, whole)) };
  });
}

type Found = Omit<KindFinding, "name">;

function findInNumbers({ values }: NumberColumn, whole: ColumnFacts | undefined): Found {
  const distinct = whole === undefined ? distinctNumbers(values, 3) : [...(whole.counts?.keys() ?? [])].map(Number);
  // Too many to have been counted
  if (whole !== undefined && whole.counts === undefined) return { kind: "number", reason: "numbers" };
  if (distinct.length === 0) return { kind: "number", reason: "no cell has a value" };
  if (distinct.length === 2 && distinct.includes(0) && distinct.includes(1))
    return { kind: "boolean", reason: "the numbers 0 and 1" };
  return { kind: "number", reason: distinct.length === 1 ? `always ${distinct[0]}` : "numbers" };
}

function findInText(column: TextColumn, whole: ColumnFacts | undefined): Found {
  const { texts, cells } = allTexts(whole) ?? textsOf(column);
  if (texts.length === 0) return { kind: "category", reason: "no cell has a value" };
  if (isBoolean(texts)) return { kind: "boolean", reason: texts.join(" and ") };
  const form = dateFormOf(texts);
  if (form !== undefined) return { kind: "date", reason: describeDates(texts, form), dateForm: form };
  const words = texts.reduce((sum, text) => sum + text.trim().split(/\s+/).length, 0) / texts.length;
  if (words >= wordsOfFreeText && texts.length > Math.max(fewCategories, shareOfFreeText * cells))
    return { kind: "text", reason: `${words.toFixed(1)} words on average, ${texts.length} of ${cells} texts differ` };
  return { kind: "category", reason: texts.length === 1 ? "always the same text" : `${texts.length} different texts` };
}

/** What `textsOf` gives, of all rows; undefined where so many differ that a sample has to tell. */
function allTexts(whole: ColumnFacts | undefined): ReturnType<typeof textsOf> | undefined {
  if (whole?.counts === undefined || !whole.isExact) return undefined;
  return { texts: [...whole.counts.keys()], cells: whole.rows - whole.missing };
}

/** The texts that occur, and how many cells have one. */
function textsOf({ codes, categories }: TextColumn): { texts: string[]; cells: number } {
  const occurs = new Uint8Array(categories.length);
  let cells = 0;
  for (const code of codes) {
    if (code < 0) continue;
    occurs[code] = 1;
    cells++;
  }
  return { texts: categories.filter((_, code) => occurs[code] === 1), cells };
}

function isBoolean(texts: readonly string[]): boolean {
  if (texts.length !== 2) return false;
  const spelled = texts.map((text) => text.toLowerCase());
  return booleans.some((pair) => pair.every((word) => spelled.includes(word)));
}

function describeDates(texts: readonly string[], form: DateForm): string {
  const isAmbiguous = form === "month-first" && texts.every((text) => !Number.isNaN(readDate(text, "day-first")));
  const first = JSON.stringify(texts[0]);
  return isAmbiguous && texts.some((text) => readDate(text, "day-first") !== readDate(text, "month-first"))
    ? `dates, such as ${first}, read with the month first (the day first would fit as well)`
    : `dates, such as ${first}`;
}

/** Up to `limit` numbers that occur. */
function distinctNumbers(values: Float64Array, limit: number): number[] {
  const distinct = new Set<number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    distinct.add(value);
    if (distinct.size >= limit) break;
  }
  return [...distinct];
}

function checkTold(table: Table, name: string, kind: ColumnKind): KindFinding {
  const reason = "told";
  switch (kind) {
    case "number":
      table.numbers(name);
      return { name, kind, reason };
    case "boolean":
      checkBoolean(table, name);
      return { name, kind, reason };
    case "date":
      return { name, kind, reason, dateForm: checkDates(table, name) };
    case "category":
    case "text":
      return { name, kind, reason };
    default:
      throw new DataError(
        `Kinds: column "${name}" cannot be "${String(kind satisfies never)}". There are number, category, boolean, date and text.`,
        { name, kind },
      );
  }
}

/** Any two values will do: whoever tells knows which they are. */
function checkBoolean(table: Table, name: string): void {
  const column = table.column(name);
  const distinct = column.kind === "number" ? distinctNumbers(column.values, 3).map(String) : textsOf(column).texts;
  if (distinct.length <= 2) return;
  const shown = distinct.slice(0, 3).map((text) => JSON.stringify(text));
  throw new DataError(
    `Column "${name}" cannot be a boolean: it has more than two values (${shown.join(", ")} …). Make it a category.`,
    { name },
  );
}

function checkDates(table: Table, name: string): DateForm {
  const column = table.column(name);
  if (column.kind === "text") {
    const { texts } = textsOf(column);
    const form = dateFormOf(texts);
    if (form !== undefined) return form;
    if (texts.length === 0) return "year-first";
    const wrong = texts.find((text) => dateFormOf([text]) === undefined) ?? at(texts, 0);
    const row = column.values.indexOf(wrong);
    throw new DataError(
      `Column "${name}", ${table.place(row)}: ${JSON.stringify(wrong)} is not a date like the others. Write dates as 2024-12-31.`,
      { name, row, cell: wrong },
    );
  }
  throw new DataError(
    `Column "${name}" cannot be dates: it holds numbers. Write dates as 2024-12-31, or leave it a number.`,
    { name },
  );
}

/** How column `name` is held, where `kinds` say so. A column may be named "constructor": only their own entries count. */
export function storageOf(name: string, kinds: Readonly<Record<string, ColumnKind>> = {}): Column["kind"] | undefined {
  const kind: ColumnKind | undefined = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  return kind === undefined || kind === "number" ? kind : "text";
}
