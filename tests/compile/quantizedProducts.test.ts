/** Products that read narrow integers: what is fused, what stays in memory, and that nothing else changed. */
import { describe, expect, test } from "vitest";
import { compile, explainPlan, grad, matmul, quantization, random, seed, type Tensor, zeros } from "../../src/index.ts";

const { dequantizeWeight, quantizedMatmul, quantizeWeight } = quantization;
const [inner, columns] = [512, 512];
const product = compile((x: Tensor, q: quantization.QuantizedWeight) => quantizedMatmul(x, q));

const kinds = [
  { bits: 8 },
  { bits: 8, symmetric: false },
  { bits: 8, groupSize: 64 },
  { bits: 4 },
  { bits: 4, groupSize: 32 },
  { bits: 4, groupSize: 128, symmetric: false },
] as const;

describe.each(kinds)("weights of $bits bits, groups of $groupSize, symmetric: $symmetric", (kind) => {
  const q = quantizeWeight(zeros([inner, columns]), kind);

  test("few rows read the integers in one kernel; all that is kept are the sums", () => {
    for (const rows of [1, 8]) {
      const report = explainPlan(product, zeros([rows, inner]), q);
      expect(report.launches.length).toBe(1);
      expect(report.arenaBytes).toBeLessThanOrEqual(4 * rows * columns);
      const read = (inner * columns * kind.bits) / 8 + 4 * rows * (inner + columns) + 5 * q.scale.size;
      expect(report.bytes).toBeLessThanOrEqual(read + 2 * 4 * rows * columns);
    }
  });

  test("many rows read panels, which are computed while they are packed: there is no other copy as floats", () => {
    const report = explainPlan(product, zeros([96, inner]), q);
    expect(report.launches.length).toBe(2);
    expect(report.arenaBytes).toBe(4 * inner * columns);
  });

  test("gives what the product with the floats gives", async () => {
    seed(2);
    const weight = quantizeWeight(random.normal([257, 130]), kind);
    for (const rows of [1, 7, 40]) {
      const x = random.normal([rows, 257]);
      const [found, expected] = [product(x, weight), matmul(x, dequantizeWeight(weight))];
      const error = await found.subtract(expected).abs().max().item();
      expect(error).toBeLessThan(2e-5 * (await expected.abs().max().item()));
    }
  });
});

test("the derivative with respect to x reads the integers too", () => {
  const q = quantizeWeight(zeros([inner, columns]));
  const slope = compile((x: Tensor, weight: quantization.QuantizedWeight) =>
    grad((each: Tensor) => quantizedMatmul(each, weight).sum())(x),
  );
  expect(explainPlan(slope, zeros([1, inner]), q).arenaBytes).toBeLessThan(2 * 4 * (inner + columns));
});

test("floats that are made of floats are kept as before", () => {
  const report = explainPlan(
    compile((x: Tensor, w: Tensor) => matmul(x, w.multiply(2).add(1))),
    zeros([1, inner]),
    zeros([inner, columns]),
  );
  expect(report.arenaBytes).toBeGreaterThanOrEqual(4 * inner * columns);
});
