/**
 * `npm run playground`: builds the pages of src/studio/playground into dist/playground and serves them on this machine.
 * What is built are plain files with relative addresses, which any file host serves from any folder; `--build` only
 * builds. Weights are printed as a host sends them, compressed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type BuildOptions, type BuildResult, build, type Metafile, type Plugin } from "esbuild";
import { root } from "./source.ts";
import { serveFolder } from "./staticServer.ts";

const sources = join(root, "src", "studio", "playground");

/** Where `npm run playground` puts the pages. */
export const playgroundFolder = join(root, "dist", "playground");

/** Scripts and styles lie here, beside one another, so that each finds the others wherever the pages are put. */
const assets = "assets";

/** A file that was built. */
export interface BuiltFile {
  /** From the folder of the pages, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** By gzip -9, as a file host sends it. */
  readonly compressed: number;
}

/** Builds the pages of the folder `from` (index.html and what it names) into `outFolder`, which is emptied first. */
export async function buildPlayground(outFolder = playgroundFolder, from = sources): Promise<BuiltFile[]> {
  rmSync(outFolder, { recursive: true, force: true });
  const files = new Map<string, Uint8Array>();
  const pack = packer(files);
  files.set("index.html", new TextEncoder().encode(await packPage(from, pack)));
  files.set("isolate.js", await bundleAlone(join(sources, "isolate.ts")));
  for (const [path, contents] of files) {
    mkdirSync(dirname(join(outFolder, path)), { recursive: true });
    writeFileSync(join(outFolder, path), contents);
  }
  return [...files].map(([path, contents]) => ({
    path,
    bytes: contents.length,
    compressed: gzipSync(contents, { level: 9 }).length,
  }));
}

/** The page with the scripts and styles that it names replaced by what is built of them. */
async function packPage(from: string, pack: Pack): Promise<string> {
  let html = readFileSync(join(from, "index.html"), "utf8");
  const named = [...html.matchAll(/(?:src|href)="(?:\.\/)?([^":]+\.(?:tsx?|css))"/g)];
  if (named.length === 0) throw new Error(`${join(from, "index.html")} names no script that could be built.`);
  for (const [whole, name = ""] of named) {
    const { file, chunks } = await pack(join(from, name));
    html = html.replace(whole, whole.replace(name, `${assets}/${file}`));
    // Named in the page's head, chunks are fetched all at the same time
    const tags = chunks.map((chunk) => `<link rel="modulepreload" href="./${assets}/${chunk}" />\n    `);
    html = html.replace("<script type=", `${tags.join("")}<script type=`);
  }
  return html;
}

/** What became of an entry: names of files in `assets`. */
interface Bundle {
  readonly file: string;
  /** What a script imports at once, directly or not. */
  readonly chunks: readonly string[];
}

type Pack = (entry: string) => Promise<Bundle>;

/** Bundles entries, each once, with what they may load on demand and with the workers that any of it starts. */
function packer(files: Map<string, Uint8Array>): Pack {
  const packed = new Map<string, Promise<Bundle>>();
  const pack: Pack = (entry) => {
    const bundle = packed.get(entry) ?? packOnce(entry);
    packed.set(entry, bundle);
    return bundle;
  };
  const packOnce: Pack = async (entry) => {
    const result = await build({ ...options, entryPoints: [entry], plugins: [packWorkers(pack)] });
    for (const file of result.outputFiles) files.set(`${assets}/${basename(file.path)}`, file.contents);
    return describeBundle(result, entry);
  };
  return pack;
}

/** A script in one piece, for a file whose name is known before it is built. */
async function bundleAlone(entry: string): Promise<Uint8Array> {
  const { bundle, minify, platform, target, absWorkingDir } = options;
  const result = await build({
    ...{ bundle, minify, platform, target, absWorkingDir },
    entryPoints: [entry],
    format: "iife",
    write: false,
  });
  return result.outputFiles[0]?.contents ?? new Uint8Array();
}

const options = {
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  platform: "browser",
  target: "es2024",
  jsx: "automatic",
  jsxImportSource: "preact",
  // What is for Node is only loaded there, by import().
  external: ["node:*", "koffi", "webgpu", "sharp", "@duckdb/node-api"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".svg": "file", ".png": "file", ".csv": "file" },
  outdir: join(root, "dist", "playground", assets),
  absWorkingDir: root,
  write: false,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
} as const satisfies BuildOptions;

/**
 * `new URL("./worker.ts", import.meta.url)` is how a worker's file is named; esbuild leaves it alone. Each is bundled like
 * a page and the name replaced by that of what was built.
 */
function packWorkers(pack: Pack): Plugin {
  const place = /new URL\(\s*"(\.{1,2}\/[^"]+\.ts)",\s*import\.meta\.url\s*,?\s*\)/g;
  return {
    name: "workers",
    setup({ onLoad }) {
      onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
        let contents = readFileSync(path, "utf8");
        for (const [whole, name = ""] of [...contents.matchAll(place)]) {
          const { file } = await pack(join(dirname(path), name));
          contents = contents.replace(whole, `new URL("./${file}", import.meta.url)`);
        }
        return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
      });
    },
  };
}

function describeBundle({ metafile }: BuildResult<typeof options>, entry: string): Bundle {
  const outputs = Object.entries(metafile.outputs);
  const own = outputs.find(([, output]) => output.entryPoint === relative(root, entry).replaceAll("\\", "/"));
  if (own === undefined) throw new Error(`esbuild made nothing of ${entry}.`);
  const [path] = own;
  return { file: basename(path), chunks: importedAtOnce(metafile, path).map((chunk) => basename(chunk)) };
}

function importedAtOnce(metafile: Metafile, entry: string): string[] {
  const found = new Set([entry]);
  for (const path of found) {
    for (const item of metafile.outputs[path]?.imports ?? []) {
      if (item.kind === "import-statement" && item.external !== true) found.add(item.path);
    }
  }
  found.delete(entry);
  return [...found];
}

/** One line for all files together, one for each of the largest. */
function describeFiles(files: readonly BuiltFile[]): string {
  const total = files.reduce((sum, file) => sum + file.compressed, 0);
  const lines = [...files]
    .sort((a, b) => b.compressed - a.compressed)
    .slice(0, 12)
    .map((file) => `  ${(file.compressed / 1000).toFixed(1).padStart(7)} kB  ${file.path}`);
  return [`${files.length} files, ${(total / 1000).toFixed(1)} kB compressed; the largest:`, ...lines].join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      build: { type: "boolean", default: false },
      out: { type: "string", default: playgroundFolder },
      port: { type: "string", default: "8420" },
      host: { type: "string", default: "127.0.0.1" },
    },
  });
  const start = performance.now();
  const files = await buildPlayground(values.out);
  console.log(`Built ${relative(process.cwd(), values.out)} in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
  console.log(describeFiles(files));
  if (values.build) return;
  const server = await serve(values.out, Number(values.port), values.host);
  console.log(`\nThe playground is at ${server.address} until Ctrl-C.`);
}

/** On the port that was asked for, or on any where that one is taken. */
async function serve(folder: string, port: number, host: string) {
  try {
    return await serveFolder(folder, { isIsolated: true, port, host });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    console.log(`Port ${port} is taken; --port NUMBER chooses another one.`);
    return serveFolder(folder, { isIsolated: true, host });
  }
}

if (import.meta.main) await main();
