import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, DataError } from "../../src/support/errors.ts";
import { fit } from "../../src/train/fit.ts";
import { isRunning, processMark } from "../../src/train/processMark.node.ts";
import type { RunStart } from "../../src/train/runRecord.ts";
import { recordRun } from "../../src/train/runRecorder.node.ts";
import { RunStore } from "../../src/train/runStore.node.ts";
import { makeScene } from "./scene.ts";

let folder = "";
let files = 0;
const newPath = () => join(folder, `${files++}`, "runs.sqlite");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smilodon-runs-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const startOf = (name: string, settings: unknown = {}): RunStart => ({
  name,
  folder: `runs/${name}`,
  command: `train ${name}.csv`,
  settings,
  seed: 0,
  device: "wasm",
  versions: { smilodon: "0.1.0" },
});

describe("RunStore", () => {
  it("keeps runs, their results and series, from one process to the next", () => {
    const path = newPath();
    const first = new RunStore(path);
    const id = first.begin(startOf("penguins", { epochs: 3 }));
    for (const [step, value] of [0.5, NaN, Infinity].entries()) first.record(id, "loss", step, value);
    first.record(id, "loss", 0, 0.75);
    first.finish(id, "finished", { accuracy: 0.99, auc: NaN });
    first.close();
    using second = new RunStore(path);
    const [run] = second.list();
    expect(run).toMatchObject({ ...startOf("penguins", { epochs: 3 }), id, status: "finished" });
    expect(run?.metrics).toEqual({ accuracy: 0.99, auc: NaN });
    expect(Date.parse(run?.ended ?? "")).toBeGreaterThanOrEqual(Date.parse(run?.started ?? ""));
    expect(second.series(id, "loss")).toEqual([
      { step: 0, value: 0.75 },
      { step: 1, value: NaN },
      { step: 2, value: Infinity },
    ]);
    expect(second.seriesNames(id)).toEqual(["loss"]);
  });

  it("lists the last first, or the best by a metric", () => {
    using store = new RunStore(":memory:");
    for (const [name, rmse] of Object.entries({ a: 3, b: 1, c: NaN, d: 2 }))
      store.finish(store.begin(startOf(name)), "finished", { rmse });
    store.begin(startOf("e"));
    const names = (query: Parameters<RunStore["list"]>[0]) => store.list(query).map(({ name }) => name);
    expect(names({})).toEqual(["e", "d", "c", "b", "a"]);
    expect(names({ metric: "rmse", mode: "min" })).toEqual(["b", "d", "a", "c"]);
    expect(names({ metric: "rmse", limit: 2 })).toEqual(["a", "d"]);
    expect(names({ status: "running" })).toEqual(["e"]);
  });

  it("compares runs by results and by the settings in which they differ", () => {
    using store = new RunStore(":memory:");
    const begin = (name: string, rate: number, extra = {}) =>
      store.begin(startOf(name, { training: { rate, epochs: 5 }, ...extra }));
    store.finish(begin("a", 0.1), "finished", { accuracy: 0.9 });
    store.finish(begin("b", 0.2, { width: 8 }), "finished", { accuracy: 0.8, auc: 0.7 });
    const { runs, metrics, differences } = store.compare(["a", "b"]);
    expect(runs.map(({ metrics: { accuracy } }) => accuracy)).toEqual([0.9, 0.8]);
    expect(metrics).toEqual(["accuracy", "auc"]);
    expect(differences).toEqual([
      { setting: "training.rate", values: [0.1, 0.2] },
      { setting: "width", values: [undefined, 8] },
    ]);
  });

  it("forgets a run with everything of it, unless it is running", () => {
    using store = new RunStore(":memory:");
    const id = store.begin(startOf("penguins"));
    store.record(id, "loss", 1, 2);
    expect(() => store.remove(id)).toThrow("is running. Stop it first.");
    store.finish(id, "failed", { accuracy: 0 });
    expect(store.remove("runs/penguins").id).toBe(id);
    expect(store.list()).toEqual([]);
    expect(store.series(id, "loss")).toEqual([]);
    expect(() => store.get("penguin")).toThrow(ArgumentError);
    store.begin(startOf("penguins"));
    expect(() => store.get("penguin")).toThrow('Did you mean "penguins"?');
  });

  it("is damaged or of somebody else: says so and what to do", async () => {
    const path = newPath();
    const store = new RunStore(path);
    store.begin(startOf("a"));
    store.close();
    const bytes = await readFile(path);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (place, change, cut) => {
          const mutated = Uint8Array.from(bytes);
          mutated[place] = (mutated[place] ?? 0) ^ change;
          const broken = newPath();
          new RunStore(broken).close();
          await writeFile(broken, cut ? mutated.subarray(0, place) : mutated);
          try {
            using opened = new RunStore(broken);
            opened.list();
            opened.begin(startOf("b"));
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        },
      ),
      { numRuns: 60 },
    );
    await writeFile(path, "this is no database, and long enough to be looked at by SQLite in earnest. ".repeat(20));
    expect(() => new RunStore(path)).toThrow(
      /runs\.sqlite: the run store cannot be used \(.+\)\. Where the file is damaged, move it away/,
    );
    const other = newPath();
    new RunStore(other).close();
    const database = new DatabaseSync(other);
    database.exec("PRAGMA user_version = 7");
    database.close();
    expect(() => new RunStore(other)).toThrow("of version 7; this Smilodon knows version 1. Update");
    const foreign = join(folder, "foreign.sqlite");
    const theirs = new DatabaseSync(foreign);
    theirs.exec("CREATE TABLE t (x)");
    theirs.close();
    expect(() => new RunStore(foreign)).toThrow("is a database of something else");
  });
});

function write(path: string, name: string, task = "") {
  const script = fileURLToPath(new URL("storeWriter.ts", import.meta.url));
  return spawn(process.execPath, [script, path, name, task], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("runs of several processes", () => {
  it("are all entered in one store, in full", async () => {
    const path = newPath();
    const children = ["a", "b", "c"].map((name) => write(path, name));
    const codes = await Promise.all(children.map(async (child) => (await once(child, "close"))[0]));
    expect(codes).toEqual([0, 0, 0]);
    using store = new RunStore(path);
    const runs = store.list();
    expect(runs.map(({ name }) => name).sort()).toEqual(["a", "b", "c"]);
    for (const { id, status } of runs) {
      expect(status).toBe("finished");
      expect(store.series(id, "loss").length).toBe(200);
    }
  }, 60_000);

  it("are shown as killed when their process is gone, and as running when they go on", async () => {
    const path = newPath();
    const child = write(path, "long", "wait");
    const [text] = await once(child.stdout, "data");
    const id = String(text).trim();
    using store = new RunStore(path);
    expect(store.get(id).status).toBe("running");
    child.kill("SIGKILL");
    await once(child, "close");
    expect(store.get(id).status).toBe("killed");
    store.resume(id);
    expect(store.get(id).status).toBe("running");
  }, 60_000);

  it("a process number that was given again is another process", () => {
    const mark = processMark(process.pid) ?? "";
    expect(isRunning({ pid: process.pid, mark })).toBe(true);
    if (mark !== "") expect(isRunning({ pid: process.pid, mark: `${mark}0` })).toBe(false);
    expect(isRunning({ pid: 2 ** 22 + 1, mark: "" })).toBe(false);
  });
});

describe("recordRun()", () => {
  it("enters the epochs of fit", async () => {
    const path = newPath();
    const run = recordRun(path, startOf("scene"));
    const result = await fit({ ...makeScene().options, epochs: 3, callbacks: [run.callback("network/")] });
    run.finish("finished", { loss: result.bestLoss });
    using store = new RunStore(path);
    expect(store.seriesNames(run.id ?? "")).toEqual(["network/learningRate", "network/loss", "network/validationLoss"]);
    expect(store.series(run.id ?? "", "network/loss")).toEqual(
      result.history.map(({ epoch, loss }) => ({ step: epoch, value: loss })),
    );
    expect(store.get("scene")).toMatchObject({ status: "finished", metrics: { loss: result.bestLoss } });
  });

  it("lets training go on where the store cannot be used, and says so once", async () => {
    const path = join(folder, "broken.sqlite");
    await writeFile(path, "no database ".repeat(200));
    const problems: string[] = [];
    const run = recordRun(path, startOf("scene"), { onProblem: (message) => problems.push(message) });
    run.record(1, { loss: 1 });
    run.finish("finished");
    expect(run.id).toBeUndefined();
    expect(problems.length).toBe(1);
    expect(problems[0]).toContain("The run is not recorded from here on.");
  });
});
