/** The type steps: one run of tsc for each configuration of the checkout. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { nodeFolders } from "./layerTable.ts";
import { listFiles, root } from "./source.ts";
import type { StepResult } from "./step.ts";

/** The gate step for one configuration. */
export function checkTypes(config: string, base = root): StepResult {
  if (
    config === "tsconfig.types.json" &&
    listFiles("tests/types", (path) => path.endsWith(".test-d.ts"), base).length === 0
  ) {
    return { problems: [], summary: "", skipped: "there is no tests/types/*.test-d.ts yet" };
  }
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", config, "--pretty", "false", "--extendedDiagnostics"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: base, encoding: "utf8", maxBuffer: 1 << 28 });
  const end = stdout.search(/^Files:/m);
  if (end === -1) throw new Error(`tsc did not run: ${stdout}${stderr}`);
  // Indented lines belong to the message above them.
  const errors = stdout
    .slice(0, end)
    .split(/\n(?! )/)
    .filter((text) => /error TS\d+/.test(text))
    .map((text) => text.trimEnd());
  const problems = config === "tsconfig.browser.json" ? errors.filter((text) => !isInNodeCode(text)) : errors;
  return { problems, summary: describe(stdout.slice(end)) };
}

/** import("./x.node.ts") brings a file for Node into the browser's configuration; its types are the first step's business. */
function isInNodeCode(text: string): boolean {
  const path = text.split("(")[0] ?? "";
  return path.endsWith(".node.ts") || nodeFolders.some((folder) => path.startsWith(`src/${folder}/`));
}

function describe(numbers: string): string {
  const value = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(numbers)?.[1] ?? "?";
  return `${value("Files")} files, ${value("Types")} types, memory ${value("Memory used")}`;
}
