/** Effects of features against functions whose effects are known, and attributions by feature with their residuals. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accumulatedEffects,
  attributeFeatures,
  featureExplainer,
  integratedGradients,
  meanRow,
  partialDependence,
  permutationImportance,
  quantileRows,
} from "../../src/explain/index.ts";
import { relu, slice, sum, type Tensor, tanh, tensor } from "../../src/index.ts";
import { draw, rowsOf } from "../audit/tables.ts";

const features = [
  { name: "a", start: 0, width: 1 },
  { name: "color", start: 1, width: 2 },
  { name: "b", start: 3, width: 1 },
] as const;

/** Rows of a, one of two colors, and b, which goes with a. */
function rows(count: number): Float32Array {
  return Float32Array.from(
    rowsOf(count, (row) => {
      const a = draw(row, 1);
      const isRed = draw(row, 2) < 0.25;
      return [a, isRed ? 1 : 0, isRed ? 0 : 1, a + 0.1 * draw(row, 3)];
    }).flat(),
  );
}

/** For each row the value of `f` of its four numbers. */
function each(some: Float32Array, f: (row: readonly number[]) => number): number[] {
  return rowsOf(some.length / 4, (row) => f(Array.from(some.subarray(4 * row, 4 * row + 4))));
}

describe("attributions by feature", () => {
  test("are the sums over blocks, and add up with the residual to the difference of the outputs", async () => {
    const weights = tensor([
      [0.7, -1.3],
      [0.4, 0.9],
      [-0.8, 0.2],
      [1.1, 0.3],
    ]);
    const model = (x: Tensor) => sum(tanh(x.matmul(weights)), 1);
    const some = rows(6);
    const baseline = meanRow(rows(200), 4);
    const found = await attributeFeatures(model, some, { features, baseline });
    const columns = await integratedGradients(model, some, { baseline, columns: 4 });
    for (let row = 0; row < 6; row++) {
      const [a = 0, color = 0, b = 0] = found.values.subarray(3 * row, 3 * row + 3);
      const own = columns.values.subarray(4 * row, 4 * row + 4);
      expect(a).toBe(own[0]);
      expect(color).toBeCloseTo((own[1] ?? 0) + (own[2] ?? 0), 12);
      expect(b).toBe(own[3]);
      const difference = (found.outputs[row] ?? 0) - found.baselineOutput;
      expect(a + color + b + (found.residuals[row] ?? 0)).toBeCloseTo(difference, 12);
      expect(Math.abs(found.residuals[row] ?? 1)).toBeLessThan(1e-5);
    }
    expect([...found.points]).toEqual([32, 32, 32, 32, 32, 32]);
  });

  test("corners are walked in smaller steps until little is left", async () => {
    const model = (x: Tensor) => relu(slice(x, null, 0).subtract(0.55)).multiply(40);
    const coarse = await attributeFeatures(model, [1, 0, 0, 0], { features, baseline: [0, 0, 0, 0], mostPoints: 32 });
    const fine = await attributeFeatures(model, [1, 0, 0, 0], { features, baseline: [0, 0, 0, 0], tolerance: 1e-3 });
    expect(Math.abs(fine.residuals[0] ?? 1)).toBeLessThan(Math.abs(coarse.residuals[0] ?? 0));
    expect(fine.points[0]).toBeGreaterThan(32);
    expect(fine.values[0]).toBeCloseTo(40 * 0.45, 0);
  });

  test("a row alone and among others is explained with the same bits", async () => {
    const explain = featureExplainer((x: Tensor) => sum(tanh(x), 1), { features, baseline: [0, 0, 0, 0] });
    const together = await explain(rows(20));
    for (const row of [0, 7, 19]) {
      const alone = await explain(rows(20).slice(4 * row, 4 * row + 4));
      expect(alone.values).toEqual(together.values.slice(3 * row, 3 * row + 3));
      expect(alone.residuals[0]).toBe(together.residuals[row]);
    }
    expect((await explain([])).values).toHaveLength(0);
  });

  test("what does not fit is refused", async () => {
    const model = (x: Tensor) => sum(x, 1);
    await expect(attributeFeatures(model, [1, 2], { features, baseline: [0, 0, 0, 0] })).rejects.toThrow(
      /2 values are not whole rows of 4/,
    );
    expect(() => meanRow([1, 2, 3], 2)).toThrow(/3 values are not whole rows of 2/);
  });
});

describe("permutation importance", () => {
  test("of what is not used it is exactly 0, of a used feature the variance that it brings", async () => {
    const some = rows(4000);
    const truth = each(some, ([a = 0]) => 3 * a);
    const losses = async (changed: Float32Array) =>
      each(changed, ([a = 0]) => 3 * a).map((value, row) => (value - (truth[row] ?? 0)) ** 2);
    const found = await permutationImportance(losses, some, { features });
    expect(found.map(({ feature }) => feature)).toEqual(["a", "color", "b"]);
    // E (3a − 3a′)² of independent uniform a, a′: 9 · 2 / 12.
    expect(found[0]?.importance).toBeCloseTo(1.5, 1);
    expect(found[0]?.lower).toBeLessThan(1.5);
    expect(found[0]?.upper).toBeGreaterThan(1.5);
    expect(found[1]).toEqual({ feature: "color", importance: 0, lower: 0, upper: 0 });
  });

  test("of noise that a model listens to the interval holds 0 or the importance is above it", async () => {
    const some = rows(3000);
    const truth = rowsOf(3000, (row) => draw(row, 9) - 0.5);
    // The truth has nothing to do with color: listening to it a little costs the same, whoever has which color.
    const losses = async (changed: Float32Array) =>
      each(changed, ([, red = 0]) => 0.2 * red).map((value, row) => (value - (truth[row] ?? 0)) ** 2);
    const color = (await permutationImportance(losses, some, { features }))[1];
    expect(color?.lower).toBeLessThan(0.002);
    expect(color?.upper).toBeGreaterThan(-0.002);
  });
});

describe("effects", () => {
  const some = rows(1500);
  const a = each(some, ([value = 0]) => value);
  const donors = quantileRows(a, 9);

  test("of a sum of functions: each its own, for both methods", async () => {
    const outputs = async (changed: Float32Array) =>
      each(changed, ([x = 0, red = 0, , b = 0]) => x * x + 2 * red - 5 * b);
    const mean = a.reduce((total, x) => total + x * x, 0) / a.length;
    const dependence = await partialDependence(outputs, some, { features, feature: "a", donors });
    for (const { row, effect } of dependence) expect(effect).toBeCloseTo((a[row] ?? 0) ** 2 - mean, 5);
    const local = await accumulatedEffects(outputs, some, { features, feature: "a", donors, values: a });
    local.forEach(({ row, effect }, place) => {
      const [x, first] = [a[row] ?? 0, a[local[0]?.row ?? 0] ?? 0];
      expect(effect - (local[0]?.effect ?? 0)).toBeCloseTo(x * x - first * first, 5);
      expect(effect).toBeCloseTo(dependence[place]?.effect ?? 0, 1);
    });
    const colors = [a.findIndex((_, row) => some[4 * row + 1] === 1), a.findIndex((_, row) => some[4 * row + 2] === 1)];
    const [red, blue] = await partialDependence(outputs, some, { features, feature: "color", donors: colors });
    expect((red?.effect ?? 0) - (blue?.effect ?? 0)).toBeCloseTo(2, 5);
  });

  test("of a product of what goes together: local effects see the neighbourhood of the rows only", async () => {
    // On the rows b is nearly a; far from them the function explodes, which partial dependence runs into.
    const outputs = async (changed: Float32Array) =>
      each(changed, ([x = 0, , , b = 0]) => x + (Math.abs(x - b) > 0.3 ? 1000 : 0));
    const [first, ...others] = await accumulatedEffects(outputs, some, { features, feature: "a", donors, values: a });
    const rise = (others.at(-1)?.effect ?? 0) - (first?.effect ?? 0);
    expect(rise).toBeCloseTo(1, 1);
    const dependence = await partialDependence(outputs, some, { features, feature: "a", donors });
    expect(Math.max(...dependence.map(({ effect }) => effect))).toBeGreaterThan(100);
  });

  test("effects are centred over rows, and rows without a value are left out", async () => {
    const values = a.map((value, row) => (row % 10 === 0 ? Number.NaN : value));
    const outputs = async (changed: Float32Array) => each(changed, ([x = 0]) => 4 * x);
    const points = await accumulatedEffects(outputs, some, {
      features,
      feature: "a",
      donors: quantileRows(values, 40),
      values,
    });
    const known = values.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((total, value) => total + 4 * value, 0) / known.length;
    for (const { row, effect } of points) expect(effect).toBeCloseTo(4 * (a[row] ?? 0) - mean, 1);
  });

  test("quantile rows ascend, differ and hold the ends", () => {
    const numbers = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NaN)), { maxLength: 40 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 2, max: 12 }), (values, count) => {
        const found = quantileRows(values, count).map((row) => values[row] ?? Number.NaN);
        const known = values.filter((value) => !Number.isNaN(value));
        expect(found).toEqual([...new Set(found)].sort((x, y) => x - y));
        if (known.length > 0) expect([found[0], found.at(-1)]).toEqual([Math.min(...known), Math.max(...known)]);
      }),
    );
  });

  test("what does not fit is refused", async () => {
    const outputs = async (changed: Float32Array) => each(changed, () => 0);
    await expect(partialDependence(outputs, some, { features, feature: "c", donors })).rejects.toThrow(
      /"c" cannot be found/,
    );
    await expect(partialDependence(outputs, some, { features, feature: "a", donors: [9999] })).rejects.toThrow(/9999/);
    await expect(
      accumulatedEffects(outputs, some, { features, feature: "a", donors: [...donors].reverse(), values: a }),
    ).rejects.toThrow(/have to ascend/);
    await expect(permutationImportance(outputs, some.subarray(0, 4), { features })).rejects.toThrow(/two whole rows/);
  });
});
