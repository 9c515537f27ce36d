/** The folder of compiled code: what is loaded was put there by this user and is whole; anything else is made again. */
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CacheFolder, hashOf } from "../../../src/device/native/cacheFolder.node.ts";

const isRoot = process.geteuid?.() === 0;
const [key, other] = [hashOf("a kernel"), hashOf("another")];
let base = "";
let folder = "";

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "smilodon-cache-"));
  folder = join(base, "native");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function keep(cache: CacheFolder, content: string, keys: readonly string[]): string {
  const path = cache.temporary(".so");
  writeFileSync(path, content);
  return cache.keep(path, keys);
}

test("is private, and gives another process what was kept under each key", () => {
  const path = keep(new CacheFolder({ folder }), "code", [key, other]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const later = new CacheFolder({ folder });
  expect(later.find(key)).toBe(path);
  expect(later.find(other)).toBe(path);
  expect(later.find(hashOf("a third"))).toBeUndefined();
  expect(readdirSync(folder).filter((name) => name.startsWith("tmp-"))).toEqual([]);
});

test("sees what another process keeps after it was opened", () => {
  const [first, second] = [new CacheFolder({ folder }), new CacheFolder({ folder })];
  expect(second.find(key)).toBeUndefined();
  const path = keep(first, "code", [key]);
  expect(second.find(key)).toBe(path);
});

test.each([
  ["truncated", (path: string) => truncateSync(path, 2)],
  ["empty", (path: string) => truncateSync(path, 0)],
  ["changed", (path: string) => writeFileSync(path, "c0de")],
  ["longer", (path: string) => appendFileSync(path, "more")],
  ["writable by others", (path: string) => chmodSync(path, 0o666)],
  ["gone", (path: string) => rmSync(path)],
  [
    "a folder",
    (path: string) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
  [
    "a link to the same content",
    (path: string) => {
      linkSync(path, join(base, "elsewhere"));
      rmSync(path);
      symlinkSync(join(base, "elsewhere"), path);
    },
  ],
])("a file that is %s is deleted and not used", (_, spoil) => {
  const path = keep(new CacheFolder({ folder }), "code", [key]);
  spoil(path);
  const later = new CacheFolder({ folder });
  expect(later.find(key)).toBeUndefined();
  expect(existsSync(path)).toBe(false);
  expect(keep(later, "code", [key])).toBe(path);
  expect(later.find(key)).toBe(path);
});

test.skipIf(!isRoot)("a file of another user is not used (needs root, who can give files away)", () => {
  const path = keep(new CacheFolder({ folder }), "code", [key]);
  chownSync(path, 12345, 12345);
  expect(new CacheFolder({ folder }).find(key)).toBeUndefined();
});

test.skipIf(!isRoot)("a folder of another user is left alone (needs root, who can give files away)", () => {
  keep(new CacheFolder({ folder }), "code", [key]);
  chownSync(folder, 12345, 12345);
  const cache = new CacheFolder({ folder });
  expect(cache.complaint).toBe(`${folder} belongs to another user`);
  expect(cache.path).not.toBe(folder);
  expect(statSync(cache.path).mode & 0o777).toBe(0o700);
  expect(cache.find(key)).toBeUndefined();
  expect(keep(cache, "code", [key])).toContain(cache.path);
});

test("a folder that others could write becomes private, and a file that is no folder is left alone", () => {
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  expect(new CacheFolder({ folder }).complaint).toBeUndefined();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const file = join(base, "file");
  writeFileSync(file, "mine");
  const cache = new CacheFolder({ folder: file });
  expect(cache.complaint).toContain(file);
  expect(cache.path).not.toBe(file);
  expect(readFileSync(file, "utf8")).toBe("mine");
});

test("an index of garbage is as good as none, and one that names the wrong library is put right", () => {
  const path = keep(new CacheFolder({ folder }), "code", [key]);
  const wrong = keep(new CacheFolder({ folder }), "other code", [other]);
  const index = join(folder, "index");
  writeFileSync(index, `\0\xff\n../../${"x".repeat(64)} ../../etc/passwd\n${key}\n${key} ${"0".repeat(64)}.so\n`);
  expect(new CacheFolder({ folder }).find(key)).toBeUndefined();
  appendFileSync(index, `${key} ${wrong.slice(folder.length + 1)}\n`);
  const cache = new CacheFolder({ folder });
  expect(cache.find(key)).toBe(wrong);
  cache.forget(key);
  keep(cache, "code", [key]);
  expect(new CacheFolder({ folder }).find(key)).toBe(path);
});

test("stays below its limit: what was not used for longest goes, and files that were abandoned", () => {
  const content = (name: string) => name.repeat(1000);
  const cache = new CacheFolder({ folder, limit: 3500 });
  const keys = ["a", "b", "c"].map((name) => hashOf(name));
  ["a", "b", "c"].forEach((name, position) => {
    const path = keep(cache, content(name), [keys[position] ?? ""]);
    utimesSync(path, 1000 + position, 1000 + position);
  });
  const abandoned = cache.temporary(".so");
  writeFileSync(abandoned, "half");
  utimesSync(abandoned, 1000, 1000);
  expect(new CacheFolder({ folder, limit: 3500 }).find(keys[0] ?? "")).toBeDefined();
  keep(cache, content("d"), [key]);
  const later = new CacheFolder({ folder });
  expect(keys.map((each) => later.find(each) !== undefined)).toEqual([true, false, true]);
  expect(later.find(key)).toBeDefined();
  expect(existsSync(abandoned)).toBe(false);
  expect(readFileSync(join(folder, "index"), "utf8").trim().split("\n")).toHaveLength(3);
  expect(keep(cache, content("e").repeat(9), [other])).toBe(later.find(other));
});
