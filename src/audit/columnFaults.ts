/** What single columns can have wrong whatever the target is: nothing in them, names of rows, mixed or impossible cells. */
import { type Column, lengthOfColumn } from "../data/column.ts";
import type { Table } from "../data/table.ts";
import { at } from "../support/invariant.ts";
import type { CodedColumn } from "./columnCodes.ts";
import { wordsOf } from "./leakage.ts";
import { inPercent, quoteNames, type TableWarning } from "./tableWarning.ts";

/** Above this share of missing cells a column is mentioned. */
const mostMissing = 0.95;

/** A column without values, with one value, or with few. */
export function findColumnFault(name: string, column: Column): TableWarning | undefined {
  const quoted = JSON.stringify(name);
  const rows = lengthOfColumn(column);
  const missing = countMissing(column);
  if (missing === rows) {
    const message = `Column ${quoted} has no values and is left out.`;
    return { kind: "all-missing", columns: [name], action: "left out", message };
  }
  if (missing === 0 && hasOneValue(column)) {
    const message = `Column ${quoted} is ${JSON.stringify(cellText(column, 0))} in every row and is left out: nothing can be learned from it.`;
    return { kind: "constant", columns: [name], action: "left out", message };
  }
  if (missing / rows <= mostMissing) return undefined;
  const message = `Column ${quoted} is missing in ${inPercent(missing / rows)} of the rows. It is used; what is said of its values rests on ${rows - missing} rows.`;
  return { kind: "mostly-missing", columns: [name], action: "flagged", message };
}

function countMissing(column: Column): number {
  let missing = 0;
  if (column.kind === "text") for (const code of column.codes) missing += code < 0 ? 1 : 0;
  else for (const value of column.values) missing += Number.isNaN(value) ? 1 : 0;
  return missing;
}

/** For a column without missing cells. */
function hasOneValue(column: Column): boolean {
  const cells = column.kind === "text" ? column.codes : column.values;
  return cells.every((cell: number) => cell === cells[0]);
}

function cellText(column: Column, row: number): string {
  return column.kind === "text" ? at(column.categories, at(column.codes, row)) : String(at(column.values, row));
}

/** Fewer rows than this say nothing about whether a column names them. */
const leastRows = 20;

const identifierWords = new Set(["id", "ids", "uuid", "guid", "identifier", "rowid", "rownum", "rownumber"]);
const rowNumberNames = new Set(["index", "idx", "row", "unnamed: 0", "unnamed:0", "#", "nr", "no"]);
const timeWords = new Set("year month week day date time hour minute second quarter timestamp".split(" "));

/** A column that names rows: numbers them, or has a different text in each. */
export function findIdentifier(column: CodedColumn): TableWarning | undefined {
  const known = column.codes.length - column.missing;
  if (known < leastRows) return undefined;
  const words = wordsOf(column.name);
  const isNamed =
    words.some((word) => identifierWords.has(word)) || rowNumberNames.has(column.name.trim().toLowerCase());
  const areAllDifferent = column.distinct === known;
  const { numbers } = column;
  const isWhole = numbers?.every((value) => Number.isNaN(value) || Number.isInteger(value)) ?? true;
  if (isNamed && isWhole && column.distinct > 50 && column.distinct > 0.2 * known)
    return identifier(column, "left out", areAllDifferent ? "its name and a different value in each row" : "its name");
  if (!areAllDifferent) return undefined;
  if (numbers !== undefined) {
    const isTime = words.some((word) => timeWords.has(word));
    if (isTime || column.missing > 0 || !isWhole || !areConsecutive(numbers)) return undefined;
    return identifier(column, "flagged", "it counts the rows");
  }
  return looksLikeCodes(column) ? identifier(column, "left out", "it has a different text in each row") : undefined;
}

function identifier(column: CodedColumn, action: TableWarning["action"], sign: string): TableWarning {
  const name = JSON.stringify(column.name);
  const end =
    action === "left out"
      ? "and is left out: what is learned from it holds for these rows only."
      : "and is used. Exclude it if it means nothing: in a sorted table it gives the target away.";
  return {
    kind: "identifier",
    columns: [column.name],
    action,
    message: `Column ${name} seems to name rows rather than to describe them (${sign}: ${column.distinct} different values) ${end}`,
  };
}

function areConsecutive(numbers: Float64Array): boolean {
  const start = at(numbers, 0);
  const step = at(numbers, 1) - start;
  return Math.abs(step) === 1 && numbers.every((value, row) => value === start + step * row);
}

const dateLike =
  /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$|^\d{1,2}:\d{2}|^\d{1,2} \p{L}{3,} \d{4}|^\p{L}{3,} \d{1,2},? \d{4}/u;

/** Texts of one word each that are no dates: codes, hashes, addresses. Sentences and names may say something. */
function looksLikeCodes(column: CodedColumn): boolean {
  const sample = Array.from({ length: Math.min(column.distinct, 200) }, (_, code) => column.textOf(code));
  const single = sample.filter((text) => !/\s/.test(text.trim()) && !dateLike.test(text) && !decimalLike.test(text));
  return single.length >= 0.9 * sample.length;
}

const decimalLike = /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?$/;

/** A text column whose cells are mostly numbers: a few cells keep it from being read as numbers. */
export function findMixedTypes(name: string, table: Table): TableWarning[] {
  const column = table.column(name);
  if (column.kind !== "text") return [];
  const isNumber = column.categories.map((text) => decimalLike.test(text.trim()));
  let numbers = 0;
  let others = 0;
  let example = -1;
  column.codes.forEach((code, row) => {
    if (code < 0) return;
    if (isNumber[code]) numbers++;
    else {
      others++;
      if (example < 0) example = row;
    }
  });
  if (others === 0 || numbers <= others) return [];
  const cell = JSON.stringify(cellText(column, example));
  const message =
    `Column ${JSON.stringify(name)} is read as text, because ${others} of its cells are no numbers (${cell}, ${table.place(example)}) while ` +
    `${numbers} are. Correct them, or say that such cells are missing.`;
  return [{ kind: "mixed-types", columns: [name], action: "flagged", message }];
}

/** The largest number that single precision holds. */
const largestSingle = 3.4028234663852886e38;

/** Numbers that are infinite, or larger than single precision holds. */
export function findExtremeNumbers(name: string, table: Table): TableWarning[] {
  const column = table.column(name);
  if (column.kind !== "number") return [];
  const row = column.values.findIndex((value) => Math.abs(value) > largestSingle);
  if (row < 0) return [];
  const count = column.values.reduce((sum, value) => (Math.abs(value) > largestSingle ? sum + 1 : sum), 0);
  const message =
    `Column ${JSON.stringify(name)} holds ${count} ${count === 1 ? "number" : "numbers"} of impossible size ` +
    `(${at(column.values, row)}, ${table.place(row)}). Correct ${count === 1 ? "it" : "them"}: such cells stretch what is learned from the others.`;
  return [{ kind: "extreme-numbers", columns: [name], action: "flagged", message }];
}

/** Columns of which each tells the other: the same categories in other words, or copies. One warning for each group. */
export function findSameInformation(columns: readonly CodedColumn[]): TableWarning[] {
  const groups = new Map<string, CodedColumn[]>();
  for (const column of columns) {
    const known = column.codes.length - column.missing;
    if (column.distinct < 2) continue;
    // Where nearly every value is different, any two columns tell each other: only copies count.
    const first = column.distinct > known / 2 ? column.textOf(0) : "";
    const key = `${column.distinct} ${column.missing} ${hashCodes(column.codes)} ${first}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [column]);
    else if (areSame(at(group, 0), column, first !== "")) group.push(column);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group): TableWarning => {
      const names = group.map(({ name }) => name);
      const message = `Columns ${quoteNames(names)} say the same: each value of one goes with one value of the other. Both are used; one would do.`;
      return { kind: "same-information", columns: names, action: "flagged", message };
    });
}

function hashCodes(codes: Int32Array): number {
  let hash = 0x811c9dc5;
  for (const code of codes) hash = Math.imul(hash ^ code ^ (hash >>> 15), 0x01000193);
  return hash >>> 0;
}

/** Codes are given in the order of first rows, so columns that tell each other have the same. */
function areSame(first: CodedColumn, second: CodedColumn, asCopies: boolean): boolean {
  if (!first.codes.every((code, row) => code === second.codes[row])) return false;
  return !asCopies || first.codes.every((code) => code < 0 || first.textOf(code) === second.textOf(code));
}
