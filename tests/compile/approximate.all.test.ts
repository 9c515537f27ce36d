import { test } from "vitest";
import { divisionPairs, everyExponent, powerPairs, sweep } from "./sweepApproximations.ts";

const count = 2 ** 21;

for (const op of ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "erf", "erfc"] as const) {
  test(`${op} is within two units in the last place at two million numbers`, () => sweep(op, everyExponent(count)));
}
test("power is within two units in the last place at two million pairs", () => sweep("power", ...powerPairs(count)));
test("quotient and remainder are, at two million pairs", () => {
  sweep("quotient", ...divisionPairs(count));
  sweep("remainder", ...divisionPairs(count));
});
