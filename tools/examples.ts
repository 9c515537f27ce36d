/**
 * Finds the code examples that must work: ```ts fences in docstrings of src/ and in README.md, ARCHITECTURE.md and
 * docs/. Every fence stands alone, with its own imports. ```ts no-run is type-checked and not run. For docs.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EntryPoint } from "./entryPoints.ts";
import { isTypeScript, lineAt, listFiles, readSource, root } from "./source.ts";

/** One example. `line` is the line of the document that the first line of `code` stands on. */
export interface Example {
  readonly id: number;
  readonly path: string;
  readonly line: number;
  readonly code: string;
  readonly mayRun: boolean;
}

interface Fence {
  readonly line: number;
  readonly flags: string;
  readonly code: string;
}

/** All examples, their imports rewritten to the sources, and what is wrong with how they are marked. */
export function findExamples(entries: readonly EntryPoint[], base = root): { examples: Example[]; problems: string[] } {
  const examples: Example[] = [];
  const problems: string[] = [];
  const unbuilt = new Map<string, number>();
  const add = (path: string, fence: Fence): void => {
    if (fence.flags !== "" && fence.flags !== "no-run") {
      problems.push(`${path}:${fence.line - 1} \`\`\`ts ${fence.flags}: the only word known after ts is no-run.`);
      return;
    }
    const { code, unknown, sources } = rewriteImports(fence.code, entries);
    const missing = sources.find((source) => !existsSync(join(base, source)));
    if (missing !== undefined) {
      unbuilt.set(missing, (unbuilt.get(missing) ?? 0) + 1);
      return;
    }
    for (const specifier of unknown) {
      problems.push(`${path}:${fence.line} imports ${specifier}, which is not an entry point of the package.`);
    }
    if (unknown.length === 0) {
      examples.push({ id: examples.length + 1, path, line: fence.line, code, mayRun: fence.flags === "" });
    }
  };
  for (const path of listFiles("src", isTypeScript, base)) {
    for (const { line, lines } of docstrings(path, base)) {
      for (const fence of fences(lines, line)) add(path, fence);
      problems.push(
        ...bareExamples(lines).map((offset) => `${path}:${line + offset} @example needs a \`\`\`ts fence.`),
      );
    }
  }
  const pages = ["README.md", "ARCHITECTURE.md", ...listFiles("docs", (path) => path.endsWith(".md"), base)];
  for (const path of pages.filter((page) => existsSync(join(base, page)))) {
    for (const fence of fences(readFileSync(join(base, path), "utf8").split("\n"), 1)) add(path, fence);
  }
  for (const [source, count] of unbuilt) problems.push(`${source}:1 does not exist, and ${count} examples import it.`);
  return { examples, problems };
}

/** The docstrings of a file, as lines without the comment's own signs. */
function docstrings(path: string, base: string): { line: number; lines: string[] }[] {
  const source = readSource(path, base);
  return source.comments
    .filter((comment) => comment.type === "Block" && comment.value.startsWith("*"))
    .map((comment) => ({
      line: lineAt(source.text, comment.start),
      lines: comment.value.split("\n").map((line, index) => line.replace(index === 0 ? /^\* ?/ : /^\s*\* ?/, "")),
    }));
}

/** The ts fences among `lines`, the first of which is line `first` of its document. */
export function fences(lines: readonly string[], first: number): Fence[] {
  const found: Fence[] = [];
  let open:
    | { indent: string; ticks: string; isTypeScript: boolean; flags: string; line: number; code: string[] }
    | undefined;
  lines.forEach((text, index) => {
    if (open === undefined) {
      const match = /^(\s*)(`{3,}|~{3,})\s*(\w*)\s*(.*?)\s*$/.exec(text);
      if (match === null) return;
      const [, indent = "", ticks = "", language = "", flags = ""] = match;
      open = { indent, ticks, isTypeScript: language === "ts", flags, line: first + index + 1, code: [] };
    } else if (text.trim().startsWith(open.ticks) && text.trim().replaceAll(open.ticks[0] ?? "`", "") === "") {
      if (open.isTypeScript) found.push({ line: open.line, flags: open.flags, code: open.code.join("\n") });
      open = undefined;
    } else {
      // A fence inside a list is indented as a whole.
      open.code.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text);
    }
  });
  return found;
}

/** Offsets of the @example tags that no fence follows before the next tag or the end: such an example would never run. */
function bareExamples(lines: readonly string[]): number[] {
  return lines.flatMap((line, index) => {
    if (!/^\s*@example\b/.test(line)) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((next) => /^\s*@\w+/.test(next));
    const body = end === -1 ? rest : rest.slice(0, end);
    return body.some((next) => /^\s*(`{3,}|~{3,})/.test(next)) ? [] : [index];
  });
}

interface Rewritten {
  readonly code: string;
  /** Specifiers that are no entry points, and the sources of those that are. */
  readonly unknown: readonly string[];
  readonly sources: readonly string[];
}

/** Points `import … from "smilodon"` and its sub-paths at the sources, from a folder two below the root. */
function rewriteImports(code: string, entries: readonly EntryPoint[]): Rewritten {
  const unknown: string[] = [];
  const sources: string[] = [];
  const rewritten = code.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(smilodon(?:\/[^"']*)?)\2/g,
    (whole, before: string, quote: string, specifier: string) => {
      const entry = entries.find((item) => item.specifier === specifier);
      if (entry === undefined) unknown.push(specifier);
      else sources.push(entry.source);
      return entry === undefined ? whole : `${before}${quote}../../${entry.source}${quote}`;
    },
  );
  return { code: rewritten, unknown, sources };
}
