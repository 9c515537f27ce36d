/** Tables: named columns of numbers or text. `readTable.ts` makes them; next: `kinds.ts`, `split.ts`, `loader.ts`. */
import { DataError } from "../support/errors.ts";
import { type Column, joinColumns, lengthOfColumn, selectFromColumn } from "./column.ts";
import { noSuchColumn } from "./names.ts";
import { parseNumber } from "./number.ts";

/** What the places of rows count: lines of text (from 1), or rows (from 0). */
export type PlaceUnit = "line" | "row";

/** Some rows of a table. */
export interface TablePart {
  readonly table: Table;
  readonly rows: ArrayLike<number>;
}

/**
 * Named columns of equal length. Made by `readTable`, or from columns.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * const table = readTable("length,species\n110,cat\n205,dog\n");
 * console.log(table.rowCount, table.numbers("length"), table.texts("species"));
 * ```
 */
export class Table {
  /** Columns by name, in order. */
  readonly columns: ReadonlyMap<string, Column>;
  readonly rowCount: number;
  /** For each row the line, or row, of the file that it came from. */
  readonly lines: ArrayLike<number> | undefined;
  readonly #unit: PlaceUnit;

  /**
   * `lines` are the lines of the file that the rows came from, for messages; rows where the file has no lines.
   * @throws DataError where columns differ in length.
   */
  constructor(columns: ReadonlyMap<string, Column>, lines?: ArrayLike<number>, unit: PlaceUnit = "line") {
    const lengths = [...columns].map(([name, column]) => ({ name, length: lengthOfColumn(column) }));
    const first = lengths[0];
    const other = lengths.find(({ length }) => length !== first?.length);
    if (first !== undefined && other !== undefined) {
      throw new DataError(
        `Table: column "${first.name}" has ${first.length} rows and "${other.name}" has ${other.length}.`,
        { first, other },
      );
    }
    this.columns = columns;
    this.rowCount = first?.length ?? 0;
    this.lines = lines;
    this.#unit = unit;
  }

  /** Names of the columns, in order. */
  get names(): readonly string[] {
    return [...this.columns.keys()];
  }

  /** The column called `name`. @throws DataError naming the columns there are, and the nearest. */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (column !== undefined) return column;
    throw noSuchColumn(name, this.names);
  }

  /** Numbers of the column called `name`, NaN where missing. @throws DataError where it is text. */
  numbers(name: string): Float64Array {
    const column = this.column(name);
    if (column.kind === "number") return column.values;
    const row = column.values.findIndex((cell) => parseNumber(cell) === undefined);
    const example = row < 0 ? "it has no numbers" : `${this.place(row)} says ${JSON.stringify(column.values[row])}`;
    throw new DataError(
      `Column "${name}" is text, and numbers are needed: ${example}. Correct the cell or choose another column.`,
      { name, row },
    );
  }

  /** Text of the column called `name`; numbers are written out, missing cells are empty. */
  texts(name: string): readonly string[] {
    const column = this.column(name);
    if (column.kind === "text") return column.values;
    return Array.from(column.values, (value) => (Number.isNaN(value) ? "" : String(value)));
  }

  /** Where row `row` (from 0) came from, for messages: `line 7`, or `row 5` (from 0) of a table made otherwise. */
  place(row: number): string {
    const line = this.lines?.[row];
    return line === undefined ? `row ${row}` : `${this.#unit} ${line}`;
  }

  /** The rows at `rows`, in that order. @throws DataError where one does not exist. */
  select(rows: ArrayLike<number>): Table {
    const order = Uint32Array.from(rows, (row) => {
      if (Number.isInteger(row) && row >= 0 && row < this.rowCount) return row;
      throw new DataError(`There is no row ${row}; the table has ${this.rowCount}, from 0.`, {
        row,
        rowCount: this.rowCount,
      });
    });
    const columns = new Map<string, Column>();
    for (const [name, column] of this.columns) columns.set(name, selectFromColumn(column, order));
    const lines = this.lines && order.map((row) => this.lines?.[row] ?? 0);
    return new Table(columns, lines, this.#unit);
  }

  /**
   * Rows of several tables with the same columns of the same kinds, one after the other. Categories that none of the rows has
   * are not kept.
   */
  static join(parts: readonly TablePart[]): Table {
    const columns = new Map<string, Column>();
    const [first] = parts;
    for (const name of first?.table.names ?? [])
      columns.set(name, joinColumns(parts.map(({ table, rows }) => ({ column: table.column(name), rows }))));
    const hasLines = parts.every(({ table }) => table.lines !== undefined);
    const lines = hasLines
      ? parts.flatMap(({ table, rows }) => Array.from(rows, (row) => table.lines?.[row] ?? 0))
      : [];
    return new Table(
      columns,
      hasLines ? Float64Array.from(lines) : undefined,
      first === undefined ? "row" : first.table.#unit,
    );
  }

  /**
   * Numeric columns as rows of a matrix, [rowCount, names.length] row by row.
   * @throws DataError where a column is missing or text, or a cell is missing: with its place.
   */
  matrix(names: readonly string[]): Float64Array {
    const result = new Float64Array(this.rowCount * names.length);
    names.forEach((name, column) => {
      this.numbers(name).forEach((value, row) => {
        if (Number.isNaN(value)) {
          throw new DataError(
            `Column "${name}", ${this.place(row)}: the number is missing. Fill it in or leave the row out.`,
            { name, row },
          );
        }
        result[row * names.length + column] = value;
      });
    });
    return result;
  }
}
