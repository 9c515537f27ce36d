/** Answers for many rows as lines of CSV or JSON: what `predict` writes. */
import type { Table } from "../data/table.ts";
import { at } from "../support/invariant.ts";
import {
  type Answers,
  answerAt,
  type ClassAnswers,
  countOf,
  likeliest,
  type NumberAnswers,
} from "../systems/answers.ts";
import type { Model, OutputColumn } from "../systems/model.ts";
import type { ByteLines } from "./byteLines.ts";

/** What a line holds besides the answer. */
export interface LineOptions {
  /** Columns of the input to repeat in front of each answer. */
  readonly keep: readonly string[];
  /** The probability of every class, too. */
  readonly withProbabilities: boolean;
}

/** How the columns of answers are called; the femurs have kept the names that they began with. */
const names = {
  tabular: { label: "label", confidence: "confidence", set: "set" },
  femurs: { label: "answer", confidence: "probability", set: "not_ruled_out" },
} as const;

/** The first line of the CSV file, with its line break. */
export function csvHead(model: Pick<Model, "system" | "output">, { keep, withProbabilities }: LineOptions): string {
  const own = answerColumns(model, withProbabilities);
  return `${[...keptNames(keep, own), ...own].map(quoted).join(",")}\n`;
}

/** Names of the columns that answers have. */
export function answerColumns(
  { system, output }: Pick<Model, "system" | "output">,
  withProbabilities: boolean,
): string[] {
  const { label, confidence, set } = system === "femurs" ? names.femurs : names.tabular;
  const answer = output.kind === "regression" ? ["value", "lower", "upper"] : [label, confidence, set];
  const classes = withProbabilities ? classesOf(output).map((name) => `probability of ${name}`) : [];
  return ["in_scope", ...answer, "distance", ...classes];
}

/** What repeated columns are called beside those of the answers: one that is called like one of those is `input_label`. */
export function keptNames(keep: readonly string[], own: readonly string[]): string[] {
  const taken = new Set([...own, ...keep]);
  return keep.map((name) => {
    if (!own.includes(name)) return name;
    let free = `input_${name}`;
    while (taken.has(free)) free = `input_${free}`;
    taken.add(free);
    return free;
  });
}

/** Writes a line of CSV to `lines` for each row of `table`, which `answers` are for. */
export function writeCsvLines(
  lines: ByteLines,
  answers: Answers,
  table: Table,
  { keep, withProbabilities }: LineOptions,
): void {
  const kept = keep.map((name) => cellWriter(lines, table, name));
  const write = answers.kind === "regression" ? numberWriter(lines, answers) : classWriter(lines, answers);
  const count = countOf(answers);
  for (let row = 0; row < count; row++) {
    for (const writeCell of kept) {
      writeCell(row);
      lines.character(comma);
    }
    if (answers.inScope[row] === 0) lines.copy(withheld);
    else write(row);
    lines.rounded(answers.distances[row] ?? 0, 3);
    if (withProbabilities && answers.kind === "classification") writeProbabilities(lines, answers, row);
    lines.character(lineBreak);
  }
}

/** A line of JSON for each row of `table`, without line breaks. */
export function jsonLines(answers: Answers, table: Table, { keep }: LineOptions): string[] {
  return Array.from({ length: countOf(answers) }, (_, row) => {
    const kept = Object.fromEntries(keep.map((name) => [name, valueAt(table, name, row)]));
    const answer = answerAt(answers, row);
    return JSON.stringify(keep.length === 0 ? answer : { input: kept, ...answer });
  });
}

const comma = 44;
const lineBreak = 10;
const encoder = new TextEncoder();
const withheld = encoder.encode("no,,,,");
const inScope = encoder.encode("yes,");

/** Nine decimals of a probability are more than its calibration can mean. */
const probabilityDecimals = 9;

/** Sets of classes that are spelled once and kept: with many classes nearly every row may have one of its own. */
const mostSets = 4096;

function classWriter(lines: ByteLines, answers: ClassAnswers): (row: number) => void {
  const { classes, probabilities, sets } = answers;
  const width = classes.length;
  const labels = classes.map((name) => encoder.encode(`yes,${quoted(name)},`));
  const spelled = new Map<number | string, Uint8Array>();
  const setAt = (start: number): Uint8Array => {
    const key = setKey(sets, start, width);
    const known = spelled.get(key);
    if (known !== undefined) return known;
    const fresh = encoder.encode(`,${quoted(classes.filter((_, c) => sets[start + c] === 1).join("|"))},`);
    if (spelled.size < mostSets) spelled.set(key, fresh);
    return fresh;
  };
  return (row) => {
    const best = likeliest(answers, row);
    lines.copy(at(labels, best));
    lines.rounded(probabilities[row * width + best] ?? 0, probabilityDecimals);
    lines.copy(setAt(row * width));
  };
}

/** Tells sets from each other: a number where it holds all classes as bits, which costs no memory. */
function setKey(sets: Uint8Array, start: number, width: number): number | string {
  if (width > 30) return sets.subarray(start, start + width).join("");
  let key = 0;
  for (let c = 0; c < width; c++) key = (key << 1) | (sets[start + c] ?? 0);
  return key;
}

function numberWriter(lines: ByteLines, { values, lower, upper }: NumberAnswers): (row: number) => void {
  return (row) => {
    lines.copy(inScope);
    for (const column of [values, lower, upper]) {
      const value = at(column, row);
      // An interval that rules nothing out is empty at both ends
      if (Number.isFinite(value)) lines.number(value);
      lines.character(comma);
    }
  };
}

function writeProbabilities(
  lines: ByteLines,
  { classes, probabilities, inScope: answered }: ClassAnswers,
  row: number,
): void {
  for (let c = 0; c < classes.length; c++) {
    lines.character(comma);
    if (answered[row] === 1) lines.rounded(at(probabilities, row * classes.length + c), probabilityDecimals);
  }
}

function classesOf(output: OutputColumn): readonly string[] {
  return output.kind === "classification" ? output.classes : [];
}

function cellWriter(lines: ByteLines, table: Table, name: string): (row: number) => void {
  const column = table.column(name);
  if (column.kind === "number") {
    const { values } = column;
    return (row) => {
      const value = values[row] ?? Number.NaN;
      if (!Number.isNaN(value)) lines.number(value);
    };
  }
  const spelled = column.categories.map((text) => encoder.encode(quoted(text)));
  return (row) => {
    const code = at(column.codes, row);
    if (code >= 0) lines.copy(at(spelled, code));
  };
}

function valueAt(table: Table, name: string, row: number): string | number | null {
  const column = table.column(name);
  if (column.kind === "number") {
    const value = at(column.values, row);
    return Number.isNaN(value) ? null : value;
  }
  const code = at(column.codes, row);
  return code < 0 ? null : at(column.categories, code);
}

function quoted(text: string): string {
  return /[",\r\n]|^\uFEFF/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
