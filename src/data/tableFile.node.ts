/** Tables in files. */
import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../support/atomicFile.node.ts";
import { DataError } from "../support/errors.ts";
import type { CsvOptions } from "./csv.ts";
import type { TableOptions } from "./csvPlan.ts";
import { readTable, writeTable } from "./readTable.ts";
import type { Table } from "./table.ts";

/**
 * Reads the table in the comma-separated file at `path`.
 * @throws DataError that begins with the path where there is no such file, it is not UTF-8, or `readTable` refuses it.
 *
 * @example
 * ```ts
 * import { Table } from "smilodon/data";
 * import { readTableFile, writeTableFile } from "smilodon/node";
 * await writeTableFile("runs/example.csv", new Table(new Map([["length", { kind: "number", values: new Float64Array([110]) }]])));
 * console.log((await readTableFile("runs/example.csv")).numbers("length"));
 * ```
 */
export async function readTableFile(path: string, options: TableOptions = {}): Promise<Table> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(`${path}: ${cause.code === "ENOENT" ? "there is no such file." : cause.message}`, {
      path,
      code: cause.code,
    });
  });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${path}: the file is not UTF-8 text. Save it as "CSV UTF-8".`, { path });
  }
  try {
    return readTable(text, options);
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`, { ...error.facts, path });
    throw error;
  }
}

/** Writes `table` to `path`, atomically. */
export async function writeTableFile(path: string, table: Table, options: CsvOptions = {}): Promise<void> {
  await writeFileAtomic(path, writeTable(table, options));
}
