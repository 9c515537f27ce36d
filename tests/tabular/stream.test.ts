/** A table that memory does not hold: the same rows are learned from however it is read. (stream.slow.test.ts: memory.) */
import { describe, expect, test } from "vitest";
import { openTable, type TableSource } from "../../src/data/index.ts";
import { DataError } from "../../src/support/errors.ts";
import type { Fitted } from "../../src/systems/tabular/fitModel.ts";
import {
  cardOf,
  planMemory,
  reportOf,
  type TableOpener,
  TrainingInterruptedError,
  trainStream,
  withTexts,
} from "../../src/systems/tabular/index.ts";
import { RowOrder } from "../../src/systems/tabular/rowOrder.ts";
import { surveyTable } from "../../src/systems/tabular/survey.ts";
import { orderWarnings } from "../../src/systems/tabular/trainStream.ts";
import { decodeCheckpoint } from "../../src/train/checkpoint.ts";
import { memoryStore } from "../../src/train/index.ts";
import { fitted, opener } from "./madeUpStream.ts";

const quick = {
  target: "answer",
  memory: 16,
  fast: true,
  choices: { epochs: 2, width: 8, batchSize: 256, pieces: 8 },
} as const;

describe("surveyTable", () => {
  test("divides rows in the same way however they are read, and no row is in two parts", async () => {
    const options = { target: "answer", seed: 3, heldOut: 300, validation: 200, sample: 400 };
    const survey = await surveyTable(await opener(6000, { size: 777 })({ kinds: {} }), options);
    expect([survey.rows, survey.withTarget, survey.training]).toEqual([6000, 5994, 5494]);
    const parts = [survey.heldOut, survey.validation, survey.sample];
    expect(parts.map(({ rowCount }) => rowCount)).toEqual([300, 200, 400]);
    const numbers = parts.flatMap(({ lines }) => Array.from(lines ?? []));
    expect(new Set(numbers).size).toBe(900);
    const again = await surveyTable(await opener(6000, { size: 5 })({ kinds: {} }), options);
    expect(again.cut).toBe(survey.cut);
    expect(Array.from(again.heldOut.lines ?? [])).toEqual(Array.from(survey.heldOut.lines ?? []));
    // Everything but the held-out rows is counted, each once
    expect(survey.facts.get("a")).toMatchObject({ rows: 5694, missing: 0 });
    expect(again.facts).toEqual(survey.facts);
    expect(Object.fromEntries(survey.target.counts ?? [])).toEqual(Object.fromEntries(again.target.counts ?? []));
  });

  test("holds out a fifth and validates by a tenth of small tables", async () => {
    const options = { target: "answer", seed: 0, heldOut: 5000, validation: 5000, sample: 5000 };
    const survey = await surveyTable(await opener(1000)({ kinds: {} }), options);
    expect([survey.heldOut.rowCount, survey.validation.rowCount, survey.sample.rowCount]).toEqual([199, 80, 720]);
  });
});

async function weightsOf({ model }: Fitted): Promise<number[][]> {
  const tensors = [...model.network.stateDictionary().values()];
  return Promise.all(tensors.map(async (tensor) => Array.from(await tensor.data(), Number)));
}

describe("fitStream", () => {
  test("gives the same bits for chunks of any size, and after a stop in the middle of an epoch", async () => {
    const whole = await fitted(opener(6000, { size: 1000 }));
    expect(whole.counts).toEqual({ train: 5394, validation: 300 });
    expect(whole.shuffleRows).toBe(4096);
    const weights = await weightsOf(whole);
    expect(await weightsOf(await fitted(opener(6000, { size: 77 })))).toEqual(weights);

    const store = memoryStore();
    const stop = new AbortController();
    let chunks = 0;
    // Six for the survey, six for the first epoch, and half of the second
    const onChunk = (): void => void (++chunks === 16 && stop.abort());
    const stopped = fitted(opener(6000, { size: 1000, onChunk }), { checkpoint: store, signal: stop.signal });
    await expect(stopped).rejects.toThrow(TrainingInterruptedError);
    const { facts } = decodeCheckpoint((await store.load()) ?? new Uint8Array());
    expect(facts).toMatchObject({ state: { epoch: 2 } });
    const resumed = await fitted(opener(6000, { size: 1000 }), { checkpoint: store });
    expect(resumed.members).toEqual(whole.members);
    expect(await weightsOf(resumed)).toEqual(weights);
  });

  test("learns numbers", async () => {
    const { model, all } = await fitted(opener(5000), {}, "regression");
    expect(model.task).toMatchObject({ kind: "regression", target: "a" });
    expect(all.targets.reduce((sum, target) => sum + target / all.targets.length, 0)).toBeCloseTo(0, 1);
  });
});

describe("trainStream", () => {
  test("measures on rows that were held out, and says what is from a sample", async () => {
    const study = await trainStream(opener(9000), { ...quick, groups: ["colour"], groupsAsFeatures: true });
    const { train, validation, heldOut } = study.split;
    expect(train + validation + heldOut).toBe(8991);
    expect(study.system.origin.rows).toBe(train + validation);
    expect(study.split.how).toContain("read as a stream");
    expect(study.metrics.accuracy).toMatchObject({ n: heldOut });
    expect(study.metrics.accuracy?.value).toBeGreaterThan(0.8);
    expect(study.baselines[1]?.what).toMatch(/a linear model \(logistic regression\), of \d+ rows drawn from all/);
    expect(study.stream).toMatchObject({ rows: 9000, memory: 16 });
    expect(study.warnings.find(({ kind }) => kind === "missing-target")?.message).toContain("9 of 9000 rows");
    expect(study.groups?.groups.length).toBeGreaterThan(3);
    expect(study.findings?.scope.withheld.n).toBe(heldOut);
    expect(study.system.encoder.features.map(({ name, kind, width }) => [name, kind, width])).toEqual([
      ["a", "number", 1],
      ["b", "number", 2],
      ["colour", "category", 5],
    ]);
    const making = { version: "1", date: "2026-01-01", command: "smilodon train" };
    expect(reportOf(study, making)).toContain("was not held in memory");
    expect(cardOf(study, making)).toContain("was not held in memory");
  });

  test("reads a table of few rows whole", async () => {
    const study = await trainStream(opener(60), { ...quick, choices: { ...quick.choices, epochs: 1 } });
    expect(study.stream).toBeUndefined();
    expect(study.split.how).toContain("a fifth of the rows");
  });

  test("refuses what cannot be learned", async () => {
    await expect(trainStream(opener(5000), { ...quick, target: "anser" })).rejects.toThrow(/Did you mean "answer"/);
    await expect(trainStream(opener(5000), { ...quick, exclude: ["a", "b", "colour"] })).rejects.toThrow(DataError);
  });
});

describe("a file that is not what its beginning says", () => {
  const filler = "x".repeat(40);
  const lines = Array.from(
    { length: 40_000 },
    (_, row) => `${row % 20},${row === 39_000 ? "many" : row % 7},${filler}`,
  );
  const bytes = new TextEncoder().encode(`level,count,note\n${lines.join("\n")}\n`);
  const open: TableOpener = (how) => openTable(bytes, how);
  const survey = (source: TableSource) =>
    surveyTable(source, { target: "level", seed: 0, heldOut: 10, validation: 10, sample: 10 });

  test("is read again, with the column as text", async () => {
    const { facts } = await withTexts(open, { numbers: [] }, survey);
    expect([...(facts.get("count")?.counts?.keys() ?? [])].sort()).toEqual(["0", "1", "2", "3", "4", "5", "6", "many"]);
  });

  test("is refused where the column has to be numbers", async () => {
    const wrong = /line 39002, column "count": "many" is not a number/;
    await expect(withTexts(open, { numbers: ["count"] }, survey)).rejects.toThrow(wrong);
  });
});

test("rows in the order of the target are told from rows in none", async () => {
  const options = { target: "answer", seed: 0, heldOut: 100, validation: 100, sample: 100 };
  const share = async (isSorted: boolean) =>
    (await surveyTable(await opener(40_000, { size: 2000, isSorted })({ kinds: {} }), options)).orderShare;
  expect(await share(false)).toBeLessThan(0.002);
  expect(await share(true)).toBeGreaterThan(0.9);
  const numbers = new RowOrder();
  for (const values of [
    [1, 2],
    [5, 6],
  ])
    numbers.add({ kind: "number", values: Float64Array.from(values) }, [0, 1]);
  // Means 1.5 and 5.5 about 3.5: 16 of 17
  expect(numbers.share).toBeCloseTo(16 / 17, 12);
  const training = { training: 1000, orderShare: 0.5 };
  const stream = { rows: 1250, sample: 100, memory: 1 };
  expect(orderWarnings(training, { ...stream, shuffleRows: 100 })[0]?.message).toContain("50 % of its variance");
  expect(orderWarnings(training, { ...stream, shuffleRows: 900 })).toEqual([]);
});

describe("planMemory", () => {
  const lines = Array.from({ length: 5000 }, (_, row) => `${row},${row % 3},${"text ".repeat(3)}${row}`);
  const bytes = new TextEncoder().encode(`x,y,note\n${lines.join("\n")}\n`);

  test("goes by rows and by what they become", async () => {
    const open: TableOpener = (how) => openTable(bytes, how);
    const plan = await planMemory(open, { target: "y", memory: 1 });
    expect(plan.fits).toBe(false);
    expect(plan.encodedBytes).toBeGreaterThan(4 * 128);
    expect((await planMemory(open, { target: "y", memory: 64 })).fits).toBe(true);
    expect((await planMemory(open, { target: "y" })).fits).toBe(true);
  });
});
