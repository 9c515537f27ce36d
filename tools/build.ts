/**
 * `npm run build`: src/ becomes dist/, the JavaScript and declarations that are published. tsc does the work; what it
 * leaves to us is the name of a worker's file in `new URL("./worker.ts", import.meta.url)`, files that are not
 * TypeScript, and the executable bit. tests/package packs the result and installs it as a user would.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type EntryPoint, entryPoints } from "./entryPoints.ts";
import { listFiles, root } from "./source.ts";

/** Builds the package of the checkout `base` into `outFolder`. Throws an error that says what is wrong. */
export function buildPackage(outFolder: string, base = root): void {
  rmSync(outFolder, { recursive: true, force: true });
  compile(outFolder, base);
  copyOtherFiles(outFolder, base);
  for (const path of listFiles(".", (file) => file.endsWith(".js"), outFolder)) renameWorkers(join(outFolder, path));
  for (const path of listFiles(".", (file) => file.endsWith(".d.ts"), outFolder)) renameTypes(join(outFolder, path));
  const manifest = JSON.parse(readFileSync(join(base, "package.json"), "utf8"));
  for (const path of Object.values<string>(manifest.bin)) makeExecutable(inOutFolder(path, outFolder));
  checkEntryPoints(entryPoints(manifest), outFolder);
}

function compile(outFolder: string, base: string): void {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", join(base, "tsconfig.build.json"), "--outDir", outFolder, "--pretty", "false"];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: base, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`tsc did not build the package:\n${stdout}`);
}

/** Tables and other files lie beside the code that reads them. The studio's pages are bundled by themselves. */
function copyOtherFiles(outFolder: string, base: string): void {
  for (const path of listFiles("src", (file) => !/\.(tsx?|md)$/.test(file) && !file.startsWith("src/studio/"), base)) {
    const target = join(outFolder, path.slice("src/".length));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(base, path), target);
  }
}

/** tsc renames what import names, and leaves URLs alone. Bundlers know this form of naming a worker's file, too. */
function renameWorkers(file: string): void {
  const text = readFileSync(file, "utf8");
  const renamed = text.replace(
    /(new URL\(\s*(["'`])\.{1,2}\/[^"'`]+)\.ts(\2\s*,\s*import\.meta\.url\s*\))/g,
    (whole, before: string, _quote: string, after: string) => {
      const [, relativePath = ""] = /["'`](.*)$/.exec(before) ?? [];
      return existsSync(join(dirname(file), `${relativePath}.js`)) ? `${before}.js${after}` : whole;
    },
  );
  if (renamed !== text) writeFileSync(file, renamed);
}

/** tsc leaves .ts endings in declarations, which only recent compilers understand there. */
function renameTypes(file: string): void {
  const text = readFileSync(file, "utf8");
  const renamed = text.replace(/(\b(?:from|import|module)\s*\(?\s*["']\.{1,2}\/[^"']+)\.ts(["'])/g, "$1.js$2");
  if (renamed !== text) writeFileSync(file, renamed);
}

function makeExecutable(file: string): void {
  if (!existsSync(file)) throw new Error(`package.json names the command ${file}, which was not built.`);
  if (!readFileSync(file, "utf8").startsWith("#!/usr/bin/env node\n")) {
    throw new Error(`${file} is a command and must begin with "#!/usr/bin/env node"; put that line into its source.`);
  }
  chmodSync(file, 0o755);
}

function checkEntryPoints(entries: readonly EntryPoint[], outFolder: string): void {
  const missing = entries.flatMap(({ built, types, specifier }) =>
    [built, types].filter((path) => !existsSync(inOutFolder(path, outFolder))).map((path) => `${specifier} (${path})`),
  );
  if (missing.length > 0) throw new Error(`package.json exports what was not built: ${missing.join(", ")}.`);
}

/** package.json says dist/…; the package may be built elsewhere. */
function inOutFolder(path: string, outFolder: string): string {
  return join(outFolder, path.replace(/^(\.\/)?dist\//, ""));
}

if (import.meta.main) {
  const start = performance.now();
  buildPackage(join(root, "dist"));
  console.log(`Built dist/ in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
}
