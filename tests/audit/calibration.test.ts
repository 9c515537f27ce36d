/** Calibration measures and temperature scaling against values worked out by hand, and properties that always hold. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyTemperature,
  binaryLogits,
  binaryPredictions,
  brierScore,
  equalMassCalibrationError,
  equalMassGroups,
  expectedCalibrationError,
  fitTemperature,
  maximumCalibrationError,
  negativeLogLikelihood,
  type Predictions,
  reliabilityDiagram,
} from "../../src/audit/index.ts";
import { ArgumentError, DataError } from "../../src/support/errors.ts";

const three: Predictions = {
  probabilities: [0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4, 0.05, 0.9, 0.05],
  labels: [0, 1, 0, 2],
  classes: 3,
};

/** Random predictions of 2 to 4 classes. */
const predictions = fc.integer({ min: 2, max: 4 }).chain((classes) =>
  fc
    .array(
      fc.tuple(
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: classes, maxLength: classes }),
        fc.nat(),
      ),
      {
        minLength: 1,
        maxLength: 60,
      },
    )
    .map((rows): Predictions => {
      const probabilities = rows.flatMap(([weights]) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return weights.map((weight) => weight / total);
      });
      return { probabilities, labels: rows.map(([, label]) => label % classes), classes };
    }),
);

describe("calibration errors", () => {
  test("ten bins by hand", () => {
    // Confidences 0.7 right, 0.8 right, 0.4 wrong, 0.9 wrong: each in a bin of its own.
    expect(expectedCalibrationError(three, 10)).toBeCloseTo((0.3 + 0.2 + 0.4 + 0.9) / 4, 12);
    expect(maximumCalibrationError(three, 10)).toBeCloseTo(0.9, 12);
  });

  test("equal-mass groups are as equal as can be, the first ones larger", () => {
    const groups = equalMassGroups(three, 3);
    expect(groups.map((group) => group.count)).toEqual([2, 1, 1]);
    // {0.4 wrong, 0.7 right}, {0.8 right}, {0.9 wrong}
    expect(equalMassCalibrationError(three, 3)).toBeCloseTo((2 * 0.05 + 0.2 + 0.9) / 4, 12);
  });

  test("an edge belongs to the bin below it, however it is rounded", () => {
    for (let bins = 2; bins <= 30; bins++) {
      for (let edge = Math.ceil(bins / 2); edge <= bins; edge++) {
        const diagram = reliabilityDiagram(binaryPredictions([edge / bins], [1]), bins);
        expect(diagram.findIndex((bin) => bin.count === 1)).toBe(edge - 1);
      }
    }
  });

  test("likelihood and Brier score by hand", () => {
    expect(negativeLogLikelihood(three)).toBeCloseTo(
      -(Math.log(0.7) + Math.log(0.8) + Math.log(0.3) + Math.log(0.05)) / 4,
      12,
    );
    const brier = [0.09 + 0.04 + 0.01, 0.01 + 0.04 + 0.01, 0.49 + 0.09 + 0.16, 0.0025 + 0.81 + 0.9025];
    expect(brierScore(three)).toBeCloseTo(brier.reduce((a, b) => a + b) / 4, 12);
  });

  test("bins partition the samples and errors are between 0 and 1", () => {
    fc.assert(
      fc.property(predictions, fc.integer({ min: 1, max: 40 }), (sample, bins) => {
        const diagram = reliabilityDiagram(sample, bins);
        expect(diagram.reduce((sum, bin) => sum + bin.count, 0)).toBe(sample.labels.length);
        for (const bin of diagram.filter(({ count }) => count > 0)) {
          expect(bin.confidence).toBeGreaterThan(bin.lower - 1e-12);
          expect(bin.confidence).toBeLessThan(bin.upper + 1e-12);
        }
        const error = expectedCalibrationError(sample, bins);
        expect(error).toBeGreaterThanOrEqual(0);
        expect(error).toBeLessThanOrEqual(maximumCalibrationError(sample, bins) + 1e-12);
        // One bin: the error is the gap of the means, which no binning undercuts.
        expect(error).toBeGreaterThanOrEqual(expectedCalibrationError(sample, 1) - 1e-12);
      }),
    );
  });

  test("what cannot be is refused with the row", () => {
    expect(() => expectedCalibrationError(binaryPredictions([0.5, Number.NaN], [0, 1]))).toThrow(/row 1 holds NaN/);
    expect(() => expectedCalibrationError(binaryPredictions([0.5], [2]))).toThrow(DataError);
    expect(() => brierScore({ probabilities: [0.5], labels: [0], classes: 2 })).toThrow(ArgumentError);
    expect(() => reliabilityDiagram(three, 0)).toThrow(/0 bins/);
    expect(() => brierScore({ probabilities: [], labels: [], classes: 2 })).toThrow(/no samples/);
  });
});

describe("temperature scaling", () => {
  test("three right of four at logit 4 give 75 %", () => {
    const logits = binaryLogits([4, 4, 4, 4]);
    const temperature = fitTemperature({ logits, labels: [1, 1, 1, 0], classes: 2 });
    expect(temperature).toBeCloseTo(4 / Math.log(3), 10);
    expect(applyTemperature(logits, 2, temperature)[1]).toBeCloseTo(0.75, 10);
  });

  test("stays within its bounds where the samples are all right or all wrong", () => {
    expect(fitTemperature({ logits: [0, 3, 3, 0], labels: [1, 0], classes: 2 })).toBeCloseTo(0.05, 12);
    // With one row of doubt among three: sure to 1 − 1 / 3 / 2, which is the logit log 5
    const doubted = fitTemperature({ logits: [0, 3, 3, 0], labels: [1, 0], classes: 2 }, { doubt: 1 });
    expect(3 / doubted).toBeCloseTo(Math.log(5), 9);
    expect(fitTemperature({ logits: [0, 3, 3, 0], labels: [0, 1], classes: 2 })).toBeCloseTo(10, 12);
  });

  test("no other temperature has a higher likelihood, and the order of classes stays", () => {
    const samples = fc.array(fc.tuple(fc.double({ min: -8, max: 8, noNaN: true }), fc.boolean()), {
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(samples, fc.double({ min: 0.05, max: 10, noNaN: true }), (rows, other) => {
        const logits = binaryLogits(rows.map(([logit]) => logit));
        const labels = rows.map(([, truth]) => (truth ? 1 : 0));
        const loss = (temperature: number) =>
          rows.reduce((sum, [logit, truth]) => sum + Math.log1p(Math.exp(((truth ? -1 : 1) * logit) / temperature)), 0);
        const best = fitTemperature({ logits, labels, classes: 2 });
        expect(loss(best)).toBeLessThanOrEqual(loss(other) + 1e-9);
        const probabilities = applyTemperature(logits, 2, best);
        rows.forEach(([logit], row) => {
          if (Math.abs(logit) > 1e-9) expect((probabilities[2 * row + 1] ?? 0) > 0.5).toBe(logit > 0);
        });
      }),
    );
  });

  test("probabilities add up to 1 however large the logits are", () => {
    const probabilities = applyTemperature([1e6, -1e6, 3, 700, 701, 0], 3, 0.5);
    expect(probabilities.slice(0, 3).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(probabilities.slice(3).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  test("a logit that is not finite is refused", () => {
    expect(() => fitTemperature({ logits: [0, Infinity], labels: [1], classes: 2 })).toThrow(
      /row 0 holds the logit Infinity/,
    );
    expect(() => applyTemperature([0, 1], 2, 0)).toThrow(/above 0/);
  });
});
