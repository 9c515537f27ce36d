/**
 * The import law as data: which folder of src/ may import which, in dependency order (design: layout). layers.ts
 * enforces it. Adding a folder means adding a row; adding an npm dependency means naming it in one.
 */

/** What the files of one folder of src/ may import besides the folder itself. */
export interface Layer {
  readonly name: string;
  /** Other folders of src/; `support` and `shape` are open to every layer above them and need no mention. */
  readonly imports: readonly string[];
  /** npm packages, by name. Optional packages may only be imported dynamically. */
  readonly packages: readonly string[];
}

const core = ["graph", "kernel", "compile", "render", "device", "runtime"];
const tensors = ["tensor", "transforms", "algorithms"];
const workshop = ["nn", "optim", "data", "io", "distributed"];
const care = ["explain", "audit"];
const belowSystems = [...core, ...tensors, ...workshop, ...care, "train"];

/** In dependency order: a row may only name folders of rows above it. */
export const layers: readonly Layer[] = [
  { name: "support", imports: [], packages: [] },
  { name: "shape", imports: [], packages: [] },
  { name: "graph", imports: [], packages: [] },
  { name: "kernel", imports: [], packages: [] },
  { name: "compile", imports: ["graph", "kernel"], packages: [] },
  { name: "render", imports: ["kernel"], packages: [] },
  // Optional packages that reach a device; without them the device is missing and nothing else.
  { name: "device", imports: ["kernel", "render"], packages: ["koffi", "webgpu"] },
  { name: "runtime", imports: ["graph", "kernel", "compile", "device"], packages: [] },
  { name: "tensor", imports: ["graph", "runtime"], packages: [] },
  { name: "transforms", imports: ["tensor", "graph", "runtime"], packages: [] },
  // Operations that need regions, rules of their own or several steps
  { name: "algorithms", imports: ["tensor", "transforms", "graph", "runtime"], packages: [] },
  { name: "nn", imports: tensors, packages: [] },
  { name: "optim", imports: tensors, packages: [] },
  {
    name: "data",
    imports: ["tensor"],
    packages: ["zod", "hyparquet", "hyparquet-compressors", "@uwdata/flechette", "@duckdb/node-api", "sharp"],
  },
  {
    name: "io",
    imports: ["tensor", "graph", "transforms", "algorithms"],
    packages: ["zod", "@bufbuild/protobuf", "@huggingface/tokenizers"],
  },
  { name: "distributed", imports: ["runtime", ...tensors], packages: [] },
  { name: "explain", imports: [...tensors, "nn", "optim", "data"], packages: [] },
  { name: "audit", imports: [...tensors, "nn", "optim", "data", "explain"], packages: [] },
  { name: "train", imports: [...tensors, ...workshop, ...care], packages: ["zod"] },
  { name: "systems", imports: belowSystems, packages: ["zod"] },
  { name: "studio", imports: [...belowSystems, "systems"], packages: ["zod", "preact", "@preact/signals"] },
  { name: "cli", imports: [...belowSystems, "systems", "studio"], packages: ["zod"] },
];

/** Layers that everyone above them may import. */
export const openToAll: readonly string[] = ["support", "shape"];

/** Packages that a user may not have: naming one statically would break everyone without it. */
export const optionalPackages: readonly string[] = ["koffi", "webgpu", "sharp", "@duckdb/node-api"];

/** A folder whose parts may not import each other. */
export interface Strangers {
  readonly folder: string;
  /**
   * `folders`: each folder below is a part; files beside them are common ground for the parts, except registry.ts,
   * index.ts and their .node.ts, which gather the parts: they may import every part, and no part may import them.
   * `files`: each file or folder below is a part, and there is no common ground.
   */
  readonly parts: "folders" | "files";
}

export const strangers: readonly Strangers[] = [
  { folder: "device", parts: "folders" },
  { folder: "systems", parts: "folders" },
  { folder: "cli/commands", parts: "files" },
];

/** Folders that never run in a browser, where `node:` modules may be imported in any file. */
export const nodeFolders: readonly string[] = ["cli"];
