/** Cumulative sums as kernels: what is computed on the way, which rows run side by side, what derivatives cost. */
import { expect, it } from "vitest";
import { compile, cumulativeProd, cumulativeSum, grad, type Tensor, zeros } from "../../src/index.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { printPlan } from "../../src/kernel/print.ts";

function planOf(f: (x: Tensor) => Tensor, x: Tensor): Plan {
  const compiled = compile(f);
  compiled(x);
  const plan = compiled.traces[0]?.plan;
  if (plan === undefined) throw new Error("a call makes a trace");
  return plan;
}

it("computes what it sums in passing, and keeps nothing but the result", () => {
  const plan = planOf((x) => cumulativeSum(x.exp().multiply(2), { axis: 1 }), zeros([8, 16]));
  expect([plan.kernels.length, plan.commands.length, plan.arenaBytes]).toEqual([1, 1, 0]);
});

it("runs four rows side by side, or four vectors of columns", () => {
  const along = printPlan(planOf((x) => cumulativeSum(x, { axis: 1 }), zeros([8, 16])));
  expect(along).toContain("step 4 parallel");
  const across = printPlan(planOf((x) => cumulativeSum(x, { axis: 0 }), zeros([8, 16])));
  expect(across).toContain("vector 16");
});

it("multiplies by nothing for a sum, nor adds for a product", () => {
  expect(printPlan(planOf((x) => cumulativeSum(x), zeros([8])))).not.toContain("*");
  expect(printPlan(planOf((x) => cumulativeProd(x), zeros([8])))).toMatch(/carry v\d+: f32 = \(b0\[v\d+\] \* v\d+\)/);
});

it("takes the derivative of a sum in one pass backwards", () => {
  const plan = planOf(
    (x) => grad((each: Tensor) => cumulativeSum(each, { axis: 0 }).multiply(3).sum())(x),
    zeros([8, 16]),
  );
  expect([plan.commands.length, plan.arenaBytes]).toEqual([1, 0]);
});
