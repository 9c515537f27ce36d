/** Attributions against the exact values of reference/care.md 1.6, completeness, and the search for even odds. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gaussLegendre, integratedGradients, linearContributions, nearestUndecided } from "../../src/explain/index.ts";
import { multiply, relu, slice, subtract, sum, type Tensor, tanh, tensor } from "../../src/index.ts";

/** Column `index` of rows [n, columns], as [n]. */
function column(rows: Tensor, index: number): Tensor {
  return slice(rows, null, index);
}

describe("integrated gradients", () => {
  test("IG-1: relu(relu(x₁) − 1 − relu(x₂)) at (3, 1) is (1.5, −0.5)", async () => {
    const model = (rows: Tensor) => relu(subtract(subtract(relu(column(rows, 0)), 1), relu(column(rows, 1))));
    const { values, residuals } = await integratedGradients(model, [3, 1], {
      baseline: [0, 0],
      columns: 2,
      points: 400,
    });
    expect(values[0]).toBeCloseTo(1.5, 1);
    expect(values[1]).toBeCloseTo(-0.5, 1);
    expect(Math.abs(residuals[0] ?? 1)).toBeLessThan(0.02);
  });

  test("IG-2: the same function written otherwise gets the same values (implementation invariance)", async () => {
    const first = (rows: Tensor) => relu(subtract(subtract(relu(column(rows, 0)), 1), relu(column(rows, 1))));
    const second = (rows: Tensor) => relu(subtract(relu(subtract(column(rows, 0), 1)), relu(column(rows, 1))));
    const options = { baseline: [0, 0], columns: 2, points: 400 };
    const [a, b] = [
      await integratedGradients(first, [3, 1], options),
      await integratedGradients(second, [3, 1], options),
    ];
    expect(a.values[0]).toBeCloseTo(b.values[0] ?? 0, 1);
    expect((b.values[0] ?? 0) + (b.values[1] ?? 0)).toBeCloseTo(1, 1);
  });

  test("a smooth function is complete to single precision, row by row, each with its baseline", async () => {
    const weights = tensor([
      [0.7, -1.3],
      [0.4, 0.9],
      [-0.8, 0.2],
    ]);
    const model = (rows: Tensor) => sum(tanh(rows.matmul(weights)), 1);
    const rows = [1, 2, -1, 0.5, 0, 3, -2, 1, 1];
    const baseline = [0, 0, 0, 1, 1, 1, -1, 2, 0];
    const result = await integratedGradients(model, rows, { baseline, columns: 3 });
    for (const residual of result.residuals) expect(Math.abs(residual)).toBeLessThan(1e-5);
    expect(result.outputs).toHaveLength(3);
  });

  test("for a linear function it equals the exact contributions", async () => {
    const rule = { weights: [2, -0.5], bias: 0.25 };
    const model = (rows: Tensor) => sum(multiply(rows, tensor(rule.weights)), 1).add(rule.bias);
    const rows = [1, 4, -3, 2];
    const exact = linearContributions(rule, rows, [0.5, 1]);
    const found = await integratedGradients(model, rows, { baseline: [0.5, 1], columns: 2, points: 3 });
    exact.values.forEach((value, index) => expect(found.values[index]).toBeCloseTo(value, 5));
  });

  test("a model that does not give one number a row is refused with its shape", async () => {
    const options = { baseline: [0, 0], columns: 2 };
    await expect(integratedGradients((rows) => rows, [1, 2], options)).rejects.toThrow(/gave \[\d+, 2\]/);
    await expect(
      integratedGradients((rows) => sum(rows, 1), [1, 2], { ...options, baseline: [0, 0, 0] }),
    ).rejects.toThrow(/3 values fits neither/);
  });
});

describe("linear contributions", () => {
  test("always add up exactly to the difference of the outputs", () => {
    const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(numbers, numbers, numbers, (weights, row, baseline) => {
        const { residuals } = linearContributions({ weights, bias: 7 }, row, baseline);
        expect(residuals[0]).toBe(0);
      }),
    );
  });
});

describe("nearest undecided point", () => {
  test("of a line is the foot of the perpendicular", async () => {
    const model = (rows: Tensor) => sum(multiply(rows, tensor([3, 4])), 1).subtract(5);
    const { points, found } = await nearestUndecided(model, [3, 4, -1, 0], { columns: 2, tolerance: 1e-5 });
    // Distance of (3, 4) is 20 / 5 = 4 along (0.6, 0.8); of (−1, 0) it is −8 / 5.
    expect([...points].map((value) => value.toFixed(3))).toEqual(["0.600", "0.800", "-0.040", "1.280"]);
    expect([...found]).toEqual([1, 1]);
  });

  test("says where none was found", async () => {
    const { found } = await nearestUndecided((rows) => sum(multiply(rows, rows), 1).add(1), [1, 1], { columns: 2 });
    expect([...found]).toEqual([0]);
  });
});

describe("Gauss–Legendre", () => {
  test("is exact for polynomials up to degree 2n − 1", () => {
    for (const count of [1, 2, 5, 16, 64]) {
      const { nodes, weights } = gaussLegendre(count);
      for (const degree of [0, 1, count, 2 * count - 1]) {
        const integral = nodes.reduce((total, node, index) => total + (weights[index] ?? 0) * node ** degree, 0);
        expect(integral).toBeCloseTo(1 / (degree + 1), 12);
      }
      expect([...nodes]).toEqual([...nodes].sort((a, b) => a - b));
    }
  });

  test("no nodes are refused", () => expect(() => gaussLegendre(0)).toThrow(/0 nodes/));
});
