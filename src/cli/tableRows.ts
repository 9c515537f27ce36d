/** Tables that commands are given, a chunk of rows at a time. */
import { readTableFile } from "../data/index.node.ts";
import type { Table } from "../data/index.ts";
import { DataError } from "../support/errors.ts";
import { InterruptedError } from "./errors.ts";

/** Rows in a chunk: enough that the work on each chunk is large beside its start. */
const chunkRows = 1 << 16;

/** The rows of the table in `file`. @throws DataError beginning with the file's name. */
export async function* readChunks(file: string): AsyncGenerator<Table> {
  const table = await readTableFile(file);
  for (let start = 0; start < table.rowCount; start += chunkRows) {
    const end = Math.min(table.rowCount, start + chunkRows);
    yield start === 0 && end === table.rowCount
      ? table
      : table.select(Uint32Array.from({ length: end - start }, (_, row) => start + row));
  }
}

/** Does `work` with rows of `file`: a DataError gets the file's name in front. */
export async function withFileName<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DataError && !error.message.startsWith(file))
      throw new DataError(`${file}: ${error.message}`, { ...error.facts, file });
    throw error;
  }
}

/** @throws InterruptedError where the user has pressed Ctrl-C. */
export function checkInterrupted(signal: AbortSignal, message: string): void {
  if (signal.aborted) throw new InterruptedError(message);
}
