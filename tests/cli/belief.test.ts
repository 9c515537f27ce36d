/** Pictures of which nothing is said, on the command line: edges are learned, shown, kept, and gone on with. */
import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { jsonSchemas } from "../../src/cli/jsonSchemas.ts";
import { loadDeepBelief } from "../../src/systems/deepBelief/opening.node.ts";
import { writeFiles } from "../vision/files.ts";
import { type Outcome, runWords } from "./world.ts";

const side = 96;
let base = "";
let run = "";
let trained: Outcome;
const cli = (...words: string[]) => runWords(words, commands);
const quick = ["--model", "deep-belief", "--scale", "tiny", "--seed", "1"];

/** Stripes of a direction. */
async function stripes(turn: number): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: side * side }, (_, index) => {
    const [x, y] = [index % side, Math.floor(index / side)];
    return 128 + Math.round(100 * Math.sin(0.6 * (x * Math.cos(turn) + y * Math.sin(turn))));
  });
  return new Uint8Array(
    await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
      .png()
      .toBuffer(),
  );
}

beforeAll(async () => {
  base = await writeFiles({ "a.png": await stripes(0), "b.png": await stripes(1), "broken.png": "no picture" });
  run = join(base, "..", `${base.split("/").at(-1)}-runs`, "stripes");
  trained = await cli("train", base, "--out", run, ...quick, "--json");
}, 60_000);
afterAll(async () => {
  await rm(base, { recursive: true, force: true });
  await rm(dirname(run), { recursive: true, force: true });
});

test("a layer is learned, its filters are shown, and the folder is whole", async () => {
  expect(trained.code, trained.messages).toBe(0);
  const result = jsonSchemas["train-deep-belief"].parse(JSON.parse(trained.output));
  expect(result).toMatchObject({ run, pictures: 2, layers: [{ groups: 24, kernel: 10, steps: 40 }] });
  expect(result.damaged.map(({ name }) => name)).toEqual(["broken.png"]);
  const files = await readdir(run, { recursive: true });
  expect(files.sort()).toEqual(["README.md", "config.json", "model.safetensors", "report.html", "run.json"]);
  const report = await readFile(join(run, "report.html"), "utf8");
  expect(report).toMatch(/How the first layer formed.*after 1, 2, /s);
  const card = await readFile(join(run, "README.md"), "utf8");
  for (const text of [report, card]) expect(text).not.toMatch(/NaN|undefined|\[object/);
  expect(card).toContain(`train ${base.split("/").at(-1)} --model deep-belief --scale tiny --seed 1`);
  const [layer] = (await loadDeepBelief(run)).layers;
  expect(layer?.weight.shape).toEqual([24, 1, 10, 10]);
});

test("Ctrl-C keeps what was learned, and resume goes on to the same weights", async () => {
  const stop = new AbortController();
  const broken = join(dirname(run), "broken");
  const stopped = await runWords(["train", base, "--out", broken, ...quick], commands, {
    isTerminal: true,
    signal: stop.signal,
    onWrite: (text) => {
      if (/layer 1 \(edges\): .*% of units on/.test(text)) stop.abort();
    },
  });
  expect([stopped.code, stopped.messages]).toEqual([130, expect.stringContaining(`resume ${broken}`)]);
  const resumed = await cli("resume", broken, "--json");
  expect(resumed.code, resumed.messages).toBe(0);
  const [a, b] = await Promise.all([run, broken].map((folder) => readFile(join(folder, "model.safetensors"))));
  expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
});

test.each([
  [[...quick, "--target", "class"], 2, "--target: --model deep-belief learns without labels"],
  [[...quick, "--size", "40"], 2, "needs 79 pixels"],
  [["--model", "deep-beleif"], 2, 'Did you mean "deep-belief"'],
])("%j is refused", async (words, code, message) => {
  const outcome = await cli("train", base, "--out", join(dirname(run), "refused"), ...words);
  expect([outcome.code, outcome.messages]).toEqual([code, expect.stringContaining(message)]);
});

test("asked for an answer it says what it is", async () => {
  const { code, messages } = await cli("predict", run, join(base, "a.png"));
  expect([code, messages]).toEqual([3, expect.stringContaining("answers nothing about rows")]);
});
