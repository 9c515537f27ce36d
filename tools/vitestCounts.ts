/**
 * A Vitest reporter that writes the counts of tests, why tests were skipped and what failed to the file that vitestStep.ts
 * names.
 */
import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";
import type { TestCounts } from "./step.ts";

export default class VitestCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    let passed = 0;
    // A file that cannot be loaded, or an error outside any test, is a failure without a test.
    let failed = errors.length + modules.filter((module) => module.errors().length > 0).length;
    const skips = new Map<string, string[]>();
    const [failures, retries]: [string[], string[]] = [[], []];
    const fail = (place: string, { message = "" }: { message?: string } = {}) =>
      failures.push(`${place}: ${message.split("\n", 1)[0]}`);
    for (const error of errors) fail("outside of any test", error);
    for (const module of modules) {
      for (const error of module.errors()) fail(module.relativeModuleId, error);
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${module.relativeModuleId}: ${test.fullName}`;
        if ((test.diagnostic()?.retryCount ?? 0) > 0) retries.push(name);
        if (result.state === "passed") passed++;
        else if (result.state === "failed") {
          failed++;
          fail(name, result.errors[0]);
        } else {
          const reason = `${module.relativeModuleId}: ${noteOf(result) ?? "no reason given"}`;
          skips.set(reason, [...(skips.get(reason) ?? []), test.fullName]);
        }
      }
    }
    const skipped = [...skips.values()].reduce((sum, tests) => sum + tests.length, 0);
    const counts: TestCounts = { passed, failed, skipped, skips: [...skips].map(describeSkips), failures, retries };
    if (process.env.SMILODON_COUNTS !== undefined) writeFileSync(process.env.SMILODON_COUNTS, JSON.stringify(counts));
  }
}

/** One line for all tests of a file that one reason keeps from running. */
function describeSkips([reason, tests]: [string, string[]]): string {
  const more = tests.length > 2 ? ` and ${tests.length - 2} more` : "";
  return `${reason} (${tests.slice(0, 2).join("; ")}${more})`;
}

function noteOf(result: object): string | undefined {
  return "note" in result && typeof result.note === "string" ? result.note : undefined;
}
