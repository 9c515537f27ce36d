/** The femur system as a model: bones from a table, answers as columns. */
import type { Table } from "../../data/table.ts";
import type { ModelFolder } from "../../io/modelFolder.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { EncodedRows } from "../answers.ts";
import type { Explanation, InputColumn, ModelParts } from "../model.ts";
import { features } from "./features.ts";
import { readFemurs } from "./folder.ts";
import { type Bone, species } from "./relations.ts";
import type { FemurSystem } from "./system.ts";
import { answerMeasurements } from "./use.ts";
import { explainBones } from "./why.ts";

/** What bones are described by. */
const inputs = features.map(
  ({ name, unit, column }): InputColumn => ({
    name: column,
    kind: "number",
    meaning: `${name} of the femur in ${unit}`,
    reads: "number",
  }),
);

/** The model that a folder holds. */
export function openFemurs(folder: ModelFolder): ModelParts {
  return femurModel(readFemurs(folder));
}

/** `system` as a model. */
export function femurModel(system: FemurSystem): ModelParts {
  return {
    system: "femurs",
    inputs,
    output: { kind: "classification", target: "species", classes: species },
    encode: measureBones,
    answer: (rows) => answerMeasurements(system, rows.values),
    explain: (rows) => explain(system, rows),
  };
}

/** Lengths and weights, [bones, 2]. @throws DataError with the place of a value that is not a finite number above 0. */
export function measureBones(table: Table): EncodedRows {
  const values = new Float64Array(table.rowCount * features.length);
  features.forEach(({ name, unit, column }, position) => {
    const found = [column, name].find((candidate) => table.names.includes(candidate)) ?? column;
    table.numbers(found).forEach((value, row) => {
      if (!(Number.isFinite(value) && value > 0)) {
        const shown = Number.isNaN(value) ? "missing" : String(value);
        throw new DataError(
          `${table.place(row)}: the ${name} is ${shown}; it has to be a number above 0, in ${unit}.`,
          { row },
        );
      }
      values[row * features.length + position] = value;
    });
  });
  return { count: table.rowCount, width: features.length, values };
}

async function explain(system: FemurSystem, { values, count }: EncodedRows): Promise<Explanation[]> {
  const bones = Array.from({ length: count }, (_, row): Bone => {
    return { length: at(values, 2 * row), weight: at(values, 2 * row + 1) };
  });
  const reasons = await explainBones(system, bones);
  return reasons.map(({ logOdds, pushes, residual }) => ({
    output: "logarithm of the odds of dog",
    value: logOdds,
    // The bone that it is compared with could be either: the logarithm of its odds is zero but for the search's error
    start: 0,
    contributions: pushes.map(({ feature, push }) => ({ feature, amount: push })),
    residual,
  }));
}
