/** The demo with few animals: the files it writes, what can be asked afterwards, and Ctrl-C in the middle. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { type Outcome, runWords } from "./world.ts";

const few = ["--bones", "80", "--held-out", "500", "--seed", "4"];
let base = "";
let folder = "";
let demo: Outcome;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "demo-"));
  folder = join(base, "femurs");
  demo = await runWords(["demo", ...few, "--out", folder], commands);
}, 120_000);
afterAll(() => rm(base, { recursive: true, force: true }));

const ask = (...words: string[]) => runWords(["predict", folder, ...words], commands);

describe("demo", () => {
  test("prints a table and three answers, and says what to type next", () => {
    expect(demo.code).toBe(0);
    for (const part of ["a deep network", "best possible rule", "a clear cat", "Smilodon fatalis", "withheld"]) {
      expect(demo.output).toContain(part);
    }
    expect(demo.messages).toContain(`predict ${folder} --length 105 --weight 11.5`);
    expect(demo.output + demo.messages).not.toContain("\u001b");
  });

  test("writes the run, and leaves no checkpoints", async () => {
    const files = (await readdir(folder, { recursive: true })).sort();
    const care = ["calibration", "data", "explanation", "metrics", "scope"].map((name) => `care/${name}.json`);
    const others = [
      "README.md",
      "boundaries.svg",
      "care",
      "config.json",
      "femurs.csv",
      "model.safetensors",
      "report.html",
    ];
    expect(files).toEqual([...care, ...others].sort());
  });

  test("writes a page that is whole in itself and says that the animals are simulated", async () => {
    const page = await readFile(join(folder, "report.html"), "utf8");
    expect(page).not.toMatch(/(src|href)="(?!#)|url\((?!#)|@import|<script|<link/);
    expect(page).toContain("Simulated animals: 80 to learn from");
    expect(page).toContain("<title>");
    expect(page).toContain('lang="en"');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    // Every figure says in words what it shows.
    const figures = page.match(/<svg [^>]*>/g) ?? [];
    for (const figure of figures) expect(figure).toMatch(/aria-label="[^"]+"|aria-hidden="true"/);
    const picture = await readFile(join(folder, "boundaries.svg"), "utf8");
    expect(picture).toContain("Smilodon");
    expect(picture).not.toMatch(/NaN|undefined/);
  });

  test("writes a model card and metrics that agree", async () => {
    const metrics: unknown = JSON.parse(await readFile(join(folder, "care/metrics.json"), "utf8"));
    expect(metrics).toMatchObject({ heldOut: 500 });
    const card = await readFile(join(folder, "README.md"), "utf8");
    expect(card).toContain("**The animals are simulated.**");
    expect(card).toContain("Out of scope:");
    expect(card).not.toMatch(/NaN|undefined/);
  });
});

describe("predict", () => {
  test("one bone: label, probability, set, reasons", async () => {
    const outcome = await ask("--length", "112", "--weight", "12.6");
    expect(outcome.code).toBe(0);
    expect(outcome.output).toMatch(/^cat, [\d.]+\u202f% +112 mm, 12\.6 g\n {2}not ruled out: /);
    expect(outcome.output).toMatch(/length pushes toward (cat|dog) by/);
  });

  test("a file of bones answers as CSV and JSON, to the last bit as one by one", async () => {
    const file = join(base, "bones.csv");
    await writeFile(file, "name,length_mm,weight_g\na,112,12.6\nb,380,900\n");
    const table = await ask(file);
    expect(table.output.split("\n")[0]).toBe("length_mm,weight_g,in_scope,answer,probability,not_ruled_out,distance");
    expect(table.output).toMatch(/\n380,900,no,,,,/);
    expect(table.messages).toContain("2 bones, 1 of them withheld.");
    const many: { probability: number | null }[] = JSON.parse((await ask(file, "--json")).output);
    const one: { probability: number } = JSON.parse((await ask("--length=112", "--weight=12.6", "--json")).output);
    expect(many[0]?.probability).toBe(one.probability);
    expect(many[1]).toMatchObject({ inScope: false, answer: null, probability: null });
  });

  test.each([
    [["--length", "-5", "--weight", "10"], 3, 'The length is "-5"'],
    [["--length", "105", "--weight", "NaN"], 3, 'The weight is "NaN"'],
    [["--length", "105mm", "--weight", "10"], 3, 'The length is "105mm"'],
    [["--length", "1e999", "--weight", "10"], 3, 'The length is "1e999"'],
    [["--length", "0", "--weight", "10"], 3, 'The length is "0"'],
    [["--length", "105"], 2, "predict needs --weight"],
    [[], 2, "predict needs --length"],
    [["nowhere.csv"], 3, "nowhere.csv: there is no such file"],
    [["bones.csv", "--length", "3"], 2, "a file or --length and --weight, not both"],
    [["--lenght", "105"], 2, 'Did you mean "--length"?'],
  ])("%j ends with code %d", async (words, code, message) => {
    const outcome = await ask(...words);
    expect(outcome.code).toBe(code);
    expect(outcome.messages).toContain(message);
    expect(outcome.output).toBe("");
  });

  test("huge and tiny values are withheld, not refused", async () => {
    for (const [length, weight] of [
      ["1e300", "1e300"],
      ["1e-300", "5"],
      ["11.5", "105"],
    ] as const) {
      const outcome = await ask("--length", length, "--weight", weight);
      expect(outcome.code).toBe(0);
      expect(outcome.output).toMatch(/^withheld/);
      expect(outcome.output).not.toContain("NaN");
    }
  });

  test.each([
    ["length_mm,weight_g\n105,\n106,12\n", "line 2: the weight is missing"],
    ["length_mm,weight_g\n105,11\n-3,11\n", "line 3: the length is -3"],
    ["length_mm,mass\n105,11\n", 'no column "weight_g"'],
    ["length_mm,weight_g\n105,heavy\n", 'line 2, column "weight_g": "heavy" is not a number'],
    ["length_mm,weight_g\n105\n", "line 2: 1 cells where the header has 2"],
    ["", "the file is empty"],
  ])("a file with %j is refused with its place", async (text, message) => {
    const file = join(base, "bad.csv");
    await writeFile(file, text);
    const outcome = await ask(file);
    expect(outcome.code).toBe(3);
    expect(outcome.messages).toContain(message);
    expect(outcome.messages).toContain("bad.csv");
  });

  test("a folder that is none ends with code 3", async () => {
    const outcome = await runWords(["predict", base, "--length", "105", "--weight", "11"], commands);
    expect(outcome.code).toBe(3);
    expect(outcome.messages).toContain("config.json: there is no such file");
  });
});

describe("Ctrl-C", () => {
  test("keeps what was learned; the same command goes on to the same numbers, bit for bit", async () => {
    const out = join(base, "interrupted");
    const stop = new AbortController();
    // Stopped in the midst of training, however fast that is
    const first = await runWords(["demo", ...few, "--out", out], commands, {
      signal: stop.signal,
      isTerminal: true,
      environment: { NO_COLOR: "1" },
      onWrite: (text) => {
        if (text.includes("training")) stop.abort();
      },
    });
    expect(first.code).toBe(130);
    expect(first.messages).toContain("the same command goes on from there");
    expect(
      (await readdir(join(out, "checkpoints"), { recursive: true })).some((file) => file.endsWith(".safetensors")),
    ).toBe(true);
    const second = await runWords(["demo", ...few, "--out", out], commands);
    expect(second.code).toBe(0);
    for (const file of ["model.safetensors", "config.json", "care/calibration.json", "femurs.csv"]) {
      expect(await readFile(join(out, file), "latin1")).toBe(await readFile(join(folder, file), "latin1"));
    }
    expect(await readdir(out)).not.toContain("checkpoints");
  }, 120_000);
});
