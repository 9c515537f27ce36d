/**
 * What Smilodon weighs in a browser: a program that uses the engine is bundled, minified and compressed. The gate holds
 * the weight to a budget; bench/ measures peers with the same function. Run alone: `npm run node -- tools/bundle.ts`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";
import { entryPoints } from "./entryPoints.ts";
import { root } from "./source.ts";
import { runAlone, type StepResult } from "./step.ts";

/** In kB of 1000 bytes, compressed: for a page that trains a network, and for all layers, losses and optimizers there are. */
export const BUDGET_KB = 100;
const WHOLE_BUDGET_KB = 132;

/**
 * What the budget is about: build, train and differentiate. Only what is used counts, as every layer and optimizer can be left
 * out; esbuild leaves out members of a namespace only where it is imported by itself, Rollup and Vite in either form.
 */
const engineProgram = `
  import { compile, grad, tensor } from "smilodon";
  import * as nn from "smilodon/nn";
  import * as optim from "smilodon/optim";
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Dropout(), new nn.Linear(16, 3));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-2 });
  const step = compile((x, y) => optimizer.minimize(() => nn.crossEntropy(model.forward(x), y)));
  globalThis.program = { grad, step, tensor };
`;

/** Everything under those names, used or not. */
const wholeProgram = `
  import { compile, grad, nn, optim, tensor } from "smilodon";
  globalThis.program = { compile, grad, nn, optim, tensor };
`;

/** Bytes that a page loads at once, and bytes of the chunks that it loads on demand, minified, plain and by `gzip -9`. */
export interface BundleSize {
  readonly minified: number;
  readonly compressed: number;
  readonly onDemandCompressed: number;
  /** The largest inputs by minified bytes, to see what to cut. */
  readonly largest: readonly { readonly path: string; readonly bytes: number }[];
}

/** How to find modules when measuring something other than the sources; see esbuild's options of the same names. */
export interface BundleOptions {
  readonly alias?: Record<string, string>;
  readonly resolveDir?: string;
}

/** Bundles a program for browsers and weighs it. `import "smilodon"` means the sources unless `alias` says otherwise. */
export async function measureBundle(program = engineProgram, options: BundleOptions = {}): Promise<BundleSize> {
  const alias = options.alias ?? sourceAliases();
  const result = await build({
    stdin: { contents: program, resolveDir: options.resolveDir ?? root, loader: "ts" },
    alias,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    // A file for Node is only loaded there, by import(); it must not break the bundle.
    external: ["node:*", "koffi", "webgpu", "sharp", "@duckdb/node-api"],
    outdir: "out",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const now = atOnce(result.metafile);
  const isNow = (file: OutputFile): boolean => [...now].some((path) => file.path.endsWith(path.replace(/^out/, "")));
  const first = result.outputFiles.filter(isNow);
  return {
    minified: sum(first.map((file) => file.contents.length)),
    compressed: sum(first.map(compressedSize)),
    onDemandCompressed: sum(result.outputFiles.filter((file) => !isNow(file)).map(compressedSize)),
    largest: largestInputs(result.metafile, now),
  };
}

/** The gate step. */
export async function checkBundle(base = root): Promise<StepResult> {
  const entry = join(base, "src", "index.ts");
  if (!existsSync(entry)) return { problems: [], summary: "", skipped: "src/index.ts does not exist yet" };
  try {
    const [used, whole] = [await measureBundle(), await measureBundle(wholeProgram)];
    const summary =
      `${kilobytes(used.compressed)} kB compressed of ${BUDGET_KB} (${kilobytes(used.minified)} kB minified, ` +
      `${kilobytes(used.onDemandCompressed)} kB compressed on demand); with all layers ${kilobytes(whole.compressed)} kB of ${WHOLE_BUDGET_KB}`;
    const largest = used.largest.map(({ path, bytes }) => `${path} ${kilobytes(bytes)}`).join(", ");
    const isOver = used.compressed > BUDGET_KB * 1000 || whole.compressed > WHOLE_BUDGET_KB * 1000;
    return { summary, problems: isOver ? [`the browser bundle has ${summary}; largest, minified: ${largest}`] : [] };
  } catch (error) {
    return { summary: "not measured", problems: [error instanceof Error ? error.message : String(error)] };
  }
}

function sourceAliases(): Record<string, string> {
  const entries = entryPoints(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  // esbuild takes the longest alias that matches, so "smilodon" does not hide "smilodon/nn".
  return Object.fromEntries(entries.map(({ specifier, source }) => [specifier, join(root, source)]));
}

/** The entry's output file and those that it imports statically, directly or not. */
function atOnce(metafile: Metafile): Set<string> {
  const found = new Set(
    Object.keys(metafile.outputs).filter((path) => metafile.outputs[path]?.entryPoint === "<stdin>"),
  );
  for (const path of found) {
    for (const item of metafile.outputs[path]?.imports ?? []) {
      if (item.kind === "import-statement" && item.external !== true) found.add(item.path);
    }
  }
  return found;
}

function largestInputs(metafile: Metafile, outputs: ReadonlySet<string>): { path: string; bytes: number }[] {
  return [...outputs]
    .flatMap((output) => Object.entries(metafile.outputs[output]?.inputs ?? {}))
    .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 8);
}

function compressedSize(file: OutputFile): number {
  return gzipSync(file.contents, { level: 9 }).length;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

if (import.meta.main) await runAlone("browser bundle", () => checkBundle());
