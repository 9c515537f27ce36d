/** What a model is made of, for people: one row a layer. Behind `Module.summary`. */
import { bytesOf } from "../shape/dtype.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { flattenTree } from "../support/tree.ts";
import { zeros } from "../tensor/creation.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { Tensor } from "../tensor/tensor.ts";
import { countOperations } from "../transforms/countOperations.ts";
import { trace } from "../transforms/trace.ts";
import { listenToLayers } from "./layerNames.ts";

/** What this file knows of a module. */
interface Summarized {
  forward(...inputs: never): unknown;
  namedModules(): ReadonlyMap<string, Summarized>;
  namedParameters(): ReadonlyMap<string, Parameter>;
}

/** One layer, with all that is inside it. */
export interface LayerSummary {
  /** Path in the model; "" is the model itself. */
  readonly path: string;
  /** Name of the class. */
  readonly kind: string;
  /** Shapes of the tensors that it gave, the last time where it ran several times; empty where it did not run. */
  readonly shapes: readonly Shape[];
  /** Numbers in its parameters; those shared with an earlier layer count there. */
  readonly parameters: number;
  /** Of these, numbers that are trained. */
  readonly trainable: number;
  /** Bytes of its parameters. */
  readonly bytes: number;
  /** Operations on numbers in one forward, two for a multiplication with its addition; before fusion. */
  readonly operations: number;
}

/** The whole model; `toString` is a table. */
export interface ModelSummary extends Omit<LayerSummary, "path" | "shapes"> {
  /** The model and the layers in it, in order of definition. */
  readonly layers: readonly LayerSummary[];
  /** Bytes of what the layers without inner ones give: what training keeps for the gradient, about. */
  readonly activationBytes: number;
  toString(): string;
}

/** See `Module.summary`. */
export function summarize(model: Summarized, inputs: readonly unknown[]): ModelSummary {
  const results = new Map<object, readonly Tensor[]>();
  let operations: ReadonlyMap<string, number> = new Map();
  const dtype = [...model.namedParameters().values()][0]?.dtype ?? "f32";
  const given = inputs.map((input) => (isShape(input) ? zeros(input, { dtype }) : input));
  // Traced, so that what the model writes as it runs (running statistics) is not written
  trace((...traced: readonly unknown[]) => {
    const heard = (_: string, module: object, result: unknown) => void results.set(module, tensorsOf(result));
    const result: unknown = listenToLayers(heard, () => Reflect.apply(model.forward, model, traced));
    operations = countOperations(tensorsOf(result));
    return tensorsOf(result);
  }, given);

  const seen = new Set<object>();
  const modules = [...model.namedModules()];
  const layers = modules.map(([path, module]): LayerSummary => {
    const own = [...module.namedParameters().values()].filter((parameter) => path === "" || !seen.has(parameter));
    if (path !== "") for (const parameter of own) if (isDirect(module, parameter)) seen.add(parameter);
    const count = (parameters: typeof own) => sum(parameters.map(({ shape }) => sizeOf(shape)));
    return {
      path,
      kind: module.constructor.name,
      shapes: (results.get(module) ?? []).map(({ shape }) => shape),
      parameters: count(own),
      trainable: count(own.filter(({ trainable }) => trainable)),
      bytes: sum(own.map(({ shape, dtype: each }) => sizeOf(shape) * bytesOf(each))),
      operations: sum([...operations].map(([layer, number]) => (isInside(layer, path) ? number : 0))),
    };
  });
  const leaves = modules.filter(([, module]) => module.namedModules().size === 1);
  const kept = leaves.flatMap(([, module]) => results.get(module) ?? []);
  const { path: _, shapes: __, ...whole } = layers[0] ?? emptyLayer;
  const summary = { ...whole, layers, activationBytes: sum(kept.map((each) => each.size * bytesOf(each.dtype))) };
  return { ...summary, toString: () => showSummary(summary) };
}

const emptyLayer: LayerSummary = {
  path: "",
  kind: "",
  shapes: [],
  parameters: 0,
  trainable: 0,
  bytes: 0,
  operations: 0,
};

function isShape(value: unknown): value is Shape {
  return Array.isArray(value) && value.every((size) => typeof size === "number");
}

function tensorsOf(value: unknown): readonly Tensor[] {
  return flattenTree(value, (each) => each instanceof Tensor).leaves;
}

/** Is `parameter` a parameter of `module` itself, not only of a layer in it? */
function isDirect(module: Summarized, parameter: object): boolean {
  return module.namedModules().size === 1 || Object.values(module).includes(parameter);
}

/** Does the graph's layer `model.a.b` belong to the module at `path`? */
function isInside(layer: string, path: string): boolean {
  const root = path === "" ? "model" : `model.${path}`;
  return layer === root || layer.startsWith(`${root}.`);
}

function showSummary({ layers, activationBytes, ...whole }: Omit<ModelSummary, "toString">): string {
  const rows = layers.map(({ path, kind, shapes, parameters, operations }) => [
    path === "" ? kind : `${"  ".repeat(path.split(".").length)}${path.split(".").at(-1)} ${kind}`,
    shapes.map(showShape).join(" "),
    parameters === 0 ? "" : parameters.toLocaleString("en"),
    operations === 0 ? "" : operations.toLocaleString("en"),
  ]);
  const table = [["layer", "gives", "parameters", "operations"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  const frozen = whole.parameters - whole.trainable;
  lines.push(
    `${whole.parameters.toLocaleString("en")} parameters (${showBytes(whole.bytes)}), ${frozen.toLocaleString("en")} of them not trained; ` +
      `${whole.operations.toLocaleString("en")} operations and ${showBytes(activationBytes)} of results in one forward`,
  );
  return lines.join("\n");
}

function showBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
