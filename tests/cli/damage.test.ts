/** Runs whose files are damaged, and disks that are full: every command ends with a message, and nothing else is lost. */
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { threefry, WordStream } from "../../src/support/threefry.ts";
import { type Outcome, runWords } from "./world.ts";

let base = "";
let table = "";
/** A run that is finished, and one that was stopped. */
let [finished, stopped] = ["", ""];

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "damage-"));
  table = join(base, "table.csv");
  const lines = Array.from(
    { length: 100 },
    (_, row) => `${(row * 7) % 23},${row % 3},${(row * 7) % 23 < 11 ? "a" : "b"}`,
  );
  await writeFile(table, `size,shape,kind\n${lines.join("\n")}\n`);
  [finished, stopped] = [join(base, "whole", "finished"), join(base, "whole", "stopped")];
  const words = ["train", table, "--target", "kind", "--set"];
  expect((await runWords([...words, "epochs=2", "--out", finished], commands).catch(() => ({ code: -1 }))).code).toBe(
    0,
  );
  const stop = new AbortController();
  const onWrite = (text: string): void => {
    if (/\d+ % network/.test(text)) stop.abort();
  };
  const outcome = await runWords([...words, "epochs=60", "--out", stopped], commands, {
    signal: stop.signal,
    onWrite,
    isTerminal: true,
    environment: { NO_COLOR: "1" },
  });
  expect(outcome.code).toBe(130);
}, 60_000);
afterAll(() => rm(base, { recursive: true, force: true }));

function expectDecent({ code, messages }: Outcome): void {
  expect([0, 1, 3]).toContain(code);
  expect(messages).not.toMatch(/^ {4}at |node:internal|TypeError|ReferenceError|RangeError|SyntaxError|--debug/m);
  if (code !== 0) expect(messages.trim()).not.toBe("");
}

/** Each file of a folder with the hash of its bytes. */
async function contentOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashes = files.map(async (file) => {
    const hash = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    return [file.slice(folder.length + 1), hash] as const;
  });
  return new Map((await Promise.all(hashes)).sort());
}

const chance = new WordStream(threefry([0, 0], [0x64616d61, 1]), 0);

/** A copy of `folder` in which `file` has a byte changed, is cut short, or is empty. */
async function damagedCopy(folder: string, file: string, kind: number): Promise<string> {
  const copy = join(base, "copies", String(chance.next()), "run");
  await cp(folder, copy, { recursive: true });
  const bytes = await readFile(join(copy, file));
  const place = bytes.length === 0 ? 0 : chance.next() % bytes.length;
  if (kind === 0) await writeFile(join(copy, file), new Uint8Array(0));
  else if (kind === 1) await writeFile(join(copy, file), bytes.subarray(0, place));
  else {
    bytes[place] = (bytes[place] ?? 0) ^ (1 << (chance.next() % 8));
    await writeFile(join(copy, file), bytes);
  }
  return copy;
}

describe("a damaged run", () => {
  test("is answered from as it was saved, or not at all", async () => {
    const files = [...(await contentOf(finished)).keys()];
    const answers = (await runWords(["predict", finished, table], commands)).output;
    for (const file of files) {
      for (const kind of [1, 2]) {
        const copy = await damagedCopy(finished, file, kind);
        const before = await contentOf(copy);
        for (const words of [
          ["predict", copy, table],
          ["evaluate", copy, table, "--json"],
          ["resume", copy],
        ]) {
          const outcome = await runWords(words, commands);
          expectDecent(outcome);
          if (words[0] === "predict" && outcome.code === 0) expect(outcome.output).toBe(answers);
        }
        expect(await contentOf(copy)).toEqual(before);
      }
    }
  }, 60_000);

  test("is not served", async () => {
    for (const file of ["config.json", "model.safetensors", "care/scope.safetensors", "care/calibration.json"]) {
      const copy = await damagedCopy(finished, file, 1);
      const stop = new AbortController();
      const onWrite = (): void => stop.abort();
      const outcome = await runWords(["serve", copy, "--port", "0"], commands, { signal: stop.signal, onWrite });
      expectDecent(outcome);
      expect(outcome.code).toBe(3);
    }
  });

  test("that was stopped goes on, or says what is damaged and stays as it is", async () => {
    const files = [...(await contentOf(stopped)).keys()];
    expect(files.filter((file) => file.includes("checkpoints"))).not.toEqual([]);
    const stop = new AbortController();
    for (const file of files) {
      for (const kind of [0, 1, 2]) {
        const copy = await damagedCopy(stopped, file, kind);
        // The table lies where the settings say
        await cp(table, join(copy, "..", "..", "table.csv"));
        const before = await contentOf(copy);
        stop.abort();
        const outcome = await runWords(["resume", copy], commands, { signal: stop.signal });
        if (outcome.code !== 130) expectDecent(outcome);
        const after = await contentOf(copy);
        for (const name of before.keys()) expect([...after.keys()], `${file}: ${outcome.messages}`).toContain(name);
      }
    }
  }, 60_000);
});

describe("a damaged run store", () => {
  test("ends with a message, and training goes on without it", async () => {
    const store = join(base, "whole", "runs.sqlite");
    const bytes = await readFile(store);
    let refused = 0;
    for (let run = 0; run < 30; run++) {
      const copy = join(base, `store-${run}.sqlite`);
      const damaged = Buffer.from(bytes);
      const from = run % 2 === 0 ? 0 : damaged.length;
      for (let index = 0; index < 3; index++)
        damaged[chance.next() % (from === 0 ? 200 : damaged.length)] = chance.next() & 255;
      await writeFile(copy, run % 10 === 9 ? damaged.subarray(0, chance.next() % damaged.length) : damaged);
      for (const words of [
        ["runs", "--store", copy],
        ["runs", "compare", "finished", "stopped", "--store", copy, "--json"],
      ]) {
        const outcome = await runWords(words, commands);
        expectDecent(outcome);
        if (outcome.code !== 0) refused++;
      }
      const outcome = await runWords(["runs", "delete", "stopped", "--store", copy], commands);
      expectDecent(outcome);
    }
    expect(refused).toBeGreaterThan(10);
    const own = join(base, "other");
    await cp(join(base, "whole"), own, { recursive: true });
    await writeFile(join(own, "runs.sqlite"), "this is no database, and never was one");
    const outcome = await runWords(
      ["train", table, "--target", "kind", "--fast", "--set", "epochs=1", "--out", join(own, "new")],
      commands,
    );
    expect(outcome.code).toBe(0);
    expect(outcome.messages).toContain("runs.sqlite");
    expect(await readFile(join(own, "runs.sqlite"), "utf8")).toBe("this is no database, and never was one");
  }, 60_000);
});
