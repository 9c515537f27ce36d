/** The format and lint step: Biome's check (biome.json), without writing. `npm run format` is the same check, writing. */
import { spawnSync } from "node:child_process";
import { join, relative } from "node:path";
import { root } from "./source.ts";
import type { StepResult } from "./step.ts";

/** The gate step: lint rules with their whole explanation, unformatted files by name. */
export function checkFormat(base = root): StepResult {
  const lint = runBiome(
    ["--formatter-enabled=false", "--assist-enabled=false", "--diagnostic-level=warn", "--error-on-warnings"],
    base,
  );
  const format = runBiome(["--linter-enabled=false", "--reporter=github", "--max-diagnostics=none"], base);
  const problems: string[] = [];
  if (!lint.isInOrder) problems.push(lint.output);
  if (!format.isInOrder) {
    const files = [...format.output.matchAll(/^::error.*?\bfile=([^,]*)/gm)].map((match) =>
      relative(base, match[1] ?? ""),
    );
    const names = [...new Set(files)].join(", ");
    problems.push(names === "" ? format.output : `not formatted, or imports not in order: ${names}`);
  }
  if (problems.length > 0) problems.push("`npm run format` mends what can be mended without thinking.");
  return { problems, summary: /Checked \d+ files/.exec(lint.output)?.[0].toLowerCase() ?? "" };
}

function runBiome(args: readonly string[], base: string): { isInOrder: boolean; output: string } {
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, "check", "--colors=off", ...args], {
    cwd: base,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { isInOrder: status === 0, output: `${stdout}${stderr}`.trim() };
}
