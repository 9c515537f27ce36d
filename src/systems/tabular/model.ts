/** A system for tables as a model: rows encoded, answers as columns, explanations that add up. */
import type { ColumnKind } from "../../data/kinds.ts";
import type { ModelFolder } from "../../io/modelFolder.ts";
import { likeliest } from "../answers.ts";
import type { InputColumn, ModelParts, OutputColumn } from "../model.ts";
import { readTabular } from "./folder.ts";
import type { TabularSystem } from "./system.ts";
import { TabularAnswerer } from "./use.ts";
import { explainRows } from "./why.ts";

/** The model that a folder holds. */
export function openTabular(folder: ModelFolder): ModelParts {
  return tabularModel(readTabular(folder));
}

/** `system` as a model. */
export function tabularModel(system: TabularSystem): ModelParts {
  const { encoder, task } = system;
  const answerer = new TabularAnswerer(system);
  const output: OutputColumn =
    task.kind === "classification"
      ? { kind: "classification", target: task.target, classes: task.classes }
      : { kind: "regression", target: task.target };
  return {
    system: "tabular",
    inputs: inputsOf(system),
    output,
    encode: (table) => ({ count: table.rowCount, width: encoder.width, values: encoder.encode(table) }),
    answer: ({ values }) => answerer.answer(single(values)),
    explain: async ({ values }) => {
      const answers = await answerer.answer(single(values));
      const labels =
        answers.kind === "classification" ? Array.from(answers.inScope, (_, row) => likeliest(answers, row)) : [];
      return explainRows(system, single(values), labels);
    },
  };
}

/** Rows as the network takes them; those that `encode` made are. */
function single(values: Float32Array | Float64Array): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

function inputsOf({ encoder }: TabularSystem): InputColumn[] {
  return encoder.state.parts.map((part) => {
    const column = { name: part.name, kind: part.kind satisfies ColumnKind };
    if (part.kind === "category")
      return { ...column, categories: part.known, reads: part.isNumeric ? "number" : "text" };
    if (part.kind === "boolean")
      return { ...column, categories: [part.no, part.yes], reads: part.isNumeric ? "number" : "text" };
    return { ...column, reads: part.kind === "number" ? "number" : "text" };
  });
}
