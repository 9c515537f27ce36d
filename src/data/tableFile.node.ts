/** Tables in files. */
import { writeFileAtomic } from "../support/atomicFile.node.ts";
import { DataError } from "../support/errors.ts";
import type { CsvOptions } from "./csv.ts";
import { fileSource } from "./fileSource.node.ts";
import { type OpenOptions, openSource } from "./openTable.ts";
import { writeTable } from "./readTable.ts";
import { openQuery } from "./sqlSource.node.ts";
import type { Table } from "./table.ts";
import type { TableSource } from "./tableSource.ts";

/** How a file is opened. */
export interface TableFileOptions extends OpenOptions {
  /**
   * An SQL query, run by DuckDB (the optional package `@duckdb/node-api`): the file is its table `data`, or, where the
   * file is a DuckDB database, its tables have their own names.
   */
  readonly query?: string;
}

/**
 * Reads the table in the file at `path`: CSV, JSON lines, Parquet or Arrow, told by what it begins with.
 * @throws DataError that begins with the path where there is no such file, or it is no such table.
 *
 * @example
 * ```ts
 * import { Table } from "smilodon/data";
 * import { readTableFile, writeTableFile } from "smilodon/node";
 * await writeTableFile("runs/example.csv", new Table(new Map([["length", { kind: "number", values: new Float64Array([110]) }]])));
 * console.log((await readTableFile("runs/example.csv")).numbers("length"));
 * ```
 */
export async function readTableFile(path: string, options: TableFileOptions = {}): Promise<Table> {
  const source = await openTableFile(path, options);
  return source.readAll();
}

/**
 * Opens the table in the file at `path`, which may be larger than memory: `for await (const chunk of source)` gives its
 * rows chunk by chunk.
 * @throws DataError, also of the loop, that begins with the path.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { openTableFile, writeTableFile } from "smilodon/node";
 * await writeTableFile("runs/example.csv", readTable("length\n110\n205\n300\n"));
 * const source = await openTableFile("runs/example.csv", { rows: 2 });
 * for await (const chunk of source) console.log(chunk.numbers("length")); // [110, 205], then [300]
 * ```
 */
export async function openTableFile(path: string, options: TableFileOptions = {}): Promise<TableSource> {
  const { query } = options;
  const source = await named(path, async () => {
    const file = await fileSource(path);
    return query === undefined ? openSource(file, options) : openQuery(query, path, options);
  });
  return {
    format: source.format,
    columns: source.columns,
    rowEstimate: source.rowEstimate,
    readAll: () => named(path, () => source.readAll()),
    async *[Symbol.asyncIterator]() {
      try {
        yield* source;
      } catch (error) {
        throw withPath(path, error);
      }
    },
  };
}

/** Writes `table` to `path`, atomically. */
export async function writeTableFile(path: string, table: Table, options: CsvOptions = {}): Promise<void> {
  await writeFileAtomic(path, writeTable(table, options));
}

async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw withPath(path, error);
  }
}

function withPath(path: string, error: unknown): unknown {
  return error instanceof DataError ? new DataError(`${path}: ${error.message}`, { ...error.facts, path }) : error;
}
