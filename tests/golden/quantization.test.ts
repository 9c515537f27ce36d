/** Quantization against PyTorch and NumPy: `make_quantization.py` made the numbers. Integers have to be equal. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Dtype, grad, quantization, type Tensor, tensor } from "../../src/index.ts";

const list = z.array(z.number());
const golden = z
  .object({
    perTensor: z.array(z.object({ x: list, scale: z.number(), zero: z.number(), q: list, back: list })),
    perChannel: z.array(z.object({ axis: z.number(), x: list, scale: list, zero: list, q: list, back: list })),
    fake: z.object({ x: list, y: list, weight: list, gradient: list }),
    fakeChannels: z.object({ x: list, scale: list, zero: list, y: list, gradient: list }),
    products: z.object({
      a: list,
      b: list,
      left: z.number(),
      right: list,
      matmul: list,
      x: list,
      w: list,
      conv: list,
      convShape: list,
    }),
    linear: z.object({ x: list, weight: list, y: list }),
    dynamic: z.object({ x: list, scale: z.number(), zero: z.number(), q: list }),
  })
  .parse(JSON.parse(readFileSync(new URL("quantization.json", import.meta.url), "utf8")));

const of = (values: readonly number[], shape: readonly number[], dtype: Dtype = "f32") =>
  tensor([...values], { dtype }).reshape(shape);
const numbers = async (x: Tensor) => [...(await x.data())].map(Number);
const single = (values: readonly number[]) => [...Float32Array.from(values)];
const { quantizeLinear, dequantizeLinear, fakeQuantize } = quantization;

describe("quantizeLinear and dequantizeLinear", () => {
  test.each(golden.perTensor.map((each, index) => [(["u8", "i8"] as const)[index] ?? "u8", each] as const))(
    "of a tensor as %s",
    async (dtype, { x, scale, zero, q, back }) => {
      const [scales, zeros] = [tensor(scale), tensor(zero, { dtype })];
      const made = quantizeLinear(tensor(x), scales, zeros);
      expect(made.dtype).toBe(dtype);
      expect(await numbers(made)).toEqual(q);
      expect(await numbers(dequantizeLinear(made, scales, zeros))).toEqual(back);
    },
  );

  test.each(golden.perChannel)("of the channels along axis $axis", async ({ axis, x, scale, zero, q, back }) => {
    const [scales, zeros] = [tensor(scale), tensor(zero, { dtype: "i8" })];
    for (const along of [axis, axis - 3]) {
      const made = quantizeLinear(of(x, [3, 4, 2]), scales, zeros, { axis: along });
      expect(await numbers(made)).toEqual(q);
      expect(await numbers(dequantizeLinear(made, scales, zeros, { axis: along }))).toEqual(back);
    }
  });

  test("dynamically", async () => {
    const { x, scale, zero, q } = golden.dynamic;
    const made = quantization.dynamicQuantizeLinear(tensor(x));
    expect(await made.zeroPoint.item()).toBe(zero);
    expect(await made.scale.item()).toBeCloseTo(scale, 7);
    expect(await numbers(made.values)).toEqual(q);
  });
});

describe("fakeQuantize", () => {
  test("of a tensor, with its gradient", async () => {
    const { x, y, weight, gradient } = golden.fake;
    const run = (values: Tensor) =>
      fakeQuantize(values, tensor(0.125), tensor(3, { dtype: "i32" }), { lowest: -8, highest: 7 });
    expect(await numbers(run(tensor(x)))).toEqual(y);
    const found = grad((values: Tensor) => run(values).multiply(tensor(weight)).sum())(tensor(x));
    expect((await numbers(found)).map((value) => value + 0)).toEqual(single(gradient).map((value) => value + 0));
  });

  test("of channels", async () => {
    const { x, scale, zero, y, gradient } = golden.fakeChannels;
    const run = (values: Tensor) => fakeQuantize(values, tensor(scale), tensor(zero, { dtype: "i32" }), { axis: 0 });
    expect(await numbers(run(of(x, [3, 8])))).toEqual(y);
    expect(await numbers(grad((values: Tensor) => run(values).sum())(of(x, [3, 8])))).toEqual(gradient);
  });
});

describe("products of integers", () => {
  const { products, linear } = golden;

  test("matMulInteger", async () => {
    const made = quantization.matMulInteger(of(products.a, [2, 5, 7], "u8"), of(products.b, [7, 3], "i8"), {
      left: tensor(products.left, { dtype: "u8" }),
      right: tensor(products.right, { dtype: "i8" }),
    });
    expect([made.dtype, ...made.shape]).toEqual(["i32", 2, 5, 3]);
    expect(await numbers(made)).toEqual(products.matmul);
  });

  test("convInteger, with stride, padding and groups", async () => {
    const made = quantization.convInteger(of(products.x, [2, 4, 6, 5], "u8"), of(products.w, [6, 2, 3, 3], "i8"), {
      xZeroPoint: tensor(100, { dtype: "u8" }),
      weightZeroPoint: tensor(-4, { dtype: "i8" }),
      stride: 2,
      padding: 1,
      groups: 2,
    });
    expect(made.shape).toEqual(products.convShape);
    expect(await numbers(made)).toEqual(products.conv);
  });

  test("qLinearMatMul", async () => {
    const made = quantization.qLinearMatMul(
      { values: of(linear.x, [6, 16], "u8"), scale: tensor(0.03), zeroPoint: tensor(120, { dtype: "u8" }) },
      {
        values: of(linear.weight, [4, 16], "i8").matrixTranspose(),
        scale: tensor(0.02),
        zeroPoint: tensor(0, { dtype: "i8" }),
      },
      { scale: tensor(0.11), zeroPoint: tensor(128, { dtype: "u8" }) },
    );
    expect(await numbers(made)).toEqual(linear.y);
  });
});
