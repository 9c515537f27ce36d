/**
 * Runs a script of this checkout under the right Node: set-up first (setup.mjs), then a child process that shares
 * our terminal, whose exit code becomes ours and which gets each signal once. Used by start, test, bench and node.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { root, SetUpError, say, setUp } from "./setup.mjs";

/** One Ctrl-C under npm arrives twice here: from the terminal, and passed on by npm a moment later. */
const sameSignalWindow = 100;

/**
 * Sets up, runs `node <args>` and ends this process the way the child ended.
 * @param {string[]} args script and arguments for Node
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, alsoInstall?: string[] }} [options]
 */
export async function launch(args, options = {}) {
  try {
    const node = await setUp(options.alsoInstall);
    const end = await runChild(node, args, options);
    finish(end);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/**
 * @param {string} node
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} options
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
function runChild(node, args, options) {
  const env = options.env ?? process.env;
  // So that `node` and the packages' commands are the right ones for whatever the child starts.
  const path = [dirname(node), join(root, "node_modules", ".bin"), env.PATH ?? ""].join(delimiter);
  const child = spawn(node, args, { stdio: "inherit", cwd: options.cwd ?? process.cwd(), env: { ...env, PATH: path } });
  forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
}

/** @param {import("node:child_process").ChildProcess} child */
function forwardSignals(child) {
  let lastInterrupt = 0;
  process.on("SIGINT", () => {
    // In the foreground of a terminal the child has had this Ctrl-C already: the terminal sends it to the whole group.
    if (isInForeground()) return;
    const now = Date.now();
    if (now - lastInterrupt > sameSignalWindow) child.kill("SIGINT");
    lastInterrupt = now;
  });
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  // npm starts us through a shell that passes no signal on: if that shell is killed, the program must not live on alone.
  const parent = process.ppid;
  const watch = () => process.ppid !== parent && child.kill("SIGTERM");
  if (process.env.npm_lifecycle_event !== undefined) setInterval(watch, 500).unref();
}

function isInForeground() {
  try {
    // Fields after the command's name, which may hold spaces: state, parent, group, session, terminal, its group.
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  }
}

/** @param {{ code: number | null, signal: NodeJS.Signals | null }} end */
function finish({ code, signal }) {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  process.removeAllListeners(signal);
  process.exitCode = 128 + constants.signals[signal];
  // Die of the same signal, as a shell expects; the exit code above is for systems where that does nothing.
  process.kill(process.pid, signal);
}
