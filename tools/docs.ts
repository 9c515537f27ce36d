/**
 * The documentation gate: every public symbol has a docstring (publicSurface.ts), and every ```ts example in docstrings,
 * the README, ARCHITECTURE and docs/ type-checks and runs (examples.ts finds them, this file checks them, exampleRunner.ts
 * is the process they run in). Run alone: `npm run node -- tools/docs.ts`.
 */
import { fork, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { entryPoints } from "./entryPoints.ts";
import type { RunnerMessage } from "./exampleRunner.ts";
import { type Example, findExamples } from "./examples.ts";
import { findUndocumented } from "./publicSurface.ts";
import { root } from "./source.ts";
import { runAlone, type StepResult } from "./step.ts";

/** How long one example may take. */
const exampleSeconds = 30;

/** The gate step. `isRunning` false checks types only, for the quick gate. */
export async function checkDocs(isRunning = true, base = root): Promise<StepResult> {
  const entries = entryPoints(JSON.parse(readFileSync(join(base, "package.json"), "utf8")));
  const surface = findUndocumented(entries, base);
  const { examples, problems } = findExamples(entries, base);
  const folder = join(base, ".cache", `examples-${process.pid}`);
  try {
    writeExamples(examples, folder);
    const typeProblems = checkTypes(examples, folder, base);
    const failing = new Set(typeProblems.map(({ example }) => example));
    const runnable = examples.filter((example) => isRunning && example.mayRun && !failing.has(example));
    const runProblems = await runExamples(runnable, folder);
    return {
      problems: [...surface.problems, ...problems, ...typeProblems.map(({ text }) => text), ...runProblems],
      summary: `${surface.count} public symbols, ${examples.length} examples (${runnable.length} run)`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fileOf(example: Example, folder: string): string {
  return join(folder, `${example.id}.ts`);
}

/** Each example becomes a module, line for line, so that a line of the file is a line of the document. */
function writeExamples(examples: readonly Example[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const example of examples) writeFileSync(fileOf(example, folder), `${example.code}\nexport {};\n`);
  const config = {
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      types: ["node"],
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
}

function checkTypes(examples: readonly Example[], folder: string, base: string): { example: Example; text: string }[] {
  if (examples.length === 0) return [];
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout, status } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
    cwd: base,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const byFile = new Map(
    examples.map((example) => [relative(base, fileOf(example, folder)).replaceAll("\\", "/"), example]),
  );
  const found: { example: Example; text: string }[] = [];
  // Indented lines continue the message above them.
  for (const line of stdout.split(/\n(?! )/)) {
    const match = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/s.exec(line);
    // Errors in the sources themselves are the types step's business.
    const example = byFile.get(match?.[1] ?? "");
    if (match === null || example === undefined) continue;
    found.push({
      example,
      text: `${place(example, Number(match[2]))} the example does not type-check: ${match[3]?.trim()}`,
    });
  }
  if (status !== 0 && stdout === "") throw new Error("tsc ended without a word; does node_modules/typescript exist?");
  return found;
}

/** "README.md:45" for a line of an example, counted from 1. */
function place(example: Example, line: number): string {
  return `${example.path}:${example.line + line - 1}`;
}

/** Runs the examples in as many processes as there are cores; one that crashes or hangs its process fails alone. */
async function runExamples(examples: readonly Example[], folder: string): Promise<string[]> {
  const queue = [...examples];
  const problems: string[] = [];
  const workers = Math.min(availableParallelism(), Math.ceil(examples.length / 8));
  const work = async (): Promise<void> => {
    while (queue.length > 0) await runInOneProcess(queue, problems, folder);
  };
  await Promise.all(Array.from({ length: workers }, work));
  return problems;
}

/** Feeds examples to one process until the queue is empty or the process is lost. */
function runInOneProcess(queue: Example[], problems: string[], folder: string): Promise<void> {
  const child = fork(join(root, "tools", "exampleRunner.ts"), {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  let current: Example | undefined;
  let timer: NodeJS.Timeout | undefined;

  const next = (): void => {
    clearTimeout(timer);
    current = queue.shift();
    if (current === undefined) return void child.kill("SIGKILL");
    child.send({ file: fileOf(current, folder) });
    timer = setTimeout(() => {
      output = `it did not end within ${exampleSeconds} seconds.`;
      child.kill("SIGKILL");
    }, exampleSeconds * 1000);
  };
  child.on("message", (message: RunnerMessage) => {
    if (message.kind === "failed" && current !== undefined) problems.push(explain(current, message, folder));
    next();
  });
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (current !== undefined) {
        problems.push(
          `${place(current, 1)} the example ended its process (${signal ?? code}): ${output.trim().slice(-2000)}`,
        );
      }
      resolve();
    });
  });
}

/** The error of an example, at the example's own line where the stack names one. */
function explain(example: Example, failure: { message: string; stack: string }, folder: string): string {
  const [, after = ""] = failure.stack.split(`${pathToFileURL(fileOf(example, folder)).href}:`);
  const line = /^\d+/.exec(after)?.[0];
  return `${place(example, line === undefined ? 1 : Number(line))} the example throws: ${failure.message}`;
}

if (import.meta.main) await runAlone("docs", () => checkDocs());
