/** What is told about dtypes: ranges as NumPy has them, kinds, and which converts to which. */
import { describe, expect, it } from "vitest";
import {
  allDtypes,
  asarray,
  canCast,
  DtypeError,
  finfo,
  iinfo,
  isDtype,
  ones,
  promote,
  resultType,
  tensor,
} from "../../src/index.ts";

describe("finfo", () => {
  it("has NumPy's numbers", () => {
    const max = 3.4028234663852886e38;
    expect(finfo("f32")).toEqual({ dtype: "f32", bits: 32, eps: 2 ** -23, min: -max, max, smallestNormal: 2 ** -126 });
    expect(finfo("f64")).toMatchObject({ eps: Number.EPSILON, max: Number.MAX_VALUE, smallestNormal: 2 ** -1022 });
    expect(finfo("f16")).toMatchObject({ eps: 2 ** -10, max: 65504, smallestNormal: 2 ** -14 });
    expect(finfo("bf16")).toMatchObject({ eps: 2 ** -7, max: 3.3895313892515355e38, smallestNormal: 2 ** -126 });
    expect(() => finfo("i32")).toThrow(DtypeError);
  });
});

describe("iinfo", () => {
  it("has the ends of each range", () => {
    expect(iinfo("u8")).toEqual({ dtype: "u8", bits: 8, min: 0, max: 255 });
    expect(iinfo("i64")).toMatchObject({ min: -9223372036854775808n, max: 9223372036854775807n });
    expect(() => iinfo("bool")).toThrow(DtypeError);
    expect(() => iinfo("f32")).toThrow(/finfo/);
  });
});

describe("kinds and conversions", () => {
  it("sorts every dtype into the kinds of the standard", () => {
    const of = (kind: Parameters<typeof isDtype>[1]) => allDtypes.filter((dtype) => isDtype(dtype, kind));
    expect(of("signed integer")).toEqual(["i8", "i16", "i32", "i64"]);
    expect(of("unsigned integer")).toEqual(["u8", "u32"]);
    expect(of("integral")).toEqual(["u8", "i8", "i16", "i32", "u32", "i64"]);
    expect(of("real floating")).toEqual(["f16", "bf16", "f32", "f64"]);
    expect(of("numeric")).toEqual(allDtypes.filter((dtype) => dtype !== "bool"));
    expect(of(["bool", "unsigned integer"])).toEqual(["bool", "u8", "u32"]);
    expect(of("i16")).toEqual(["i16"]);
  });

  it("casts where promotion does, and promotes tensors, dtypes and numbers alike", () => {
    for (const a of allDtypes)
      for (const b of allDtypes) {
        expect(canCast(a, b)).toBe(promote(a, b) === b);
        expect(resultType(a, ones([2], { dtype: b }))).toBe(promote(a, b));
      }
    expect(resultType("i8", 1)).toBe("i8");
    expect(resultType("i8", 0.5)).toBe("f32");
    expect(resultType("f16", 1e9)).toBe("f16");
    expect(resultType("bool", true)).toBe("bool");
    expect(() => resultType("u8", -1)).toThrow(/outside the range of u8/);
  });

  it("takes tensors as they are", async () => {
    const x = tensor([1, 2]);
    expect(asarray(x)).toBe(x);
    expect(asarray(x, { dtype: "i32" }).dtype).toBe("i32");
    expect(await asarray([[1], [2]]).toArray()).toEqual([[1], [2]]);
  });
});
