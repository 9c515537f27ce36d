/** One bone on the command line: `predict FOLDER --length MM --weight G`. */
import type { Table } from "../data/index.ts";
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { loadFemurs } from "../systems/femurs/folder.node.ts";
import { measureBones } from "../systems/femurs/model.ts";
import type { Bone } from "../systems/femurs/relations.ts";
import { standOut } from "../systems/femurs/standOut.ts";
import { answerBones, type FemurAnswer } from "../systems/femurs/use.ts";
import { explainBones, type FemurReason } from "../systems/femurs/why.ts";
import { describeAnswer } from "./answers.ts";
import type { Console } from "./console.ts";

/** Answers for the bone that was typed, with reasons. @throws DataError naming what was typed and is no measurement. */
export async function answerBone(
  folder: string,
  typed: { readonly length: string; readonly weight: string },
  { json, console }: { readonly json: boolean; readonly console: Console },
): Promise<void> {
  const bone: Bone = {
    length: readMeasurement("length", "mm", typed.length),
    weight: readMeasurement("weight", "g", typed.weight),
  };
  const system = await loadFemurs(folder);
  const [answer] = await answerBones(system, [bone]);
  if (answer === undefined) throw new DataError("There is no answer.");
  const [reason] = answer.inScope ? await explainBones(system, [bone]) : [];
  if (json) console.print(JSON.stringify(boneToJson(answer, reason), null, 2));
  else for (const line of describeAnswer(answer, reason, console)) console.print(line);
}

/** Spells answers for tables of bones as JSON, a line each: the form that one bone has, without reasons. */
export async function femurSpeller(folder: string): Promise<(table: Table) => Promise<string[]>> {
  const system = await loadFemurs(folder);
  return async (table) => {
    const { values, count } = measureBones(table);
    const bones = Array.from({ length: count }, (_, row): Bone => {
      return { length: at(values, 2 * row), weight: at(values, 2 * row + 1) };
    });
    return (await answerBones(system, bones)).map((answer) => JSON.stringify(boneToJson(answer, undefined)));
  };
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

/** An answer as `--json` shows it (docs/schemas/predict-femur.json). */
function boneToJson(answer: FemurAnswer, reason: FemurReason | undefined) {
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
            pushesTowardDog: Object.fromEntries(reason.pushes.map(({ feature, push }) => [feature, push])),
            logOdds: reason.logOdds,
            unexplained: reason.residual,
          },
  };
}
