/** Conformal sets: the finite-sample quantile by hand, coverage as the theory has it, and what a set may be. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  binaryPredictions,
  conformalQuantile,
  fitConformal,
  measureSets,
  predictionSet,
} from "../../src/audit/index.ts";
import { threefry } from "../../src/support/threefry.ts";

describe("conformal prediction", () => {
  test("the quantile is the k-th smallest with k = ⌈(n+1)(1−α)⌉", () => {
    const scores = Array.from({ length: 19 }, (_, index) => (index + 1) / 19);
    expect(conformalQuantile(scores, 0.05)).toBe(1); // k = 19
    expect(conformalQuantile(scores, 0.1)).toBe(18 / 19);
    expect(conformalQuantile(scores, 0.5)).toBe(10 / 19);
    expect(conformalQuantile(scores.slice(1), 0.05)).toBe(Number.POSITIVE_INFINITY); // k = 19 of 18
  });

  test("sets by hand: one label, two, none", () => {
    const rule = { alpha: 0.1, threshold: 0.4, samples: 9 };
    expect(predictionSet(rule, [0.9, 0.1])).toEqual([0]);
    expect(predictionSet(rule, [0.5, 0.5])).toEqual([]);
    expect(predictionSet({ ...rule, threshold: 0.6 }, [0.5, 0.5])).toEqual([0, 1]);
    expect(predictionSet({ ...rule, threshold: Number.POSITIVE_INFINITY }, [1, 0])).toEqual([0, 1]);
  });

  test("coverage on exchangeable data is between 1 − α and 1 − α + 1/(n+1), on average", () => {
    const alpha = 0.2;
    const samples = 49;
    let covered = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const draw = (index: number) => (threefry([trial, 7], [index, 0])[0] + 0.5) / 2 ** 32;
      const calibration = binaryPredictions(
        Array.from({ length: samples }, (_, i) => draw(i)),
        new Array(samples).fill(1),
      );
      const test = binaryPredictions(
        Array.from({ length: 20 }, (_, i) => draw(samples + i)),
        new Array(20).fill(1),
      );
      covered += measureSets(fitConformal(calibration, alpha), test).coverage / trials;
    }
    // Standard deviation of the mean over trials: about 0.005.
    expect(covered).toBeGreaterThan(1 - alpha - 0.015);
    expect(covered).toBeLessThan(1 - alpha + 1 / (samples + 1) + 0.015);
  });

  test("a smaller α never makes a set smaller", () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 50 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0.02, max: 0.9, noNaN: true }), (values, alpha) => {
        expect(conformalQuantile(values, alpha / 2)).toBeGreaterThanOrEqual(conformalQuantile(values, alpha));
      }),
    );
  });

  test("what cannot be is refused", () => {
    expect(() => conformalQuantile([0.5], 0)).toThrow(/alpha is 0/);
    expect(() => conformalQuantile([], 0.1)).toThrow(/no scores/);
    expect(() => conformalQuantile([0.1, Number.NaN], 0.1)).toThrow(/NaN/);
  });
});
