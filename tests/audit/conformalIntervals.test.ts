/** Conformal intervals: by hand, with the coverage that theory promises, narrower where errors are. */
import { describe, expect, test } from "vitest";
import { fitIntervals, measureIntervals, predictionInterval } from "../../src/audit/index.ts";
import { draw, readReal, rowsOf, tablePath } from "./tables.ts";

/** Predictions between 0 and 10 whose errors have the size that `size` gives. */
function samples(count: number, key: number, size: (prediction: number) => number) {
  const predictions = rowsOf(count, (row) => 10 * draw(row, key));
  const truths = predictions.map((value, row) => value + size(value) * (draw(row, key + 1) + draw(row, key + 2) - 1));
  return { predictions, truths };
}

describe("conformal intervals", () => {
  test("the k-th smallest error, k = ⌈(n+1)(1−α)⌉, on both sides of the prediction", () => {
    const calibration = { predictions: new Array<number>(9).fill(2), truths: [3, 1, 4, 0, 5, -1, 6, -2, 7] };
    const rule = fitIntervals(calibration, 0.3); // k = 7: the seventh of 1 1 2 2 3 3 4 4 5
    expect(rule).toEqual({ alpha: 0.3, threshold: 4, samples: 9 });
    expect(predictionInterval(rule, -1)).toEqual({ lower: -5, upper: 3 });
    expect(measureIntervals(rule, { predictions: [0, 0], truths: [4, 4.1] })).toMatchObject({
      coverage: { value: 0.5 },
      meanWidth: 8,
    });
    expect(fitIntervals(calibration, 0.05).threshold).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    ["equal errors", () => 1],
    ["errors that grow", (prediction: number) => 0.1 + prediction],
  ] as const)("coverage with %s lies between 1 − α and 1 − α + 1/(n+1), on average", (_, size) => {
    for (const count of [60, 400]) {
      const trials = 24_000 / count / 4;
      let covered = 0;
      for (let trial = 0; trial < trials; trial++) {
        const rule = fitIntervals(samples(count, 10 * trial + 1, size), 0.1);
        covered += measureIntervals(rule, samples(200, 10 * trial + 5, size)).coverage.value / trials;
      }
      // Coverage of one rule follows Beta(k, n+1−k); with tests of 200 and `trials` rules the mean deviates by this much.
      const deviation = Math.sqrt((0.09 / (count * (2 / 3)) + 0.09 / 200) / trials);
      expect(covered).toBeGreaterThan(0.9 - 3.5 * deviation);
      expect(covered).toBeLessThan(0.9 + 1.5 / count + 3.5 * deviation);
    }
  });

  test("errors that grow with the prediction get a scale: narrow where errors are small; equal errors get none", () => {
    const growing = fitIntervals(
      samples(2000, 1, (prediction) => 0.1 + prediction),
      0.1,
    );
    const widthAt = (prediction: number): number => {
      const { lower, upper } = predictionInterval(growing, prediction);
      return upper - lower;
    };
    expect(widthAt(9) / widthAt(1)).toBeGreaterThan(5);
    const plain = { alpha: 0.1, threshold: 5.5, samples: 2000 };
    const test = samples(4000, 7, (prediction) => 0.1 + prediction);
    expect(measureIntervals(growing, test).meanWidth).toBeLessThan(0.85 * measureIntervals(plain, test).meanWidth);
    expect(
      fitIntervals(
        samples(2000, 1, () => 1),
        0.1,
      ).scale,
    ).toBeUndefined();
  });

  test("a rule that went through JSON says the same", () => {
    const rule = fitIntervals(
      samples(900, 3, (prediction) => 0.1 + prediction),
      0.1,
    );
    const revived: typeof rule = JSON.parse(JSON.stringify(rule));
    for (const prediction of [-3, 0, 4.5, 99])
      expect(predictionInterval(revived, prediction)).toEqual(predictionInterval(rule, prediction));
  });

  const path = tablePath("california-housing.csv");
  test.skipIf(path === undefined)(
    "house prices by income: 90 % are held, and intervals grow with the price (needs SMILODON_DATA)",
    () => {
      const table = readReal(path ?? "");
      const income = table.numbers("median_income");
      const prices = table.numbers("median_house_value");
      const part = (isFirst: boolean) => {
        const rows = rowsOf(table.rowCount, (row) => row).filter((row) => draw(row, 3) < 0.3 === isFirst);
        return {
          predictions: rows.map((row) => 45_000 + 42_000 * (income[row] ?? 0)),
          truths: rows.map((row) => prices[row] ?? 0),
        };
      };
      const rule = fitIntervals(part(true), 0.1);
      const { coverage } = measureIntervals(rule, part(false));
      expect(coverage.value).toBeGreaterThan(0.885);
      expect(coverage.value).toBeLessThan(0.915);
    },
  );

  test("no errors at all, and what cannot be", () => {
    const perfect = { predictions: rowsOf(400, (row) => row), truths: rowsOf(400, (row) => row) };
    expect(predictionInterval(fitIntervals(perfect, 0.1), 5)).toEqual({ lower: 5, upper: 5 });
    expect(() => fitIntervals({ predictions: [1], truths: [] }, 0.1)).toThrow(/1 predictions do not fit 0 truths/);
    expect(() => fitIntervals({ predictions: [], truths: [] }, 0.1)).toThrow(/no samples/);
    expect(() => fitIntervals({ predictions: [1], truths: [Number.NaN] }, 0.1)).toThrow(/row 0 holds NaN/);
    expect(() => fitIntervals({ predictions: [1], truths: [1] }, 1)).toThrow(/alpha is 1/);
  });
});
