/**
 * A sample of fixed size from rows that come one after the other: those with the smallest keys. Keys that chance decides
 * (`rowKeys`) make every set of rows equally likely, and the same sample comes of the same rows in any order and in chunks of any
 * size. In the sample, too, the first rows are a sample of it: parts of it are independent draws.
 */
import { at } from "../support/invariant.ts";
import { Table } from "./table.ts";

/** Rows that the sample holds, and what is to become of those that it does not. */
export interface RowSampleOptions {
  readonly capacity: number;
  /** Given each row that is no part of the sample, once, as soon as that is known. */
  readonly onDrop?: (table: Table, rows: Uint32Array) => void;
}

/** What the sample holds: rows by ascending key. */
export interface SampledRows {
  readonly table: Table;
  readonly keys: Float64Array;
}

interface Piece {
  readonly table: Table;
  readonly keys: Float64Array;
}

/** Takes rows, and keeps those with the smallest keys. */
export class RowSample {
  readonly #capacity: number;
  readonly #drop: (table: Table, rows: Uint32Array) => void;
  /** Rows with keys that are not below this one cannot be part of the sample. */
  #limit = Number.POSITIVE_INFINITY;
  #pieces: Piece[] = [];
  #held = 0;

  constructor({ capacity, onDrop = () => undefined }: RowSampleOptions) {
    this.#capacity = capacity;
    this.#drop = onDrop;
  }

  /** Offers rows `rows` of `table`; `keys` are those of all its rows. */
  offer(table: Table, rows: Uint32Array, keys: Float64Array): void {
    const entering = rows.filter((row) => at(keys, row) < this.#limit);
    if (entering.length < rows.length)
      this.#drop(
        table,
        rows.filter((row) => at(keys, row) >= this.#limit),
      );
    if (entering.length === 0) return;
    this.#pieces.push({
      table: Table.join([{ table, rows: entering }]),
      keys: Float64Array.from(entering, (row) => at(keys, row)),
    });
    this.#held += entering.length;
    if (this.#held > 2 * this.#capacity) this.#settle();
  }

  /** The sample. Fewer rows than its capacity only where there were no more. */
  finish(): SampledRows {
    if (this.#held > this.#capacity) this.#settle();
    const pieces = this.#pieces;
    const keys = Float64Array.from(pieces.flatMap((piece) => [...piece.keys]));
    const whole = Table.join(pieces.map(({ table }) => ({ table, rows: allRows(table) })));
    const order = Uint32Array.from(keys.keys()).sort((a, b) => at(keys, a) - at(keys, b));
    return { table: whole.select(order), keys: keys.sort() };
  }

  /** Gives up the rows with the largest keys. */
  #settle(): void {
    const all = new Float64Array(this.#held);
    let place = 0;
    for (const { keys } of this.#pieces) {
      all.set(keys, place);
      place += keys.length;
    }
    this.#limit = at(all.sort(), this.#capacity);
    const kept = this.#pieces.map(({ table, keys }) => {
      const rows = allRows(table);
      const dropped = rows.filter((row) => at(keys, row) >= this.#limit);
      if (dropped.length > 0) this.#drop(table, dropped);
      return { table, rows: rows.filter((row) => at(keys, row) < this.#limit), keys };
    });
    const keys = kept.flatMap(({ rows, keys: own }) => Array.from(rows, (row) => at(own, row)));
    this.#pieces = [{ table: Table.join(kept), keys: Float64Array.from(keys) }];
    this.#held = keys.length;
  }
}

function allRows(table: Table): Uint32Array {
  return Uint32Array.from({ length: table.rowCount }, (_, row) => row);
}
