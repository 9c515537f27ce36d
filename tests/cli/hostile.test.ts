/** What may go wrong around commands: two runs into one folder, full and read-only disks, command lines and files of any kind. */
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { explainSystemError } from "../../src/cli/errors.ts";
import { withLock } from "../../src/cli/runLock.ts";
import { saveFemurs } from "../../src/systems/femurs/folder.node.ts";
import { untrainedSystem } from "../femurs/untrained.ts";
import { type Outcome, runWords } from "./world.ts";

let base = "";
let femurs = "";
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "hostile-"));
  femurs = join(base, "femurs");
  await saveFemurs(femurs, untrainedSystem());
});
afterAll(() => rm(base, { recursive: true, force: true }));

function expectDecent({ code, messages }: Outcome): void {
  expect([0, 1, 2, 3, 4, 5, 130]).toContain(code);
  expect(messages).not.toMatch(/^ {4}at |node:internal|TypeError|ReferenceError|RangeError|--debug/m);
  if (code !== 0) expect(messages.trim()).not.toBe("");
}

describe("a folder's lock", () => {
  const lockOf = (folder: string): string => join(folder, ".lock");

  test("lets one in, tells the second who is there, and is gone afterwards", async () => {
    const folder = join(base, "locked");
    await withLock(folder, async () => {
      await expect(withLock(folder, async () => 1)).rejects.toThrow(
        new RegExp(`is in use: process ${process.pid} .*--out.*remove`),
      );
    });
    expect(await withLock(folder, async () => 2)).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  test("of a process that is gone is broken; of another machine, or just being written, it is not", async () => {
    const folder = join(base, "stale");
    await withLock(folder, async () => undefined);
    const lock = (host: string) => JSON.stringify({ pid: 2 ** 22 + 1, mark: "1", host, since: "2020-01-01" });
    await writeFile(lockOf(folder), lock(hostname()));
    expect(await withLock(folder, async () => 3)).toBe(3);
    await writeFile(lockOf(folder), lock("elsewhere"));
    await expect(withLock(folder, async () => 3)).rejects.toThrow(/on elsewhere/);
    await writeFile(lockOf(folder), "");
    await expect(withLock(folder, async () => 3)).rejects.toThrow(/just beginning/);
  });

  test("two at once: one works, the other is refused", async () => {
    const folder = join(base, "race");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => withLock(folder, () => new Promise((resolve) => setTimeout(resolve, 50)))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("the disk", () => {
  test.each([
    ["ENOSPC", /answers\.csv cannot be written: the disk is full\. Make room/],
    ["EROFS", /can only be read.*--out/],
    ["EACCES", /no permission/],
  ])("%s is explained, with the file's own name", (code, message) => {
    const path = "/runs/.answers.csv.01234567-89ab-cdef-0123-456789abcdef.tmp";
    expect(explainSystemError(Object.assign(new Error("x"), { code, path }))).toMatch(message);
  });

  test("a full one ends with 1 and what to do", async ({ skip }) => {
    if ((await stat("/dev/full").catch(() => undefined))?.isCharacterDevice() !== true) return skip("no /dev/full");
    const bones = join(base, "bones.csv");
    await writeFile(bones, "length_mm,weight_g\n105,11\n");
    const outcome = await runWords(["predict", femurs, bones, "--out", "/dev/full"], commands);
    expect(outcome.code).toBe(1);
    expect(outcome.messages).toMatch(/the disk is full\. Make room/);
    expectDecent(outcome);
  });

  test("a place that cannot be written leaves nothing", async () => {
    const bones = join(base, "bones.csv");
    await writeFile(bones, "length_mm,weight_g\n105,11\n");
    const outcome = await runWords(["predict", femurs, bones, "--out", join(bones, "answers.csv")], commands);
    expect(outcome.code).toBe(1);
    expectDecent(outcome);
    expect((await readdir(base)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("whatever is typed", () => {
  const names = commands.map(({ name }) => name).filter((name) => !["demo", "serve", "train", "tune"].includes(name));
  const flags = commands.flatMap(({ options }) => Object.keys(options).map((name) => `--${name}`));
  const word = fc.oneof(
    fc.constantFrom(...flags, "--json", "--help", "-q", "--", "-", "--x=1", "nowhere", "1e308", "-1"),
    fc.string({ maxLength: 8 }),
  );

  test("ends with a code and a message, never with a stack", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names, "x"), fc.array(word, { maxLength: 5 }), async (name, words) => {
        fc.pre(!words.some((each) => /files|out|config/.test(each)));
        expectDecent(await runWords([name, ...words], commands));
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe("whatever a file holds", () => {
  const good = "length_mm,weight_g\n105,11.5\n130.4,21.77\n98,9\n";

  test("predict answers it or says where it is wrong", async () => {
    const file = join(base, "mutated.csv");
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc
            .tuple(fc.nat(good.length), fc.string({ unit: "binary", maxLength: 3 }))
            .map(([at, text]) => good.slice(0, at) + text + good.slice(at + 1)),
          fc.nat(good.length).map((end) => good.slice(0, end)),
          fc.uint8Array({ maxLength: 60 }),
        ),
        async (content) => {
          await writeFile(file, content);
          const outcome = await runWords(["predict", femurs, file], commands);
          expectDecent(outcome);
          if (outcome.code !== 0) expect(outcome.output).toBe("");
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  test.each([
    ["empty", ""],
    ["a header alone", "a,kind\n"],
    ["one row", "a,kind\n1,x\n"],
    ["one class", `a,kind\n${"1,x\n".repeat(30)}`],
    ["a target that is all missing", `a,kind\n${"1,\n".repeat(30)}`],
    ["binary", Uint8Array.from({ length: 300 }, (_, index) => (index * 151) % 256)],
    ["cut in a quoted cell", 'a,kind\n1,x\n2,"y'],
  ])("train refuses %s with code 3", async (_, content) => {
    const file = join(base, "train.csv");
    await writeFile(file, content);
    const outcome = await runWords(["train", file, "--target", "kind", "--out", join(base, "none")], commands);
    expect(outcome.code).toBe(3);
    expect(outcome.messages).toContain("train.csv");
    expectDecent(outcome);
    expect(await readdir(base)).not.toContain("none");
  });
});
