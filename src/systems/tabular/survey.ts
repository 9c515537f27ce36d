/**
 * One walk over a table that memory does not hold: which rows are held out, which decide when to stop, which stand for the
 * others in checks and in what is fitted to a sample; and facts of all rows to learn from. trainStream.ts begins with it.
 *
 * Every row has a key that only chance and its position in the file decide. The rows with the smallest keys are held out, the next
 * ones validate, the next are the sample; whoever reads the file again knows by a row's key what it is for.
 */
import { type ColumnFacts, FactCollector, TableFacts } from "../../data/columnFacts.ts";
import { RowSample } from "../../data/rowSample.ts";
import { rowKeys } from "../../data/shuffle.ts";
import type { Table } from "../../data/table.ts";
import type { TableSource } from "../../data/tableSource.ts";
import { at } from "../../support/invariant.ts";
import { RowOrder } from "./rowOrder.ts";
import { rowsWithTarget } from "./task.ts";

/** What is to be held of the table. */
export interface SurveyOptions {
  readonly target: string;
  readonly seed: number;
  /** Rows that are held out, at most; none where there is a test table. */
  readonly heldOut: number;
  /** Rows that decide when to stop, at most. */
  readonly validation: number;
  /** Rows that stand for all others, at most. */
  readonly sample: number;
}

/** What was found. */
export interface Survey {
  /** Rows of the table, and those of them that have a target. */
  readonly rows: number;
  readonly withTarget: number;
  /** Parts that are held; none of them has a row of another. */
  readonly heldOut: Table;
  readonly validation: Table;
  readonly sample: Table;
  /** Rows with a target and a key of at least this are learned from; the sample is among them. */
  readonly cut: number;
  /** How many they are. */
  readonly training: number;
  /** Facts of all rows but those held out, by column. */
  readonly facts: ReadonlyMap<string, ColumnFacts>;
  /** Facts of the target in all rows. */
  readonly target: ColumnFacts;
  /** Where its first infinite number stands, if there is one. */
  readonly infinite: string | undefined;
  /** Share of the target's variance that lies between stretches of the file; near 0 where rows are in no order. */
  readonly orderShare: number;
}

/** Shares of the rows that are held out, and of the rest that decide when to stop, where limits leave so many. */
const shares = { heldOut: 0.2, validation: 0.1 } as const;

/** Walks over `source`. @throws DataError where a row cannot be read. */
export async function surveyTable(source: TableSource, options: SurveyOptions): Promise<Survey> {
  const { target, seed } = options;
  const facts = new TableFacts();
  const targetFacts = new FactCollector();
  const sample = new RowSample({
    capacity: options.heldOut + options.validation + options.sample,
    onDrop: (table, rows) => facts.add(table, rows),
  });
  const order = new RowOrder();
  let [rows, withTarget] = [0, 0];
  let infinite: string | undefined;
  for await (const chunk of source) {
    const known = rowsWithTarget(chunk, target);
    const column = chunk.column(target);
    infinite ??= firstInfinite(chunk, target);
    targetFacts.add(column, known);
    order.add(column, known);
    sample.offer(chunk, known, rowKeys(rows, chunk.rowCount, seed));
    rows += chunk.rowCount;
    withTarget += known.length;
  }
  const { table, keys } = sample.finish();
  const heldOut = Math.min(options.heldOut, Math.floor(shares.heldOut * withTarget));
  const validation = Math.min(options.validation, Math.floor(shares.validation * (withTarget - heldOut)));
  const part = (from: number, to: number): Uint32Array =>
    Uint32Array.from({ length: Math.min(to, table.rowCount) - from }, (_, index) => from + index);
  facts.add(table, part(heldOut, table.rowCount));
  const aside = heldOut + validation;
  return {
    rows,
    withTarget,
    heldOut: table.select(part(0, heldOut)),
    validation: table.select(part(heldOut, aside)),
    sample: table.select(part(aside, aside + options.sample)),
    cut: aside < keys.length ? at(keys, aside) : Number.POSITIVE_INFINITY,
    training: withTarget - aside,
    facts: facts.facts,
    target: targetFacts.facts,
    infinite,
    orderShare: order.share,
  };
}

/** Up to `count` rows of `source`, drawn at random, and how many it has. @throws DataError where a row cannot be read. */
export async function drawRows(
  source: TableSource,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<{ readonly table: Table; readonly rows: number }> {
  const sample = new RowSample({ capacity: count });
  let rows = 0;
  for await (const chunk of source) {
    const all = Uint32Array.from({ length: chunk.rowCount }, (_, row) => row);
    sample.offer(chunk, all, rowKeys(rows, chunk.rowCount, seed));
    rows += chunk.rowCount;
  }
  return { table: sample.finish().table, rows };
}

function firstInfinite(table: Table, target: string): string | undefined {
  const column = table.column(target);
  const row = column.kind === "number" ? column.values.findIndex((value) => Math.abs(value) === Infinity) : -1;
  return row < 0 ? undefined : table.place(row);
}
