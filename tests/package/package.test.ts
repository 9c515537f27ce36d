/**
 * The package as users get it: packed, installed without install scripts into an empty Node project and an empty Vite
 * project, type-checked, and trained with in Node and in Chromium. A step of its own in the gate (project `package`).
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findChromium, openPage } from "./page.ts";
import { checkTypes, makeProject, runNode } from "./project.ts";

/** Nobody should wait for the package: what a user downloads, and what lies on the disk. */
const budget = { bytes: 2_000_000, unpackedBytes: 8_000_000 };

const packed = inject("packed");
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-package-")));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  it("holds built code, declarations and its papers, and no sources or tests", () => {
    const strange = packed.files.filter(
      (path) => !/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+)$/.test(path),
    );
    expect(strange).toEqual([]);
    expect(packed.files.filter((path) => /(?<!\.d)\.ts$|\.map$|\.test\./.test(path))).toEqual([]);
    expect(packed.files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "CHANGELOG.md", "dist/cli/main.js"]));
  });

  it("runs nothing when it is installed", () => {
    const scripts = Object.keys(packed.manifest.scripts ?? {});
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare|prepack|pack|publish)$/.test(name))).toEqual([]);
    expect(packed.files).not.toContain("binding.gyp");
  });

  it("is small", () => {
    expect(packed.bytes).toBeLessThan(budget.bytes);
    expect(packed.unpackedBytes).toBeLessThan(budget.unpackedBytes);
  });
});

describe("in an empty Node project", () => {
  const project = (): string => join(folder, "node-project");

  beforeAll(() => makeProject("node", project(), packed.tarball));

  it("resolves every entry point", async () => {
    const specifiers = Object.keys(packed.manifest.exports).filter((key) => key !== "./package.json");
    const imports = specifiers.map((key) => `await import(${JSON.stringify(`smilodon${key.slice(1)}`)});`).join("\n");
    await runNode(["--input-type=module", "--eval", imports], project());
  });

  it("type-checks with strict options and no skipped libraries", () => checkTypes(project()));

  it("trains", async () => {
    expectLearning(JSON.parse(await runNode(["main.ts"], project())));
  });

  it("has the command", async () => {
    const command = join(project(), "node_modules", "smilodon", "dist", "cli", "main.js");
    expect(await runNode([command, "--help"], project())).toContain("smilodon");
  });
});

describe("in an empty Vite project", () => {
  const project = (): string => join(folder, "vite-project");

  beforeAll(() => makeProject("vite", project(), packed.tarball));

  it("type-checks without Node's types, with strict options and no skipped libraries", () => checkTypes(project()));

  it("builds", async () => {
    await runNode(
      [join(project(), "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "warn"],
      project(),
    );
  });

  for (const isIsolated of [false, true]) {
    it(`trains in Chromium, in ${isIsolated ? "an isolated" : "an ordinary"} page`, async ({ skip }) => {
      const executable = findChromium();
      if (executable === undefined) return skip("Chromium is not installed (Debian: apt-get install chromium)");
      const result = await openPage(join(project(), "dist"), executable, { isIsolated });
      expect(result.isIsolated).toBe(isIsolated);
      expectLearning(result.outcome);
    });
  }
});

function expectLearning(outcome: unknown): void {
  expect(outcome).toEqual({ first: expect.any(Number), last: expect.any(Number) });
  const { first, last } = outcome as { first: number; last: number };
  expect(last).toBeLessThan(0.7 * first);
}
