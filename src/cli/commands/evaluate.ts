/** `smilodon evaluate RUN FILE`: how well a trained system does on rows whose answers are known. */
import { load } from "../../systems/index.node.ts";
import { exitCodes } from "../errors.ts";
import { evaluateFile } from "../evaluateFile.ts";
import { defineCommand } from "../schema.ts";
import { evaluationToJson, showMetrics } from "../train/results.ts";

/** Measures a system on a labelled file. */
export const evaluate = defineCommand({
  name: "evaluate",
  summary: "Measure a trained system on rows whose answers are known.",
  isBrief: true,
  examples: [
    { line: "evaluate runs/adult adult-test.csv", does: "accuracy, AUC, calibration, coverage, with intervals" },
    { line: "evaluate runs/adult adult-test.csv --json", does: "the same for a program" },
  ],
  arguments: [
    { name: "run", meaning: "Folder of a trained system.", isRequired: true },
    { name: "file", meaning: "Rows with the columns of the table, the target included.", isRequired: true },
  ],
  options: {},
  async run({ arguments: [folder = "", file = ""], values }, surroundings) {
    const { console } = surroundings;
    const model = await load(folder);
    const evaluation = await evaluateFile(model, file, surroundings);
    if (values.json) {
      console.print(JSON.stringify(evaluationToJson(evaluation, { run: folder, output: model.output })));
      return exitCodes.ok;
    }
    showMetrics(evaluation.metrics, console);
    const { rows, unknown, withheld } = evaluation;
    console.say(
      `${rows.toLocaleString("en-US")} rows; of these ${withheld.toLocaleString("en-US")} would get no answer.`,
    );
    if (unknown > 0) console.say(`${unknown.toLocaleString("en-US")} others have no value in ${model.output.target}.`);
    return exitCodes.ok;
  },
});
