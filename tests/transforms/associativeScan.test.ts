/** Associative scans of many positions: as much work as levels of halves take, and the same result as a walk. */
import { expect, test } from "vitest";
import {
  associativeScan,
  compile,
  cumulativeSum,
  explainPlan,
  random,
  seed,
  type Tensor,
  zeros,
} from "../../src/index.ts";

type Step = { a: Tensor; b: Tensor };
const after = (p: Step, q: Step) => ({ a: q.a.multiply(p.a), b: q.a.multiply(p.b).add(q.b) });
const states = compile((a: Tensor, b: Tensor) => associativeScan(after, { a, b }).b);

test("computes no position twice at each of its levels, which would double the work from level to level", () => {
  for (const length of [1_000, 100_000]) {
    const { launches, operations } = explainPlan(states, zeros([length]), zeros([length]));
    expect(operations / length).toBeLessThan(64);
    expect(launches.length).toBeLessThan(48);
  }
});

test("gives running sums of an odd number of positions", async () => {
  seed(1);
  const x = random.normal([10_001], { dtype: "f64" });
  const found = associativeScan((a: Tensor, b: Tensor) => a.add(b), x);
  expect(await found.subtract(cumulativeSum(x)).abs().max().item()).toBeLessThan(1e-10);
});
