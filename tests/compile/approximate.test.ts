import { expect, test } from "vitest";
import { nativeForm } from "../../src/compile/approximate.ts";
import { acosh, tan } from "../../src/index.ts";
import { ExpressionBuilder } from "../../src/kernel/builder.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { printExpression } from "../../src/kernel/print.ts";
import { type Target, usualCaches } from "../../src/kernel/target.ts";
import { inputsOf } from "../../src/kernel/traverse.ts";
import { divisionPairs, everyExponent, powerPairs, sweep, sweepComposite } from "./sweepApproximations.ts";

const count = 50_000;

for (const op of ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "erf", "erfc", "sign"] as const) {
  test(`${op} is within two units in the last place`, () => sweep(op, everyExponent(count)));
}
test("power is within two units in the last place", () => sweep("power", ...powerPairs(count)));
test("quotient and remainder are within two units in the last place", () => {
  sweep("quotient", ...divisionPairs(count));
  sweep("remainder", ...divisionPairs(count));
});
test("tan is within two units in the last place, between its poles and beside them", async () => {
  const near = Float32Array.from(
    { length: count },
    (_, index) => ((index - count / 2) * Math.PI) / 4 + (index % 7) * 1e-4,
  );
  const small = Float32Array.from({ length: count }, (_, index) => (index / count - 0.5) * 40);
  for (const numbers of [everyExponent(count), near, small]) await sweepComposite(numbers, tan, Math.tan);
});
test("acosh is within two units in the last place, near 1 above all", async () => {
  const near = Float32Array.from({ length: count }, (_, index) => 1 + (index * 81 + 1) * 2 ** -23);
  for (const numbers of [everyExponent(count), near]) await sweepComposite(numbers, acosh, Math.acosh);
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
  expect(printExpression(native(signs))).toBe("select(v0 < 0f, -1f, select(0f < v0, 1f, v0 + 0f))");
  expect(native(signs, "all")).toBe(signs);
  const wide = e.apply("exp", e.local(0, "f64"));
  expect(native(wide)).toBe(wide);
  const sum = e.apply("add", e.local(0, "f32"), e.load(0, "f32", e.local(1, "i32")));
  expect(native(sum)).toBe(sum);
});
