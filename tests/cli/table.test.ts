/** Your own table on the command line: train, predict, evaluate, resume, runs; what is printed fits the published schemas. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { jsonSchemas, schemaNames, schemaText } from "../../src/cli/jsonSchemas.ts";
import { load } from "../../src/systems/index.node.ts";
import { type Outcome, runWords } from "./world.ts";

let base = "";
let table = "";
let run = "";
let trained: Outcome;

/** Shapes by size and colour; `size` is missing now and then, and `note` is the same for all. */
function shapes(count: number, first = 0): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const row = first + index;
    const size = (row * 7) % 20;
    const kind = size < 9 ? "small" : "large";
    return `${row % 17 === 0 ? "" : size + (row % 3) / 4},${["red", "blue", "green, dark"].map((c) => `"${c}"`)[row % 3]},same,${kind}`;
  });
  return `size,colour,note,kind\n${lines.join("\n")}\n`;
}

const cli = (...words: string[]) => runWords(words, commands);
const quick = ["--set", "epochs=3", "--fast", "--seed", "1"];

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "table-"));
  table = join(base, "shapes.csv");
  run = join(base, "runs", "shapes");
  await writeFile(table, shapes(120));
  trained = await cli("train", table, "--target", "kind", "--out", run, ...quick, "--json");
}, 60_000);
afterAll(() => rm(base, { recursive: true, force: true }));

describe("train", () => {
  test("ends with one object that fits its schema, and nothing else on standard output", () => {
    expect(trained.code).toBe(0);
    const result = jsonSchemas.train.parse(JSON.parse(trained.output));
    expect(result).toMatchObject({ run, task: "classification", target: "kind", rows: 120 });
    expect(result.metrics["accuracy"]).toBeGreaterThan(0.5);
    expect(Object.keys(result.baselines)).toContain("linear");
    expect(trained.messages).toContain(`predict ${run}`);
  });

  test("writes a whole model folder, and no checkpoints stay", async () => {
    const files = await readdir(run, { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["config.json", "model.safetensors", "README.md", "run.json"]));
    expect(files).toEqual(expect.arrayContaining(["types.d.ts", "care/calibration.json", "care/scope.safetensors"]));
    expect(files.filter((file) => /checkpoint|\.tmp$|\.lock/.test(file))).toEqual([]);
    expect(await readFile(join(run, "types.d.ts"), "utf8")).toContain('export type Label = "large" | "small";');
    const card = await readFile(join(run, "README.md"), "utf8");
    expect(card).toContain("120 rows".replace("120", "96"));
    expect(card).not.toMatch(/NaN|undefined/);
  });

  test.each([
    [["--target", "knid"], 3, 'no column "knid". Did you mean "kind"?'],
    [[], 2, "needs --target"],
    [["--target", "kind", "--kind", "size=nummer"], 2, 'Did you mean "number"?'],
    [["--target", "kind", "--set", "widht=3"], 2, 'Did you mean "width"?'],
    [["--target", "kind", "--set", "width=0"], 2, "width"],
    [["--target", "kind", "--set", "width=100000000"], 2, "at most 65536"],
    [["--target", "kind", "--set", "width=60000"], 2, "weights; at most 268,435,456 can be trained"],
    [["--target", "kind", "--folds", "1"], 2, "--folds"],
    [["--target", "kind", "--folds", "3", "--test", "x.csv"], 2, "exclude each other"],
    [["--target", "kind", "--task", "ranking"], 2, "classification or regression"],
    [["--target", "kind", "--test", "nowhere.csv"], 3, "nowhere.csv: there is no such file"],
    [["--target", "kind", "--test", "."], 3, ".: this is a folder; name a file in it."],
    [["--target", "kind", "--exclude", "kind"], 2, "--exclude kind: that is the target"],
    [["--target", "kind", "--group", "kind"], 2, "--group kind: that is the target"],
    [["--target", "kind", "--use", "kind"], 2, "--use kind: that is the target"],
    [["--target", "kind", "--use", "size", "--exclude", "size"], 2, "exclude each other"],
    [["--target", "kind", "--use", "color"], 3, 'Did you mean "colour"?'],
    [["--target", "kind", "--find-learning-rate", "--set", "learningRate=1"], 2, "exclude each other"],
  ])("%j ends with code %d and leaves no folder", async (words, code, message) => {
    const out = join(base, "refused");
    const outcome = await cli("train", table, "--out", out, ...words);
    expect(outcome.code).toBe(code);
    expect(outcome.messages).toContain(message);
    expect(outcome.messages).not.toContain("    at ");
    expect(await readdir(base)).not.toContain("refused");
  });
});

describe("train, told more", () => {
  test("--use takes a column that the checks leave out, and the command that makes the run again says so", async () => {
    const file = join(base, "copied.csv");
    const [head, ...lines] = shapes(120).trimEnd().split("\n");
    await writeFile(
      file,
      [`${head},copy`, ...lines.map((line) => `${line},${line.endsWith("small") ? 1 : 2}`)].join("\n"),
    );
    const train = async (name: string, ...words: string[]) => {
      const out = join(base, name);
      const outcome = await cli("train", file, "--target", "kind", "--out", out, ...quick, "--json", ...words);
      const { warnings } = jsonSchemas.train.parse(JSON.parse(outcome.output));
      return { warning: warnings.find(({ columns }) => columns.includes("copy")), out };
    };
    const { warning } = await train("without");
    expect(warning).toMatchObject({ kind: "leakage", action: "left out" });
    expect(warning?.message).toContain("--use copy (in");
    const used = await train("with", "--use", "copy");
    expect(used.warning).toMatchObject({ kind: "leakage", action: "flagged" });
    expect(await readFile(join(used.out, "report.html"), "utf8")).toContain("--use copy");
    expect((await load(used.out)).inputs.map(({ name }) => name)).toContain("copy");
  });

  test("--tensorboard writes events of each network, --find-learning-rate says what it found", async () => {
    const events = join(base, "events");
    const out = join(base, "told");
    const words = ["--tensorboard", events, "--find-learning-rate", "--folds", "2", "--json"];
    const outcome = await cli("train", table, "--target", "kind", "--out", out, ...quick, ...words);
    expect(outcome.code).toBe(0);
    expect((await readdir(events)).sort()).toEqual(["fold1-network", "fold2-network", "network"]);
    for (const stage of await readdir(events))
      expect(await readdir(join(events, stage))).toEqual([expect.stringMatching(/^events\.out\.tfevents\./)]);
    const { settings } = jsonSchemas.train.parse(JSON.parse(outcome.output));
    expect(settings["learningRate"]).toBeGreaterThan(1e-5);
    expect(settings["learningRate"]).toBeLessThan(1);
    const report = await readFile(join(out, "report.html"), "utf8");
    expect(report).toContain("found: the middle of the longest fall");
    expect(report).toContain("--find-learning-rate");
  });

  test("a folder for TensorBoard that cannot be written ends before anything is learned", async () => {
    const out = join(base, "blocked");
    const outcome = await cli("train", table, "--target", "kind", "--out", out, ...quick, "--tensorboard", table);
    expect(outcome.code).toBe(3);
    expect(outcome.messages).toContain("TensorBoard's events cannot be written");
  });
});

test("too few held-out rows, and groups without any, are warned of and stay in the figures", async () => {
  const file = join(base, "few.csv");
  const [head, ...lines] = shapes(30).trimEnd().split("\n");
  await writeFile(
    file,
    [
      `${head},place`,
      ...lines.map((line, row) => `${line},${row === 1 ? "isle" : row % 2 === 0 ? "north" : "south"}`),
    ].join("\n"),
  );
  const out = join(base, "few");
  const words = ["--target", "kind", "--group", "place", "--out", out, ...quick, "--json"];
  const result = jsonSchemas.train.parse(JSON.parse((await cli("train", file, ...words)).output));
  expect(result.split.heldOut).toBeLessThan(10);
  const messages = result.warnings.map(({ message }) => message).join(" ");
  expect(messages).toContain(`Only ${result.split.heldOut} rows could be held out`);
  expect(messages).toContain('No row was held out of the group "isle" of "place"');
  const isle = result.groups.find(({ values }) => values[0] === "isle");
  expect(isle).toMatchObject({ n: 0, isSmall: true });
  expect(isle?.figures["accuracy"]).toEqual({ value: null, lower: null, upper: null });
  for (const name of ["report.html", "README.md"]) {
    const text = await readFile(join(out, name), "utf8");
    expect(text).toContain("rows could be held out");
    expect(text).toContain("isle");
  }
  expect(await readFile(join(out, "care", "groups.json"), "utf8")).toContain("isle");
});

test.each([
  ["size,colour,note\n1,red,same\n", 'There is no column "kind"'],
  ["size,note,kind\n1,same,small\n", 'There is no column "colour"'],
  ["size,colour,note,kind\n1,red,same,smal\n", 'Column "kind", line 2: "smal" is none of the classes'],
  ["size,colour,note,kind\n1,red,same,\n", "no row has a value"],
])("a test table that does not fit (%j) is named before training", async (text, message) => {
  const file = join(base, "unfit.csv");
  await writeFile(file, text);
  const outcome = await cli("train", table, "--target", "kind", "--out", join(base, "unfit"), "--test", file);
  expect(outcome.code).toBe(3);
  expect(outcome.messages).toContain(`${file}: the test table: ${message}`);
  expect(outcome.messages).not.toContain("network");
});

describe("predict and evaluate", () => {
  test("answers come in the order of the rows, columns in any order, further ones ignored", async () => {
    const file = join(base, "new.csv");
    await writeFile(file, "extra,colour,size,note,id\nx,red,2,same,a\ny,blue,18,same,b\nz,blue,90000,same,c\n");
    const outcome = await cli("predict", run, file, "--keep", "id", "--probabilities");
    expect(outcome.code).toBe(0);
    const [head, ...lines] = outcome.output.trimEnd().split("\n");
    expect(head).toBe("id,in_scope,label,confidence,set,distance,probability of large,probability of small");
    expect(lines.map((line) => line.split(",").slice(0, 2))).toEqual([
      ["a", "yes"],
      ["b", "yes"],
      ["c", "no"],
    ]);
    const json = await cli("predict", run, file, "--json");
    const answers = jsonSchemas.predict.parse(JSON.parse(json.output));
    expect(answers).toHaveLength(3);
    const one = await cli("predict", run, file, "--format", "jsonl", "--out", join(base, "answers.jsonl"));
    expect(one.output).toBe("");
    const kept = (await readFile(join(base, "answers.jsonl"), "utf8")).trimEnd().split("\n");
    expect(kept.map((line) => JSON.parse(line))).toEqual(JSON.parse(json.output));
  });

  test("a repeated column that is called like an answer gets another name, and nothing is lost", async () => {
    const file = join(base, "named.csv");
    await writeFile(file, "colour,size,note,label,input_label,set\nred,2,same,mine,other,3\n");
    const keep = ["label", "input_label", "set", "label"].flatMap((name) => ["--keep", name]);
    const { output, messages, code } = await cli("predict", run, file, ...keep);
    expect(code).toBe(0);
    const [head, line] = output.trimEnd().split("\n");
    expect(head).toBe("input_input_label,input_label,input_set,in_scope,label,confidence,set,distance");
    expect(line).toMatch(/^mine,other,3,yes,small,/);
    expect(messages).toContain('Column "label" of the rows is written as "input_input_label"');
  });

  test("the same answers from TypeScript, with explanations that add up", async () => {
    const model = await load(run);
    const rows = [{ size: 2, colour: "red", note: "same" }];
    const [answer] = await model.predict(rows);
    expect(answer).toMatchObject({ inScope: true });
    const [why] = await model.explain(rows);
    const sum = why?.contributions.reduce((total, { amount }) => total + amount, why.start + why.residual);
    expect(sum).toBeCloseTo(why?.value ?? Number.NaN, 6);
  });

  test("--explain says what each column adds, as JSON, and refuses CSV", async () => {
    const file = join(base, "asked.csv");
    await writeFile(file, "colour,size,note\nred,2,same\nblue,18,same\n");
    const { output } = await cli("predict", run, file, "--explain");
    const answers = jsonSchemas.predict.parse(
      output
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
    expect(answers).toHaveLength(2);
    for (const { explanation } of answers) {
      const sum = explanation?.contributions.reduce((total, { amount }) => total + amount, 0) ?? Number.NaN;
      expect(sum + (explanation?.start ?? 0) + (explanation?.residual ?? 0)).toBeCloseTo(explanation?.value ?? 0, 6);
    }
    expect((await cli("predict", run, file, "--explain", "--format", "csv")).code).toBe(2);
    // The rows themselves are never written over
    expect((await cli("predict", run, file, "--out", file)).code).toBe(2);
    expect(await readFile(file, "utf8")).toContain("colour,size");
  });

  test("a missing column is named, and nothing is written", async () => {
    const file = join(base, "lacking.csv");
    await writeFile(file, "colour,siez,note\nred,2,same\n");
    const outcome = await cli("predict", run, file);
    expect(outcome.code).toBe(3);
    expect(outcome.output).toBe("");
    expect(outcome.messages).toMatch(/lacking\.csv: .*"size" is missing.*Did you mean "siez"/);
  });

  test("evaluate gives figures with intervals, and refuses classes that are not known", async () => {
    const file = join(base, "others.csv");
    await writeFile(file, `${shapes(60, 500)}1,red,same,\n`);
    const outcome = await cli("evaluate", run, file, "--json");
    const result = jsonSchemas.evaluate.parse(JSON.parse(outcome.output));
    expect(result).toMatchObject({ rows: 60, unknown: 1 });
    expect(result.metrics).toHaveProperty("coverage");
    await writeFile(file, "size,colour,note,kind\n1,red,same,lagre\n");
    const refused = await cli("evaluate", run, file);
    expect(refused.code).toBe(3);
    expect(refused.messages).toMatch(/others\.csv: line 2, column "kind": "lagre" is no class.*Did you mean "large"/);
  });
});

describe("Ctrl-C", () => {
  test("saves and ends with 130; resume goes on to the same weights bit for bit", async () => {
    const words = ["--target", "kind", "--set", "epochs=40", "--seed", "2"];
    const whole = join(base, "runs", "whole");
    const stopped = join(base, "runs", "stopped");
    expect((await cli("train", table, "--out", whole, ...words)).code).toBe(0);
    const stop = new AbortController();
    // Stopped in the midst of training, however fast that is
    const first = await runWords(["train", table, "--out", stopped, ...words], commands, {
      signal: stop.signal,
      isTerminal: true,
      environment: { NO_COLOR: "1" },
      onWrite: (text) => {
        if (/\d+ % network/.test(text)) stop.abort();
      },
    });
    expect(first.code).toBe(130);
    expect(first.messages).toContain(`resume ${stopped}`);
    expect(JSON.parse(await readFile(join(stopped, "run.json"), "utf8"))).toMatchObject({ status: "interrupted" });
    const second = await cli("resume", stopped, "--json");
    expect(second.code).toBe(0);
    jsonSchemas.train.parse(JSON.parse(second.output));
    for (const file of ["model.safetensors", "care/calibration.json"])
      expect(await readFile(join(stopped, file), "latin1")).toBe(await readFile(join(whole, file), "latin1"));
    expect((await cli("resume", stopped)).messages).toContain("is finished");
  }, 60_000);

  test("a table that has changed is not gone on with, nor a folder without a run", async () => {
    const folder = join(base, "runs", "changed");
    const copy = join(base, "copy.csv");
    await writeFile(copy, shapes(120));
    const signal = AbortSignal.abort();
    const words = ["train", copy, "--target", "kind", "--out", folder, ...quick];
    expect((await runWords(words, commands, { signal })).code).toBe(130);
    await writeFile(copy, shapes(121));
    const outcome = await cli("resume", folder);
    expect(outcome.code).toBe(3);
    expect(outcome.messages).toContain("has changed since training began");
    expect((await cli("resume", base)).messages).toContain("there is no run.json");
  });

  test("a run records the device that it began on, and says so where it goes on on another", async () => {
    const folder = join(base, "runs", "moved");
    const signal = AbortSignal.abort();
    const words = ["train", table, "--target", "kind", "--out", folder, ...quick];
    expect((await runWords(words, commands, { signal })).code).toBe(130);
    const path = join(folder, "run.json");
    const record = JSON.parse(await readFile(path, "utf8"));
    expect(record).toMatchObject({ device: "wasm" });
    await writeFile(path, JSON.stringify({ ...record, device: "abacus" }));
    const outcome = await cli("resume", folder);
    expect(outcome.code).toBe(0);
    expect(outcome.messages).toMatch(
      /began on the abacus device; it goes on on another.*wasm.*There is no device "abacus"/,
    );
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ device: "wasm", status: "finished" });
  });
});

describe("runs", () => {
  const store = () => ["--store", join(base, "runs", "runs.sqlite")];

  test("lists, compares and deletes what was trained", async () => {
    const listed = await cli("runs", "--json", ...store());
    const runs = jsonSchemas.runs.parse(JSON.parse(listed.output));
    expect(runs.find(({ folder }) => folder === run)).toMatchObject({ status: "finished", seed: 1 });
    expect((await cli("runs", ...store())).output).toContain("accuracy");
    const compared = await cli("runs", "compare", "shapes", "whole", "--json", ...store());
    const { differences } = jsonSchemas["runs-compare"].parse(JSON.parse(compared.output));
    expect(differences.map(({ setting }) => setting)).toContain("seed");
    const deleted = await cli("runs", "delete", "whole", "--files", "--json", ...store());
    jsonSchemas["runs-delete"].parse(JSON.parse(deleted.output));
    expect(await readdir(join(base, "runs"))).not.toContain("whole");
    const unknown = await cli("runs", "delete", "shaeps", ...store());
    expect(unknown.code).toBe(3);
    expect(unknown.messages).toContain('Did you mean "shapes"?');
  });
});

describe("published schemas", () => {
  test.each(schemaNames)("docs/schemas/%s.json is what the code prints", async (name) => {
    expect(await readFile(new URL(`../../docs/schemas/${name}.json`, import.meta.url), "utf8")).toBe(schemaText(name));
  });

  test("schema prints them, doctor fits its own", async () => {
    expect((await cli("schema", "train")).output).toBe(schemaText("train"));
    expect((await cli("schema", "trian")).messages).toContain('Did you mean "train"?');
    jsonSchemas.doctor.parse(JSON.parse((await cli("doctor", "--json")).output));
  });
});
