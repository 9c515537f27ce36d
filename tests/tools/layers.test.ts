/** The import law gate must fail on each kind of violation: every test plants one in an otherwise lawful tree. */
import { describe, expect, it } from "vitest";
import { findViolations } from "../../tools/layers.ts";
import { parseSource, references } from "../../tools/source.ts";

/** A small lawful tree; a planted file replaces or joins its files. */
const lawful: Record<string, string> = {
  "src/index.ts": `export { tensor } from "./tensor/tensor.ts";`,
  "src/support/errors.ts": `export class ShapeError extends Error {}`,
  "src/shape/shape.ts": `import { ShapeError } from "../support/errors.ts";`,
  "src/graph/node.ts": `import type { Shape } from "../shape/shape.ts";`,
  "src/kernel/kernel.ts": `import type { Shape } from "../shape/shape.ts";`,
  "src/device/device.ts": `import type { Kernel } from "../kernel/kernel.ts";`,
  "src/device/wasm/wasm.ts": `import type { Device } from "../device.ts"; import "./threads.ts";`,
  "src/device/wasm/threads.ts": `export async function start() { return import("./threads.node.ts"); }`,
  "src/device/wasm/threads.node.ts": `import { Worker } from "node:worker_threads";`,
  "src/device/native/native.node.ts": `import type { Device } from "../device.ts"; const koffi = await import("koffi");`,
  "src/device/registry.ts": `import "./wasm/wasm.ts"; export const native = () => import("./native/native.node.ts");`,
  "src/runtime/realize.ts": `import "../graph/node.ts"; import "../device/registry.ts";`,
  "src/tensor/tensor.ts": `import "../runtime/realize.ts"; import "../shape/shape.ts";`,
  "src/tensor/relu.ts": `import { Tensor } from "./tensor.ts"; declare module "./tensor.ts" { interface Tensor { relu(): void } }`,
  "src/cli/main.ts": `import "node:fs"; import "./commands/train.ts"; import "./commands/predict.ts";`,
  "src/cli/commands/train.ts": `export {};`,
  "src/cli/commands/predict.ts": `export {};`,
};

function violationsWith(planted: Record<string, string> = {}): string[] {
  const tree = { ...lawful, ...planted };
  return findViolations(
    Object.entries(tree).map(([path, text]) => ({ path, references: references(parseSource(path, text)) })),
  );
}

describe("the import law", () => {
  it("has nothing to say about a lawful tree", () => {
    expect(violationsWith()).toEqual([]);
  });

  it("forbids an upward import, naming both layers, the line and what is allowed", () => {
    expect(
      violationsWith({ "src/graph/print.ts": `// a comment\nimport { tensor } from "../tensor/tensor.ts";` }),
    ).toEqual([
      "src/graph/print.ts:2 graph may not import tensor (src/tensor/tensor.ts); it may import support, shape.",
    ]);
  });

  it("forbids an upward import of a type, a re-export, an import type and a dynamic import alike", () => {
    for (const text of [
      `import type { Tensor } from "../tensor/tensor.ts";`,
      `export { tensor } from "../tensor/tensor.ts";`,
      `export * from "../tensor/tensor.ts";`,
      `export type T = import("../tensor/tensor.ts").Tensor;`,
      `export const load = () => import("../tensor/tensor.ts");`,
      `export const load = () => import(\`../tensor/tensor.ts\`);`,
      `export const worker = new URL("../tensor/tensor.ts", import.meta.url);`,
    ]) {
      expect(violationsWith({ "src/graph/print.ts": text }), text).toHaveLength(1);
    }
  });

  it("takes an address beside the page for no module", () => {
    const text = `export const script = new URL("isolate.js", document.baseURI);`;
    expect(violationsWith({ "src/graph/print.ts": text })).toEqual([]);
  });

  it("does not read imports in comments and strings", () => {
    const text = `// import "../tensor/tensor.ts"\n/* import "../tensor/tensor.ts" */\nexport const text = 'import "../tensor/tensor.ts"';`;
    expect(violationsWith({ "src/graph/print.ts": text })).toEqual([]);
  });

  it("forbids graph and kernel to know each other", () => {
    expect(violationsWith({ "src/kernel/build.ts": `import "../graph/node.ts";` })[0]).toContain(
      "kernel may not import graph",
    );
    expect(violationsWith({ "src/graph/build.ts": `import "../kernel/kernel.ts";` })[0]).toContain(
      "graph may not import kernel",
    );
  });

  it("lets support and shape import only what is below them", () => {
    expect(violationsWith({ "src/support/tree.ts": `import "../shape/shape.ts";` })[0]).toContain(
      "support may not import shape",
    );
  });

  it("forbids rings among files of one folder, with the ring spelled out, types included", () => {
    const planted = {
      "src/graph/a.ts": `import type { B } from "./b.ts"; export interface A { b: B }`,
      "src/graph/b.ts": `import { c } from "./c.ts";`,
      "src/graph/c.ts": `export const c = () => import("./a.ts");`,
    };
    expect(violationsWith(planted)).toEqual([
      "src/graph/a.ts:1 files import each other in a ring: src/graph/a.ts → src/graph/b.ts → src/graph/c.ts → src/graph/a.ts",
    ]);
  });

  it("keeps devices strangers to each other, whatever the form", () => {
    const planted = { "src/device/wasm/copy.ts": `export const copy = () => import("../native/native.node.ts");` };
    expect(violationsWith(planted)).toEqual([
      "src/device/wasm/copy.ts:1 the parts of device are strangers: wasm may not import native (src/device/native/native.node.ts).",
    ]);
  });

  it("forbids a device to import the registry, and the interface to import a device", () => {
    expect(violationsWith({ "src/device/wasm/x.ts": `import "../registry.ts";` })[0]).toContain(
      "gathers all of device",
    );
    expect(violationsWith({ "src/device/x.ts": `import "./wasm/wasm.ts";` })[0]).toContain("stand below its parts");
  });

  it("keeps commands and systems strangers", () => {
    const command = violationsWith({ "src/cli/commands/predict.ts": `import "./train.ts";` });
    expect(command[0]).toContain("the parts of cli/commands are strangers: predict.ts may not import train.ts");
    const system = violationsWith({
      "src/systems/femurs/model.ts": `import "../digits/model.ts";`,
      "src/systems/digits/model.ts": `export {};`,
    });
    expect(system[0]).toContain("the parts of systems are strangers: femurs may not import digits");
  });

  it("forbids a package that the layer's row does not name", () => {
    expect(violationsWith({ "src/nn/linear.ts": `import { z } from "zod";` })).toEqual([
      "src/nn/linear.ts:1 nn may not import the package zod; tools/layerTable.ts names those it may.",
    ]);
    expect(violationsWith({ "src/data/csv.ts": `import { z } from "zod/v4";` })).toEqual([]);
    expect(violationsWith({ "src/graph/x.ts": `import "@scope/name/sub";` })[0]).toContain("the package @scope/name");
  });

  it("wants optional packages to be imported dynamically", () => {
    expect(violationsWith({ "src/device/native/x.node.ts": `import koffi from "koffi";` })[0]).toContain("statically");
    expect(violationsWith({ "src/device/native/x.node.ts": `import type { Library } from "koffi";` })).toEqual([]);
  });

  it("keeps Node's modules in files named *.node.ts and in the command line", () => {
    expect(violationsWith({ "src/io/save.ts": `import { open } from "node:fs/promises";` })[0]).toContain("*.node.ts");
    expect(violationsWith({ "src/io/save.node.ts": `import { open } from "node:fs/promises";` })).toEqual([]);
  });

  it("lets a browser-safe file name a Node file only in import()", () => {
    expect(violationsWith({ "src/device/wasm/x.ts": `import "./threads.node.ts";` })[0]).toContain("only runs in Node");
    expect(violationsWith({ "src/device/wasm/x.ts": `import type { T } from "./threads.node.ts";` })).toHaveLength(1);
    expect(violationsWith({ "src/device/wasm/x.ts": `export const t = () => import("./threads.node.ts");` })).toEqual(
      [],
    );
  });

  it("reports a folder that the table does not know, and files of src/ itself", () => {
    expect(violationsWith({ "src/helpers/x.ts": "export {};" })[0]).toContain(
      "src/helpers is not in tools/layerTable.ts",
    );
    expect(violationsWith({ "src/utils.ts": "export {};" })[0]).toContain(
      "only index.ts and its .node.ts lie in src/ itself",
    );
  });

  it("forbids importing the entry point, tests, and files outside src", () => {
    expect(violationsWith({ "src/nn/x.ts": `import "../index.ts";` })[0]).toContain("the entry point is for users");
    expect(violationsWith({ "src/nn/x.ts": `import "../../tests/samples.ts";` })[0]).toContain("outside src/");
    expect(violationsWith({ "src/nn/x.ts": `import "./relu.test.ts";` })[0]).toContain("imports the test");
  });
});
