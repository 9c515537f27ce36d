/** A trained system measured on a file of rows whose answers are known. */
import type { Table } from "../data/index.ts";
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { didYouMean } from "../support/nearestName.ts";
import { type Answers, countOf } from "../systems/answers.ts";
import { classMetrics, numberMetrics, shareMetric } from "../systems/metrics.ts";
import type { InputColumn, Model, OutputColumn } from "../systems/model.ts";
import type { Metrics } from "../systems/tabular/index.ts";
import type { Surroundings } from "./schema.ts";
import { checkInterrupted, readChunks, withFileName } from "./tableRows.ts";

/** What was measured. */
export interface Evaluation {
  /** Rows whose answer is known: the figures are about these, in scope or not. */
  readonly rows: number;
  /** Rows that were left aside because their answer is missing. */
  readonly unknown: number;
  readonly withheld: number;
  readonly metrics: Metrics;
}

/** Measures `model` on the rows of `file`. @throws DataError naming file, line and cell where an answer cannot be read. */
export async function evaluateFile(
  model: Model,
  file: string,
  { console, signal }: Pick<Surroundings, "console" | "signal">,
): Promise<Evaluation> {
  const collected = new Collected(model.output);
  let unknown = 0;
  for await (const table of readChunks(file, { inputs: [...model.inputs, targetColumn(model.output)] })) {
    checkInterrupted(signal, "Stopped.");
    await withFileName(file, async () => {
      const truths = truthsOf(model.output, table);
      const known = Uint32Array.from(truths.keys().filter((row) => !Number.isNaN(at(truths, row))));
      unknown += table.rowCount - known.length;
      if (known.length === 0) return;
      const chosen = known.length === table.rowCount ? table : table.select(known);
      collected.add(
        await model.answer(model.encode(chosen)),
        Float64Array.from(known, (row) => at(truths, row)),
      );
    });
    console.status(`${collected.rows.toLocaleString("en-US")} rows answered`);
  }
  console.endProgress();
  if (collected.rows === 0)
    throw new DataError(`${file}: no row has a value in column "${model.output.target}": there is nothing to measure.`);
  return { rows: collected.rows, unknown, withheld: collected.withheld, metrics: collected.metrics() };
}

/** What the target is read as: numbers that name classes may be written as numbers. */
function targetColumn({ kind, target }: OutputColumn): InputColumn {
  return { name: target, kind: kind === "regression" ? "number" : "category", reads: "number" };
}

/** Class index or number of each row, NaN where missing. @throws DataError with the place of a class that is not known. */
function truthsOf(output: OutputColumn, table: Table): Float64Array {
  if (output.kind === "regression") return table.numbers(output.target);
  const { classes, target } = output;
  const positions = new Map(classes.map((name, position) => [name, position]));
  return Float64Array.from(table.texts(target), (text, row) => {
    if (text === "") return Number.NaN;
    const position = positions.get(text);
    if (position !== undefined) return position;
    throw new DataError(
      `${table.place(row)}, column "${target}": "${text}" is no class that the model knows.${didYouMean(text, classes)} It knows ${classes.slice(0, 20).join(", ")}.`,
      { row, text },
    );
  });
}

/** Answers beside truths, chunk after chunk. */
class Collected {
  readonly #output: OutputColumn;
  readonly #values: number[] = [];
  readonly #truths: number[] = [];
  #covered = 0;
  rows = 0;
  withheld = 0;

  constructor(output: OutputColumn) {
    this.#output = output;
  }

  add(answers: Answers, truths: Float64Array): void {
    const count = countOf(answers);
    for (let row = 0; row < count; row++) {
      const truth = at(truths, row);
      this.withheld += 1 - at(answers.inScope, row);
      this.#truths.push(truth);
      if (answers.kind === "regression") {
        this.#values.push(at(answers.values, row));
        if (at(answers.lower, row) <= truth && truth <= at(answers.upper, row)) this.#covered++;
      } else {
        const width = answers.classes.length;
        for (let c = 0; c < width; c++) this.#values.push(at(answers.probabilities, row * width + c));
        this.#covered += at(answers.sets, row * width + truth);
      }
    }
    this.rows += count;
  }

  metrics(): Metrics {
    const coverage = shareMetric(this.#covered, this.rows);
    if (this.#output.kind === "regression") return { ...numberMetrics(this.#values, this.#truths), coverage };
    const classes = this.#output.classes.length;
    return { ...classMetrics({ probabilities: this.#values, labels: this.#truths, classes }), coverage };
  }
}
