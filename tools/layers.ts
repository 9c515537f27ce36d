/**
 * The import law gate: every import in src/ follows layerTable.ts, and no files import each other in a ring, types
 * included. Tests beside the sources may import what they like. Run alone: `npm run node -- tools/layers.ts`.
 */
import { posix } from "node:path";
import { layers, nodeFolders, openToAll, optionalPackages, type Strangers, strangers } from "./layerTable.ts";
import { findRings } from "./rings.ts";
import { isTypeScript, listFiles, type Reference, readSource, references, root } from "./source.ts";
import { runAlone, type StepResult } from "./step.ts";

/** A file of src/ with the modules it names; `path` starts with "src/". */
export interface ImportingFile {
  readonly path: string;
  readonly references: readonly Reference[];
}

/** Files of src/ itself: the package as it is everywhere, in Node, and what is only there in Node. */
const entryFiles: readonly string[] = ["src/index.ts", "src/indexForNode.node.ts", "src/index.node.ts"];

/** The gate step. */
export function checkImportLaw(base = root): StepResult {
  const files = listFiles("src", (path) => isTypeScript(path) && !isTest(path), base).map((path) => ({
    path,
    references: references(readSource(path, base)),
  }));
  const problems = findViolations(files);
  const imports = files.reduce((sum, file) => sum + file.references.length, 0);
  return { problems, summary: `${files.length} files, ${imports} imports, ${layers.length} layers` };
}

/** All violations among `files`, each as "file:line what is wrong". */
export function findViolations(files: readonly ImportingFile[]): string[] {
  const problems: string[] = [];
  const edges = new Map<string, string[]>();
  for (const file of files) {
    const unknown = unknownFolder(file.path);
    if (unknown !== undefined) problems.push(`${file.path}:1 ${unknown}`);
    const targets: string[] = [];
    for (const reference of file.references) {
      const target = resolveReference(file.path, reference.specifier);
      if (target !== undefined && target !== file.path) targets.push(target);
      const problem =
        target === undefined ? judgePackage(file.path, reference) : judgeFile(file.path, target, reference);
      if (problem !== undefined) problems.push(`${file.path}:${reference.line} ${problem}`);
    }
    edges.set(file.path, targets);
  }
  for (const ring of findRings(edges))
    problems.push(`${ring[0]}:1 files import each other in a ring: ${ring.join(" → ")}`);
  return problems;
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** The folder of src/ that a file belongs to; undefined for files of src/ itself (index.ts). */
function layerOf(path: string): string | undefined {
  const [, folder, rest] = path.split("/");
  return rest === undefined ? undefined : folder;
}

function unknownFolder(path: string): string | undefined {
  const name = layerOf(path);
  if (name === undefined) {
    return entryFiles.includes(path)
      ? undefined
      : "only index.ts and its .node.ts lie in src/ itself; every other file belongs to a layer.";
  }
  if (layers.some((layer) => layer.name === name)) return undefined;
  return `the folder src/${name} is not in tools/layerTable.ts; give it a row, or put the file into a layer.`;
}

/** The path that a relative specifier names; undefined for packages and built-in modules. */
function resolveReference(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : undefined;
}

function judgeFile(from: string, to: string, reference: Reference): string | undefined {
  if (!to.startsWith("src/")) return `imports ${to}, which lies outside src/ and is not published.`;
  if (isTest(to)) return `imports the test ${to}.`;
  return judgeLayer(from, to) ?? judgeStranger(from, to) ?? judgeBrowserSafety(from, to, reference);
}

function judgeBrowserSafety(from: string, to: string, reference: Reference): string | undefined {
  if (isNodeOnly(to) && !isNodeOnly(from) && reference.kind !== "dynamic" && reference.kind !== "url") {
    return `imports ${to}, which only runs in Node, from a file that must run in browsers; only import("…") may name it.`;
  }
  return undefined;
}

function judgeLayer(from: string, to: string): string | undefined {
  const own = layerOf(from);
  const other = layerOf(to);
  if (own === undefined || own === other) return undefined;
  if (other === undefined) return `imports ${to}: the entry point is for users; import the file that defines it.`;
  const layer = layers.find(({ name }) => name === own);
  if (layer === undefined) return undefined;
  const isOpen = openToAll.includes(other) && openToAll.indexOf(other) < indexOrEnd(openToAll, own);
  if (isOpen || layer.imports.includes(other)) return undefined;
  const allowed = [...layer.imports, ...openToAll.slice(0, indexOrEnd(openToAll, own))];
  return `${own} may not import ${other} (${to}); it may import ${allowed.length === 0 ? "nothing" : allowed.join(", ")}.`;
}

function indexOrEnd(list: readonly string[], item: string): number {
  const index = list.indexOf(item);
  return index === -1 ? list.length : index;
}

function judgeStranger(from: string, to: string): string | undefined {
  for (const group of strangers) {
    const own = placeIn(group, from);
    const other = placeIn(group, to);
    if (own === undefined || other === undefined || own.role === "gatherer" || other.role === "common") continue;
    if (other.role === "gatherer") return `imports ${to}, which gathers all of ${group.folder} and stands above it.`;
    if (own.role === "common") return `imports ${to}: the common files of ${group.folder} stand below its parts.`;
    if (own.name !== other.name) {
      return `the parts of ${group.folder} are strangers: ${own.name} may not import ${other.name} (${to}).`;
    }
  }
  return undefined;
}

/** Where a file stands in a folder of strangers; undefined outside it. */
function placeIn(group: Strangers, path: string): { name: string; role: "part" | "common" | "gatherer" } | undefined {
  const prefix = `src/${group.folder}/`;
  if (!path.startsWith(prefix)) return undefined;
  const [name = "", rest] = path.slice(prefix.length).split("/");
  if (rest !== undefined) return { name, role: "part" };
  if (/^(registry|index)(\.node)?\.ts$/.test(name)) return { name, role: "gatherer" };
  return { name, role: group.parts === "files" ? "part" : "common" };
}

function isNodeOnly(path: string): boolean {
  return path.endsWith(".node.ts") || nodeFolders.some((folder) => path.startsWith(`src/${folder}/`));
}

function judgePackage(from: string, reference: Reference): string | undefined {
  const { specifier, kind } = reference;
  if (specifier.startsWith("node:")) {
    if (isNodeOnly(from)) return undefined;
    return `imports ${specifier} in a file that must run in browsers; Node's modules belong into files named *.node.ts.`;
  }
  const parts = specifier.split("/");
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
  const own = layerOf(from);
  const allowed = layers.find((layer) => layer.name === own)?.packages ?? [];
  if (!allowed.includes(name)) {
    return `${own ?? "the entry point"} may not import the package ${name}; tools/layerTable.ts names those it may.`;
  }
  if (optionalPackages.includes(name) && kind === "static") {
    return `imports ${name} statically, which users may not have; use import("${name}") and do without it gracefully.`;
  }
  return undefined;
}

if (import.meta.main) await runAlone("import law", () => checkImportLaw());
