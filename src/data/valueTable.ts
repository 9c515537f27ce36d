/** Tables from records or columns of JavaScript values: what the readers of JSON, Parquet, Arrow and SQL share. */

import { missingOf } from "./csvLayout.ts";
import type { TableOptions } from "./csvPlan.ts";
import { storageOf } from "./kinds.ts";
import { noSuchColumn } from "./names.ts";
import { type PlaceUnit, Table } from "./table.ts";
import type { SourceColumn } from "./tableSource.ts";
import { ValueColumn, type ValueColumnOptions } from "./valueColumn.ts";

/** Columns side by side that grow row by row. */
export class ValueTable {
  readonly columns = new Map<string, ValueColumn>();
  readonly #options: TableOptions;
  readonly #missing: ValueColumnOptions["missing"];
  readonly unit: PlaceUnit;
  #lines: number[] = [];

  /** With `settled`, those columns and kinds and no others; otherwise columns as they come, of the kinds that they turn out to be. */
  constructor(options: TableOptions, unit: PlaceUnit, settled?: readonly SourceColumn[]) {
    this.#options = options;
    this.unit = unit;
    this.#missing = missingOf(options.missing).missing;
    for (const { name, kind } of settled ?? []) this.addColumn(name, kind);
  }

  get rowCount(): number {
    return this.#lines.length;
  }

  /** A column with missing values for all rows that there are. */
  addColumn(name: string, kind?: SourceColumn["kind"]): ValueColumn {
    const told = storageOf(name, this.#options.kinds);
    const column = new ValueColumn(name, { kind: told ?? kind, isTold: told !== undefined, missing: this.#missing });
    column.fill(this.rowCount);
    this.columns.set(name, column);
    return column;
  }

  /** Ends a row that came from `line`: columns that got no value for it miss one. */
  endRow(line: number): void {
    this.#lines.push(line);
    for (const column of this.columns.values()) column.fill(this.#lines.length);
  }

  /** The rows as a table; the columns stay, without rows. */
  take(): Table {
    const lines = Uint32Array.from(this.#lines);
    this.#lines = [];
    const columns = [...this.columns].map(([name, column]) => [name, column.take()] as const);
    return new Table(new Map(columns), lines, this.unit);
  }
}

/** The columns to read, of those there are, in their order. @throws DataError where `options` name others. */
export function chooseColumns(names: readonly string[], options: TableOptions, format: string): string[] {
  const known = new Set(names);
  const wrong = [...Object.keys(options.kinds ?? {}), ...(options.columns ?? [])].find((name) => !known.has(name));
  if (wrong !== undefined) throw noSuchColumn(wrong, names, `${format}: there is`);
  const wanted = options.columns && new Set(options.columns);
  return names.filter((name) => wanted?.has(name) ?? true);
}
