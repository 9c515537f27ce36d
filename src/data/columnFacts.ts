/**
 * What is known of all rows of a column that memory does not hold: how many are missing, how far numbers reach, how often cells
 * occur. Kinds and encoders are found with it and a sample of the rows (`rowSample.ts`).
 */
import { at } from "../support/invariant.ts";
import type { Column } from "./column.ts";
import { Frequencies } from "./frequencies.ts";
import type { Table } from "./table.ts";

/** Facts of one column. */
export interface ColumnFacts {
  readonly rows: number;
  readonly missing: number;
  /** Of finite numbers; NaN where there are none. */
  readonly lowest: number;
  readonly highest: number;
  /** How often each different cell occurs, numbers written out; undefined where too many numbers differ. */
  readonly counts: ReadonlyMap<string, number> | undefined;
  /** Whether `counts` has all cells, and exactly. */
  readonly isExact: boolean;
}

/** Numbers that are counted one by one, at most. */
const mostNumbers = 2 ** 16;

/** Collects the facts of one column from rows that come in any order. */
export class FactCollector {
  readonly #texts = new Frequencies();
  #numbers: Map<number, number> | undefined = new Map();
  #rows = 0;
  #missing = 0;
  #lowest = Number.NaN;
  #highest = Number.NaN;

  /** Takes rows of `column` into account. */
  add(column: Column, rows: ArrayLike<number>): void {
    this.#rows += rows.length;
    if (column.kind === "number") this.#addNumbers(column.values, rows);
    else this.#addTexts(column.codes, column.categories, rows);
  }

  get facts(): ColumnFacts {
    const isText = this.#texts.counts.size > 0 || this.#texts.missed > 0;
    const numbers = this.#numbers && new Map([...this.#numbers].map(([value, times]) => [String(value), times]));
    return {
      rows: this.#rows,
      missing: this.#missing,
      lowest: this.#lowest,
      highest: this.#highest,
      counts: isText ? this.#texts.counts : numbers,
      isExact: isText ? this.#texts.missed === 0 : numbers !== undefined,
    };
  }

  #addNumbers(values: Float64Array, rows: ArrayLike<number>): void {
    let [lowest, highest] = [this.#lowest, this.#highest];
    for (let index = 0; index < rows.length; index++) {
      const value = values[rows[index] ?? 0] ?? Number.NaN;
      if (Number.isNaN(value)) {
        this.#missing++;
        continue;
      }
      if (Number.isFinite(value)) {
        // Written so that the first number replaces NaN
        if (!(value >= lowest)) lowest = value;
        if (!(value <= highest)) highest = value;
      }
      const counts = this.#numbers;
      if (counts === undefined) continue;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > mostNumbers) this.#numbers = undefined;
    }
    [this.#lowest, this.#highest] = [lowest, highest];
  }

  #addTexts(codes: Int32Array, categories: readonly string[], rows: ArrayLike<number>): void {
    const times = new Uint32Array(categories.length);
    for (let index = 0; index < rows.length; index++) {
      const code = codes[rows[index] ?? 0] ?? -1;
      if (code < 0) this.#missing++;
      else times[code] = (times[code] ?? 0) + 1;
    }
    times.forEach((count, code) => count > 0 && this.#texts.add(at(categories, code), count));
  }
}

/** Collects the facts of all columns of tables that have the same columns. */
export class TableFacts {
  readonly #collectors = new Map<string, FactCollector>();

  /** Takes rows of `table` into account. */
  add(table: Table, rows: ArrayLike<number>): void {
    for (const [name, column] of table.columns) {
      const known = this.#collectors.get(name) ?? new FactCollector();
      this.#collectors.set(name, known);
      known.add(column, rows);
    }
  }

  /** By the name of the column. */
  get facts(): Map<string, ColumnFacts> {
    return new Map([...this.#collectors].map(([name, collector]) => [name, collector.facts]));
  }
}
