/** `smilodon predict RUN …`: answers of a trained system for a file of rows, for pictures, or for one femur. */
import { resolve } from "node:path";
import { load } from "../../systems/index.node.ts";
import type { Model } from "../../systems/model.ts";
import { loadImageModel } from "../../systems/vision/opening.node.ts";
import { answerColumns, keptNames } from "../answerLines.ts";
import type { Console } from "../console.ts";
import { type ExitCode, exitCodes, UsageError } from "../errors.ts";
import { answerBone, femurSpeller } from "../femurAnswers.ts";
import { formats, predictFile } from "../predictFile.ts";
import { predictPictures } from "../predictPictures.ts";
import { systemOf } from "../runKind.ts";
import { defineCommand, type Surroundings } from "../schema.ts";

/** Answers for new rows. */
export const predict = defineCommand({
  name: "predict",
  summary: "Ask a trained system about new rows or pictures.",
  isBrief: true,
  examples: [
    { line: "predict runs/femurs new.csv", does: "a file of rows, in and out as CSV" },
    { line: "predict runs/adult new.parquet --out answers.csv --keep id", does: "into a file, with a column repeated" },
    { line: "predict runs/adult new.csv --format jsonl", does: "a line of JSON for each row" },
    { line: "predict runs/adult new.csv --explain", does: "with what each column adds to each answer, as JSON lines" },
    { line: "predict runs/pets photo.jpg", does: "one picture; a folder or an archive of them works, too" },
    { line: "predict runs/femurs --length 105 --weight 11.5", does: "one bone, in mm and g, with reasons" },
  ],
  arguments: [
    { name: "run", meaning: "Folder of a trained system.", isRequired: true },
    { name: "file", meaning: "Rows with the columns that the system learned from, in any order; or pictures." },
  ],
  options: {
    out: { kind: "optional", meaning: "Write answers to this file, whole or not at all.", placeholder: "FILE" },
    format: { kind: "choice", meaning: "How answers are written.", placeholder: formats.join("|"), choices: formats },
    keep: { kind: "list", meaning: "Repeat this column of the input in front of each answer.", placeholder: "COLUMN" },
    query: { kind: "optional", meaning: "Answer the result of this SQL query on the file.", placeholder: "SQL" },
    explain: { kind: "flag", meaning: "Say what each column adds to each answer; as JSON lines, or with --json." },
    probabilities: { kind: "flag", meaning: "Write the probability of every class." },
    length: { kind: "optional", meaning: "Length of one femur in mm.", placeholder: "MM" },
    weight: { kind: "optional", meaning: "Weight of one dry femur in g.", placeholder: "G" },
  },
  async run({ arguments: [folder = "", file], values }, surroundings) {
    const { console } = surroundings;
    const { length, weight, json } = values;
    if ((await systemOf(folder)) === "vision") return askPictures(folder, file, values, surroundings);
    if (file === undefined) {
      await answerBone(folder, { ...bothOf(length, weight) }, { json, console });
      return exitCodes.ok;
    }
    if (length !== undefined || weight !== undefined)
      throw new UsageError("predict takes a file or --length and --weight, not both.", "Leave out one of them.");
    if (values.out !== undefined && resolve(values.out) === resolve(file))
      throw new UsageError(`--out ${values.out} is the file of the rows; it would be lost.`, "Name another file.");
    const model = await load(folder);
    const isFemurs = model.system === "femurs";
    const keep = keptBy(model, values.keep);
    if (formatOf(values) === "csv") sayRenamed(keep, answerColumns(model, values.probabilities), console);
    const { rows, withheld } = await predictFile(
      model,
      {
        file,
        format: formatOf(values),
        isExplained: values.explain,
        spellJson: isFemurs ? await femurSpeller(folder) : undefined,
        out: values.out,
        query: values.query,
        keep,
        withProbabilities: values.probabilities,
      },
      surroundings,
    );
    const name = isFemurs ? "bones" : rows === 1 ? "row" : "rows";
    console.say(`${rows.toLocaleString("en-US")} ${name}, ${withheld.toLocaleString("en-US")} of them withheld.`);
    return exitCodes.ok;
  },
});

interface PictureValues {
  readonly out: string | undefined;
  readonly format: string | undefined;
  readonly json: boolean;
  readonly probabilities: boolean;
  readonly explain: boolean;
  readonly keep: readonly string[];
  readonly query: string | undefined;
}

async function askPictures(
  folder: string,
  file: string | undefined,
  values: PictureValues,
  surroundings: Surroundings,
): Promise<ExitCode> {
  if (file === undefined)
    throw new UsageError(
      `predict ${folder} needs a picture, or a folder of pictures.`,
      `For example: smilodon predict ${folder} photo.jpg`,
    );
  const { out, explain, keep, query, probabilities } = values;
  if (explain) throw new UsageError("--explain is for tables.", `For pictures: smilodon explain ${folder} ${file}`);
  if (keep.length > 0 || query !== undefined)
    throw new UsageError("--keep and --query are for tables.", "Leave them out.");
  const model = await loadImageModel(folder);
  const request = { file, out, format: formatOf(values), withProbabilities: probabilities };
  const { rows, withheld, damaged } = await predictPictures(model, request, surroundings);
  const unread = damaged === 0 ? "" : `; ${damaged.toLocaleString("en-US")} could not be read`;
  surroundings.console.say(
    `${rows.toLocaleString("en-US")} ${rows === 1 ? "picture" : "pictures"}, ${withheld.toLocaleString("en-US")} of them withheld${unread}.`,
  );
  return exitCodes.ok;
}

/** A column that is called like one of the answers would hide it, or be hidden. */
function sayRenamed(keep: readonly string[], own: readonly string[], console: Console): void {
  const names = keptNames(keep, own);
  keep.forEach((name, index) => {
    const now = names[index] ?? name;
    if (now !== name)
      console.say(`Column "${name}" of the rows is written as "${now}": an answer has a column of that name.`);
  });
}

function formatOf({ format, json, explain }: { format: string | undefined; json: boolean; explain: boolean }) {
  const asked = formats.find((name) => name === format);
  if (asked === "csv" && explain)
    throw new UsageError("--explain does not fit into CSV.", "Use --format jsonl, or --json.");
  return asked ?? (json ? "json" : explain ? "jsonl" : "csv");
}

function bothOf(length: string | undefined, weight: string | undefined): { length: string; weight: string } {
  if (length !== undefined && weight !== undefined) return { length, weight };
  throw new UsageError(
    `predict needs ${length === undefined ? "--length" : "--weight"}, or a file of rows.`,
    "For example: smilodon predict runs/femurs new.csv",
  );
}

/** Columns that are repeated: those asked for; length and weight of bones in any case. */
function keptBy(model: Model, asked: readonly string[]): readonly string[] {
  if (model.system !== "femurs") return [...new Set(asked)];
  return [...new Set([...asked, ...model.inputs.map(({ name }) => name)])];
}
