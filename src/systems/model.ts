/**
 * A trained system as those who use it see it: what it takes, what it answers, whichever system it is. `registry.ts` makes
 * one out of a model folder; `femurs/` and `tabular/` say how theirs works.
 */
import { type Column, Table, textColumn } from "../data/index.ts";
import type { ModelFolder } from "../io/modelFolder.ts";
import { DataError } from "../support/errors.ts";
import { type Answer, type Answers, answerAt, countOf, type EncodedRows } from "./answers.ts";

/** A cell of a row: null, undefined and empty text are missing. */
export type Cell = string | number | boolean | Date | null | undefined;

/** A row as an object, cells by column. */
export type Row = Readonly<Record<string, Cell>>;

/** A column that a system takes. */
export interface InputColumn {
  readonly name: string;
  readonly kind: "number" | "category" | "boolean" | "date" | "text";
  /** What it means and its unit, where known. */
  readonly meaning?: string;
  /** Categories that the system knows; others are taken for unknown. */
  readonly categories?: readonly string[];
  /** Kind of the column in the table that the system learned from: how cells are read from files. */
  readonly reads: Column["kind"];
}

/** What a system answers. */
export type OutputColumn =
  | { readonly kind: "classification"; readonly target: string; readonly classes: readonly string[] }
  | { readonly kind: "regression"; readonly target: string };

/** What one feature adds to the answer for one row. */
export interface Contribution {
  readonly feature: string;
  /** On the scale that `Explanation.unit` names. */
  readonly amount: number;
}

/** Why an answer is what it is: the contributions, the start and the residual add up to the output, exactly. */
export interface Explanation {
  /** What is explained: "logarithm of the odds of dog", "price". */
  readonly output: string;
  /** The output for the row. */
  readonly value: number;
  /** The output for what the row is compared with. */
  readonly start: number;
  readonly contributions: readonly Contribution[];
  /** value − start − sum of contributions: what the method left over. */
  readonly residual: number;
}

/** What a system brings to become a model. */
export interface ModelParts {
  readonly system: string;
  readonly inputs: readonly InputColumn[];
  readonly output: OutputColumn;
  /** Rows of a table as the system's network takes them. @throws DataError naming column, place, cell and fix. */
  encode(table: Table): EncodedRows;
  /** Answers for rows, each the same to the last bit whether it is asked alone or among others. */
  answer(rows: EncodedRows): Promise<Answers>;
  /** Why the rows are answered as they are; empty where the system cannot say. */
  explain(rows: EncodedRows): Promise<Explanation[]>;
}

/** Makes a model of a folder of its system. @throws DataError where the folder does not hold one. */
export type ModelOpener = (folder: ModelFolder) => ModelParts | Promise<ModelParts>;

/**
 * A trained system, ready to answer. Made by `load` in Node and `loadFrom` in pages; types of rows and labels may be
 * given, and are those that `types.d.ts` in the model folder declares.
 */
export class Model<R extends object = Row, Label extends string = string> {
  /** Where it was read from. */
  readonly name: string;
  readonly #parts: ModelParts;

  constructor(name: string, parts: ModelParts) {
    this.name = name;
    this.#parts = parts;
  }

  /** Which kind of system it is: "femurs", "tabular". */
  get system(): string {
    return this.#parts.system;
  }

  /** The columns that it takes. Their order in a table does not matter, and further ones are ignored. */
  get inputs(): readonly InputColumn[] {
    return this.#parts.inputs;
  }

  /** What it answers. */
  get output(): OutputColumn {
    return this.#parts.output;
  }

  /**
   * Answers for `rows`, objects or a table, in their order.
   * @throws DataError naming the column and row that cannot be read, or a column that is missing.
   */
  async predict(rows: readonly R[] | Table): Promise<Answer<Label>[]> {
    const answers = await this.answer(this.encode(rows));
    // Labels are those of the model folder, which the caller's type describes
    return Array.from({ length: countOf(answers) }, (_, row) => answerAt(answers, row) as Answer<Label>);
  }

  /** Why `rows` are answered as they are, in their order: contributions of the features that add up to the output. */
  async explain(rows: readonly R[] | Table): Promise<Explanation[]> {
    return this.#parts.explain(this.encode(rows));
  }

  /** Rows made ready for `answer`. @throws DataError as `predict`. */
  encode(rows: readonly R[] | Table): EncodedRows {
    return this.#parts.encode(rows instanceof Table ? rows : tableFromRows(rows, this.inputs));
  }

  /** Answers as columns: for many rows. */
  answer(rows: EncodedRows): Promise<Answers> {
    return this.#parts.answer(rows);
  }
}

/**
 * Rows as a table: a column for every name that occurs; numbers where all cells are numbers, text otherwise. A column
 * without any cell is what `inputs` say.
 * @throws DataError where a row is not an object or a cell is none of the kinds of `Cell`.
 */
export function tableFromRows(rows: readonly object[], inputs: readonly InputColumn[] = []): Table {
  const names = new Set<string>();
  rows.forEach((row, index) => {
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new DataError(
        `Row ${index} (from 0) is ${show(row)}; it has to be an object with the columns as properties.`,
        { row: index },
      );
    for (const name of Object.keys(row)) names.add(name);
  });
  const numeric = new Set(inputs.filter(({ reads }) => reads === "number").map(({ name }) => name));
  const columns = [...names].map((name) => [name, columnOf(name, rows, numeric.has(name))] as const);
  return new Table(new Map(columns));
}

function columnOf(name: string, rows: readonly object[], isNumber: boolean): Column {
  const cells = rows.map((row, index) =>
    cellOf(Object.hasOwn(row, name) ? Reflect.get(row, name) : undefined, name, index),
  );
  const isNumeric = cells.every((cell) => typeof cell === "number" || cell === "");
  if (isNumeric && (isNumber || cells.some((cell) => cell !== "")))
    return { kind: "number", values: Float64Array.from(cells, (cell) => (cell === "" ? Number.NaN : Number(cell))) };
  return textColumn(cells.map(String));
}

function cellOf(cell: unknown, name: string, row: number): string | number {
  if (cell === undefined || cell === null) return "";
  if (typeof cell === "string") return cell.trim();
  if (typeof cell === "number") return Number.isNaN(cell) ? "" : cell;
  if (typeof cell === "boolean") return String(cell);
  if (cell instanceof Date && !Number.isNaN(cell.getTime())) return cell.toISOString();
  throw new DataError(
    `Row ${row} (from 0), column "${name}": ${show(cell)} is no cell; use a number, text, true, false, a date or null.`,
    { row, name },
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
