/** Parquet files, read a row group at a time. The format is `hyparquet`'s business; here is what tables make of it. */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
  type SchemaTree,
} from "hyparquet";
import { DataError, SmilodonError } from "../support/errors.ts";
import type { ByteSource } from "./byteSource.ts";
import { storageOf } from "./kinds.ts";
import { checkPages } from "./parquetPages.ts";
import type { Table } from "./table.ts";
import { chunkRows, type SourceColumn, type SourceOptions, type TableSource } from "./tableSource.ts";
import { chooseColumns, ValueTable } from "./valueTable.ts";

/**
 * Plans how to read `source`, a Parquet file. Dates and times become ISO text (to the millisecond), decimals numbers.
 * @throws DataError where it is damaged, or a column to be read holds lists, structures or bytes.
 */
export async function openParquet(source: ByteSource, options: SourceOptions): Promise<TableSource> {
  const file = bufferOf(source);
  const metadata = await readable(() => parquetMetadataAsync(file));
  checkMetadata(metadata, source.size);
  const { children } = await readable(async () => parquetSchema(metadata));
  const names = chooseColumns(
    children.map(({ element }) => element.name),
    options,
    "Parquet",
  );
  const columns = await readable(async () =>
    children
      .filter(({ element }) => names.includes(element.name))
      .map((child): SourceColumn => ({ name: child.element.name, kind: kindOf(child, metadata, options) })),
  );
  return new ParquetSource(file, metadata, columns, options);
}

/** `source` as the reader of the format takes it. */
export function bufferOf(source: ByteSource): AsyncBuffer {
  return {
    byteLength: source.size,
    async slice(start, end = source.size) {
      const bytes = await source.read(start, end);
      // A view of part of a larger buffer would be read from that buffer's beginning
      return bytes.slice().buffer;
    },
  };
}

class ParquetSource implements TableSource {
  readonly format = "Parquet";
  readonly columns: readonly SourceColumn[];
  readonly rowEstimate: number;
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;
  readonly #elements: ReadonlyMap<string, SchemaElement>;
  readonly #options: SourceOptions;

  constructor(file: AsyncBuffer, metadata: FileMetaData, columns: readonly SourceColumn[], options: SourceOptions) {
    this.#file = file;
    this.#metadata = metadata;
    this.#elements = new Map(parquetSchema(metadata).children.map(({ element }) => [element.name, element]));
    this.columns = columns;
    this.rowEstimate = Number(metadata.num_rows);
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Table> {
    const rows = chunkRows(this.columns.length, this.#options);
    const table = new ValueTable(this.#options, "row", this.columns);
    for await (const { values, start, count } of this.#groups()) {
      for (let row = 0; row < count; row++) {
        addRow(table, values, row, start);
        if (table.rowCount === rows) yield table.take();
      }
    }
    if (table.rowCount > 0) yield table.take();
  }

  async readAll(): Promise<Table> {
    const table = new ValueTable(this.#options, "row");
    for (const { name } of this.columns) table.addColumn(name);
    for await (const { values, start, count } of this.#groups())
      for (let row = 0; row < count; row++) addRow(table, values, row, start);
    return table.take();
  }

  /** Row groups one after the other: the values of each column, and the row that they begin with. */
  async *#groups(): AsyncGenerator<RowGroup> {
    let start = 0;
    for (const group of this.#metadata.row_groups) {
      const count = Number(group.num_rows);
      if (count > 0) yield { values: await this.#readGroup(start, count, group), start, count };
      start += count;
    }
  }

  async #readGroup(start: number, count: number, group: Place["group"]): Promise<RowGroup["values"]> {
    const values = new Map<string, readonly unknown[]>();
    // One after the other: what is checked and unpacked of a column is not needed for the next
    for (const { name } of this.columns)
      values.set(name, await readable(() => this.#readColumn(name, { start, count, group })));
    return values;
  }

  async #readColumn(name: string, { start, count, group }: Place): Promise<readonly unknown[]> {
    const chunk = chunkOf(name, group, this.#elements);
    if (!(chunk.start >= 0 && chunk.start <= chunk.end && chunk.end <= this.#file.byteLength))
      throw new Error(`column "${name}" lies outside the file`);
    const bytes = await this.#file.slice(chunk.start, chunk.end);
    const pages = checkPages({ ...chunk, bytes: new Uint8Array(bytes), rows: count });
    const column = new Array<unknown>(count);
    let known = 0;
    await parquetRead({
      file: {
        byteLength: this.#file.byteLength,
        slice: (from, to) => bytes.slice(from - chunk.start, (to ?? chunk.end) - chunk.start),
      },
      metadata: this.#metadata,
      columns: [name],
      rowStart: start,
      rowEnd: start + count,
      // Unpacked when they were checked
      compressors: { [chunk.codec]: () => pages.shift() ?? new Uint8Array(0) },
      onChunk({ columnData, rowStart }) {
        for (let index = 0; index < columnData.length; index++) {
          const row = rowStart + index - start;
          if (row >= 0 && row < count) column[row] = columnData[index];
        }
        known += columnData.length;
      },
    });
    if (known < count) throw new Error(`column "${name}" has fewer than ${count} values`);
    return column;
  }
}

/** Where a row group lies in the table and in the file. */
interface Place {
  readonly start: number;
  readonly count: number;
  readonly group: FileMetaData["row_groups"][number];
}

/** What the file says of column `name` of a row group. @throws Error where that cannot be. */
function chunkOf(name: string, { columns }: Place["group"], elements: ReadonlyMap<string, SchemaElement>) {
  const own = columns.filter(({ meta_data: data }) => data?.path_in_schema[0] === name);
  const [data, element] = [own[0]?.meta_data, elements.get(name)];
  if (data === undefined || element === undefined || own.length > 1 || data.path_in_schema.length !== 1)
    throw new Error(`column "${name}" is ${own.length} times in a row group`);
  const start = Number(data.dictionary_page_offset || data.data_page_offset);
  return {
    start,
    end: start + Number(data.total_compressed_size),
    codec: data.codec,
    type: data.type,
    typeLength: element.type_length,
    levels: element.repetition_type === "REQUIRED" ? 0 : 1,
  };
}

interface RowGroup {
  readonly values: ReadonlyMap<string, readonly unknown[]>;
  readonly start: number;
  readonly count: number;
}

function addRow(table: ValueTable, values: RowGroup["values"], row: number, start: number): void {
  for (const [name, column] of table.columns) column.add(values.get(name)?.[row], () => `Parquet, row ${start + row}`);
  table.endRow(start + row);
}

/** @throws DataError where the file says of itself what cannot be: nothing is made room for before that. */
export function checkMetadata(metadata: FileMetaData, size: number): void {
  const rows = metadata.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  // A row takes a bit at the very least, and equal ones are packed: far more than that is damage
  const isPossible =
    metadata.row_groups.every(({ num_rows }) => num_rows >= 0n) && rows <= Math.max(2 ** 20, size * 4096);
  if (!isPossible || rows !== Number(metadata.num_rows))
    throw damaged(`it says that it has ${metadata.num_rows} rows, and its row groups say ${rows}`);
}

/** Numbers where its type is a number's and none is too large, as far as the file tells; text otherwise. */
function kindOf(child: SchemaTree, metadata: FileMetaData, { kinds }: SourceOptions): SourceColumn["kind"] {
  const { element } = child;
  if (child.children.length > 0 || element.repetition_type === "REPEATED")
    throw new DataError(
      `Parquet: column "${element.name}" holds lists or structures; a table needs single values. Name the columns to read without it.`,
      { name: element.name },
    );
  const told = storageOf(element.name, kinds);
  if (told !== undefined) return told;
  const logical = element.logical_type?.type;
  if (logical === "DECIMAL" || logical === "FLOAT16" || element.converted_type === "DECIMAL") return "number";
  const isTime = /^(DATE|TIMESTAMP|TIME)/.test(`${logical ?? element.converted_type ?? ""}`);
  switch (element.type) {
    case "FLOAT":
    case "DOUBLE":
      return "number";
    case "INT32":
    case "INT64":
      return isTime || hasLargeIntegers(element.name, metadata) ? "text" : "number";
    default:
      return "text";
  }
}

/** Whether the file's own statistics say that whole numbers of a column are beyond what a double holds. */
function hasLargeIntegers(name: string, { row_groups }: FileMetaData): boolean {
  const isLarge = (value: unknown) => typeof value === "bigint" && !Number.isSafeInteger(Number(value));
  return row_groups.some(({ columns }) => {
    const statistics = columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data?.statistics;
    return [statistics?.min_value, statistics?.max_value, statistics?.min, statistics?.max].some(isLarge);
  });
}

/** What `read` gives; whatever the reader of the format throws becomes a DataError. */
export async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SmilodonError) throw error;
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

/** What is said of a file that is not what it says. */
export function damaged(problem: string): DataError {
  return new DataError(`Parquet: the file cannot be read: ${problem}. Get or write it again.`, { problem });
}
