/** `train --memory`: a file that is not to be held, from the command line to answers. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { jsonSchemas } from "../../src/cli/jsonSchemas.ts";
import { runWords } from "./world.ts";

let base = "";
let table = "";

/** Forty columns, of which the first tells the answer, so that 14,000 rows are more than 16 MB with all that is made of them. */
function lines(count: number): string {
  const names = Array.from({ length: 40 }, (_, column) => `x${column}`);
  const rows = Array.from({ length: count }, (_, row) => {
    const cells = names.map((_, column) => ((row * (column + 7) * 31) % 1009) / 10);
    return `${cells.join(",")},${(cells[0] ?? 0) > 50 ? "high" : "low"}`;
  });
  return `${names.join(",")},answer\n${rows.join("\n")}\n`;
}

const cli = (...words: string[]) => runWords(words, commands);

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "stream-"));
  table = join(base, "wide.csv");
  await writeFile(table, lines(14_000));
});
afterAll(() => rm(base, { recursive: true, force: true }));

test("trains, says what is from a sample, and answers", async () => {
  const run = join(base, "run");
  const quick = ["--fast", "--memory", "16", "--set", "epochs=2", "--set", "width=8", "--out", run];
  const trained = await cli("train", table, "--target", "answer", ...quick, "--json");
  expect(trained.code).toBe(0);
  const result = jsonSchemas.train.parse(JSON.parse(trained.output));
  expect(result.rows).toBe(14_000);
  expect(result.split.train + result.split.validation + result.split.heldOut).toBe(14_000);
  expect(result.split.how).toContain("read as a stream");
  expect(await readFile(join(run, "report.html"), "utf8")).toContain("was not held in memory");
  const card = await readFile(join(run, "README.md"), "utf8");
  expect(card).toContain("--memory 16");
  const answered = await cli("predict", run, table, "--json");
  expect(answered.code).toBe(0);
}, 240_000);

test("refuses folds, which need the table in memory", async () => {
  const words = ["train", table, "--target", "answer", "--memory", "16", "--folds", "3", "--out", join(base, "folds")];
  const refused = await cli(...words);
  expect(refused.code).toBe(2);
  expect(refused.messages).toMatch(/--folds 3 needs the table in memory: about \d+ MB, and --memory is 16/);
});
