/** Dtypes as users meet them: what they promote to, what numbers and bigints become, what comes back. */
import { describe, expect, it } from "vitest";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { full, registerDevice, setDevice, show, tensor } from "../../src/index.ts";
import { allDtypes, type Dtype, promote } from "../../src/shape/dtype.ts";
import { halfBits, halfValue } from "../../src/shape/elements.ts";
import { DataError, DtypeError } from "../../src/support/errors.ts";

registerDevice("interpreter", () => new InterpreterDevice());

describe("promote()", () => {
  it("is symmetric, keeps each dtype as it is, and gives one that holds both", () => {
    for (const a of allDtypes) {
      expect(promote(a, a)).toBe(a);
      for (const b of allDtypes) {
        expect(promote(a, b)).toBe(promote(b, a));
        // promoting again changes nothing: the order in which many meet does not matter for integers, nor for floats
        expect(promote(promote(a, b), b)).toBe(promote(a, b));
      }
    }
  });

  it("settles mixed signs and open cases as the standard and PyTorch have them", () => {
    const cases: readonly (readonly [Dtype, Dtype, Dtype])[] = [
      ["u8", "i8", "i16"],
      ["u8", "i16", "i16"],
      ["i8", "u32", "i64"],
      ["i32", "u32", "i64"],
      ["i64", "u32", "i64"],
      ["i64", "f16", "f16"],
      ["i64", "f32", "f32"],
      ["f16", "bf16", "f32"],
      ["bf16", "u8", "bf16"],
      ["f16", "f64", "f64"],
      ["bool", "bf16", "bf16"],
    ];
    for (const [a, b, result] of cases) expect(promote(a, b)).toBe(result);
  });
});

describe("numbers of 16 bits", () => {
  it("are rounded to nearest, halves to even, as JavaScript's own f16", () => {
    const samples = [
      1,
      1 / 3,
      65504,
      65519.99,
      65520,
      1e-8,
      2.98e-8,
      2.99e-8,
      6.1e-5,
      6.09e-5,
      2049,
      2051,
      0.1,
      -0,
      1e9,
    ];
    for (const value of [...samples, ...samples.map((each) => -each), Infinity, -Infinity, NaN])
      expect(halfValue("f16", halfBits("f16", value))).toBe(Math.f16round(Math.fround(value)));
  });

  it("keep every pattern but those of NaN", () => {
    for (const dtype of ["f16", "bf16"] as const)
      for (let bits = 0; bits < 2 ** 16; bits++) {
        const value = halfValue(dtype, bits);
        if (!Number.isNaN(value)) expect(halfBits(dtype, value)).toBe(bits);
      }
  });
});

describe.each(["interpreter", "wasm"])("on %s", (device) => {
  const run = async (test: () => Promise<void>) => {
    const before = setDevice(device);
    try {
      await test();
    } finally {
      setDevice(before);
    }
  };

  it("i64 is exact, wraps, and is read as bigints where numbers end", () =>
    run(async () => {
      const x = tensor([2n ** 62n, -5n, 3n]);
      expect(x.dtype).toBe("i64");
      expect(await x.bigints()).toEqual(BigInt64Array.of(2n ** 62n, -5n, 3n));
      expect(await x.multiply(3).bigints()).toEqual(BigInt64Array.of(-(2n ** 62n), -15n, 9n));
      expect(await x.max().bigints()).toEqual(BigInt64Array.of(2n ** 62n));
      expect(await x.min().item()).toBe(-5);
      expect(await x.floorDivide(2).bigints()).toEqual(BigInt64Array.of(2n ** 61n, -3n, 1n));
      await expect(x.data()).rejects.toThrow(DataError);
      await expect(x.data()).rejects.toThrow(/Element 0 is 4611686018427387904.*bigints/);
      expect(await tensor([1, -2], { dtype: "i64" }).toArray()).toEqual([1, -2]);
      expect(await show(x)).toContain("4611686018427387904");
    }));

  it("i64 becomes f32 by one rounding, and floats stop at its ends", () =>
    run(async () => {
      // halfway between two f32, and one above: a double in between would lose the one
      const x = tensor([2n ** 60n + 2n ** 36n + 1n, 2n ** 60n + 2n ** 36n]);
      expect(await x.astype("f32").toArray()).toEqual([2 ** 60 + 2 ** 37, 2 ** 60]);
      expect(await tensor([1e30, -1e30, NaN, -1.5]).astype("i64").bigints()).toEqual(
        BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 0n, -1n),
      );
      expect(
        await tensor([2n ** 33n + 7n, -1n])
          .astype("u8")
          .toArray(),
      ).toEqual([7, 255]);
    }));

  it("small integers wrap, and add up as i32", () =>
    run(async () => {
      const x = tensor([127, -128, 100], { dtype: "i8" });
      expect(await x.add(1).toArray()).toEqual([-128, -127, 101]);
      expect(await x.multiply(x).toArray()).toEqual([1, 0, 16]);
      expect(await x.abs().toArray()).toEqual([127, -128, 100]);
      expect([x.sum().dtype, await x.sum().item()]).toEqual(["i32", 99]);
      expect(await tensor([300.7, -300, NaN]).astype("i8").toArray()).toEqual([127, -128, 0]);
      expect(() => x.add(200)).toThrow(DtypeError);
    }));

  it("f16 and bf16 add up in f32, and round what comes of it", () =>
    run(async () => {
      const ones = tensor(new Float32Array(5000).fill(1), { dtype: "bf16" });
      expect(await ones.sum().item()).toBe(4992);
      expect(await ones.mean().item()).toBe(1);
      const large = tensor(new Float32Array(8).fill(60000), { dtype: "f16" });
      expect(await large.mean().item()).toBe(60000);
      expect(await large.add(large).sum().item()).toBe(Infinity);
      const x = tensor([[1, 2 ** -11]], { dtype: "f16" });
      expect(await x.matmul(tensor([[1], [1]], { dtype: "f16" })).item()).toBe(1);
      expect(x.add(tensor([1], { dtype: "bf16" })).dtype).toBe("f32");
    }));
});

it("bigints() refuses floats", async () => {
  await expect(tensor([1.5]).bigints()).rejects.toThrow(DtypeError);
});

it("fills with one number in every dtype, read at once", async () => {
  for (const dtype of allDtypes) {
    const x = full([2, 3], 1, { dtype });
    expect([...(await x.data())], dtype).toEqual([1, 1, 1, 1, 1, 1]);
    expect(
      full([2], 1, { dtype })
        .add(full([2], 0, { dtype }))
        .dataSync(),
      dtype,
    ).toHaveLength(2);
  }
  expect(await full([1], 2 ** 63, { dtype: "i64" }).bigints()).toEqual(new BigInt64Array([2n ** 63n - 1n]));
});
