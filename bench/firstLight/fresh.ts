/** The rows `fresh-start`: `npm start` in a fresh clone with an empty package cache, installation included. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownRow, type Row } from "../harness/row.ts";

const bench = "first-light";

/** Clones the repository's last commit, starts it once, and reports seconds: in all, and for training and report. */
export function freshStart(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-fresh-"));
  try {
    const clone = join(folder, "clone");
    run("git", ["clone", "--quiet", fileURLToPath(new URL("../..", import.meta.url)), clone], folder);
    const start = performance.now();
    const output = run("npm", ["start"], clone, { npm_config_cache: join(folder, "cache") });
    const total = (performance.now() - start) / 1000;
    const seconds = Number(/Done in ([\d.]+) s/.exec(output)?.[1] ?? Number.NaN);
    return [
      ownRow(bench, "fresh-start", total, "s", "lower", 180),
      ownRow(bench, "fresh-start-training", seconds, "s", "lower", 60),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, parts: readonly string[], cwd: string, extra: NodeJS.ProcessEnv = {}): string {
  // A fresh machine's environment: nothing of the npm that runs this benchmark
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_") && name !== "NODE_OPTIONS");
  const result = spawnSync(command, parts, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...extra },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (result.status !== 0)
    throw new Error(`${command} ${parts.join(" ")} ended with ${result.status}:\n${result.stderr.slice(-2000)}`);
  return result.stdout + result.stderr;
}
