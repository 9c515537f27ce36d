import { expect, test } from "vitest";
import { erf, erfc } from "../../src/kernel/erf.ts";
import { convert, evaluate, identityOf, reinterpret, roundTo } from "../../src/kernel/meaning.ts";

test("roundTo() wraps integers, rounds f32 and asks bools whether they are zero", () => {
  expect(roundTo("i32", 2 ** 31)).toBe(-(2 ** 31));
  expect(roundTo("u32", -1)).toBe(2 ** 32 - 1);
  expect(roundTo("u8", 257)).toBe(1);
  expect(roundTo("bool", NaN)).toBe(1);
  expect(roundTo("f32", 0.1)).toBe(Math.fround(0.1));
  expect(roundTo("f64", 0.1)).toBe(0.1);
});

test("convert() truncates and saturates floats, and wraps integers", () => {
  expect(convert("f32", "i32", -1.9)).toBe(-1);
  expect(convert("f32", "i32", 3e9)).toBe(2 ** 31 - 1);
  expect(convert("f64", "u32", -5)).toBe(0);
  expect(convert("f64", "u8", 300)).toBe(255);
  expect(convert("f64", "i32", NaN)).toBe(0);
  expect(Object.is(convert("f32", "i32", -0.5), 0)).toBe(true);
  expect(convert("i32", "u8", 300)).toBe(44);
  expect(convert("i32", "u32", -1)).toBe(2 ** 32 - 1);
  expect(convert("f32", "bool", NaN)).toBe(1);
  expect(convert("f64", "f32", 1e300)).toBe(Infinity);
});

test("reinterpret() keeps the bits", () => {
  expect(reinterpret("f32", "i32", 1)).toBe(0x3f800000);
  expect(reinterpret("u32", "f32", 0x7f800000)).toBe(Infinity);
  expect(reinterpret("i32", "u32", -1)).toBe(2 ** 32 - 1);
});

test("integer arithmetic wraps, and division rounds toward minus infinity", () => {
  expect(evaluate("multiply", "u32", [4_000_000_000, 3])).toBe(3_410_065_408);
  expect(evaluate("negative", "i32", [-(2 ** 31)])).toBe(-(2 ** 31));
  expect(evaluate("quotient", "i32", [-7, 2])).toBe(-4);
  expect(evaluate("remainder", "i32", [-7, 2])).toBe(1);
  expect(evaluate("remainder", "i32", [7, -2])).toBe(-1);
  expect(evaluate("quotient", "i32", [-(2 ** 31), -1])).toBe(-(2 ** 31));
  expect(evaluate("quotient", "u32", [5, 0])).toBe(0);
  expect(evaluate("remainder", "i32", [5, 0])).toBe(0);
});

test("shifts by the width or more shift everything out", () => {
  expect(evaluate("shiftLeft", "i32", [1, 32])).toBe(0);
  expect(evaluate("shiftRight", "i32", [-8, 40])).toBe(-1);
  expect(evaluate("shiftRight", "u32", [2 ** 32 - 1, 4])).toBe(2 ** 28 - 1);
  expect(evaluate("shiftLeft", "u8", [255, 1])).toBe(254);
  expect(evaluate("shiftLeft", "i32", [1, -1])).toBe(0);
});

test("floats: NaN spreads through maximum, halves round to even, quotients floor, pow is C's", () => {
  expect(evaluate("maximum", "f32", [NaN, 1])).toBeNaN();
  expect(evaluate("minimum", "f32", [1, NaN])).toBeNaN();
  expect(evaluate("round", "f64", [2.5])).toBe(2);
  expect(Object.is(evaluate("round", "f64", [-0.3]), -0)).toBe(true);
  expect(evaluate("quotient", "f64", [-1, Infinity])).toBe(-1);
  expect(evaluate("remainder", "f64", [-1, 3])).toBe(2);
  expect(evaluate("quotient", "f32", [1, 0])).toBe(Infinity);
  expect(evaluate("power", "f64", [1, NaN])).toBe(1);
  expect(evaluate("power", "f64", [-1, Infinity])).toBe(1);
  expect(evaluate("sigmoid", "f64", [-1000])).toBe(0);
  expect(evaluate("select", "f32", [1, 2, 3])).toBe(2);
});

test("erf() and erfc() agree with published values", () => {
  const known = [
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [0.9, 0.7969082124228322],
    [1.3, 0.9340079449406524],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
  ] as const;
  for (const [x, y] of known) {
    expect(Math.abs(erf(x) - y)).toBeLessThan(2.3e-16);
    expect(erf(-x)).toBe(-erf(x));
  }
  for (const [x, y] of [
    [0.4, 0.5716076449533315],
    [0.9, 0.20309178757716786],
    [2, 0.004677734981047266],
    [5, 1.5374597944280347e-12],
    [7, 4.183825607779414e-23],
    [20, 5.395865611607901e-176],
    [-2, 1.9953222650189528],
  ] as const)
    expect(Math.abs(erfc(x) / y - 1)).toBeLessThan(1e-15);
  expect(erfc(Infinity)).toBe(0);
  expect(erfc(NaN)).toBeNaN();
  expect(erf(Infinity)).toBe(1);
  expect(erf(NaN)).toBeNaN();
});

test("identityOf() changes nothing", () => {
  expect(identityOf("maximum", "i32")).toBe(-(2 ** 31));
  expect(identityOf("minimum", "f32")).toBe(Infinity);
  expect(identityOf("and", "u32")).toBe(2 ** 32 - 1);
  expect(identityOf("and", "bool")).toBe(1);
  expect(identityOf("multiply", "f64")).toBe(1);
});
