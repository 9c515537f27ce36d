/** exp, log, asinh, sin, cos: near the engine's own everywhere, and the same bits on every machine. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asinh, cos, exp, log, sin } from "../../src/support/sameMath.ts";

/** Distance of two numbers in units of the last place of the second. */
function ulps(found: number, expected: number): number {
  if (Object.is(found, expected) || found === expected) return 0;
  const size = Math.max(Math.abs(expected), 2 ** -1022);
  return Math.abs(found - expected) / 2 ** (Math.floor(Math.log2(size)) - 52);
}

describe("functions that agree with the engine's to a few units of the last place", () => {
  const any = { noNaN: true, noDefaultInfinity: true };
  test.each([
    ["exp", exp, Math.exp, fc.double({ ...any, min: -745, max: 709.7 })],
    ["log", log, Math.log, fc.double({ ...any, min: 5e-324, max: 1.7e308 })],
    ["log near 1", log, Math.log, fc.double({ ...any, min: 0.5, max: 2 })],
    ["asinh", asinh, Math.asinh, fc.double(any)],
    ["asinh, small", asinh, Math.asinh, fc.double({ ...any, min: -10, max: 10 })],
  ] as const)("%s", (_, own, theirs, values) => {
    fc.assert(
      fc.property(values, (x) => {
        expect(ulps(own(x), theirs(x))).toBeLessThanOrEqual(4);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["sin", sin, Math.sin],
    ["cos", cos, Math.cos],
  ] as const)("%s, near zeros to what the angle's own last digit means", (_, own, theirs) => {
    fc.assert(
      fc.property(fc.double({ ...any, min: -1e5, max: 1e5 }), (x) => {
        expect(Math.abs(own(x) - theirs(x))).toBeLessThan(1e-15 + Math.abs(x) * 1e-20);
      }),
      { numRuns: 2000 },
    );
  });

  test("ends of the range", () => {
    expect([exp(0), exp(710), exp(-746), exp(Number.NEGATIVE_INFINITY)]).toEqual([1, Infinity, 0, 0]);
    expect(exp(-745)).toBeGreaterThan(0);
    expect([log(1), log(0), log(Infinity)]).toEqual([0, -Infinity, Infinity]);
    expect([exp(Number.NaN), log(-1), log(Number.NaN), sin(Infinity), asinh(Number.NaN)].every(Number.isNaN)).toBe(
      true,
    );
    expect([asinh(0), asinh(Infinity), asinh(-Infinity)]).toEqual([0, Infinity, -Infinity]);
  });

  test("bits that no engine may change", () => {
    const bits = (value: number): string =>
      new DataView(Float64Array.of(value).buffer).getBigUint64(0, true).toString(16);
    expect([exp(1), exp(-0.3), log(10), asinh(3), sin(1), cos(1)].map(bits)).toMatchInlineSnapshot(`
      [
        "4005bf0a8b14576a",
        "3fe7b4c869c37c05",
        "40026bb1bbb55516",
        "3ffd185b507edc0e",
        "3feaed548f090cee",
        "3fe14a280fb5068c",
      ]
    `);
  });
});
