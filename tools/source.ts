/**
 * Reading TypeScript sources for the gates: which files there are, their syntax tree, and every place that names
 * another module. TypeScript 7 has no parser in JavaScript; Vite's (oxc) is here anyway, for Vitest.
 * Used by layers.ts, sizes.ts and docs.ts.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type ESTree, type ParseResult, parseSync, Visitor } from "vite";

/** The checkout's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A parsed file. Offsets in the tree count UTF-16 units of `text`. */
export interface Source {
  /** Path from the checkout's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: ESTree.Program;
  readonly module: ParseResult["module"];
  readonly comments: ParseResult["comments"];
}

/** One place where a file names another module. */
export interface Reference {
  /** What is written: "./shape.ts", "node:fs", "zod". */
  readonly specifier: string;
  readonly line: number;
  readonly kind: "static" | "type" | "dynamic" | "url";
}

/** Paths (from `base`) of the files below `folder` that pass `isWanted`, sorted. */
export function listFiles(folder: string, isWanted: (path: string) => boolean, base = root): string[] {
  const start = join(base, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(base, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !path.includes("node_modules/") && isWanted(path))
    .sort();
}

/** Whether a path is TypeScript that we write and run, tests included. */
export function isTypeScript(path: string): boolean {
  return /\.tsx?$/.test(path) && !path.endsWith(".d.ts");
}

/** Reads and parses a file below `base`. Throws with file and line where the syntax is wrong. */
export function readSource(path: string, base = root): Source {
  return parseSource(path, readFileSync(join(base, path), "utf8"));
}

/** Parses a text as if it stood at `path`. */
export function parseSource(path: string, text: string): Source {
  const { program, module, comments, errors } = parseSync(path, text);
  const error = errors[0];
  if (error !== undefined) {
    const line = lineAt(text, error.labels[0]?.start ?? 0);
    throw new SyntaxError(`${path}:${line} ${error.message}`);
  }
  return { path, text, program, module, comments };
}

/** The line, counted from 1, of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/**
 * Every module that a file names: imports and re-exports (of values and of types), `import("…")` as expression and as
 * type, `declare module "…"`, and `new URL("….ts", import.meta.url)`, which is how a worker's file is named.
 */
export function references(source: Source): Reference[] {
  const found: Reference[] = [];
  const add = (specifier: unknown, offset: number, kind: Reference["kind"]): void => {
    if (typeof specifier === "string") found.push({ specifier, line: lineAt(source.text, offset), kind });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.start, node.importKind === "type" ? "type" : "static"),
    ExportNamedDeclaration: (node) =>
      add(node.source?.value, node.start, node.exportKind === "type" ? "type" : "static"),
    ExportAllDeclaration: (node) => add(node.source.value, node.start, node.exportKind === "type" ? "type" : "static"),
    ImportExpression: (node) => add(literalText(node.source), node.start, "dynamic"),
    TSImportType: (node) => add(node.source.value, node.start, "type"),
    TSModuleDeclaration: (node) => add(literalText(node.id), node.start, "type"),
    NewExpression: (node) => {
      const isUrl = node.callee.type === "Identifier" && node.callee.name === "URL";
      const [first, base] = node.arguments;
      if (
        isUrl &&
        first !== undefined &&
        base !== undefined &&
        source.text.slice(base.start, base.end) === "import.meta.url"
      ) {
        const text = literalText(first);
        if (text !== undefined && /\.[mc]?[tj]s$/.test(text)) add(text, node.start, "url");
      }
    },
  }).visit(source.program);
  return found;
}

function literalText(node: ESTree.Node): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
