/**
 * The public surface: every name that an entry point exports, followed through re-exports to its declaration, and
 * whether a docstring stands above it. For docs.ts.
 */
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import type { ESTree } from "vite";
import type { EntryPoint } from "./entryPoints.ts";
import { lineAt, readSource, root, type Source } from "./source.ts";

/** A public name and where it is declared. */
interface Declaration {
  readonly source: Source;
  readonly name: string;
}

/** Public symbols without a docstring of at least one sentence; entry points that do not exist yet are left out. */
export function findUndocumented(entries: readonly EntryPoint[], base = root): { count: number; problems: string[] } {
  const surface = new Surface(base);
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { source, specifier } of entries.filter((entry) => existsSync(join(base, entry.source)))) {
    for (const [exported, { source: file, name }] of surface.declarationsOf(source, "")) {
      if (seen.has(`${file.path} ${name}`)) continue;
      seen.add(`${file.path} ${name}`);
      const places = findDeclarations(file, name);
      if (places.some((offset) => isDocumented(file, offset))) continue;
      const line = places[0] === undefined ? 1 : lineAt(file.text, places[0]);
      problems.push(
        `${file.path}:${line} ${exported} of "${specifier}" has no docstring: say in a sentence what it is, then shapes, ` +
          "units and errors, with an example.",
      );
    }
  }
  return { count: seen.size, problems };
}

/** Follows exports through files, each parsed once. */
class Surface {
  readonly #base: string;
  readonly #sources = new Map<string, Source>();

  constructor(base: string) {
    this.#base = base;
  }

  /** Pairs of public name ("nn.Linear") and declaration for everything that the file at `path` exports. */
  *declarationsOf(path: string, prefix: string): Iterable<[string, Declaration]> {
    const source = this.#read(path);
    for (const entry of source.module.staticExports.flatMap((statement) => statement.entries)) {
      const target = entry.moduleRequest === null ? undefined : resolve(path, entry.moduleRequest.value);
      const name = entry.exportName.name ?? "default";
      if (target === undefined) {
        yield* this.#local(source, entry.localName.name ?? "default", name, prefix);
      } else if (entry.importName.kind === "Name") {
        const found = this.#find(target, entry.importName.name ?? "");
        if (found !== undefined) yield [prefix + name, found];
      } else {
        // `export * from` keeps the prefix; `export * as nn from` adds to it.
        yield* this.declarationsOf(target, entry.exportName.kind === "None" ? prefix : `${prefix}${name}.`);
      }
    }
  }

  /** A name that is exported without `from`: declared here, or imported here. */
  *#local(source: Source, local: string, name: string, prefix: string): Iterable<[string, Declaration]> {
    for (const statement of source.module.staticImports) {
      const entry = statement.entries.find((item) => item.localName.value === local);
      const target = entry && resolve(source.path, statement.moduleRequest.value);
      if (entry === undefined || target === undefined) continue;
      if (entry.importName.kind === "NamespaceObject") return yield* this.declarationsOf(target, `${prefix}${name}.`);
      const found = this.#find(target, entry.importName.name ?? "default");
      if (found !== undefined) yield [prefix + name, found];
      return;
    }
    yield [prefix + name, { source, name: local }];
  }

  #find(path: string, name: string): Declaration | undefined {
    for (const [exported, declaration] of this.declarationsOf(path, "")) if (exported === name) return declaration;
    return undefined;
  }

  #read(path: string): Source {
    const known = this.#sources.get(path);
    if (known !== undefined) return known;
    const source = readSource(path, this.#base);
    this.#sources.set(path, source);
    return source;
  }
}

function resolve(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : undefined;
}

/** Offsets of the statements of a file that declare `name`: several for overloads and merged declarations. */
function findDeclarations(source: Source, name: string): number[] {
  return source.program.body.flatMap((statement) => {
    if (statement.type === "ExportDefaultDeclaration") return name === "default" ? [statement.start] : [];
    const isExport = statement.type === "ExportNamedDeclaration";
    const declaration = isExport ? statement.declaration : statement;
    return declaration !== null && declaredNames(declaration).includes(name) ? [statement.start] : [];
  });
}

function declaredNames(node: ESTree.Statement | ESTree.Declaration): string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap(({ id }) => patternNames(id));
  if ("id" in node && node.id !== null && typeof node.id === "object" && "name" in node.id)
    return [String(node.id.name)];
  return [];
}

function patternNames(pattern: ESTree.Node): string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "AssignmentPattern") return patternNames(pattern.left);
  if (pattern.type === "ArrayPattern")
    return pattern.elements.flatMap((item) => (item === null ? [] : patternNames(item)));
  if (pattern.type !== "ObjectPattern") return [];
  return pattern.properties.flatMap((item) => patternNames(item.type === "Property" ? item.value : item.argument));
}

/** Whether a docstring with a sentence stands directly above an offset; line comments may come between. */
function isDocumented(source: Source, offset: number): boolean {
  const above = source.comments.findLast(
    (comment) => comment.end <= offset && comment.type === "Block" && comment.value.startsWith("*"),
  );
  if (above === undefined) return false;
  const between = source.text.slice(above.end, offset).replace(/\/\/.*/g, "");
  return between.trim() === "" && hasSentence(above.value);
}

/** Two words or more and a full stop before the first tag. */
export function hasSentence(comment: string): boolean {
  const text = comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*+ ?/, ""))
    .join("\n");
  const description = text.split(/^\s*@\w+/m)[0] ?? "";
  return /\S+\s+\S+.*[.!?:]/s.test(description.replace(/```.*?```/gs, ""));
}
