import { expect, test } from "vitest";
import { ExpressionBuilder } from "../../src/kernel/builder.ts";

test("the bits of literals are literals, but for those that a number cannot hold", () => {
  const e = new ExpressionBuilder();
  expect(e.bitcast("i32", e.literal("f32", 2))).toBe(e.literal("i32", 0x40000000));
  expect(e.bitcast("i32", e.literal("f32", -0))).toBe(e.literal("i32", -(2 ** 31)));
  expect(e.bitcast("f32", e.literal("i32", 0x3fc00000))).toBe(e.literal("f32", 1.5));
  expect(e.bitcast("f32", e.literal("i32", 0x7fc00001)).kind).toBe("bitcast");
  expect(e.bitcast("i32", e.literal("f32", NaN)).kind).toBe("bitcast");
  expect(e.bitcast("i64", e.literal("f64", 1)).kind).toBe("bitcast");
  expect(e.bitcast("f64", e.literal("i64", 1)).kind).toBe("bitcast");
});
