/**
 * Set-up of a checkout: installs what package-lock.json names and finds a Node that runs TypeScript.
 * First stop of every npm script, so it is plain JavaScript for Node 18 and later, depends on nothing, and says
 * everything on stderr: stdout belongs to the program that follows. Read launch.mjs next.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The checkout's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The oldest Node that runs our sources: .ts files without a build, `using`, Float16Array. */
export const oldestNode = 24;

const lockFolder = join(root, ".cache", "setup.lock");
const stampName = ".smilodon-stamp";

/**
 * Installs what is missing or out of date and returns the Node to run everything else with.
 * @param {string[]} [alsoInstall] further folders with a package-lock.json of their own, such as `bench`
 * @returns {Promise<string>} path of a Node of version 24 or later
 */
export async function setUp(alsoInstall = []) {
  const folders = [root, ...alsoInstall.map((folder) => join(root, folder))];
  const ownNodeFolder = join(root, "tools", "node");
  if (nodeMajor() < oldestNode) folders.push(ownNodeFolder);
  if (folders.some((folder) => !isUpToDate(folder))) {
    await withLock(async () => {
      const stale = folders.filter((folder) => !isUpToDate(folder));
      await Promise.all(stale.map(install));
    });
  }
  return nodeMajor() >= oldestNode ? process.execPath : findOwnNode(ownNodeFolder);
}

/** @param {string} text the part of a message after the program's name */
export function say(text) {
  process.stderr.write(`smilodon: ${text}\n`);
}

/** A failure that is explained to the user without a stack trace. */
export class SetUpError extends Error {}

function nodeMajor() {
  return Number(process.versions.node.split(".")[0]);
}

/** @param {string} folder */
function isUpToDate(folder) {
  const stamp = join(folder, "node_modules", stampName);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf(folder);
}

/**
 * What an installation depends on. npm removes node_modules before it installs, so an interrupted one has no stamp.
 * @param {string} folder
 */
function stampOf(folder) {
  const lock = join(folder, "package-lock.json");
  if (!existsSync(lock)) throw new SetUpError(`${lock} does not exist: this is not a complete checkout.`);
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
}

/** @param {string} folder */
async function install(folder) {
  const name = folder === root ? "the development packages" : `the packages of ${folder.slice(root.length + 1)}`;
  say(`installing ${name} (once, and when package-lock.json changes)...`);
  const packages = join(folder, "node_modules");
  // npm would empty the folder that the link leads to, which other checkouts use
  if (lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new SetUpError(
      `${packages} is a link, to packages of another package-lock.json. Remove the link, and they are installed here.`,
    );
  const start = Date.now();
  const code = await runNpm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder);
  if (code !== 0) {
    throw new SetUpError(
      `\`npm ci\` in ${folder} failed with exit code ${code}; npm's message is above. ` +
        "If the registry could not be reached, try again; if the lock file is out of step, run `npm install` there.",
    );
  }
  writeFileSync(join(folder, "node_modules", stampName), stampOf(folder));
  say(`installed ${name} in ${((Date.now() - start) / 1000).toFixed(0)} s.`);
}

/**
 * Runs npm with its output on stderr. The npm that runs us is preferred: the one on PATH may be another.
 * @param {string[]} args
 * @param {string} folder
 * @returns {Promise<number>}
 */
function runNpm(args, folder) {
  const npmScript = process.env.npm_execpath ?? "";
  const isNpm = /npm-cli\.c?js$/.test(npmScript) && existsSync(npmScript);
  const command = isNpm ? process.execPath : "npm";
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    // The outer npm's settings (json, ignore-scripts, dry-run...) are for the outer command.
    if (/^npm_(config|lifecycle|package)_/.test(name) && !/registry|config$|cafile|proxy|cache/.test(name))
      delete env[name];
  }
  return new Promise((resolve, reject) => {
    const child = spawn(command, isNpm ? [npmScript, ...args] : args, {
      cwd: folder,
      env,
      stdio: ["ignore", 2, 2],
      // Windows finds npm.cmd only through its shell.
      shell: !isNpm && process.platform === "win32",
    });
    child.on("error", (error) => {
      reject(new SetUpError(`npm could not be started (${error.message}); it comes with Node and is needed once.`));
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** @param {string} folder */
function findOwnNode(folder) {
  const file = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  for (const prefix of ["node", "node-bin"]) {
    const path = join(folder, "node_modules", `${prefix}-${process.platform}-${process.arch}`, file).replace(
      "-win32-",
      "-win-",
    );
    if (existsSync(path)) return path;
  }
  throw new SetUpError(
    `Smilodon's sources need Node ${oldestNode} or later; this is ${process.version}, and no Node for ` +
      `${process.platform}-${process.arch} comes with the checkout. Install Node ${oldestNode} and run this again.`,
  );
}

/**
 * Two npm scripts started together must not install into the same folder: the second waits, then finds all done.
 * @param {() => Promise<void>} work
 */
async function withLock(work) {
  mkdirSync(dirname(lockFolder), { recursive: true });
  const deadline = Date.now() + 10 * 60_000;
  for (let tries = 0; !takeLock(); tries++) {
    if (tries === 5) say("waiting for another set-up in this folder...");
    if (Date.now() > deadline) {
      throw new SetUpError(`another set-up has held ${lockFolder} for ten minutes; remove that folder if none runs.`);
    }
    await sleep(200);
  }
  try {
    await work();
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
}

function takeLock() {
  const owner = join(lockFolder, "pid");
  try {
    mkdirSync(lockFolder);
    writeFileSync(owner, String(process.pid));
    return true;
  } catch {
    // A set-up that was killed leaves its lock behind; its process no longer exists.
    const pid = existsSync(owner) ? Number(readFileSync(owner, "utf8")) : 0;
    if (pid > 0 && !isRunning(pid)) rmSync(lockFolder, { recursive: true, force: true });
    return false;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
