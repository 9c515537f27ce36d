/** JSON lines (one object a line) and JSON files with a list of objects. */
import { DataError } from "../support/errors.ts";
import { type ByteSource, readHead } from "./byteSource.ts";
import { headSize } from "./readTable.ts";
import type { Table } from "./table.ts";
import { chunkRows, type SourceColumn, type SourceOptions, type TableSource } from "./tableSource.ts";
import { findEncoding } from "./textEncoding.ts";
import { chooseColumns, ValueTable } from "./valueTable.ts";

const longestHead = 2 ** 28;

/**
 * Plans how to read `source`, an object a line: columns are the fields of the first objects, for as many as a megabyte
 * holds. `readAll` also takes fields that come later.
 * @throws DataError with the line where one is no object, or holds lists or objects.
 */
export async function openJsonLines(source: ByteSource, options: SourceOptions): Promise<TableSource> {
  const lines = new JsonLines(source, options.encoding ?? findEncoding(await readHead(source, 4096), false));
  const table = new ValueTable({}, "line");
  let looked = 0;
  for (let size = headSize; table.rowCount === 0 && size <= longestHead; size *= 4) {
    looked = Math.min(size, source.size);
    for await (const { fields, line } of lines.objects(size)) addObject(table, fields, line);
    if (size >= source.size) break;
  }
  if (table.rowCount === 0) throw new DataError("JSON lines: the file is empty; each line has to be an object.");
  const rowEstimate = Math.ceil((source.size / looked) * table.rowCount);
  return new JsonSource(source, lines, { columns: columnsOf(table.take(), options), rowEstimate }, options);
}

/**
 * Reads `source`, a list of objects, as a whole.
 * @throws DataError where it is no such list, or an object holds lists or objects.
 */
export async function openJsonList(source: ByteSource, options: SourceOptions): Promise<TableSource> {
  const bytes = await readHead(source, source.size);
  const text = decode(bytes, options.encoding ?? findEncoding(bytes, true));
  const list = parseJson(text, "JSON");
  if (!Array.isArray(list)) throw new DataError("JSON: the file has to be a list of objects, or one object a line.");
  const table = new ValueTable(options, "row");
  for (const [row, item] of list.entries()) addObject(table, fieldsOf(item, `JSON, row ${row}`), row, options.columns);
  const names = [...table.columns.keys()];
  chooseColumns(names, options, "JSON");
  return inMemorySource(table.take(), "JSON", options);
}

/** A source of a table that is in memory already. */
export function inMemorySource(table: Table, format: string, options: SourceOptions): TableSource {
  const columns = [...table.columns].map(([name, { kind }]): SourceColumn => ({ name, kind }));
  const rows = chunkRows(columns.length, options);
  return {
    format,
    columns,
    rowEstimate: table.rowCount,
    readAll: async () => table,
    async *[Symbol.asyncIterator]() {
      for (let from = 0; from < table.rowCount; from += rows) {
        const length = Math.min(rows, table.rowCount - from);
        yield table.select(Uint32Array.from({ length }, (_, index) => from + index));
      }
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

class JsonSource implements TableSource {
  readonly format = "JSON lines";
  readonly columns: readonly SourceColumn[];
  readonly rowEstimate: number;
  readonly #source: ByteSource;
  readonly #lines: JsonLines;
  readonly #options: SourceOptions;

  constructor(
    source: ByteSource,
    lines: JsonLines,
    { columns, rowEstimate }: Pick<TableSource, "columns"> & { readonly rowEstimate: number },
    options: SourceOptions,
  ) {
    this.#source = source;
    this.#lines = lines;
    this.columns = columns;
    this.rowEstimate = rowEstimate;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Table> {
    const rows = chunkRows(this.columns.length, this.#options);
    const table = new ValueTable(this.#options, "line", this.columns);
    const { columns: wanted } = this.#options;
    for await (const { fields, line } of this.#lines.objects(this.#source.size)) {
      const fresh = Object.keys(fields).find((name) => !table.columns.has(name) && wanted?.includes(name) !== false);
      if (fresh !== undefined && wanted === undefined)
        throw new DataError(
          `JSON lines, line ${line}: the field "${fresh}" was not seen before. Name the columns to read, or begin the file with an object that has it.`,
          { line, name: fresh },
        );
      addObject(
        table,
        fields,
        line,
        this.columns.map(({ name }) => name),
      );
      if (table.rowCount === rows) yield table.take();
    }
    if (table.rowCount > 0) yield table.take();
  }

  async readAll(): Promise<Table> {
    const table = new ValueTable(this.#options, "line");
    for await (const { fields, line } of this.#lines.objects(this.#source.size))
      addObject(table, fields, line, this.#options.columns);
    return table.take();
  }
}

/** The objects of a file, one a line. */
class JsonLines {
  readonly #source: ByteSource;
  readonly #encoding: string;

  constructor(source: ByteSource, encoding: string) {
    this.#source = source;
    this.#encoding = encoding;
  }

  /** Those on the lines that are whole within the first `size` bytes. */
  async *objects(size: number): AsyncGenerator<{ fields: Fields; line: number }> {
    const decoder = new TextDecoder(this.#encoding, { fatal: true });
    let line = 0;
    let rest = "";
    let taken = 0;
    for await (const block of this.#source.blocks()) {
      const used = block.subarray(0, size - taken);
      taken += used.length;
      const lines = (rest + decodeBlock(decoder, used, line)).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) {
        line++;
        if (text.trim() !== "") yield { fields: objectOf(text, line), line };
      }
      if (taken >= size) break;
    }
    if (taken >= this.#source.size && rest.trim() !== "") yield { fields: objectOf(rest, line + 1), line: line + 1 };
  }
}

function decodeBlock(decoder: TextDecoder, block: Uint8Array, line: number): string {
  try {
    return decoder.decode(block, { stream: true });
  } catch {
    throw new DataError(
      `JSON lines, after line ${line}: the bytes are not ${decoder.encoding} text. Save the file as UTF-8, or pass the encoding that it has.`,
      { line },
    );
  }
}

function decode(bytes: Uint8Array, encoding: string): string {
  return decodeBlock(new TextDecoder(encoding, { fatal: true }), bytes, 0);
}

function objectOf(text: string, line: number): Fields {
  const place = `JSON lines, line ${line}`;
  return fieldsOf(parseJson(text, place), place);
}

function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new DataError(
    `${place}: ${JSON.stringify(value)?.slice(0, 40)} is no object; each row has to be one, as { "name": value }.`,
  );
}

/** What `text` says; whole numbers that a double does not hold are bigints. */
function parseJson(text: string, place: string): unknown {
  try {
    // Only where there are so many digits is it worth asking for the source of each number
    return /\d{16}/.test(text) ? JSON.parse(text, keepLargeIntegers) : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DataError(
      `${place}: this is not JSON (${error.message}). Each row has to be an object, as { "name": value }; if the file was cut off, get it whole.`,
    );
  }
}

function keepLargeIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const { source } = context ?? {};
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined) return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function addObject(table: ValueTable, fields: Fields, line: number, wanted?: readonly string[]): void {
  const place = () => `JSON, ${table.unit} ${line}`;
  for (const [name, value] of Object.entries(fields)) {
    if (wanted?.includes(name) === false) continue;
    (table.columns.get(name) ?? table.addColumn(name)).add(value, place);
  }
  table.endRow(line);
}

function columnsOf(table: Table, options: SourceOptions): SourceColumn[] {
  return chooseColumns(table.names, options, "JSON lines").map((name) => ({ name, kind: table.column(name).kind }));
}
