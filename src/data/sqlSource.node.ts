/** Results of SQL queries, through DuckDB: an optional package, which is asked for only here. */
import { createRequire } from "node:module";
import { extname, join, resolve } from "node:path";
import { DataError, SmilodonError, UnsupportedError } from "../support/errors.ts";
import { usualMissing } from "./csvLayout.ts";
import { storageOf } from "./kinds.ts";
import type { Table } from "./table.ts";
import { chunkRows, type SourceColumn, type SourceOptions, type TableSource } from "./tableSource.ts";
import { chooseColumns, ValueTable } from "./valueTable.ts";

/** What of DuckDB's package is used. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<{ connect(): Promise<Connection> }>;
  };
}
interface Connection {
  run(sql: string): Promise<unknown>;
  stream(sql: string): Promise<Result>;
  closeSync(): void;
}
interface Result {
  columnNames(): string[];
  columnTypes(): { toString(): string }[];
  fetchChunk(): Promise<{ readonly rowCount: number; getColumnValues(column: number): unknown[] } | null>;
}

/** Databases that queries read tables of; other files are the table `data`. */
const databases = new Set([".duckdb", ".ddb", ".db"]);
const textFiles = new Set([".csv", ".tsv", ".txt"]);

/**
 * The result of the query `sql`. In it the file at `path` is the table `data`, or, where it is a DuckDB database, its
 * tables have their own names; it may name other files as well: `SELECT * FROM 'more.parquet'`. A loop over chunks runs the
 * query anew.
 * @throws UnsupportedError where `@duckdb/node-api` is not installed, DataError where the query or a column of its result
 * cannot be read.
 */
export async function openQuery(sql: string, path: string | undefined, options: SourceOptions): Promise<TableSource> {
  const connection = await connect(await loadDuckDb(), path);
  const result = await readable(() => connection.stream(sql));
  const types = result.columnTypes().map(String);
  const names = result.columnNames();
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new DataError(`SQL: two columns are named "${repeated}". Rename one: SELECT a AS b.`, { name: repeated });
  const chosen = new Set(chooseColumns(names, options, "SQL"));
  const columns = names.flatMap((name, index): QueryColumn[] =>
    chosen.has(name) ? [{ name, index, ...readingOf(name, types[index] ?? "", options) }] : [],
  );
  return new QuerySource(connection, sql, columns, options);
}

interface QueryColumn extends SourceColumn {
  readonly index: number;
  readonly read: (value: unknown) => unknown;
}

class QuerySource implements TableSource {
  readonly format = "SQL";
  readonly columns: readonly QueryColumn[];
  /** Only running the query would tell. */
  readonly rowEstimate = undefined;
  readonly #connection: Connection;
  readonly #sql: string;
  readonly #options: SourceOptions;

  constructor(connection: Connection, sql: string, columns: readonly QueryColumn[], options: SourceOptions) {
    this.#connection = connection;
    this.#sql = sql;
    this.columns = columns;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Table> {
    const rows = chunkRows(this.columns.length, this.#options);
    const table = new ValueTable(this.#options, "row", this.columns);
    for await (const _ of this.#addRows(table, rows)) yield table.take();
    if (table.rowCount > 0) yield table.take();
  }

  async readAll(): Promise<Table> {
    const table = new ValueTable(this.#options, "row");
    for (const { name } of this.columns) table.addColumn(name);
    for await (const _ of this.#addRows(table, Number.POSITIVE_INFINITY));
    return table.take();
  }

  /** Adds the rows of the result, and stops whenever there are `most`. */
  async *#addRows(table: ValueTable, most: number): AsyncGenerator<void> {
    const result = await readable(() => this.#connection.stream(this.#sql));
    let row = 0;
    const place = () => `SQL, row ${row}`;
    for (;;) {
      const chunk = await readable(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      const values = this.columns.map(({ index }) => chunk.getColumnValues(index));
      for (let index = 0; index < chunk.rowCount; index++, row++) {
        this.columns.forEach(({ name, read }, column) => {
          table.columns.get(name)?.add(read(values[column]?.[index]), place);
        });
        table.endRow(row);
        if (table.rowCount === most) yield;
      }
    }
  }
}

const numbers = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|UHUGEINT|FLOAT|DOUBLE)$/;
const decimals = /^DECIMAL\(\d+,\s*\d+\)$/;
const plain = /^(VARCHAR|BOOLEAN)$/;
/** Their text is how SQL writes them: dates and times in ISO form. */
const written = /^(DATE|TIME|TIMESTAMP|UUID|ENUM)\b(?!.*\[\]$)/;

/** How values of SQL type `type` are held, and made into JavaScript's. @throws DataError where they are nested. */
function readingOf(name: string, type: string, { kinds }: SourceOptions): Pick<QueryColumn, "kind" | "read"> {
  const told = storageOf(name, kinds);
  const asText = (value: unknown) => (value === null || value === undefined ? value : String(value));
  if (numbers.test(type)) return { kind: told ?? "number", read: (value) => value };
  if (decimals.test(type)) return { kind: told ?? "number", read: (value) => (value === null ? null : Number(value)) };
  if (plain.test(type)) return { kind: told ?? "text", read: (value) => value };
  if (written.test(type)) return { kind: told ?? "text", read: asText };
  throw new DataError(
    `SQL: column "${name}" has type ${type}; a table needs numbers, text, booleans or dates. Convert it in the query, or leave it out.`,
    { name, type },
  );
}

async function connect({ DuckDBInstance }: DuckDb, path: string | undefined): Promise<Connection> {
  const extension = extname(path ?? "").toLowerCase();
  const isDatabase = path !== undefined && databases.has(extension);
  return readable(async () => {
    // Nothing is fetched from the network because a file asks for it
    const options = { autoinstall_known_extensions: "false", ...(isDatabase && { access_mode: "READ_ONLY" }) };
    const instance = await DuckDBInstance.create(isDatabase ? path : ":memory:", options);
    const connection = await instance.connect();
    if (path !== undefined && !isDatabase) {
      const file = quoted(resolve(path));
      const missing = usualMissing.map(quoted).join(", ");
      const table = textFiles.has(extension) ? `read_csv(${file}, nullstr = [${missing}])` : file;
      await connection.run(`CREATE VIEW data AS SELECT * FROM ${table}`);
    }
    return connection;
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The package, from beside this one or from the folder that SMILODON_DUCKDB names. */
async function loadDuckDb(): Promise<DuckDb> {
  const name = "@duckdb/node-api";
  const { SMILODON_DUCKDB: folder } = process.env;
  try {
    if (folder !== undefined) return createRequire(join(resolve(folder), "package.json"))(name) as DuckDb;
    return (await import(name)) as DuckDb;
  } catch (cause) {
    const problem = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new UnsupportedError(`SQL queries need the package ${name}: npm install ${name} (${problem}).`, { name });
  }
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SmilodonError) throw error;
    throw new DataError(`SQL: ${error instanceof Error ? error.message : String(error)}`);
  }
}
