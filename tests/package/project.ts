/** A user's project in a temporary folder: made from a template, with the packed package installed. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../tools/source.ts";

const execute = promisify(execFile);
const here = join(root, "tests", "package");

/** Copies a template and installs its packages and the tarball, without running any install script. */
export async function makeProject(template: "node" | "vite", folder: string, tarball: string): Promise<void> {
  cpSync(join(here, template), folder, { recursive: true });
  const sources = template === "vite" ? join(folder, "src") : folder;
  cpSync(join(here, "user", "network.ts"), join(sources, "network.ts"));
  await runNpm(["install", "--ignore-scripts", "--prefer-offline", "--loglevel=error", tarball], folder);
}

/**
 * A project in plain JavaScript, without any settings: the user's program in src/, and the tarball installed.
 */
export async function makePlainProject(folder: string, tarball: string): Promise<void> {
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "plain-project", private: true, type: "module" }));
  const sources = { network: join(here, "user", "network.ts"), index: join(here, "vite", "src", "main.ts") };
  for (const [name, source] of Object.entries(sources)) {
    const text = stripTypeScriptTypes(readFileSync(source, "utf8")).replace(/(from "\.\/[^"]+)\.ts"/g, '$1.js"');
    writeFileSync(join(folder, "src", `${name}.js`), text);
  }
  await runNpm(["install", "--ignore-scripts", "--prefer-offline", "--loglevel=error", tarball], folder);
}

/** Type-checks a project with the checkout's compiler. */
export async function checkTypes(folder: string): Promise<void> {
  await runNode([join(root, "node_modules", "typescript", "bin", "tsc"), "-p", folder, "--pretty", "false"], folder);
}

/** Runs Node in a project and returns its standard output. The error of a failure holds all that was printed. */
export async function runNode(args: readonly string[], folder: string): Promise<string> {
  return run(process.execPath, args, folder);
}

/** Runs npm in a project and returns its standard output. */
export async function runNpm(args: readonly string[], folder: string): Promise<string> {
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /npm-cli\.c?js$/.test(script);
  return isNpm ? run(process.execPath, [script, ...args], folder) : run("npm", args, folder);
}

async function run(command: string, args: readonly string[], folder: string): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { cwd: folder, env: userEnvironment(), maxBuffer: 1 << 28 });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[command, ...args].join(" ")} failed in ${folder}:\n${stdout}${stderr}`);
  }
}

/** Ours without what npm, Vitest and the checkout put into it: a user has none of that. */
function userEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(config|lifecycle|package)_|VITE|NODE_ENV$|NODE_OPTIONS$|TEST$|DEV$|PROD$|SSR$|MODE$|BASE_URL$)/;
  const kept = Object.entries(process.env).filter(
    ([name]) => !foreign.test(name) || /^npm_config_.*(registry|config$|cafile|proxy|cache)/.test(name),
  );
  return Object.fromEntries(kept);
}
