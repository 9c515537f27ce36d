/** Errors keep their names, also where a bundler shortens those of classes. */
import { build } from "esbuild";
import { expect, it } from "vitest";
import * as errors from "../../src/support/errors.ts";

const kinds = Object.keys(errors).filter((name) => name !== "SmilodonError");

it("have names and facts", () => {
  expect(kinds).toContain("ShapeError");
  const error = new errors.ShapeError("no", { axis: 2 });
  expect(error).toBeInstanceOf(errors.SmilodonError);
  expect([String(error), error.facts]).toEqual(["ShapeError: no", { axis: 2 }]);
});

it("have the same names in minified bundles", async () => {
  const contents = `import * as errors from "./src/support/errors.ts";
    export const names = [${kinds.map((kind) => `new errors.${kind}("")`)}].map(({ name }) => name);
    export const classes = [${kinds.map((kind) => `errors.${kind}.name`)}];`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL("../..", import.meta.url).pathname, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const { names, classes } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? "")}`);
  expect(names).toEqual(kinds);
  // Or the test would say nothing
  expect(classes).not.toEqual(kinds);
});
