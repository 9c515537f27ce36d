/** The system's C compiler: which one there is, and how it is called. */
import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { platform } from "node:os";
import { basename, delimiter, isAbsolute, join } from "node:path";
import { DeviceError } from "../../support/errors.ts";

/** A compiler that was found. */
export interface Compiler {
  readonly path: string;
  /** Changes when another compiler, or another version, stands in its place. */
  readonly identity: string;
  /** Is it gcc? What clang keeps of a header it reads only beside the file that it was made from. */
  readonly isGcc: boolean;
}

/** Tried in this order, after what SMILODON_CC and CC name. */
const usualCompilers = ["gcc", "clang", "cc"] as const;

const howToGetOne =
  "Install one (Debian and Ubuntu: apt install gcc; Fedora: dnf install gcc; macOS: xcode-select --install), or name one with SMILODON_CC.";

/** @throws DeviceError saying how to get one, where there is no C compiler. */
export function findCompiler(environment: NodeJS.ProcessEnv = process.env): Compiler {
  const { SMILODON_CC: own, CC: usual } = environment;
  if (own !== undefined && own !== "") {
    const path = locate(own, environment);
    if (path === undefined)
      throw new DeviceError(`SMILODON_CC names "${own}", and there is no such program. ${howToGetOne}`, {
        missing: own,
      });
    return identified(path);
  }
  for (const name of [...(usual === undefined || usual === "" ? [] : [usual]), ...usualCompilers]) {
    const path = locate(name, environment);
    if (path !== undefined && !isPlaceholder(path)) return identified(path);
  }
  throw new DeviceError(`The native device needs a C compiler, and gcc, clang and cc are not there. ${howToGetOne}`, {
    missing: "compiler",
  });
}

/** The first line that a compiler says about its version. */
export function versionOf({ path }: Compiler): string {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 10_000 });
  return stdout?.split("\n")[0] ?? "unknown version";
}

/** One file to be made. */
export interface Job {
  readonly source: string;
  readonly flags: readonly string[];
  /** Where it, and beside it what the compiler reads and says, are written. */
  readonly output: string;
}

/**
 * Makes libraries or headers, all at the same time.
 * @throws DeviceError with the first lines of what the compiler says.
 */
export function compile(compiler: Compiler, jobs: readonly Job[]): void {
  try {
    const calls = jobs.map((job) => `${callOf(compiler, job)} &`);
    const { error } = spawnSync("/bin/sh", ["-c", `${calls.join("\n")}\nwait`], { stdio: "ignore" });
    for (const { output } of jobs)
      if (error !== undefined || !existsSync(output)) throw failed(compiler, error, saysOf(output));
  } catch (error) {
    for (const { output } of jobs) rmSync(output, { force: true });
    throw error;
  } finally {
    for (const job of jobs) tidyAfter(job);
  }
}

/** The command of the shell that makes what `job` says; its source is written here. */
export function callOf(compiler: Compiler, { source, flags, output }: Job): string {
  writeFileSync(sourceOf(output), source, { mode: 0o600 });
  const words = [compiler.path, ...flags, "-o", output, sourceOf(output)];
  return `(umask 077; ${words.map(quoted).join(" ")} </dev/null >${quoted(saysOf(output))} 2>&1)`;
}

/** Deletes what stands beside what `job` has made. */
export function tidyAfter({ output }: Job): void {
  for (const file of [sourceOf(output), saysOf(output)]) rmSync(file, { force: true });
}

function sourceOf(output: string): string {
  return `${output}.c`;
}

function saysOf(output: string): string {
  return `${output}.txt`;
}

function failed(compiler: Compiler, error: Error | undefined, says: string): DeviceError {
  const reason = error?.message ?? (existsSync(says) ? readFileSync(says, "utf8") : "");
  const lines = reason.trim().split("\n").slice(0, 5).join("\n");
  return new DeviceError(
    `The compiler ${compiler.path} made no library of the kernels of the native device. Does it compile other programs? ` +
      `setDevice("wasm") does without it.\n${lines}`,
    { compiler: compiler.path, reason },
  );
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function identified(path: string): Compiler {
  const real = realpathSync(path);
  const { size, mtimeMs } = statSync(real);
  const isGcc = platform() !== "darwin" && basename(real).includes("gcc");
  return { path, identity: `${real} ${size} ${mtimeMs}`, isGcc };
}

function locate(name: string, { PATH = "" }: NodeJS.ProcessEnv): string | undefined {
  const candidates = isAbsolute(name) ? [name] : PATH.split(delimiter).map((folder) => join(folder || ".", name));
  return candidates.find((path) => isAbsolute(path) && canRun(path));
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** On a Mac without developer tools the compilers are programs that open a window asking for them. */
function isPlaceholder(path: string): boolean {
  if (process.platform !== "darwin" || !path.startsWith("/usr/bin/")) return false;
  return spawnSync("/usr/bin/xcode-select", ["-p"], { stdio: "ignore" }).status !== 0;
}
