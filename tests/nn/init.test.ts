import { describe, expect, it } from "vitest";
import { ArgumentError, matmul, nn, ShapeError, seed, type Tensor } from "../../src/index.ts";

const { orthogonal, truncatedNormal } = nn.init;

/** The largest difference of q · qᵀ (or qᵀ · q) from the identity. */
async function distanceFromOrthonormal(q: Tensor): Promise<number> {
  const isTall = (q.shape[0] ?? 0) > (q.shape[1] ?? 0);
  const gram = isTall ? matmul(q.matrixTranspose(), q) : matmul(q, q.matrixTranspose());
  const size = gram.shape[0] ?? 0;
  const values = [...(await gram.data())].map(Number);
  return Math.max(...values.map((value, index) => Math.abs(value - (index % (size + 1) === 0 ? 1 : 0))));
}

describe("orthogonal", () => {
  it.each([
    [[5, 5], "f64", 1e-14],
    [[40, 17], "f64", 1e-14],
    [[17, 40], "f32", 2e-6],
    [[1, 3], "f64", 1e-15],
  ] as const)("%j in %s is orthonormal along its shorter side", async (shape, dtype, tolerance) => {
    expect(await distanceFromOrthonormal(orthogonal(shape, { dtype }))).toBeLessThan(tolerance);
  });

  it("takes windows as one axis, scales, and is the same for the same seed", async () => {
    seed(5);
    const kernel = orthogonal([4, 3, 2, 2], { gain: 2 });
    expect(await distanceFromOrthonormal(kernel.reshape([4, 12]).multiply(0.5))).toBeLessThan(1e-5);
    seed(5);
    expect(await orthogonal([4, 3, 2, 2], { gain: 2 }).data()).toEqual(await kernel.data());
    expect(() => orthogonal([3])).toThrow(ShapeError);
  });

  it("prefers no direction: entries and determinants average to nothing", async () => {
    seed(6);
    const draws = await Promise.all(Array.from({ length: 100 }, () => orthogonal([2, 2]).data()));
    const mean = (of: (q: readonly number[]) => number) =>
      draws.reduce((sum, q) => sum + of([...q].map(Number)), 0) / 100;
    expect(Math.abs(mean(([a = 0]) => a))).toBeLessThan(0.2);
    expect(Math.abs(mean(([, , , d = 0]) => d))).toBeLessThan(0.2);
    expect(Math.abs(mean(([a = 0, b = 0, c = 0, d = 0]) => a * d - b * c))).toBeLessThan(0.3);
  });
});

describe("truncatedNormal", () => {
  it.each([
    [0, 1, -2, 2, 0, 0.8796],
    [1, 0.5, 0.5, 3, 1.1437, 0.3943],
    [0, 1, 1, 2, 1.3832, 0.2691],
    [0, 0.02, -2, 2, 0, 0.02],
  ] as const)(
    "mean %d, deviation %d, from %d to %d",
    async (mean, deviation, low, high, expectedMean, expectedDeviation) => {
      seed(7);
      for (const dtype of ["f32", "f64"] as const) {
        const values = [...(await truncatedNormal([20000], mean, deviation, { low, high, dtype }).data())].map(Number);
        const found = values.reduce((sum, value) => sum + value, 0) / values.length;
        const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - found) ** 2, 0) / values.length);
        expect(Math.abs(found - expectedMean)).toBeLessThan(0.02 * deviation);
        expect(Math.abs(spread / expectedDeviation - 1)).toBeLessThan(0.03);
        expect(values.every((value) => value >= Math.fround(low) && value <= Math.fround(high))).toBe(true);
      }
    },
  );

  it("has the quantiles of the normal distribution between its ends", async () => {
    seed(8);
    const values = [...(await truncatedNormal([40000], 0, 1, { low: -4, high: 4, dtype: "f64" }).data())]
      .map(Number)
      .sort((a, b) => a - b);
    const quantiles = { 0.001: -3.0902, 0.025: -1.96, 0.25: -0.6745, 0.5: 0, 0.75: 0.6745, 0.975: 1.96, 0.999: 3.0902 };
    for (const [share, expected] of Object.entries(quantiles))
      expect(Math.abs(Number(values[Math.floor(Number(share) * 40000)]) - expected)).toBeLessThan(
        0.15 * Math.max(0.2, Math.abs(expected) - 2),
      );
  });

  it("refuses what holds nothing", () => {
    expect(() => truncatedNormal([1], 0, 1, { low: 2, high: 1 })).toThrow(ArgumentError);
    expect(() => truncatedNormal([1], 0, 1, { low: 7, high: 8 })).toThrow("within six deviations");
    expect(() => truncatedNormal([1], 0, 0)).toThrow("the deviation above 0");
  });
});
