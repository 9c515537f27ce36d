/** The test steps: runs projects of vitest.config.ts and counts its tests (vitestCounts.ts writes them down). */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./source.ts";
import type { StepResult, TestCounts } from "./step.ts";

/** Projects of vitest.config.ts. */
type Project = "unit" | "alone" | "browser" | "package";

/** The gate step for some projects. `level` reaches the tests as SMILODON_TESTS. */
export async function runTests(projects: readonly Project[], level: string): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-counts-"));
  const file = join(folder, "counts.json");
  try {
    const end = await runVitest(projects, { ...process.env, SMILODON_TESTS: level, SMILODON_COUNTS: file });
    if (!existsSync(file)) return { problems: [`vitest ended (${end}) before it counted any test`], summary: "" };
    const tests: TestCounts = JSON.parse(readFileSync(file, "utf8"));
    const problems = end !== "0" && tests.failed === 0 ? [`vitest ended with ${end}, though no test failed`] : [];
    const summary = `${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`;
    return { tests, problems, summary };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runVitest(projects: readonly Project[], env: NodeJS.ProcessEnv): Promise<string> {
  const args = [
    join(root, "node_modules", "vitest", "vitest.mjs"),
    "run",
    ...projects.map((project) => `--project=${project}`),
    "--reporter=default",
    `--reporter=${join(root, "tools", "vitestCounts.ts")}`,
  ];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", 1, 1] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(String(signal ?? code)));
  });
}
