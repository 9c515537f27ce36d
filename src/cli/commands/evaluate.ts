/** `smilodon evaluate RUN FILE`: how well a trained system does on rows, or pictures, whose answers are known. */
import { load } from "../../systems/index.node.ts";
import { loadImageModel } from "../../systems/vision/opening.node.ts";
import { exitCodes } from "../errors.ts";
import { evaluateFile } from "../evaluateFile.ts";
import { evaluatePictures } from "../evaluatePictures.ts";
import { systemOf } from "../runKind.ts";
import { defineCommand, type Surroundings } from "../schema.ts";
import { evaluationToJson, showMetrics } from "../train/results.ts";

/** Measures a system on a labelled file. */
export const evaluate = defineCommand({
  name: "evaluate",
  summary: "Measure a trained system on rows or pictures whose answers are known.",
  isBrief: true,
  examples: [
    { line: "evaluate runs/adult adult-test.csv", does: "accuracy, AUC, calibration, coverage, with intervals" },
    { line: "evaluate runs/pets photos/", does: "a folder of pictures with a folder for each class" },
    { line: "evaluate runs/adult adult-test.csv --json", does: "the same for a program" },
  ],
  arguments: [
    { name: "run", meaning: "Folder of a trained system.", isRequired: true },
    {
      name: "file",
      meaning: "Rows with the columns of the table, the target included; or pictures with their classes.",
      isRequired: true,
    },
  ],
  options: {},
  async run({ arguments: [folder = "", file = ""], values }, surroundings) {
    const { console } = surroundings;
    const isPictures = (await systemOf(folder)) === "vision";
    const { output, evaluation } = isPictures
      ? await measurePictures(folder, file, surroundings)
      : await measureRows(folder, file, surroundings);
    const things = isPictures ? "pictures" : "rows";
    if (values.json) {
      console.print(JSON.stringify(evaluationToJson(evaluation, { run: folder, output })));
      return exitCodes.ok;
    }
    showMetrics(evaluation.metrics, console);
    const { rows, unknown, withheld } = evaluation;
    console.say(
      `${rows.toLocaleString("en-US")} ${things}; of these ${withheld.toLocaleString("en-US")} would get no answer.`,
    );
    const why = isPictures ? "could not be read" : `have no value in ${output.target}`;
    if (unknown > 0) console.say(`${unknown.toLocaleString("en-US")} others ${why}.`);
    return exitCodes.ok;
  },
});

async function measureRows(folder: string, file: string, surroundings: Surroundings) {
  const model = await load(folder);
  return { output: model.output, evaluation: await evaluateFile(model, file, surroundings) };
}

async function measurePictures(folder: string, file: string, surroundings: Surroundings) {
  const model = await loadImageModel(folder);
  return { output: model.output, evaluation: await evaluatePictures(model, file, surroundings) };
}
