/** A table from beginning to end: what comes out, what is left out, and what is refused. */
import { describe, expect, test } from "vitest";
import { readTable } from "../../src/data/index.ts";
import { type TabularStudy, TrainingInterruptedError, trainTable } from "../../src/systems/tabular/index.ts";
import { type CheckpointStore, memoryStore } from "../../src/train/index.ts";

/** Pets: the price follows from the weight and the kind, the kind has missing cells. */
function pets(count: number): ReturnType<typeof readTable> {
  const lines = Array.from({ length: count }, (_, row) => {
    const weight = 2 + Math.abs(Math.sin(row * 7.3)) * 8;
    const kind = row % 3 === 0 ? "cat" : row % 11 === 0 ? "" : "dog";
    const noise = Math.sin(row * 91.7);
    const price = 20 * weight + (kind === "cat" ? 50 : 0) + 5 * noise;
    return `${weight.toFixed(3)},${kind},${price.toFixed(2)},${price > 130 ? "dear" : "cheap"}`;
  });
  return readTable(`weight,kind,price,class\n${lines.join("\n")}\n`);
}

const quick = { choices: { epochs: 25, members: 5, width: 16, learningRate: 0.01 } } as const;

describe("trainTable", () => {
  test("learns classes, beside baselines, on rows that were held out", async () => {
    const study = await trainTable(pets(200), { target: "class", exclude: ["price"], ...quick, moreData: true });
    expect(study.split).toMatchObject({ train: 160, heldOut: 40 });
    expect(study.metrics.accuracy?.value).toBeGreaterThan(0.75);
    expect(study.metrics.accuracy?.n).toBe(40);
    expect(study.baselines.map(({ name }) => name)).toEqual(["majority", "linear", "neighbours"]);
    expect(study.heldOut.probabilities?.length).toBe(80);
    expect(study.moreData.length).toBe(3);
    expect(study.system.encoder.features.map(({ name }) => name)).toEqual(["weight", "kind"]);
    expect(study.settings.find(({ name }) => name === "width")).toMatchObject({ value: 16, reason: "you chose it" });
  });

  test("gives the same figures for the same seed, and others for another", async () => {
    const run = (seed: number): Promise<TabularStudy> =>
      trainTable(pets(80), {
        target: "class",
        exclude: ["price"],
        seed,
        choices: { epochs: 2, members: 5, width: 4 },
        moreData: false,
      });
    const [first, second, other] = [await run(1), await run(1), await run(2)];
    expect(second.metrics).toEqual(first.metrics);
    expect(second.members).toEqual(first.members);
    expect(other.members).not.toEqual(first.members);
  });

  test("learns numbers and gives them in their unit", async () => {
    const study = await trainTable(pets(160), { target: "price", exclude: ["class"], ...quick, moreData: false });
    expect(study.system.task.kind).toBe("regression");
    expect(study.metrics.r2?.value).toBeGreaterThan(0.7);
    expect(study.heldOut.predictions?.every((price) => price > -100 && price < 500)).toBe(true);
    expect(study.baselines.map(({ name }) => name)).toEqual(["mean", "linear", "neighbours"]);
  });

  test("cross-validates: every row is measured once, and the network learns from all", async () => {
    const study = await trainTable(pets(60), {
      target: "class",
      exclude: ["price"],
      folds: 2,
      choices: { epochs: 2, members: 5, width: 4 },
      moreData: false,
    });
    expect(study.folds.length).toBe(2);
    expect(Array.from(study.heldOut.rows).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, row) => row));
    expect(study.split).toMatchObject({ train: 60, heldOut: 60 });
  });

  test("leaves out what gives the target away, and says so", async () => {
    const table = readTable(
      `size,answer_code,answer\n${Array.from({ length: 60 }, (_, row) => `${row % 7},${row % 2},${row % 2 ? "yes" : "no"}`).join("\n")}\n`,
    );
    const study = await trainTable(table, {
      target: "answer",
      choices: { epochs: 1, members: 5, width: 4 },
      moreData: false,
    });
    expect(study.warnings.some(({ kind, columns }) => kind === "leakage" && columns.includes("answer_code"))).toBe(
      true,
    );
    expect(study.system.encoder.features.map(({ name }) => name)).toEqual(["size"]);
  });

  test("goes on where it was stopped, to the same figures", async () => {
    const options = {
      target: "class",
      exclude: ["price"],
      choices: { epochs: 6, members: 5, width: 4 },
      moreData: false,
    } as const;
    const whole = await trainTable(pets(80), options);
    const stores = new Map<string, CheckpointStore>();
    const checkpointOf = (stage: string): CheckpointStore => {
      const store = stores.get(stage) ?? memoryStore();
      stores.set(stage, store);
      return store;
    };
    const stop = new AbortController();
    const onProgress = (stage: string, done: number): void => {
      if (stage === "network" && done >= 0.5) stop.abort();
    };
    const stopped = trainTable(pets(80), { ...options, checkpointOf, onProgress, signal: stop.signal });
    await expect(stopped).rejects.toThrow(TrainingInterruptedError);
    const resumed = await trainTable(pets(80), { ...options, checkpointOf });
    expect([...stores.keys()]).toEqual(["network", "linear"]);
    expect(resumed.members).toEqual(whole.members);
    expect(resumed.metrics).toEqual(whole.metrics);
    expect(resumed.baselines).toEqual(whole.baselines);
  });

  test("stops when its time is over, after an epoch at least", async () => {
    const study = await trainTable(pets(80), {
      target: "class",
      exclude: ["price"],
      choices: { epochs: 500, patience: 500, members: 5, width: 4, minutes: 1e-6 },
      moreData: false,
    });
    expect(study.members[0]?.history.length).toBe(1);
  });

  test("refuses tables that there is nothing to learn from", async () => {
    const table = pets(40);
    await expect(trainTable(table, { target: "clas" })).rejects.toThrow(/"class"/);
    await expect(trainTable(table.select([1, 2, 3]), { target: "class" })).rejects.toThrow(/at least 10/);
    await expect(trainTable(table, { target: "class", exclude: ["weight", "kind", "price"] })).rejects.toThrow(
      /No column/,
    );
  });
});
