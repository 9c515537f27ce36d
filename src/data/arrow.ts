/** Arrow files and streams (Feather), read as a whole by `flechette`; here is what tables make of them. */
import { type Column as ArrowColumn, CompressionType, setCompressionCodec, tableFromIPC } from "@uwdata/flechette";
import { decompressZstd } from "hyparquet-compressors";
import { DataError, SmilodonError } from "../support/errors.ts";
import { checkArrow } from "./arrowCheck.ts";
import { type ByteSource, readHead } from "./byteSource.ts";
import { inMemorySource } from "./jsonLines.ts";
import { decompressLz4 } from "./lz4.ts";
import type { SourceOptions, TableSource } from "./tableSource.ts";
import { chooseColumns, ValueTable } from "./valueTable.ts";

/**
 * Reads `source`, an Arrow file or stream, into memory. Dates and times become ISO text (to the millisecond).
 * @throws DataError where it is damaged, or a column to be read holds lists, structures or bytes.
 */
export async function openArrow(source: ByteSource, options: SourceOptions): Promise<TableSource> {
  const bytes = await readHead(source, source.size);
  const columns = readable(() => decode(bytes));
  const names = chooseColumns([...columns.keys()], options, "Arrow");
  const table = new ValueTable(options, "row");
  let count = 0;
  for (const name of names) {
    const column = table.addColumn(name);
    const values = columns.get(name);
    const cells = readable(() => Array.from<unknown>(values ?? []));
    cells.forEach((cell) => column.add(cell, (row) => `Arrow, row ${row}`));
    count = Math.max(count, cells.length);
  }
  for (let row = 0; row < count; row++) table.endRow(row);
  return inMemorySource(table.take(), "Arrow", options);
}

function decode(bytes: Uint8Array): Map<string, ArrowColumn<unknown>> {
  setCompressionCodec(CompressionType.ZSTD, { encode: refuse, decode: unpackZstd });
  setCompressionCodec(CompressionType.LZ4_FRAME, { encode: refuse, decode: decompressLz4 });
  checkArrow(bytes);
  const table = tableFromIPC(bytes, { useBigInt: true, useDate: true });
  const columns = new Map<string, ArrowColumn<unknown>>();
  table.names.forEach((name, index) => {
    if (columns.has(String(name)))
      throw new DataError(`Arrow: two columns are named "${String(name)}". Rename one of them.`, { name });
    const column = table.getChildAt(index);
    // Even packed, a row takes some part of a byte: far more rows than that are damage, and there is no room for them
    if (column.length > Math.max(2 ** 20, bytes.length * 4096))
      throw new Error(`it says that it has ${column.length} rows`);
    columns.set(String(name), column);
  });
  return columns;
}

/** In memory of its own: numbers are read in place, and have to begin at a multiple of their size. */
function unpackZstd(input: Uint8Array): Uint8Array {
  return decompressZstd(input).slice();
}

function refuse(): never {
  throw new DataError("Arrow: files are only read here, not written.");
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SmilodonError) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw new DataError(`Arrow: the file cannot be read: ${problem}. Get or write it again.`, { problem });
  }
}
