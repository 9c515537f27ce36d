/** The parts of learning a table that can be checked by hand: tasks, pieces, figures, neighbours. */
import { describe, expect, test } from "vitest";
import { studentPoint } from "../../src/audit/intervals.ts";
import { readTable } from "../../src/data/index.ts";
import { areaUnderCurve, classMetrics, meanOfFolds, numberMetrics } from "../../src/systems/metrics.ts";
import { answerByNeighbours, evenly } from "../../src/systems/tabular/neighbours.ts";
import { fitPieces } from "../../src/systems/tabular/pieces.ts";
import { predictionsOf, targetsOf, taskOf } from "../../src/systems/tabular/task.ts";

describe("taskOf", () => {
  const columnOf = (values: readonly (string | number)[]) =>
    readTable(`x,y\n${values.map((value, row) => `${row},${value}`).join("\n")}\n`);

  test("takes text for classes, few whole numbers too, and other numbers for numbers", () => {
    expect(taskOf(columnOf(["b", "a", "b"]), "y")).toMatchObject({ kind: "classification", classes: ["a", "b"] });
    expect(taskOf(columnOf(Array.from({ length: 30 }, (_, row) => 9 + (row % 2))), "y")).toMatchObject({
      classes: ["9", "10"],
      isNumeric: true,
    });
    expect(taskOf(columnOf([1.5, 2.5, 3.5]), "y")).toMatchObject({ kind: "regression", mean: 2.5, scale: "plain" });
  });

  test("learns a long-tailed target above 0 as its logarithm, and gives it back in its unit", () => {
    const values = Array.from({ length: 200 }, (_, row) => Math.exp(row / 20));
    const task = taskOf(columnOf(values), "y");
    if (task.kind !== "regression") throw new Error(task.kind);
    expect(task.scale).toBe("logarithm");
    const back = predictionsOf(task, targetsOf(task, columnOf(values)));
    values.forEach((value, row) => {
      expect((back[row] ?? 0) / value).toBeCloseTo(1, 4);
    });
  });

  test("refuses what cannot be learned", () => {
    expect(() => taskOf(columnOf(["a", "a"]), "y")).toThrow(/nothing to tell apart/);
    expect(() => taskOf(columnOf([2.5, 2.5]), "y", "regression")).toThrow(/nothing to predict/);
    expect(() => taskOf(columnOf(Array.from({ length: 60 }, (_, row) => `name${row}`)), "y")).toThrow(/too many/);
    expect(() => taskOf(columnOf(["a", "b"]), "y", "regression")).toThrow(/is text/);
  });

  test("names the place of a target that was not learned", () => {
    const task = taskOf(columnOf(["a", "b"]), "y");
    expect(() => targetsOf(task, columnOf(["a", "c"]))).toThrow(/line 3: "c" is none of the classes/);
  });
});

describe("fitPieces", () => {
  const rows = Float32Array.from({ length: 400 }, (_, row) => row / 400);
  const base = { rows, width: 1, numbers: [0], outputs: 1 };

  test("draws a border where the target jumps", () => {
    const targets = rows.map((value) => (value < 0.25 ? -1 : 1));
    const { counts, from, inverse } = fitPieces({ ...base, targets, pieces: 4, isGuided: true });
    expect(counts).toEqual([2]);
    expect(from[0]).toBe(0);
    expect(from[1]).toBeCloseTo(0.25, 2);
    expect(1 / (inverse[1] ?? 0)).toBeCloseTo(399 / 400 - (from[1] ?? 0), 5);
  });

  test("steps in the gaps between values where these are few", () => {
    const few = Float32Array.from({ length: 400 }, (_, row) => row % 5);
    const targets = few.map((value) => (value === 3 ? 1 : 0));
    const { from, inverse } = fitPieces({ ...base, rows: few, targets, pieces: 8, isGuided: true });
    expect(Array.from(from)).toEqual([2, 3]);
    expect(Array.from(inverse)).toEqual([1, 1]);
  });

  test("leaves a number that says nothing in one piece", () => {
    const targets = rows.map((_, row) => (row % 2 === 0 ? -1 : 1));
    expect(fitPieces({ ...base, targets, pieces: 8, isGuided: true }).counts).toEqual([1]);
  });

  test("cuts evenly where the targets are not to be seen", () => {
    const { from } = fitPieces({ ...base, targets: rows, pieces: 4, isGuided: false });
    expect(Array.from(from, (value) => Math.round(value * 4))).toEqual([0, 1, 2, 3]);
  });

  test("has no pieces for a constant, and none where none are asked for", () => {
    const constant = { ...base, rows: new Float32Array(50), targets: new Float32Array(50), isGuided: true };
    expect(fitPieces({ ...constant, pieces: 4 }).counts).toEqual([0]);
    expect(fitPieces({ ...base, targets: rows, isGuided: true, pieces: 0 }).counts).toEqual([0]);
  });
});

describe("figures", () => {
  test("the area under the curve counts ties half", () => {
    // Pairs (positive, negative): 0.8 > 0.3, 0.8 > 0.5, 0.5 > 0.3, 0.5 = 0.5
    const area = areaUnderCurve(Float64Array.of(0.8, 0.5, 0.3, 0.5), Uint8Array.of(1, 1, 0, 0));
    expect(area?.value).toBe(3.5 / 4);
    expect(areaUnderCurve(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toBeUndefined();
  });

  test("classes: accuracy, log loss and calibration error by hand", () => {
    const { accuracy, logLoss, ece } = classMetrics({
      probabilities: [0.8, 0.2, 0.4, 0.6, 0.7, 0.3, 0.1, 0.9],
      labels: [0, 1, 1, 1],
      classes: 2,
    });
    expect(accuracy?.value).toBe(0.75);
    expect(logLoss?.value).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6) + Math.log(0.3) + Math.log(0.9)) / 4);
    // Four bins of one row each: |1 − 0.8| + |1 − 0.6| + |0 − 0.7| + |1 − 0.9|, over four
    expect(ece?.value).toBeCloseTo(0.35);
    expect(ece?.low).toBeLessThanOrEqual(0.35);
  });

  test("numbers: errors and explained variance by hand", () => {
    const { rmse, mae, r2 } = numberMetrics([1, 2, 5], [1, 3, 3]);
    expect(rmse?.value).toBeCloseTo(Math.sqrt(5 / 3));
    expect(mae?.value).toBeCloseTo(1);
    expect(r2?.value).toBeCloseTo(1 - 5 / (8 / 3));
  });

  test("the mean of folds stays a share", () => {
    const fold = (value: number) => ({ accuracy: { value, low: 0, high: 1, n: 10 } });
    const { accuracy } = meanOfFolds([fold(1), fold(0.9)]);
    expect(accuracy).toMatchObject({ value: 0.95, high: 1, n: 20 });
  });

  test("three folds are few: their interval is Student's", () => {
    const fold = (value: number) => ({ accuracy: { value, low: 0, high: 1, n: 1e6 } });
    const { accuracy } = meanOfFolds([fold(0.74), fold(0.75), fold(0.76)]);
    expect(accuracy?.high).toBeCloseTo(0.75 + (4.3027 * 0.01) / Math.sqrt(3), 6);
    // R: qt(0.975, c(11, 20, 100))
    expect([11, 20, 100].map(studentPoint)).toEqual([2.201, 2.086, 1.984].map((point) => expect.closeTo(point, 3)));
  });

  test("folds that are all right promise no more than their rows do, and one without a class does not count", () => {
    const fold = (area: number) => ({
      accuracy: { value: 1, low: 0.7, high: 1, n: 7 },
      auc: { value: area, low: 0.5, high: 1, n: 7 },
    });
    const { accuracy, auc } = meanOfFolds(Array.from({ length: 7 }, (_, index) => fold(index === 3 ? Number.NaN : 1)));
    expect(accuracy).toMatchObject({ value: 1, high: 1, n: 49 });
    // Wilson: 49 of 49
    expect(accuracy?.low).toBeCloseTo(49 / (49 + 1.96 ** 2), 3);
    expect(auc).toMatchObject({ value: 1, high: 1, n: 42 });
    // Perfect folds prove no more than their rows do
    const { low = 1, high = 0 } = meanOfFolds([fold(1), fold(1)]).auc ?? {};
    expect(high).toBe(1);
    expect(low).toBeCloseTo(1 - Math.SQRT1_2 * 0.5, 10);
    expect(meanOfFolds([fold(Number.NaN), fold(0.8)]).auc).toEqual({ value: 0.8, low: 0.5, high: 1, n: 7 });
  });

  test("intervals stay where figures can be, and few rows that are all right are no proof", () => {
    const perfect = areaUnderCurve(Float64Array.of(0.1, 0.9), Uint8Array.of(0, 1));
    expect(perfect).toMatchObject({ value: 1, high: 1 });
    expect(perfect?.low).toBeLessThan(0.3);
    const many = Float64Array.from({ length: 2000 }, (_, row) => row);
    const better = areaUnderCurve(
      many,
      Uint8Array.from(many, (row) => (row < 1000 ? 0 : 1)),
    );
    expect(better?.low).toBeGreaterThan(0.99);
    const middle = areaUnderCurve(
      Float64Array.from({ length: 400 }, (_, row) => (row * 37) % 400),
      Uint8Array.from({ length: 400 }, (_, row) => ((row * 37) % 400 > 120 + (row % 160) ? 1 : 0)),
    );
    expect(middle?.low).toBeLessThan(middle?.value ?? 0);
    expect(middle?.high).toBeLessThan(1);
    const { mae, r2 } = numberMetrics([1, 2, 9], [1, 2, 3]);
    expect(mae?.low).toBe(0);
    expect(r2?.high).toBe(1);
  });
});

test("the nearest neighbours say what most of them are", () => {
  const known = {
    rows: Float32Array.from({ length: 40 }, (_, row) => (row < 20 ? 0 : 10) + (row % 20) / 100),
    targets: Float32Array.from({ length: 40 }, (_, row) => (row < 20 ? 0 : 1)),
  };
  const shares = answerByNeighbours(known, Float32Array.of(0, 10), 2);
  [1, 0, 0, 1].forEach((share, index) => {
    expect(shares[index]).toBeCloseTo(share);
  });
  expect(Array.from(evenly(10, 4))).toEqual([0, 2, 5, 7]);
});
