/** Tables in any format, told by their first bytes and their name. `tableFile.node.ts` opens files with it. */
import { DataError } from "../support/errors.ts";
import { type ByteSource, blobSource, bytesSource, readHead } from "./byteSource.ts";
import { openCsv } from "./csvSource.ts";
import { openJsonLines, openJsonList } from "./jsonLines.ts";
import type { SourceOptions, TableSource } from "./tableSource.ts";

/** Formats that tables are read from. */
export type TableFormat = "csv" | "json-lines" | "json" | "parquet" | "arrow";

/** How a table is opened. */
export interface OpenOptions extends SourceOptions {
  /** Default: told by the first bytes, and by the end of the name where those leave it open. */
  readonly format?: TableFormat;
}

const openers = {
  csv: openCsv,
  "json-lines": openJsonLines,
  json: openJsonList,
  // Loaded only where there is such a file: pages that read CSV do without them
  parquet: async (source, options) => (await import("./parquet.ts")).openParquet(source, options),
  arrow: async (source, options) => (await import("./arrow.ts")).openArrow(source, options),
} satisfies Record<TableFormat, (source: ByteSource, options: SourceOptions) => Promise<TableSource>>;

/**
 * Opens a table that is in memory or a `Blob` (a `File` that somebody chose on a page): CSV, JSON lines, Parquet, Arrow.
 * Nothing but its beginning is read before its rows are asked for.
 * @throws DataError where it is none of these, or does not fit `options`.
 *
 * @example
 * ```ts
 * import { openTable } from "smilodon/data";
 * const source = await openTable(new TextEncoder().encode('{"length": 110}\n{"length": 205}\n'), { rows: 1 });
 * for await (const chunk of source) console.log(source.format, chunk.numbers("length"));
 * ```
 */
export function openTable(content: Uint8Array | Blob, options: OpenOptions = {}): Promise<TableSource> {
  return openSource(content instanceof Uint8Array ? bytesSource(content) : blobSource(content), options);
}

/** Opens the table that `source` holds. */
export async function openSource(source: ByteSource, options: OpenOptions): Promise<TableSource> {
  const { rows } = options;
  if (rows !== undefined && !(Number.isInteger(rows) && rows > 0))
    throw new DataError(`A chunk of ${rows} rows: it has to be a whole number of 1 or more.`, { rows });
  const format = options.format ?? findFormat(await readHead(source, 4096), source.name);
  return openers[format](source, options);
}

function findFormat(head: Uint8Array, name: string): TableFormat {
  const start = String.fromCharCode(...head.subarray(0, 6));
  if (start.startsWith("PAR1")) return "parquet";
  if (start === "ARROW1" || start.startsWith("\xff\xff\xff\xff")) return "arrow";
  if (/\.(csv|tsv|txt)$/i.test(name)) return "csv";
  const text = new TextDecoder().decode(head).trimStart();
  if (/\.(jsonl|ndjson)$/i.test(name) || /^\{\s*["}]/.test(text)) return "json-lines";
  if (/\.json$/i.test(name) || /^\[\s*[{\]]/.test(text)) return "json";
  return "csv";
}
