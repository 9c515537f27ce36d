/** What needs Node: files that are whole or absent, processes that are really killed, terminals. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTableFile, writeTableFile } from "../../src/data/index.node.ts";
import { readTable } from "../../src/data/readTable.ts";
import { loadModel, saveModel } from "../../src/io/index.node.ts";
import * as nn from "../../src/nn/index.ts";
import { writeFileAtomic } from "../../src/support/atomicFile.node.ts";
import { memoryStore } from "../../src/train/checkpoint.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitProgress } from "../../src/train/fitOptions.ts";
import { terminalProgress } from "../../src/train/terminalProgress.node.ts";
import { bytesOf, makeScene } from "./scene.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smilodon-train-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("writeFileAtomic()", () => {
  it("replaces a file in full and leaves nothing beside it, also when it fails", async () => {
    const path = join(folder, "deep", "file.txt");
    await writeFileAtomic(path, "old");
    await writeFileAtomic(path, new TextEncoder().encode("new"));
    expect(await readFile(path, "utf8")).toBe("new");
    await expect(writeFileAtomic(join(folder, "deep"), "a folder stands here")).rejects.toThrow();
    expect(await readdir(join(folder, "deep"))).toEqual(["file.txt"]);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("saveModel() and loadModel()", () => {
  it("keep weights and metadata", async () => {
    const path = join(folder, "model.safetensors");
    const [first, second] = [new nn.Linear(2, 3), new nn.Linear(2, 3)];
    await saveModel(path, first, new Map([["made by", "a test"]]));
    expect(await loadModel(path, second)).toEqual(new Map([["made by", "a test"]]));
    expect(await second.weight.value.toArray()).toEqual(await first.weight.value.toArray());
  });

  it("say which file is missing, damaged or does not fit", async () => {
    const path = join(folder, "wrong.safetensors");
    await expect(loadModel(path, new nn.Linear(1, 1))).rejects.toThrow(`${path}: there is no such file`);
    await writeFile(path, "nothing");
    await expect(loadModel(path, new nn.Linear(1, 1))).rejects.toThrow(`${path}: safetensors:`);
    await saveModel(path, new nn.Linear(1, 1));
    await expect(loadModel(path, new nn.Linear(1, 2))).rejects.toThrow("weight is f32[2, 1] here and f32[1, 1] there");
  });
});

describe("tables in files", () => {
  it("are read back, and their errors begin with the path", async () => {
    const path = join(folder, "table.csv");
    await writeTableFile(path, readTable("a,b\n1,x\n"));
    expect((await readTableFile(path)).texts("b")).toEqual(["x"]);
    await writeFile(path, "a,b\n1\n");
    await expect(readTableFile(path)).rejects.toThrow(`${path}: CSV, line 2`);
    await writeFile(path, Uint8Array.from([97, 10, 255]));
    await expect(readTableFile(path, { encoding: "utf-8" })).rejects.toThrow("not utf-8 text");
    await expect(readTableFile(join(folder, "none.csv"))).rejects.toThrow("there is no such file");
  });
});

/** Runs tests/train/killable.ts; kills it once the checkpoint has been written `kills` times, if asked to. */
async function runTraining(store: string, killAfter?: number): Promise<string> {
  const script = fileURLToPath(new URL("killable.ts", import.meta.url));
  const child = spawn(process.execPath, [script, store], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  let saves = 0;
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
    saves += text.toString().split("saved").length - 1;
    if (killAfter !== undefined && saves >= killAfter) child.kill("SIGKILL");
  });
  await once(child, "close");
  return output.replaceAll("saved\n", "");
}

describe("a process that is killed while training", () => {
  it("leaves a whole checkpoint, and the next one goes on to the same bits", async () => {
    const scene = makeScene();
    const result = await fit({ ...scene.options, epochs: 4, checkpointSteps: 5, checkpoint: memoryStore() });
    const expected = `${JSON.stringify(result)} ${await bytesOf(scene)}\n`;
    expect(expected).toContain("finished");
    const store = join(folder, "killed.safetensors");
    expect(await runTraining(store, 2)).not.toContain("finished");
    expect((await stat(store)).size).toBeGreaterThan(1000);
    expect(await runTraining(store, 3)).not.toContain("finished");
    expect(await runTraining(store)).toBe(expected);
    // Three processes, each of which starts the engine anew
  }, 120_000);
});

const progress = (changes: Partial<FitProgress> = {}): FitProgress => ({
  epoch: 3,
  epochs: 50,
  step: 40,
  steps: 80,
  loss: 0.41234567,
  learningRate: 0.01,
  seconds: 3,
  secondsLeft: undefined,
  finished: undefined,
  ...changes,
});

function fakeStream(isTTY: boolean, columns = 100) {
  const stream = { text: "", isTTY, columns, write: (text: string) => void (stream.text += text) };
  return stream;
}

describe("terminalProgress()", () => {
  it("writes lines off a terminal, few of them, and always the last", () => {
    const stream = fakeStream(false);
    const report = terminalProgress({ stream });
    for (let step = 1; step <= 50; step++) report(progress({ step }));
    expect(stream.text).toBe("epoch 3/50  step 1/80  loss 0.4123  rate 0.01\n");
    report(
      progress({ epoch: 50, finished: { epoch: 50, loss: 0.3, validationLoss: 0.35, learningRate: 0.01 }, loss: 0.3 }),
    );
    expect(stream.text.split("\n")[1]).toBe("epoch 50/50  loss 0.3  validation 0.35  rate 0.01");
  });

  it("says how long it will take, and what validation measured", () => {
    const stream = fakeStream(false);
    terminalProgress({ stream })(progress({ secondsLeft: 7.4 }));
    terminalProgress({ stream })(progress({ secondsLeft: 200 }));
    const metrics = { loss: 0.5, accuracy: 0.81, auc: 0.9 };
    const finished = { epoch: 3, loss: 0.3, validationLoss: 0.5, metrics, learningRate: 0.01 };
    terminalProgress({ stream })(progress({ secondsLeft: 7500, finished }));
    expect(stream.text.split("\n").map((line) => line.split("rate")[1])).toEqual([
      " 0.01  7 s left",
      " 0.01  3 min 20 s left",
      " 0.01  2 h 5 min left",
      undefined,
    ]);
    expect(stream.text).toContain("loss 0.4123  validation 0.5  accuracy 0.81  auc 0.9  rate");
  });

  it("writes what is pending at the end", () => {
    const stream = fakeStream(false);
    const report = terminalProgress({ stream });
    report(progress());
    report(progress({ step: 41 }));
    report.end();
    report.end();
    expect(stream.text.split("\n").length).toBe(3);
  });

  it("keeps one line with a bar on a terminal, within its width", () => {
    const stream = fakeStream(true, 70);
    const report = terminalProgress({ stream, color: false, interval: 0 });
    report(progress());
    report(progress({ step: 80 }));
    const lines = stream.text.split("\r\x1b[K").slice(1);
    expect(lines.length).toBe(2);
    for (const line of lines) expect(line.length).toBeLessThan(70);
    expect(lines[0]).toContain("─");
    report.end();
    expect(stream.text.endsWith("\n")).toBe(true);
  });

  it("uses no colours where NO_COLOR is set", () => {
    const stream = fakeStream(true);
    const before = process.env["NO_COLOR"];
    process.env["NO_COLOR"] = "1";
    terminalProgress({ stream })(progress());
    if (before === undefined) delete process.env["NO_COLOR"];
    else process.env["NO_COLOR"] = before;
    expect(stream.text).not.toContain("\x1b[36m");
  });
});
