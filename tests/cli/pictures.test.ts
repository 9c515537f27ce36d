/** Pictures on the command line: train, resume, go on from, predict, evaluate, serve; what is printed fits the published schemas. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { jsonSchemas } from "../../src/cli/jsonSchemas.ts";
import { PictureService } from "../../src/cli/serve/pictureService.ts";
import { serveService } from "../../src/cli/serve/server.ts";
import { loadImageModel } from "../../src/systems/vision/opening.node.ts";
import { colourFiles, picture, writeFiles } from "../vision/files.ts";
import { type Outcome, runWords } from "./world.ts";

let base = "";
let run = "";
let trained: Outcome;
const cli = (...words: string[]) => runWords(words, commands);
const quick = ["--scale", "tiny", "--epochs", "4", "--seed", "1"];

beforeAll(async () => {
  const files: Record<string, Uint8Array | string> = await colourFiles(24);
  files["red/broken.png"] = "no picture";
  base = await writeFiles(files);
  run = join(base, "..", `${base.split("/").at(-1)}-runs`, "colours");
  trained = await cli("train", base, "--out", run, ...quick, "--json");
}, 60_000);
afterAll(async () => {
  await rm(base, { recursive: true, force: true });
  await rm(dirname(run), { recursive: true, force: true });
});

describe("train", () => {
  test("ends with one object that fits its schema", () => {
    expect(trained.code, trained.messages).toBe(0);
    const result = jsonSchemas["train-pictures"].parse(JSON.parse(trained.output));
    expect(result).toMatchObject({ run, pictures: 48, target: "class" });
    expect(result.metrics["accuracy"]).toBe(1);
    expect(result.damaged.map(({ name }) => name)).toEqual(["red/broken.png"]);
    expect(trained.messages).toContain("left out: red/broken.png");
  });

  test("writes a whole model folder with card and report, and no checkpoints stay", async () => {
    const files = await readdir(run, { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["config.json", "model.safetensors", "README.md", "report.html"]));
    expect(files).toEqual(expect.arrayContaining(["care/data.json", "care/metrics.json", "care/scope.safetensors"]));
    expect(files.filter((file) => /checkpoint|\.tmp$|\.lock/.test(file))).toEqual([]);
    for (const name of ["README.md", "report.html"])
      expect(await readFile(join(run, name), "utf8")).not.toMatch(/NaN|undefined|\[object/);
    expect(await readFile(join(run, "report.html"), "utf8")).toContain("data:image/png;base64,");
    expect(await readFile(join(run, "README.md"), "utf8")).not.toContain("data:image");
  });

  test.each([
    [["--folds", "3"], 2, "--folds: .* holds pictures, no table"],
    [["--network", "resnet21"], 2, 'Did you mean "resnet20"'],
    [["--size", "4"], 2, "--size"],
    [["--on-corrupt", "error"], 3, "red/broken.png: .*--on-corrupt skip"],
    [["--from", "nowhere"], 3, "nowhere/config.json"],
  ])("%j ends with code %d and leaves no folder", async (words, code, message) => {
    const out = join(dirname(run), "refused");
    const outcome = await cli("train", base, "--out", out, ...words);
    expect([outcome.code, outcome.messages]).toEqual([code, expect.stringMatching(new RegExp(message))]);
    await expect(readdir(out)).rejects.toThrow("ENOENT");
  });

  test("of tables refuses what is for pictures", async () => {
    const table = join(dirname(run), "table.csv");
    await writeFile(table, "a,b\n1,2\n");
    const { code, messages } = await cli("train", table, "--target", "b", "--network", "vgg");
    expect([code, messages]).toEqual([2, expect.stringContaining("--network")]);
  });

  test("goes on from a run, also to other classes", async () => {
    const others = await writeFiles(await colourFiles(12, { names: ["red", "green", "blue"], first: 50 }));
    const out = join(dirname(run), "more");
    const { code, messages, output } = await cli("train", others, "--from", run, "--out", out, ...quick, "--json");
    expect(code, messages).toBe(0);
    expect(JSON.parse(output).classes).toHaveLength(3);
    expect((await loadImageModel(out)).parts.origin.from).toBe("colours");
  });

  test("of sketches needs no data; a background that gives the class away is told", async () => {
    const out = join(dirname(run), "sketches");
    const words = [
      "train",
      "sketches-telltale",
      "--scale",
      "tiny",
      "--size",
      "16",
      "--epochs",
      "3",
      "--network",
      "lenet",
    ];
    const { code, messages, output } = await cli(...words, "--out", out, "--json");
    expect(code, messages).toBe(0);
    const { pictures, target, classes, warnings } = jsonSchemas["train-pictures"].parse(JSON.parse(output));
    expect([pictures, target, ...classes.map(({ name }) => name)]).toEqual([2000, "animal", "cat", "dog"]);
    expect(warnings.map(({ kind }) => kind)).toContain("shortcut");
    // A name, whatever folder the run is in
    expect(JSON.parse(await readFile(join(out, "run.json"), "utf8")).settings.file).toBe("sketches-telltale");
  }, 60_000);

  test("is stopped by Ctrl-C and goes on to the same weights", async () => {
    const stop = new AbortController();
    const [whole, broken] = [join(dirname(run), "whole"), join(dirname(run), "broken")];
    const words = ["train", base, ...quick.slice(0, 2), "--epochs", "12", "--seed", "3", "--out"];
    await cli(...words, whole);
    const stopped = await runWords([...words, broken], commands, {
      isTerminal: true,
      signal: stop.signal,
      onWrite: (text) => {
        if (/epoch [2-9] of/.test(text)) stop.abort();
      },
    });
    expect([stopped.code, stopped.messages]).toEqual([130, expect.stringContaining(`resume ${broken}`)]);
    expect((await cli("resume", broken)).code).toBe(0);
    const [a, b] = await Promise.all([whole, broken].map((folder) => readFile(join(folder, "model.safetensors"))));
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
  }, 30_000);
});

test("data lists what is drawn beside what is fetched", async () => {
  const list = await cli("data");
  expect(list.output).toMatch(/^mnist .*\n(.*\n)*sketches +drawn {2}2,000 cats/);
  expect((await cli("data", "info", "sketches")).output).toContain("drawn by this program");
  const { code, output } = await cli("data", "get", "sketches", "--json");
  expect([code, JSON.parse(output)]).toEqual([0, [expect.objectContaining({ name: "sketches", files: [] })]]);
});

describe("answers", () => {
  test("for one picture and for a folder are lines of CSV, or JSON that fits its schema", async () => {
    const place = await writeFiles({
      "b/1.png": await picture("red", 900),
      "2.png": await picture("green", 901, { width: 50, height: 31 }),
      "x.jpg": "no",
    });
    const one = await cli("predict", run, join(place, "b/1.png"));
    expect([one.code, one.output]).toEqual([
      0,
      expect.stringMatching(/^picture,in_scope,label,confidence,set,distance\n1\.png,/),
    ]);
    const { code, output, messages } = await cli("predict", run, place, "--json");
    expect(code).toBe(0);
    const answers = jsonSchemas.predict.parse(JSON.parse(output));
    expect(answers.map((answer) => "input" in answer && answer.input)).toEqual([
      { picture: "2.png" },
      { picture: "b/1.png" },
    ]);
    expect(messages).toContain("1 could not be read");
    expect((await cli("predict", run, join(place, "x.jpg"))).code).toBe(3);
    expect((await cli("predict", run, join(place, "none.jpg"))).code).toBe(3);
    expect((await cli("predict", run)).code).toBe(2);
  });

  test("are measured on another folder; classes that are not known are named", async () => {
    const fresh = await writeFiles(await colourFiles(5, { first: 300 }));
    const { code, output } = await cli("evaluate", run, fresh, "--json");
    expect(code).toBe(0);
    expect(jsonSchemas.evaluate.parse(JSON.parse(output))).toMatchObject({ rows: 10, metrics: { accuracy: 1 } });
    await mkdir(join(fresh, "gren"));
    await writeFile(join(fresh, "gren/1.png"), await picture("green", 5));
    const refused = await cli("evaluate", run, fresh);
    expect([refused.code, refused.messages]).toEqual([3, expect.stringContaining('Did you mean "green"')]);
  });

  test("come over HTTP for the bytes of a picture", async () => {
    const model = await loadImageModel(run);
    const server = await serveService(new PictureService(model), { port: 0, mostBytes: 1e5 });
    const ask = (body: BodyInit, type: string) =>
      fetch(`http://127.0.0.1:${server.port}/predict`, { method: "POST", body, headers: { "Content-Type": type } });
    const red = new Uint8Array(await picture("red", 700));
    const answers = await Promise.all(Array.from({ length: 6 }, async () => (await ask(red, "image/png")).json()));
    const [first] = await model.predict([red]);
    for (const answer of answers) expect(jsonSchemas["serve-picture-answer"].parse(answer).answers[0]).toEqual(first);
    expect((await ask("no picture", "image/png")).status).toBe(422);
    expect((await ask("{}", "application/json")).status).toBe(415);
    expect((await ask(new Uint8Array(2e5), "image/png")).status).toBe(413);
    await server.stop();
  });
});
