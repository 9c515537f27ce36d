import { expect, test } from "vitest";
import { nativeForm } from "../../src/compile/approximate.ts";
import { ExpressionBuilder } from "../../src/kernel/builder.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { printExpression } from "../../src/kernel/print.ts";
import { type Target, usualCaches } from "../../src/kernel/target.ts";
import { inputsOf } from "../../src/kernel/traverse.ts";
import { divisionPairs, everyExponent, powerPairs, sweep } from "./sweepApproximations.ts";

const count = 50_000;

for (const op of ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "erf", "erfc", "sign"] as const) {
  test(`${op} is within two units in the last place`, () => sweep(op, everyExponent(count)));
}
test("power is within two units in the last place", () => sweep("power", ...powerPairs(count)));
test("quotient and remainder are within two units in the last place", () => {
  sweep("quotient", ...divisionPairs(count));
  sweep("remainder", ...divisionPairs(count));
});

const target: Target = {
  name: "plain",
  dtypes: ["f32", "f64"],
  convertsStored: false,
  optimize: true,
  vectorBytes: 0,
  tile: { rows: 1, vectors: 1 },
  caches: usualCaches,
  shortSum: 0,
  nativeOps: new Set(["add", "multiply", "less", "select"] as const),
};

test("nativeForm() replaces what the target lacks, in f32 only", () => {
  const e = new ExpressionBuilder();
  const native = (expression: Expression, ops = target.nativeOps) =>
    nativeForm(e, expression, inputsOf(expression), { ...target, nativeOps: ops });
  const signs = e.apply("sign", e.local(0, "f32"));
  expect(printExpression(native(signs))).toBe("select(v0 < 0f, -1f, select(0f < v0, 1f, v0))");
  expect(native(signs, "all")).toBe(signs);
  const wide = e.apply("exp", e.local(0, "f64"));
  expect(native(wide)).toBe(wide);
  const sum = e.apply("add", e.local(0, "f32"), e.load(0, "f32", e.local(1, "i32")));
  expect(native(sum)).toBe(sum);
});
