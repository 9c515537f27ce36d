/** Runs `smilodon train` as a user does, in a process of its own, and reads what it says at the end. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What `train --json` ends with, as far as it is looked at here. */
export interface Trained {
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly warnings: readonly { readonly kind: string; readonly action: string; readonly columns: readonly string[] }[];
  /** Seconds of the whole process. */
  readonly wall: number;
}

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Path of a table of the folder `tabular` of SMILODON_DATA. @throws Error where it is not there. */
export function tableFile(name: string): string {
  const folder = process.env["SMILODON_DATA"];
  if (folder === undefined) throw new Error("Set SMILODON_DATA to the folder that holds tabular/.");
  const path = join(folder, "tabular", name);
  if (!existsSync(path)) throw new Error(`There is no ${path}.`);
  return path;
}

/** `smilodon train …options --json` into a folder that is thrown away. */
export function train(...options: readonly string[]): Trained {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-tables-"));
  try {
    const begun = performance.now();
    const given = [main, "train", ...options, "--out", join(folder, "run"), "--seed", "0", "--json"];
    const { stdout, stderr, status } = spawnSync(process.execPath, given, { encoding: "utf8", cwd: folder });
    const wall = (performance.now() - begun) / 1000;
    if (status !== 0) throw new Error(`train ${options.join(" ")} ended with ${status}:\n${stderr.slice(-2000)}`);
    return { ...JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), wall };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A metric that has to be there. */
export function metricOf({ metrics }: Trained, name: string): number {
  const value = metrics[name];
  if (typeof value === "number") return value;
  throw new Error(`train did not measure ${name}; it measured ${Object.keys(metrics).join(", ")}.`);
}
