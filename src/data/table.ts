/** Tables: named columns of numbers or text, as read from a file. Next: `split.ts`, `standardization.ts`, `loader.ts`. */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { didYouMean } from "../support/nearestName.ts";
import { type Column, lengthOfColumn, selectFromColumn, textColumn } from "./column.ts";
import { type CsvOptions, type CsvRow, formatCsv, parseCsv } from "./csv.ts";

/** How cells are read. */
export interface TableOptions extends CsvOptions {
  /** What columns hold, by name. Others are numbers if all their cells are numbers or missing, and at least one is a number. */
  readonly kinds?: Readonly<Record<string, Column["kind"]>>;
  /** Cells that mean "missing". Default: empty, NA, NaN. */
  readonly missing?: readonly string[];
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
  readonly #lines: ArrayLike<number> | undefined;

  /**
   * `lines` are the lines of the file that the rows came from, for messages.
   * @throws DataError where columns differ in length.
   */
  constructor(columns: ReadonlyMap<string, Column>, lines?: ArrayLike<number>) {
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
    this.#lines = lines;
  }

  /** Names of the columns, in order. */
  get names(): readonly string[] {
    return [...this.columns.keys()];
  }

  /** The column called `name`. @throws DataError naming the columns there are, and the nearest. */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (column !== undefined) return column;
    throw new DataError(
      `There is no column "${name}".${didYouMean(name, this.names)} The columns are: ${this.names.join(", ")}.`,
      { name, names: this.names },
    );
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
    const line = this.#lines?.[row];
    return line === undefined ? `row ${row}` : `line ${line}`;
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
    return new Table(columns, this.#lines && order.map((row) => this.#lines?.[row] ?? 0));
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

/**
 * Reads `text`, comma-separated values whose first record names the columns.
 * @throws DataError with line and column where a record has too many or too few cells, a quote is wrong, or a cell of a
 * column that has to be numbers is none; and where names are empty or repeated.
 */
export function readTable(text: string, options: TableOptions = {}): Table {
  const [header, ...rows] = parseCsv(text, options);
  if (header === undefined) throw new DataError("CSV: the file is empty; its first line has to name the columns.");
  const names = header.cells.map((name) => name.trim());
  checkNames(names, header.line);
  for (const name of Object.keys(options.kinds ?? {})) {
    if (!names.includes(name))
      throw new DataError(
        `CSV: there is no column "${name}".${didYouMean(name, names)} The columns are: ${names.join(", ")}.`,
        { name, names },
      );
  }
  for (const { line, cells } of rows) {
    if (cells.length === names.length) continue;
    throw new DataError(
      `CSV, line ${line}: ${cells.length} cells where the header has ${names.length} (${names.join(", ")}). Quote cells that hold a separator.`,
      { line, cells: cells.length },
    );
  }
  const missing = new Set(options.missing ?? ["", "NA", "NaN"]);
  const columns = names.map(
    (name, index) => [name, readColumn(name, index, rows, missing, options.kinds?.[name])] as const,
  );
  return new Table(
    new Map(columns),
    rows.map(({ line }) => line),
  );
}

/** `table` as comma-separated values that `readTable` reads back: missing cells are empty. */
export function writeTable(table: Table, options: CsvOptions = {}): string {
  const columns = [...table.columns.values()];
  function* records(): Generator<readonly (string | number)[]> {
    yield table.names;
    for (let row = 0; row < table.rowCount; row++) yield columns.map(({ values }) => at<string | number>(values, row));
  }
  return formatCsv(records(), options);
}

function checkNames(names: readonly string[], line: number): void {
  names.forEach((name, index) => {
    if (name === "")
      throw new DataError(`CSV, line ${line}: column ${index + 1} has no name.`, { line, column: index + 1 });
    if (names.indexOf(name) !== index)
      throw new DataError(`CSV, line ${line}: two columns are named "${name}".`, { line, name });
  });
}

function readColumn(
  name: string,
  index: number,
  rows: readonly CsvRow[],
  missing: ReadonlySet<string>,
  kind: Column["kind"] | undefined,
): Column {
  const cells = rows.map((row) => {
    const cell = at(row.cells, index).trim();
    return missing.has(cell) ? "" : cell;
  });
  const values = new Float64Array(cells.length).fill(NaN);
  let isNumeric = kind === "number" || cells.some((cell) => cell !== "");
  for (let row = 0; row < cells.length && isNumeric && kind !== "text"; row++) {
    const cell = at(cells, row);
    const value = cell === "" ? NaN : parseNumber(cell);
    if (value !== undefined) values[row] = value;
    else if (kind === "number") {
      const { line } = at(rows, row);
      throw new DataError(
        `CSV, line ${line}, column "${name}": ${JSON.stringify(cell)} is not a number. Write numbers with a point, without units.`,
        { line, name, cell },
      );
    } else isNumeric = false;
  }
  return isNumeric && kind !== "text" ? { kind: "number", values } : textColumn(cells);
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that `cell` spells, if it does. Only decimal notation: what `Number` takes besides (hexadecimal, blanks) is text. */
function parseNumber(cell: string): number | undefined {
  return decimal.test(cell) ? Number(cell) : undefined;
}
