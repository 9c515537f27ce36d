/**
 * The gate, `npm test`: every check that a change must pass, in order, each timed. The last line is
 * "N passed, N failed, N skipped", steps and tests counted together; the exit code is 1 if anything failed.
 * `--quick` leaves out what is slow, `--all` lets the tests sample more, `--update` keeps the pictures of pages as they are
 * now; step names run only those steps.
 */
import { checkBundle } from "./bundle.ts";
import { checkDocs } from "./docs.ts";
import { checkFormat } from "./formatStep.ts";
import { checkImportLaw } from "./layers.ts";
import { checkSizes } from "./sizes.ts";
import type { StepResult } from "./step.ts";
import { checkTypes } from "./typesStep.ts";
import { runTests } from "./vitestStep.ts";

type Level = "quick" | "gate" | "all";

interface Step {
  readonly name: string;
  readonly title: string;
  readonly isSlow?: boolean;
  readonly run: (level: Level) => StepResult | Promise<StepResult>;
}

const steps: readonly Step[] = [
  { name: "format", title: "format and lint", run: () => checkFormat() },
  { name: "types", title: "types, Node and everything", run: () => checkTypes("tsconfig.json") },
  { name: "types", title: "types, browser-safe code", run: () => checkTypes("tsconfig.browser.json") },
  { name: "types", title: "types, shape-type tests", run: () => checkTypes("tsconfig.types.json") },
  { name: "law", title: "import law", run: () => checkImportLaw() },
  { name: "sizes", title: "sizes", run: () => checkSizes() },
  { name: "bundle", title: "browser bundle", run: () => checkBundle() },
  { name: "docs", title: "docs", run: (level) => checkDocs(level !== "quick") },
  { name: "tests", title: "tests", run: (level) => runTests(["unit", "alone"], level) },
  { name: "browser", title: "playground in browsers", isSlow: true, run: (level) => runTests(["browser"], level) },
  { name: "package", title: "package", isSlow: true, run: (level) => runTests(["package"], level) },
];

/** A step that has run. */
interface Report {
  readonly step: Step;
  readonly result: StepResult;
  readonly seconds: number;
}

async function main(args: readonly string[]): Promise<void> {
  const level: Level = args.includes("--quick") ? "quick" : args.includes("--all") ? "all" : "gate";
  // Tests that compare pictures keep them as they are now (tests/playground/darkroom.ts)
  if (args.includes("--update")) process.env.SMILODON_PICTURES = "update";
  const names = args.filter((arg) => !["--quick", "--all", "--update"].includes(arg));
  const known = [...new Set(steps.map((step) => step.name))];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`smilodon: the gate has no step ${unknown.join(", ")}; its steps are ${known.join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  const chosen = steps.filter((step) =>
    names.length > 0 ? names.includes(step.name) : level !== "quick" || step.isSlow !== true,
  );
  const reports: Report[] = [];
  for (const step of chosen) reports.push(await runStep(step, level));
  printClosing(reports);
}

async function runStep(step: Step, level: Level): Promise<Report> {
  console.log(`\n── ${step.title}`);
  const start = performance.now();
  const result = await runSafely(step, level);
  const seconds = (performance.now() - start) / 1000;
  printProblems(result.problems);
  if (result.skipped !== undefined) console.log(`skipped: ${result.skipped}`);
  return { step, result, seconds };
}

/** The browser's types repeat what Node's have said; once is enough. */
const printed = new Set<string>();

function printProblems(problems: readonly string[]): void {
  const news = problems.filter((problem) => !printed.has(problem));
  for (const problem of news) {
    printed.add(problem);
    console.log(problem);
  }
  if (news.length < problems.length) console.log(`(and ${problems.length - news.length} that stand above)`);
}

/** A step that throws has failed; the steps after it still run. */
async function runSafely(step: Step, level: Level): Promise<StepResult> {
  try {
    return await step.run(level);
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { summary: "the step itself failed", problems: [problem] };
  }
}

function printClosing(reports: readonly Report[]): void {
  console.log("\n── the gate");
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const report of reports) {
    const counts = countsOf(report.result);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    const verdict = counts.failed > 0 ? "FAILED" : report.result.skipped !== undefined ? "skipped" : "passed";
    const { step, seconds, result } = report;
    const note = result.skipped ?? result.summary;
    console.log(`${verdict.padEnd(8)}${step.title.padEnd(28)}${seconds.toFixed(1).padStart(6)} s  ${note}`);
    for (const skip of result.tests?.skips ?? []) console.log(`skipped   ${skip}`);
    for (const failure of result.tests?.failures ?? []) console.log(`failed    ${failure}`);
    for (const retry of result.tests?.retries ?? []) console.log(`retried   ${retry}`);
  }
  if (total.failed > 0) process.exitCode = 1;
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
}

/** Tests count one by one; any other step counts as one. */
function countsOf(result: StepResult): { passed: number; failed: number; skipped: number } {
  const { tests, problems, skipped } = result;
  if (tests !== undefined) return { ...tests, failed: tests.failed + problems.length };
  if (problems.length > 0) return { passed: 0, failed: 1, skipped: 0 };
  return skipped === undefined ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 };
}

await main(process.argv.slice(2));
