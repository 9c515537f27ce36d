/** Where things were made: found for everything at first, for a share in long eager loops, for all in traced functions. */
import { expect, test, vi } from "vitest";
import { compile, type Tensor, tensor } from "../../src/index.ts";

const here = /origin\.test\.ts:\d+:\d+$/;

/** As the engine counts lines, whatever the file was translated from. */
function lineOfCaller(): number | null | undefined {
  const before = Error.prepareStackTrace;
  let line: number | null | undefined;
  Error.prepareStackTrace = (_error, frames) => {
    line = frames[1]?.getLineNumber();
  };
  void new Error().stack;
  Error.prepareStackTrace = before;
  return line;
}

/** Makes operations until none is given a place any more. The clock stands still, so that no place comes back. */
function spendBudget(x: Tensor): void {
  vi.useFakeTimers();
  for (let count = 0; count < 10_000; count++) x.negative();
}

test("an operation knows the line that made it, through functions of ours", () => {
  const x = tensor([1, 2]);
  const [y, line] = [x.multiply(2).gelu(), lineOfCaller()];
  expect(y.node.origin.line).toMatch(here);
  expect(y.node.origin.line).toContain(`origin.test.ts:${line}:`);
});

test("past the budget an operation has no place rather than a wrong one, and places come back with time", () => {
  const x = tensor([1, 2]);
  const early = x.exp();
  try {
    spendBudget(x);
    expect(x.exp().node.origin.line).toBe("");
    expect(() => x.exp().add(tensor([1, 2, 3]))).toThrow(/do not broadcast/);
    expect(early.node.origin.line).toMatch(here);
    vi.advanceTimersByTime(3);
    expect([1, 2, 3, 4].map(() => x.exp().node.origin.line !== "")).toEqual([true, true, true, false]);
  } finally {
    vi.useRealTimers();
  }
});

test("a traced function has all of its places, spent budget or not", () => {
  const x = tensor([1, 2]);
  const step = compile((input: Tensor) => input.exp().matmul(input));
  try {
    spendBudget(x);
    step(x);
  } finally {
    vi.useRealTimers();
  }
  const origins = step.traces[0]?.plan.commands.flatMap((command) =>
    command.kind === "kernel" ? command.origins : [],
  );
  expect(origins?.length).toBeGreaterThan(0);
  for (const origin of origins ?? []) expect(origin).toMatch(here);
});
