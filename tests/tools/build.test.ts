/** The build must produce what package.json promises, and say so where it does not. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildPackage } from "../../tools/build.ts";
import { entryPoints } from "../../tools/entryPoints.ts";
import { root } from "../../tools/source.ts";
import { scratchCheckout } from "./scratch.ts";

const entries = entryPoints(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

/** One trivial source for each entry point that the real package.json lists, and a command. */
const complete: Record<string, string> = {
  ...Object.fromEntries(entries.map(({ source }) => [source, "export const x = 1;\n"])),
  "src/cli/main.ts": "#!/usr/bin/env node\nexport {};\n",
};

describe("buildPackage()", { timeout: 60_000 }, () => {
  it("renames imports and workers, copies pages, leaves tests out and makes the command executable", () => {
    const base = scratchCheckout({
      ...complete,
      "src/index.ts": [
        `import { x } from "./nn/index.ts";`,
        `export const worker = new URL("./support/worker.ts", import.meta.url);`,
        `export const page = new URL("./support/page.html", import.meta.url);`,
        `export const load = (): Promise<object> => import("./io/index.ts");`,
        `export type { Y } from "./support/worker.ts";`,
        `export type Z = import("./support/worker.ts").Y;`,
        `declare module "./support/class.ts" { interface C { added(): void } }`,
        "export { x };",
      ].join("\n"),
      "src/support/worker.ts": "export type Y = number;\n",
      "src/support/class.ts": "export class C {}\n",
      "src/support/worker.test.ts": "export {};\n",
      "src/support/page.html": "<p>page</p>",
      "src/support/README.md": "not published",
    });
    const out = join(base, "out");
    buildPackage(out, base);
    const index = readFileSync(join(out, "index.js"), "utf8");
    expect(index).toContain(`from "./nn/index.js"`);
    expect(index).toContain(`new URL("./support/worker.js", import.meta.url)`);
    expect(index).toContain(`new URL("./support/page.html", import.meta.url)`);
    expect(index).toContain(`import("./io/index.js")`);
    const types = readFileSync(join(out, "index.d.ts"), "utf8");
    expect(types).toContain(`from "./support/worker.js"`);
    expect(types).toContain(`import("./support/worker.js").Y`);
    expect(types).toContain(`declare module "./support/class.js"`);
    expect(readFileSync(join(out, "support/page.html"), "utf8")).toBe("<p>page</p>");
    expect(() => statSync(join(out, "support/worker.test.js"))).toThrow("ENOENT");
    expect(() => statSync(join(out, "support/README.md"))).toThrow("ENOENT");
    expect(statSync(join(out, "cli/main.js")).mode & 0o111).toBe(0o111);
  });

  it("fails on an entry point without a source, a command without its first line, and a type error", () => {
    const { "src/nn/index.ts": _, ...withoutNn } = complete;
    expect(() => build(withoutNn)).toThrow("package.json exports what was not built: smilodon/nn (dist/nn/index.js)");
    expect(() => build({ ...complete, "src/cli/main.ts": "export {};\n" })).toThrow(
      `must begin with "#!/usr/bin/env node"`,
    );
    expect(() => build({ ...complete, "src/index.ts": "export const x: string = 1;\n" })).toThrow("error TS2322");
  });
});

function build(files: Record<string, string>): void {
  const base = scratchCheckout(files);
  buildPackage(join(base, "out"), base);
}
