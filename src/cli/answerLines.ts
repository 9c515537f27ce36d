/** Answers for many rows as lines of CSV or JSON: what `predict` writes. */
import type { Table } from "../data/table.ts";
import { at } from "../support/invariant.ts";
import { type Answers, answerAt, countOf, likeliest } from "../systems/answers.ts";
import type { Model, OutputColumn } from "../systems/model.ts";

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
  const { output } = model;
  const { label, confidence, set } = model.system === "femurs" ? names.femurs : names.tabular;
  const answer = output.kind === "regression" ? ["value", "lower", "upper"] : [label, confidence, set];
  const classes = withProbabilities ? classesOf(output).map((name) => `probability of ${name}`) : [];
  return `${[...keep, "in_scope", ...answer, "distance", ...classes].map(quoted).join(",")}\n`;
}

/** A line of CSV for each row of `table`, which `answers` are for. */
export function csvLines(answers: Answers, table: Table, { keep, withProbabilities }: LineOptions): string {
  const kept = keep.map((name) => cellsOf(table, name));
  const spell = answerSpeller(answers, withProbabilities);
  let text = "";
  for (let row = 0; row < countOf(answers); row++) {
    for (const cells of kept) text += `${cells(row)},`;
    text += spell(row);
  }
  return text;
}

/** A line of JSON for each row of `table`, without line breaks. */
export function jsonLines(answers: Answers, table: Table, { keep }: LineOptions): string[] {
  return Array.from({ length: countOf(answers) }, (_, row) => {
    const kept = Object.fromEntries(keep.map((name) => [name, valueAt(table, name, row)]));
    const answer = answerAt(answers, row);
    return JSON.stringify(keep.length === 0 ? answer : { input: kept, ...answer });
  });
}

/** Spells the cells of one answer, with the line break. Sets of classes occur again and again and are spelled once. */
function answerSpeller(answers: Answers, withProbabilities: boolean): (row: number) => string {
  const distance = (row: number): string => String(Math.round(at(answers.distances, row) * 1000) / 1000);
  if (answers.kind === "regression") {
    const { values, lower, upper, inScope } = answers;
    return (row) =>
      at(inScope, row) === 0
        ? `no,,,,${distance(row)}\n`
        : `yes,${at(values, row)},${bound(at(lower, row))},${bound(at(upper, row))},${distance(row)}\n`;
  }
  const { classes, probabilities, sets, inScope } = answers;
  const width = classes.length;
  const labels = classes.map(quoted);
  const spelled = new Map<string, string>();
  const setAt = (start: number): string => {
    let key = "";
    for (let c = 0; c < width; c++) key += at(sets, start + c) === 1 ? "1" : "0";
    const known = spelled.get(key) ?? quoted(classes.filter((_, c) => key[c] === "1").join("|"));
    // Bounded: with many classes nearly every row may have a set of its own
    if (spelled.size < 4096) spelled.set(key, known);
    return known;
  };
  return (row) => {
    const start = row * width;
    const best = likeliest(answers, row);
    const answer =
      at(inScope, row) === 0
        ? `no,,,,${distance(row)}`
        : `yes,${labels[best]},${at(probabilities, start + best)},${setAt(start)},${distance(row)}`;
    if (!withProbabilities) return `${answer}\n`;
    let all = "";
    for (let c = 0; c < width; c++) all += at(inScope, row) === 0 ? "," : `,${at(probabilities, start + c)}`;
    return `${answer}${all}\n`;
  };
}

/** An interval that rules nothing out is empty at both ends. */
function bound(value: number): string {
  return Number.isFinite(value) ? String(value) : "";
}

function classesOf(output: OutputColumn): readonly string[] {
  return output.kind === "classification" ? output.classes : [];
}

function cellsOf(table: Table, name: string): (row: number) => string {
  const column = table.column(name);
  if (column.kind === "number") {
    return (row) => {
      const value = at(column.values, row);
      return Number.isNaN(value) ? "" : String(value);
    };
  }
  const spelled = column.categories.map(quoted);
  return (row) => {
    const code = at(column.codes, row);
    return code < 0 ? "" : at(spelled, code);
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
