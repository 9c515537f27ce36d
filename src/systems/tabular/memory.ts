/**
 * Does a table fit into memory with all that is made of it? Told before it is read, from how many rows it has and what its
 * first rows become. The answer depends on the file and the budget alone, never on the machine: the same command takes the
 * same way everywhere.
 */
import { fitEncoder } from "../../data/encoder.ts";
import type { Table } from "../../data/table.ts";
import type { TableSource } from "../../data/tableSource.ts";
import { DataError } from "../../support/errors.ts";
import { type TableOpener, withTexts } from "./opening.ts";

/** Megabytes that rows may take where nobody says otherwise. */
export const usualMemory = 2048;

/** What is known of a table before it is read. */
export interface MemoryPlan {
  /** Whether rows and what is made of them fit. */
  readonly fits: boolean;
  /** Bytes that they would take, about. */
  readonly needed: number;
  /** Bytes that they may take. */
  readonly budget: number;
  /** Bytes of a row as it is read, and of one as the network takes it; both once. */
  readonly cellBytes: number;
  readonly encodedBytes: number;
}

/** A column becomes so many numbers at most, nearly always: below that nothing need be looked at. */
const widestColumn = 130;

/** Rows that are looked at. */
const looked = 20_000;

/**
 * A table is held as it was read, and in parts that were picked out of it (rows with a target, rows to learn from); encoded rows
 * are held whole, and in the parts of their split.
 */
const copies = { cells: 3, encoded: 2.5 } as const;

/** What a plan is made for. */
export interface MemoryOptions {
  readonly target: string;
  /** Megabytes. Default 2048. */
  readonly memory?: number | undefined;
}

/**
 * Plans by the first rows of the table. A source that does not know how many rows it has is taken to fit.
 * @throws DataError where the table cannot be read.
 */
export function planMemory(open: TableOpener, options: MemoryOptions): Promise<MemoryPlan> {
  return withTexts(open, { numbers: [] }, (source) => planFor(source, options));
}

async function planFor(source: TableSource, { target, memory = usualMemory }: MemoryOptions): Promise<MemoryPlan> {
  const budget = memory * 2 ** 20;
  const columns = source.columns.length;
  const plain = { budget, cellBytes: 8 * columns, encodedBytes: 4 * widestColumn * columns };
  const rows = source.rowEstimate;
  const most = (rows ?? 0) * bytesOf(plain);
  if (most <= budget) return { ...plain, needed: most, fits: true };
  for await (const chunk of source) {
    const first =
      chunk.rowCount <= looked ? chunk : chunk.select(Uint32Array.from({ length: looked }, (_, row) => row));
    const seen = { budget, cellBytes: cellBytesOf(first), encodedBytes: 4 * widthOf(first, target) };
    const needed = (rows ?? 0) * bytesOf(seen);
    return { ...seen, needed, fits: needed <= budget };
  }
  return { ...plain, needed: 0, fits: true };
}

function bytesOf({ cellBytes, encodedBytes }: Pick<MemoryPlan, "cellBytes" | "encodedBytes">): number {
  return copies.cells * cellBytes + copies.encoded * encodedBytes;
}

function cellBytesOf(table: Table): number {
  let bytes = 4;
  for (const column of table.columns.values()) {
    if (column.kind === "number") bytes += 8;
    else {
      const characters = column.categories.reduce((sum, text) => sum + text.length + textOverhead, 0);
      bytes += 4 + characters / Math.max(1, table.rowCount);
    }
  }
  return bytes;
}

/** Bytes of a text besides its characters. */
const textOverhead = 48;

function widthOf(table: Table, target: string): number {
  if (!table.columns.has(target)) return table.names.length;
  try {
    return fitEncoder(table, { target }).width;
  } catch (error) {
    // What is wrong with it is said when it is learned from
    if (error instanceof DataError) return table.names.length;
    throw error;
  }
}
