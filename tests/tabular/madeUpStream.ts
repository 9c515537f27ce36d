/** A table that is made up as it is read, and a network that learns it as a stream: for the tests beside this file. */
import { type Column, Table, type TableSource, textColumn } from "../../src/data/index.ts";
import { fitStream } from "../../src/systems/tabular/fitStream.ts";
import { type TableOpener, taskOf } from "../../src/systems/tabular/index.ts";
import type { LearnOptions } from "../../src/systems/tabular/learn.ts";
import { surveyTable } from "../../src/systems/tabular/survey.ts";

const colours = ["red", "green", "blue", ""];

/** Rows `first` … of a table that is made up as it is read; `row` numbers them, and some have no answer. */
function rowsOf(first: number, count: number, isSorted = false): Table {
  const rows = Float64Array.from({ length: count }, (_, index) => first + index);
  const noise = (row: number, column: number): number =>
    Math.abs(Math.sin(row * 12.9898 + column * 78.233) * 43758.5453) % 1;
  const a = rows.map((row) => (isSorted ? row / 1000 : 10 * noise(row, 1)));
  const answers = Array.from(rows, (row, index) => {
    if (row % 1000 === 7) return "";
    return (a[index] ?? 0) + (row % 4 === 0 ? 3 : 0) > (isSorted ? 20 : 6) ? "yes" : "no";
  });
  return new Table(
    new Map<string, Column>([
      ["a", { kind: "number", values: a }],
      ["b", { kind: "number", values: rows.map((row) => (row % 50 === 3 ? Number.NaN : noise(row, 2))) }],
      ["colour", textColumn(Array.from(rows, (row) => colours[row % 4] ?? ""))],
      ["answer", textColumn(answers)],
    ]),
    rows,
    "row",
  );
}

/** A table of `count` rows in chunks of `size`, or of as many as are asked for. */
export function opener(
  count: number,
  {
    size,
    isSorted = false,
    onChunk = () => undefined,
  }: {
    readonly size?: number;
    readonly isSorted?: boolean;
    readonly onChunk?: () => void;
  } = {},
): TableOpener {
  return async ({ rows = 4096 }) => {
    const length = size ?? rows;
    const source: TableSource = {
      format: "made up",
      columns: [...rowsOf(0, 1).columns].map(([name, { kind }]) => ({ name, kind })),
      rowEstimate: count,
      readAll: async () => rowsOf(0, count, isSorted),
      async *[Symbol.asyncIterator]() {
        for (let first = 0; first < count; first += length) {
          onChunk();
          yield rowsOf(first, Math.min(length, count - first), isSorted);
        }
      },
    };
    return source;
  };
}

/** A network learned from the stream that `open` gives, and nothing measured. */
export async function fitted(open: TableOpener, options: LearnOptions = {}, kind?: "regression") {
  const source = await open({ kinds: {} });
  const target = kind === undefined ? "answer" : "a";
  const survey = await surveyTable(source, { target, seed: 1, heldOut: 300, validation: 300, sample: 900 });
  return fitStream({
    source,
    survey,
    shuffleBytes: 40_000,
    task: taskOf(survey.sample, target, kind, survey.target),
    exclude: kind === undefined ? [] : ["answer"],
    choices: { epochs: 2, width: 8, members: 2, batchSize: 256, pieces: 4 },
    isFast: true,
    origin: { rows: survey.training, seed: 1, version: "", source: "", dataHash: undefined },
    optionsOf: () => options,
  });
}
