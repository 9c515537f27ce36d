/**
 * The size gate: small files, small functions, no `any`, few casts. The limits are the design's; the report says where
 * the code stands below them. The weight of the browser bundle is bundle.ts. Run alone: `npm run node -- tools/sizes.ts`.
 */
import { type ESTree, Visitor } from "vite";
import { isTypeScript, lineAt, listFiles, readSource, root, type Source } from "./source.ts";
import { runAlone, type StepResult } from "./step.ts";

/** The limits, and what they apply to: lines to all we write, the others to src/ (functions to tools/ as well). */
export const limits = { fileLines: 500, functionLines: 100, castsPerThousandLines: 5, any: 0 };

/** Files whose business is to cross from one type to another; their casts do not count. Each with its reason. */
export const castExceptions: Readonly<Record<string, string>> = {};

/** What one file measures. */
export interface Measure {
  readonly path: string;
  readonly lines: number;
  readonly functions: readonly { readonly name: string; readonly line: number; readonly lines: number }[];
  /** Lines of `any`, of casts other than `as const`, and of `!` after an expression. */
  readonly any: readonly number[];
  readonly casts: readonly number[];
  readonly assertions: readonly number[];
}

/** The gate step. */
export function checkSizes(base = root): StepResult {
  const measures = ["src", "tests", "tools", "bench"]
    .flatMap((folder) => listFiles(folder, (path) => isTypeScript(path) || path.endsWith(".mjs"), base))
    .filter((path) => !path.includes("/golden/"))
    .map((path) => measure(readSource(path, base)));
  const sources = measures.filter(({ path }) => path.startsWith("src/") && !path.endsWith(".test.ts"));
  return { problems: findExcesses(measures), summary: describe(sources) };
}

/** All that is over a limit, each as "file:line what is wrong". */
export function findExcesses(measures: readonly Measure[]): string[] {
  const problems: string[] = [];
  for (const file of measures) {
    if (file.lines > limits.fileLines) {
      problems.push(`${file.path}:1 has ${file.lines} lines; a file has at most ${limits.fileLines}: split it.`);
    }
    if (!/^(src|tools)\//.test(file.path) || file.path.endsWith(".test.ts")) continue;
    for (const { name, line, lines } of file.functions) {
      if (lines <= limits.functionLines) continue;
      problems.push(`${file.path}:${line} ${name} has ${lines} lines; a function has at most ${limits.functionLines}.`);
    }
    for (const line of file.any) problems.push(`${file.path}:${line} says \`any\`: say what it is, or \`unknown\`.`);
  }
  const density = castDensity(measures);
  if (density.perThousand > limits.castsPerThousandLines) {
    problems.push(
      `src:1 has ${density.casts} casts in ${density.lines} lines, ${density.perThousand.toFixed(1)} per 1000 where ` +
        `${limits.castsPerThousandLines} are allowed. Most are in ${density.worst.join(", ")}. Narrow by checks and types, ` +
        "or give a file whose business they are a reason in tools/sizes.ts.",
    );
  }
  for (const path of Object.keys(castExceptions)) {
    if (!measures.some((file) => file.path === path))
      problems.push(`tools/sizes.ts:1 excepts ${path}, which does not exist.`);
  }
  return problems;
}

function castDensity(measures: readonly Measure[]) {
  const files = measures.filter(
    ({ path }) => path.startsWith("src/") && !path.endsWith(".test.ts") && castExceptions[path] === undefined,
  );
  const casts = sum(files.map((file) => file.casts.length));
  const lines = sum(files.map((file) => file.lines));
  const worst = files
    .filter((file) => file.casts.length > 0)
    .sort((a, b) => b.casts.length - a.casts.length)
    .slice(0, 5)
    .map((file) => `${file.path} (${file.casts.length})`);
  return { casts, lines, worst, perThousand: lines === 0 ? 0 : (casts / lines) * 1000 };
}

/** Measures one file. */
export function measure(source: Source): Measure {
  const functions: { name: string; line: number; lines: number }[] = [];
  const any: number[] = [];
  const casts: number[] = [];
  const assertions: number[] = [];
  const at = (node: ESTree.Node): number => lineAt(source.text, node.start);
  const addFunction = (node: ESTree.Node, name: string): void => {
    const line = at(node);
    functions.push({ name, line, lines: lineAt(source.text, node.end) - line + 1 });
  };
  new Visitor({
    FunctionDeclaration: (node) => addFunction(node, `function ${node.id?.name ?? "(default)"}`),
    FunctionExpression: (node) => addFunction(node, "this function"),
    ArrowFunctionExpression: (node) => addFunction(node, "this function"),
    TSAnyKeyword: (node) => any.push(at(node)),
    TSTypeAssertion: (node) => casts.push(at(node)),
    TSAsExpression: (node) => isConst(node) || casts.push(at(node)),
    TSNonNullExpression: (node) => assertions.push(at(node)),
  }).visit(source.program);
  return { path: source.path, lines: source.text.split("\n").length - 1, functions, any, casts, assertions };
}

function isConst({ typeAnnotation: type }: ESTree.TSAsExpression): boolean {
  return type.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "const";
}

function describe(files: readonly Measure[]): string {
  const lines = files.map((file) => file.lines);
  const functions = files.flatMap((file) => file.functions.map((item) => ({ ...item, path: file.path })));
  const longest = functions.sort((a, b) => b.lines - a.lines)[0];
  const perThousand = (count: number): string => ((count / Math.max(1, sum(lines))) * 1000).toFixed(1);
  const functionLines = functions.map((item) => item.lines);
  return [
    `src: ${files.length} files, ${sum(lines)} lines (median ${quantile(lines, 0.5)}, p90 ${quantile(lines, 0.9)})`,
    `functions median ${quantile(functionLines, 0.5)}, p90 ${quantile(functionLines, 0.9)}` +
      (longest === undefined ? "" : `, longest ${longest.lines} (${longest.path}:${longest.line})`),
    `per 1000 lines: ${perThousand(sum(files.map((file) => file.casts.length)))} casts, ` +
      `${perThousand(sum(files.map((file) => file.assertions.length)))} "!"`,
  ].join("; ");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

if (import.meta.main) await runAlone("sizes", () => checkSizes());
