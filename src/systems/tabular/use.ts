/**
 * Answers for new rows of a table: a class with its calibrated probability and the set of classes that are not ruled out,
 * or a number with its interval; and before all that whether the row is like those that the network learned from.
 */
import { predictionInterval } from "../../audit/conformalIntervals.ts";
import { judgeRows, type TableScopeReason } from "../../audit/tableScope.ts";
import { applyTemperature } from "../../audit/temperature.ts";
import { at } from "../../support/invariant.ts";
import type { Answers, ClassAnswers, NumberAnswers, ScopeColumns } from "../answers.ts";
import { OutputReader } from "./outputs.ts";
import type { TabularSystem } from "./system.ts";
import { predictionsOf } from "./task.ts";

/** A system made ready to answer; compiles its network once. */
export class TabularAnswerer {
  readonly #system: TabularSystem;
  readonly #reader: OutputReader;

  constructor(system: TabularSystem) {
    this.#system = system;
    this.#reader = new OutputReader(system.network, system.settings.network);
  }

  /** Answers for encoded rows, row-major [n, width]; each is the same to the last bit in any company. */
  async answer(rows: Float32Array): Promise<Answers> {
    const outputs = await this.#reader.read(rows);
    const { ratio, inScope, reason } = judgeRows(this.#system.care.scope, rows);
    const scope = { inScope, distances: ratio, reason: (row: number) => inWords(reason(row)) };
    return this.#system.task.kind === "classification"
      ? this.#classes(outputs, scope, this.#system.task.classes)
      : this.#numbers(outputs, scope);
  }

  #classes(outputs: Float32Array, scope: ScopeColumns, classes: readonly string[]): ClassAnswers {
    const { temperature, sets: rule } = this.#system.care;
    const probabilities = applyTemperature(outputs, classes.length, temperature);
    const sets = new Uint8Array(probabilities.length);
    for (let cell = 0; cell < sets.length; cell++) sets[cell] = 1 - at(probabilities, cell) <= rule.threshold ? 1 : 0;
    return { kind: "classification", classes, probabilities, sets, ...scope };
  }

  #numbers(outputs: Float32Array, scope: ScopeColumns): NumberAnswers {
    const { task, care } = this.#system;
    const values = task.kind === "regression" ? predictionsOf(task, outputs) : new Float64Array();
    const lower = new Float64Array(values.length);
    const upper = new Float64Array(values.length);
    for (let row = 0; row < values.length; row++) {
      const interval = predictionInterval(care.sets, at(values, row));
      lower[row] = interval.lower;
      upper[row] = interval.upper;
    }
    return { kind: "regression", values, lower, upper, ...scope };
  }
}

/** How a row stands out, as part of a sentence. */
export function inWords({ kind, feature }: TableScopeReason): string {
  switch (kind) {
    case "beyond":
      return `its ${feature} is far outside of what was seen in training`;
    case "unseen":
      return `its ${feature} is one that no training row had`;
    case "combination":
      return `its values were seen, but not together; ${feature} stands out most`;
    default:
      return kind satisfies never;
  }
}
