/** `smilodon predict FOLDER …`: answers of a trained system for one bone, or for a file of bones. */

import { readTableFile } from "../../data/index.node.ts";
import { formatCsv } from "../../data/index.ts";
import type { Table } from "../../data/table.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { loadFemurs } from "../../systems/femurs/folder.node.ts";
import type { Bone } from "../../systems/femurs/relations.ts";
import { standOut } from "../../systems/femurs/standOut.ts";
import type { FemurSystem } from "../../systems/femurs/system.ts";
import { answerBones, type FemurAnswer } from "../../systems/femurs/use.ts";
import { explainBones, type FemurReason } from "../../systems/femurs/why.ts";
import { describeAnswer } from "../answers.ts";
import type { Console } from "../console.ts";
import { type ExitCode, exitCodes, UsageError } from "../errors.ts";
import { defineCommand } from "../schema.ts";

/** Answers for new bones. */
export const predict = defineCommand({
  name: "predict",
  summary: "Ask a trained system about new bones.",
  examples: [
    { line: "predict runs/femurs --length 105 --weight 11.5", does: "one bone, in mm and g, with reasons" },
    { line: "predict runs/femurs bones.csv", does: "a file with columns length_mm and weight_g; answers as CSV" },
    { line: "predict runs/femurs bones.csv --json", does: "the same as JSON" },
  ],
  arguments: [
    { name: "folder", meaning: "Folder of a trained system.", isRequired: true },
    { name: "file", meaning: "Bones as CSV, with columns length_mm and weight_g." },
  ],
  options: {
    length: { kind: "optional", meaning: "Length of the femur in mm.", placeholder: "MM" },
    weight: { kind: "optional", meaning: "Weight of the dry femur in g.", placeholder: "G" },
  },
  async run({ arguments: [folder = "", file], values }, { console }) {
    const { length, weight, json } = values;
    if (file !== undefined) {
      if (length !== undefined || weight !== undefined) {
        throw new UsageError("predict takes a file or --length and --weight, not both.", "Leave out one of them.");
      }
      return answerFile({ folder, file, json }, console);
    }
    if (length === undefined || weight === undefined) {
      const missing = length === undefined ? "--length" : "--weight";
      throw new UsageError(
        `predict needs ${missing}, or a file of bones.`,
        "For example: smilodon predict runs/femurs --length 105 --weight 11.5",
      );
    }
    const bone = { length: readMeasurement("length", "mm", length), weight: readMeasurement("weight", "g", weight) };
    return answerOne(await loadFemurs(folder), bone, { json, console });
  },
});

async function answerOne(
  system: FemurSystem,
  bone: Bone,
  { json, console }: { json: boolean; console: Console },
): Promise<ExitCode> {
  const [answer] = await answerBones(system, [bone]);
  if (answer === undefined) throw new DataError("There is no answer.");
  const [reason] = answer.inScope ? await explainBones(system, [bone]) : [];
  if (json) console.print(JSON.stringify(toJson(answer, reason), null, 2));
  else for (const line of describeAnswer(answer, reason, console)) console.print(line);
  return exitCodes.ok;
}

async function answerFile(
  { folder, file, json }: { folder: string; file: string; json: boolean },
  console: Console,
): Promise<ExitCode> {
  const system = await loadFemurs(folder);
  const bones = bonesOf(await readTableFile(file), file);
  const answers = await answerBones(system, bones);
  if (json)
    console.print(
      JSON.stringify(
        answers.map((answer) => toJson(answer, undefined)),
        null,
        2,
      ),
    );
  else console.print(toCsv(answers).trimEnd());
  const withheld = answers.filter(({ inScope }) => !inScope).length;
  console.say(`${answers.length} bones, ${withheld} of them withheld.`);
  return exitCodes.ok;
}

/** A length or weight as typed. @throws DataError naming what was typed, where it is not a finite number above 0. */
function readMeasurement(name: string, unit: string, text: string): number {
  const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value) && value > 0) return value;
  throw new DataError(`The ${name} is "${text}"; it has to be a number above 0, in ${unit}, without a unit.`, {
    name,
    text,
  });
}

/** The bones of a table. @throws DataError beginning with the file, and naming the line where there is one. */
function bonesOf(table: Table, file: string): Bone[] {
  try {
    const lengths = columnOf(table, "length", "mm");
    const weights = columnOf(table, "weight", "g");
    return Array.from(lengths, (length, row) => ({ length, weight: at(weights, row) }));
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${file}: ${error.message}`, { ...error.facts, file });
    throw error;
  }
}

/** The numbers of column length_mm (or length), all above 0. */
function columnOf(table: Table, name: string, unit: string): Float64Array {
  const names = [`${name}_${unit}`, name];
  const values = table.numbers(names.find((candidate) => table.names.includes(candidate)) ?? at(names, 0));
  values.forEach((value, row) => {
    if (Number.isFinite(value) && value > 0) return;
    const shown = Number.isNaN(value) ? "missing" : String(value);
    throw new DataError(`${table.place(row)}: the ${name} is ${shown}; it has to be a number above 0, in ${unit}.`, {
      row,
    });
  });
  return values;
}

function toJson(answer: FemurAnswer, reason: FemurReason | undefined) {
  const { bone, scope, inScope } = answer;
  return {
    length_mm: bone.length,
    weight_g: bone.weight,
    inScope,
    answer: inScope ? answer.label : null,
    probability: inScope ? answer.probability : null,
    probabilityOfDog: inScope ? answer.probabilityOfDog : null,
    notRuledOut: inScope ? answer.set : null,
    scope: {
      distance: scope.ratio,
      limit: 1,
      asUnusual: scope.asUnusual,
      standsOut: inScope ? null : standOut(scope.reason),
    },
    why:
      reason === undefined
        ? null
        : {
            comparedWith: reason.compared,
            pushesTowardDog: pushes(reason),
            logOdds: reason.logOdds,
            unexplained: reason.residual,
          },
  };
}

function pushes(reason: FemurReason): Record<string, number> {
  return Object.fromEntries(reason.pushes.map(({ feature, push }) => [feature, push]));
}

function toCsv(answers: readonly FemurAnswer[]): string {
  const head = ["length_mm", "weight_g", "in_scope", "answer", "probability", "not_ruled_out", "distance"];
  const rows = answers.map((answer) => {
    const { bone, scope, inScope } = answer;
    const said = inScope ? [answer.label, answer.probability, answer.set.join(" ")] : ["", "", ""];
    return [bone.length, bone.weight, inScope ? "yes" : "no", ...said, Number(scope.ratio.toFixed(3))];
  });
  return formatCsv([head, ...rows]);
}
