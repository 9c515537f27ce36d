/** Zip files that others open: checked by unzip, where the machine has it, and by the checksum's known answers. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 as nodeCrc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { crc32, zip } from "../../src/studio/playground/training/export/zip.ts";

const folder = mkdtempSync(join(tmpdir(), "smilodon-zip-"));
const hasUnzip = spawnSync("unzip", ["-v"]).status === 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the checksum is the one of zip files", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === nodeCrc32(bytes)));
});

test.runIf(hasUnzip)("unzip finds every file, whole", () => {
  const files = new Map<string, Uint8Array | string>([
    ["model/config.json", '{"system":"playground"}\n'],
    ["model/model.safetensors", Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) & 255)],
    ["model/care/empty.json", ""],
    ["model/Schäfer 犬.txt", "a name beyond ASCII"],
  ]);
  const path = join(folder, "model.zip");
  writeFileSync(path, zip(files));
  expect(execFileSync("unzip", ["-t", path], { encoding: "utf8" })).toContain("No errors detected");
  execFileSync("unzip", ["-q", path, "-d", folder], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
  for (const [name, content] of files) expect(readFileSync(join(folder, name))).toEqual(Buffer.from(content));
});

test("the same files give the same bytes; no files are a zip file as well", () => {
  const files = new Map([["a.txt", "a"]]);
  expect(zip(files)).toEqual(zip(files));
  expect(zip(new Map())).toHaveLength(22);
});
