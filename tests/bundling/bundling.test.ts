/**
 * Bundlers other than Vite (tests/package), and none at all: the packed package trains in Chromium with each of them as it
 * comes, without a line of configuration.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import webpack from "webpack";
import { findChromium, openPage } from "../package/page.ts";
import { makePlainProject } from "../package/project.ts";

const packed = inject("packed");
const executable = findChromium();
let folder: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-bundling-")));
  await makePlainProject(folder, packed.tarball);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each leaves a folder with index.html. */
const ways: Readonly<Record<string, () => Promise<string>>> = {
  async webpack() {
    // As the command does in this folder; here it would write beside the tests
    await runWebpack({ context: folder, mode: "production", output: { path: join(folder, "dist") } });
    return page("dist", '<script defer src="main.js"></script>');
  },
  async esbuild() {
    await build({ absWorkingDir: folder, entryPoints: ["src/index.js"], bundle: true, format: "esm", outdir: "out" });
    return page("out", '<script type="module" src="index.js"></script>');
  },
  async "no bundler, a plain import"() {
    const imports = { smilodon: "./node_modules/smilodon/dist/index.js" };
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    return page(".", `${map}<script type="module" src="src/index.js"></script>`);
  },
};

for (const [name, make] of Object.entries(ways)) {
  it(`trains in Chromium: ${name}`, async ({ skip }) => {
    if (executable === undefined) return skip("Chromium is not installed (Debian: apt-get install chromium)");
    const root = await make();
    for (const isIsolated of [false, true]) {
      const { outcome, messages } = await openPage(root, executable, { isIsolated });
      expect(messages).toEqual([]);
      expect(outcome).toEqual({ first: expect.any(Number), last: expect.any(Number) });
      const { first, last } = outcome as { first: number; last: number };
      expect(last).toBeLessThan(0.7 * first);
    }
  });
}

function page(name: string, scripts: string): string {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(
    join(root, "index.html"),
    `<!doctype html><html lang="en"><head><title>Plain</title><link rel="icon" href="data:,">${scripts}</head><body></body></html>`,
  );
  return root;
}

/** Rejects with what webpack has to say, warnings included; only advice about sizes is left to the gate's own budget. */
function runWebpack(options: webpack.Configuration): Promise<void> {
  return new Promise((resolve, reject) => {
    webpack(options, (error, stats) => {
      const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
      const problems = [...errors, ...warnings]
        .map(({ message }) => message)
        .filter((message) => !/^(asset size limit|entrypoint size limit|webpack performance)/.test(message));
      if (error !== null) reject(error);
      else if (problems.length > 0) reject(new Error(problems.join("\n")));
      else resolve();
    });
  });
}
