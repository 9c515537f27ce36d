/** What a step of the gate reports, and how a step is run alone from the command line. gate.ts runs them all. */

/** The outcome of one step. A step without `tests` counts as one; it fails when it has problems. */
export interface StepResult {
  /** One line for the report: what was looked at, and how much of it. */
  readonly summary: string;
  /** One entry a defect, beginning with "file:line" where there is one. */
  readonly problems: readonly string[];
  /** Why the step could not run here; counts as one skipped. */
  readonly skipped?: string;
  /** Tests that count one by one in the closing line. */
  readonly tests?: TestCounts;
}

/** Counts of tests, with the reason of every skip, and what failed or passed only when it was tried again. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly skips: readonly string[];
  readonly failures: readonly string[];
  readonly retries: readonly string[];
}

/** Runs one step, prints its outcome and sets the exit code: for `npm run node -- tools/<step>.ts`. */
export async function runAlone(name: string, step: () => StepResult | Promise<StepResult>): Promise<void> {
  const result = await step();
  for (const problem of result.problems) console.log(problem);
  if (result.skipped !== undefined) console.log(`skipped: ${result.skipped}`);
  console.log(
    `${name}: ${result.problems.length === 0 ? "in order" : `${result.problems.length} problems`}; ${result.summary}`,
  );
  if (result.problems.length > 0) process.exitCode = 1;
}
