/** The same seed gives the same bits: in one process again and again, and in another process. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { trainFrom } from "./deterministic.ts";

test("in one process", () => {
  const first = trainFrom(7);
  expect(trainFrom(7)).toBe(first);
  expect(trainFrom(8)).not.toBe(first);
});

test("in other processes, whatever they did before", () => {
  const script = fileURLToPath(new URL("deterministic.ts", import.meta.url));
  const expected = `${trainFrom(7)}\n`;
  for (const before of ["nothing", "something"]) {
    const { stdout, stderr } = spawnSync(process.execPath, [script, before], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toBe(expected);
  }
});
