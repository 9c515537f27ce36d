/** Answers for a file of rows, written as they come: memory does not grow with the file. */

import type { Table } from "../data/index.ts";
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type Answers, countOf } from "../systems/answers.ts";
import type { InputColumn, Model } from "../systems/model.ts";
import { csvHead, jsonLines, type LineOptions, writeCsvLines } from "./answerLines.ts";
import { ByteLines } from "./byteLines.ts";
import { withOutput } from "./output.ts";
import type { Surroundings } from "./schema.ts";
import { checkInterrupted, readChunks, withFileName } from "./tableRows.ts";

/** How answers are written. */
export const formats = ["csv", "jsonl", "json"] as const;

/** What is asked of a file. */
export interface FileRequest extends LineOptions {
  readonly file: string;
  readonly format: (typeof formats)[number];
  /** Where answers go; standard output where undefined. */
  readonly out: string | undefined;
  /** An SQL query on the file. */
  readonly query: string | undefined;
  /** Say why: what each column adds to each answer. JSON only. */
  readonly isExplained: boolean;
  /** Spells the rows of a table as JSON, where the system has a form of its own. */
  readonly spellJson?: ((table: Table) => Promise<string[]>) | undefined;
}

/** How many rows there were, and how many got no answer. */
export interface FileSummary {
  readonly rows: number;
  readonly withheld: number;
}

/** Answers every row of a file. @throws DataError beginning with the file, and naming the line where there is one. */
export function predictFile(
  model: Model,
  request: FileRequest,
  { console, signal }: Pick<Surroundings, "console" | "signal">,
): Promise<FileSummary> {
  const { file, out, format } = request;
  return withOutput(out, console, async (write) => {
    let rows = 0;
    let withheld = 0;
    const lines = new ByteLines();
    // Nothing is written before the first rows are answered: a column that is missing leaves no half of a file
    let head = format === "csv" ? csvHead(model, request) : format === "json" ? "[" : "";
    for await (const table of readChunks(file, { inputs: inputsOf(model), query: request.query })) {
      checkInterrupted(signal, `Stopped after ${rows.toLocaleString("en-US")} rows.`);
      const answers = await withFileName(file, async () => model.answer(model.encode(checkKept(table, request))));
      lines.clear();
      lines.text(head);
      if (format === "csv") writeCsvLines(lines, answers, table, request);
      else lines.text(await spell(answers, table, request, { model, isFirst: rows === 0 }));
      await write(lines.bytes);
      head = "";
      rows += countOf(answers);
      for (let row = 0; row < countOf(answers); row++) withheld += 1 - at(answers.inScope, row);
      console.status(`${rows.toLocaleString("en-US")} rows answered`);
    }
    await write(`${head}${format === "json" ? "\n]\n" : ""}`);
    console.endProgress();
    return { rows, withheld };
  });
}

/** The femurs take two names for each of their columns. */
function inputsOf({ system, inputs }: Model): readonly InputColumn[] {
  return system === "femurs"
    ? inputs.flatMap((input) => [input, { ...input, name: input.name.split("_")[0] ?? "" }])
    : inputs;
}

async function spell(
  answers: Answers,
  table: Table,
  request: FileRequest,
  { model, isFirst }: { readonly model: Model; readonly isFirst: boolean },
): Promise<string> {
  let lines = (await request.spellJson?.(table)) ?? jsonLines(answers, table, request);
  if (request.isExplained) {
    const explanations = await model.explain(table);
    lines = lines.map((line, row) => `${line.slice(0, -1)},"explanation":${JSON.stringify(at(explanations, row))}}`);
  }
  if (request.format === "jsonl") return lines.map((line) => `${line}\n`).join("");
  return lines.map((line, row) => `${isFirst && row === 0 ? "" : ","}\n${line}`).join("");
}

/** @throws DataError where a column that is to be repeated is missing. */
function checkKept(table: Table, { keep, file }: FileRequest): Table {
  for (const name of keep) {
    if (!table.columns.has(name))
      throw new DataError(`${file}: ${messageOf(() => table.column(name))} Change --keep.`, { name });
  }
  return table;
}

function messageOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
