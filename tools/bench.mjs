/**
 * `npm run bench -- <name> [--json]`: sets up, installs the peers that bench/package-lock.json names, and runs
 * bench/<name>.ts. Everything this file says goes to stderr, so that stdout holds the benchmark's rows alone.
 * (npm's own two-line banner is on stdout; `npm run --silent bench -- …` leaves it out.)
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./launch.mjs";
import { root, say } from "./setup.mjs";

const [name, ...rest] = process.argv.slice(2);
const folder = join(root, "bench");

if (name === undefined || name.startsWith("-") || !existsSync(join(folder, `${name}.ts`))) {
  const names = benchmarkNames();
  say(
    name === undefined ? "which benchmark? Usage: npm run bench -- <name> [--json]" : `there is no bench/${name}.ts.`,
  );
  say(names.length === 0 ? "There are no benchmarks in bench/ yet." : `Benchmarks: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  // `npm run bench name --json`, without the two dashes, hands --json to npm, which passes it on like this.
  const isJson = process.env.npm_config_json === "true" && !rest.includes("--json");
  const hasPeers = existsSync(join(folder, "package-lock.json"));
  await launch([join(folder, `${name}.ts`), ...rest, ...(isJson ? ["--json"] : [])], {
    cwd: root,
    env: withData(process.env),
    alsoInstall: hasPeers ? ["bench"] : [],
  });
}

/** A benchmark is a file of bench/ itself; what several of them share lies in folders below. */
function benchmarkNames() {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !/\.(test|d)\.ts$/.test(file))
    .map((file) => file.slice(0, -3));
}

/** @param {NodeJS.ProcessEnv} env */
function withData(env) {
  const data = join(root, "..", "shared", "data");
  return env.SMILODON_DATA === undefined && existsSync(data) ? { ...env, SMILODON_DATA: data } : env;
}
