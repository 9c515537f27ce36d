/** The op table is complete: whatever the package exports as an operation on tensors has a row. */
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import * as smilodon from "../../src/index.ts";
import { Tensor } from "../../src/index.ts";
import { table } from "./table.ts";

/** Functions of these folders that are not operations: they make tensors of data, answer questions about dtypes, say where random numbers come from, name layers, make text, or see to memory. */
const others = [
  "tensor",
  "asarray",
  "isComplex",
  "resultType",
  "seed",
  "inLayer",
  "show",
  "reportLeaks",
  "setDebug",
  "tensorScope",
];

const folders = ["tensor", "transforms/control", "algorithms"].map(
  (name) => new URL(`../../src/${name}/`, import.meta.url),
);
const modules: readonly object[] = await Promise.all(
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file): Promise<object> => import(new URL(file, folder).href)),
  ),
);
const defined = new Set(modules.flatMap((module) => Object.values(module)));

/** Names of the operations that `space` exports, behind `prefix`. */
const operationsOf = (space: object, prefix = ""): string[] =>
  Object.entries(space)
    .filter(
      ([name, value]) =>
        typeof value === "function" && /^[a-z]/.test(name) && defined.has(value) && !others.includes(name),
    )
    .map(([name]) => prefix + name);

/** Those of namespaces have the namespace before their name; what draws has tests of its own. */
const operations = [
  ...operationsOf(smilodon),
  ...Object.entries(smilodon).flatMap(([name, space]) =>
    typeof space === "object" && !["random", "augment"].includes(name) ? operationsOf(space, `${name}.`) : [],
  ),
];

it("has a row for every exported operation", () => {
  const rows = new Set(table.map(({ name }) => name));
  expect(operations.filter((name) => !rows.has(name))).toEqual([]);
  expect(operations.length).toBeGreaterThan(90);
});

it("has no row twice, and none for what is not exported", () => {
  const names = table.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.filter((name) => !operations.includes(name))).toEqual([]);
});

it("has samples in every row: of each kind of shape, and with errors where arguments can be wrong", () => {
  for (const { name, samples } of table) expect(samples.length, name).toBeGreaterThan(0);
  const labels = table.flatMap(({ samples }) =>
    samples.flatMap(({ inputs }) => inputs.map(({ shape }) => String(shape))),
  );
  for (const shape of ["", "0", "1", "7", "2,0,3"]) expect(labels).toContain(shape);
});

it("has a row for every method that is an operation", () => {
  const methods = Object.getOwnPropertyNames(Tensor.prototype);
  const rows = new Set(table.map(({ name }) => name));
  const own = [
    "constructor",
    "shape",
    "dtype",
    "rank",
    "size",
    "data",
    "dataSync",
    "bigints",
    "item",
    "toArray",
    "dispose",
    "toString",
  ];
  expect(methods.filter((name) => !rows.has(name) && !own.includes(name))).toEqual([]);
});
