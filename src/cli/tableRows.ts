/** Tables that commands are given, a chunk of rows at a time. */
import { openTableFile } from "../data/index.node.ts";
import type { Column, Table } from "../data/index.ts";
import { DataError } from "../support/errors.ts";
import type { InputColumn } from "../systems/model.ts";
import { InterruptedError } from "./errors.ts";

/** How rows are read. */
export interface ChunkOptions {
  /** What the model takes: its numbers have to be numbers, its text stays text whatever it looks like. */
  readonly inputs: readonly InputColumn[];
  /** An SQL query on the file. */
  readonly query?: string | undefined;
}

/** The rows of the table in `file`. @throws DataError beginning with the file's name. */
export async function* readChunks(file: string, { inputs, query }: ChunkOptions): AsyncGenerator<Table> {
  const asked = query === undefined ? {} : { query };
  const { columns } = await openTableFile(file, asked);
  const known = new Map(inputs.map((input) => [input.name, input]));
  // A column that the model does not look at may hold anything, also further down
  const kinds = Object.fromEntries(columns.map(({ name, kind }) => [name, kindOf(known.get(name), kind)]));
  yield* await openTableFile(file, { ...asked, kinds });
}

function kindOf(input: InputColumn | undefined, found: Column["kind"]): Column["kind"] {
  if (input === undefined) return "text";
  // Categories that were numbers may have an unseen one that is none: what the file's beginning says counts
  return input.kind === "number" ? "number" : input.reads === "number" ? found : "text";
}

/** Does `work` with rows of `file`: a DataError gets the file's name in front, or that of `test` where it is of the test table. */
export async function withFileName<T>(file: string, work: () => T | Promise<T>, test?: string | null): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A checkpoint that is damaged is no fault of the table
    if (!(error instanceof DataError) || "checkpoint" in error.facts) throw error;
    const name = error.facts["table"] === "test" ? (test ?? file) : file;
    if (error.message.startsWith(name)) throw error;
    throw new DataError(`${name}: ${error.message}`, { ...error.facts, file: name });
  }
}

/** @throws InterruptedError where the user has pressed Ctrl-C. */
export function checkInterrupted(signal: AbortSignal, message: string): void {
  if (signal.aborted) throw new InterruptedError(message);
}
