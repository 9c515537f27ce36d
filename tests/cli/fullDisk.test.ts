/** A disk that is full at any moment of a training: the disk is named, no half of a model is left, and an older one stays. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { runWords } from "./world.ts";

/** Writes that are still possible. */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, written: 0 }));

vi.mock("../../src/support/atomicFile.node.ts", async (original) => {
  const real = await original<typeof import("../../src/support/atomicFile.node.ts")>();
  const openFileAtomic: typeof real.openFileAtomic = async (path) => {
    const file = await real.openFileAtomic(path);
    const write: typeof file.write = async (chunk) => {
      disk.written++;
      if (disk.left-- > 0) return file.write(chunk);
      // A full disk takes a part of it
      await file.write(chunk.slice(0, Math.floor(chunk.length / 2)));
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", path });
    };
    // Nothing is to survive a power cut here
    return { ...file, write, flush: async () => undefined };
  };
  const writeFileAtomic: typeof real.writeFileAtomic = async (path, content) => {
    const file = await openFileAtomic(path);
    await file.write(content).catch(async (error: unknown) => {
      await file.abandon();
      throw error;
    });
    await file.commit();
  };
  return { ...real, openFileAtomic, writeFileAtomic };
});

let base = "";
let table = "";
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "full-"));
  table = join(base, "table.csv");
  const lines = Array.from({ length: 60 }, (_, row) => `${(row * 7) % 23},${(row * 7) % 23 < 11 ? "a" : "b"}`);
  await writeFile(table, `size,kind\n${lines.join("\n")}\n`);
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function train(out: string, epochs: number, left = Number.POSITIVE_INFINITY) {
  disk.left = left;
  disk.written = 0;
  const words = [
    "train",
    table,
    "--target",
    "kind",
    "--fast",
    "--set",
    `epochs=${epochs}`,
    "--set",
    "members=2",
    "--set",
    "width=4",
    "--out",
    out,
  ];
  const outcome = await runWords(words, commands);
  disk.left = Number.POSITIVE_INFINITY;
  return { ...outcome, written: disk.written };
}

test("whatever write fails, the message names the disk, and the folder holds the old model or none", async () => {
  const old = join(base, "old");
  expect((await train(old, 1)).code).toBe(0);
  const answers = (await runWords(["predict", old, table], commands)).output;
  const { written } = await train(join(base, "measure"), 2);
  expect(written).toBeGreaterThan(8);
  for (let left = 0; left < written; left++) {
    // The last write is that of run.json, after the model
    const isWhole = left === written - 1;
    if (left % 4 === 0 || isWhole) {
      const fresh = join(base, `fresh-${left}`);
      const outcome = await train(fresh, 2, left);
      expect(outcome.code, outcome.messages).toBe(1);
      expect(outcome.messages).toContain("the disk is full");
      expect(outcome.messages).not.toMatch(/^ {4}at /m);
      const files = await readdir(fresh, { recursive: true });
      expect(files.filter((file) => /\.tmp$|\.lock$/.test(file))).toEqual([]);
      if (!isWhole) expect(files).not.toContain("config.json");
    }
    if (left % 3 === 2 || isWhole) {
      const over = join(base, `over-${left}`);
      await cp(old, over, { recursive: true });
      await train(over, 2, left);
      const { code, output } = await runWords(["predict", over, table], commands);
      expect(code).toBe(0);
      if (!isWhole) expect(output).toBe(answers);
      expect(await readFile(join(over, "run.json"), "utf8")).toContain('"smilodon"');
    }
  }
  // With room again it goes on
  expect((await train(join(base, "fresh-0"), 2)).code).toBe(0);
}, 60_000);
