/** Answers for picture files: one, a folder of them, or an archive. Written as they come: memory does not grow with their number. */
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileSource, openImageFolder, sharpDecoder } from "../data/index.node.ts";
import { decodePictures, openArchive, type PictureSource, Table, textColumn } from "../data/index.ts";
import { DataError } from "../support/errors.ts";
import type { ClassAnswers } from "../systems/answers.ts";
import type { ImageModel } from "../systems/vision/model.ts";
import { csvHead, jsonLines, writeCsvLines } from "./answerLines.ts";
import { ByteLines } from "./byteLines.ts";
import { withOutput } from "./output.ts";
import type { FileRequest, FileSummary } from "./predictFile.ts";
import type { Surroundings } from "./schema.ts";
import { checkInterrupted } from "./tableRows.ts";

/** What is asked of pictures. */
export type PictureRequest = Pick<FileRequest, "file" | "format" | "out" | "withProbabilities">;

/** How many there were, how many got no answer, and which could not be read. */
export interface PictureSummary extends FileSummary {
  readonly damaged: number;
}

/** Pictures that are answered at once. */
const chunkPictures = 256;

/** What the first column of answers is called: the picture's path. */
const nameColumn = "picture";

/** Answers each picture at `file`. @throws DataError where there is none, or it is the only one and cannot be read. */
export function predictPictures(
  model: ImageModel,
  { file, format, out, withProbabilities }: PictureRequest,
  { console, signal }: Pick<Surroundings, "console" | "signal">,
): Promise<PictureSummary> {
  const options = { keep: [nameColumn], withProbabilities };
  return withOutput(out, console, async (write) => {
    const source = await sourceAt(file);
    const summary = { rows: 0, withheld: 0, damaged: 0 };
    const lines = new ByteLines();
    let head = format === "csv" ? csvHead(model, options) : format === "json" ? "[" : "";
    for await (const { names, pixels, failures } of chunksOf(source, model)) {
      checkInterrupted(signal, `Stopped after ${summary.rows.toLocaleString("en-US")} pictures.`);
      for (const { name, reason } of failures) console.complain(`left out: ${name}: ${reason}`);
      summary.damaged += failures.length;
      if (source.count === 1 && failures[0] !== undefined)
        throw new DataError(`${file}: ${failures[0].reason}`, { file });
      if (names.length === 0) continue;
      const answers = await model.answer(pixels);
      const table = new Table(new Map([[nameColumn, textColumn(names)]]));
      lines.clear();
      lines.text(head);
      if (format === "csv") writeCsvLines(lines, answers, table, options);
      else lines.text(jsonText(answers, table, { format, isFirst: summary.rows === 0, options }));
      await write(lines.bytes);
      head = "";
      summary.rows += names.length;
      summary.withheld += answers.inScope.reduce((sum, value) => sum + 1 - value, 0);
      console.status(`${summary.rows.toLocaleString("en-US")} pictures answered`);
    }
    await write(`${head}${format === "json" ? "\n]\n" : ""}`);
    console.endProgress();
    return summary;
  });
}

function jsonText(
  answers: ClassAnswers,
  table: Table,
  {
    format,
    isFirst,
    options,
  }: {
    readonly format: string;
    readonly isFirst: boolean;
    readonly options: { keep: string[]; withProbabilities: boolean };
  },
): string {
  const lines = jsonLines(answers, table, options);
  if (format === "jsonl") return lines.map((line) => `${line}\n`).join("");
  return lines.map((line, row) => `${isFirst && row === 0 ? "" : ","}\n${line}`).join("");
}

async function sourceAt(file: string): Promise<PictureSource> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new DataError(`${file}: there is no such file or folder.`, { file });
  if (found.isDirectory()) return openImageFolder(file);
  if (/\.(tar|tar\.gz|tgz)$/i.test(file)) return openArchive(await fileSource(file));
  return {
    name: file,
    mark: file,
    count: 1,
    async *pictures() {
      yield { name: basename(file), label: undefined, bytes: () => readFile(file) };
    },
  };
}

interface Chunk {
  readonly names: readonly string[];
  readonly pixels: Uint8Array;
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
}

async function* chunksOf(source: PictureSource, { input }: ImageModel): AsyncGenerator<Chunk> {
  const size = input.channels * input.height * input.width;
  let [names, failures]: [string[], Chunk["failures"][number][]] = [[], []];
  let pixels = new Uint8Array(chunkPictures * size);
  for await (const picture of decodePictures(source, { decoder: sharpDecoder(), ...input })) {
    if ("reason" in picture) failures.push(picture);
    else {
      pixels.set(picture.pixels, names.length * size);
      names.push(picture.name);
    }
    if (names.length < chunkPictures) continue;
    yield { names, pixels, failures };
    [names, failures, pixels] = [[], [], new Uint8Array(chunkPictures * size)];
  }
  if (names.length + failures.length > 0) yield { names, pixels: pixels.subarray(0, names.length * size), failures };
}
