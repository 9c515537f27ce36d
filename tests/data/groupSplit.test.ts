import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupFolds, groupSplit } from "../../src/data/groupSplit.ts";
import { timeFolds, timeSplit } from "../../src/data/timeSplit.ts";
import { ArgumentError, DataError } from "../../src/support/errors.ts";

const groups = fc
  .array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 10, maxLength: 60 })
  .filter((all) => new Set(all).size >= 3);
const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);
const namesOf = <T>(all: readonly T[], rows: Iterable<number>) => new Set([...rows].map((row) => all[row]));

describe("groupSplit()", () => {
  it("gives each group to one part, and no part stays empty", () => {
    fc.assert(
      fc.property(groups, fc.nat(), (all, seed) => {
        const parts = groupSplit(all, { train: 0.7, validation: 0.2, test: 0.1, unused: 0 }, seed);
        expect(sorted([...parts.train, ...parts.validation, ...parts.test])).toEqual([...all.keys()]);
        const [train, validation, test] = [parts.train, parts.validation, parts.test].map((rows) => namesOf(all, rows));
        expect(train?.isDisjointFrom(validation ?? train)).toBe(true);
        expect(train?.isDisjointFrom(test ?? train)).toBe(true);
        expect(Math.min(parts.train.length, parts.validation.length, parts.test.length)).toBeGreaterThan(0);
        expect(parts.unused.length).toBe(0);
      }),
    );
  });

  it("comes near the shares where groups are small, and depends on the seed alone", () => {
    const all = Array.from({ length: 1000 }, (_, row) => `group ${(row * 7) % 200}`);
    const parts = groupSplit(all, { train: 0.8, test: 0.2 }, 3);
    expect(Math.abs(parts.train.length - 800)).toBeLessThanOrEqual(5);
    expect(groupSplit(all, { train: 0.8, test: 0.2 }, 3)).toEqual(parts);
    expect(groupSplit(all, { train: 0.8, test: 0.2 }, 4)).not.toEqual(parts);
  });

  it("says what is impossible", () => {
    expect(() => groupSplit(["a", "a"], { train: 0.5, test: 0.5 }, 0)).toThrow("1 groups cannot fill 2 parts");
    expect(() => groupSplit(["a", "b"], { train: 0.5, test: 0.6 }, 0)).toThrow(ArgumentError);
    expect(() => groupFolds(["a", "b"], 3, 0)).toThrow(DataError);
    expect(() => groupFolds(["a", "b"], 1, 0)).toThrow(ArgumentError);
  });
});

describe("groupFolds()", () => {
  it("tests each row once, and each group in one fold", () => {
    fc.assert(
      fc.property(groups, fc.nat(), (all, seed) => {
        const folds = groupFolds(all, 3, seed);
        expect(sorted(folds.flatMap(({ test }) => [...test]))).toEqual([...all.keys()]);
        for (const { train, test } of folds) {
          expect(test.length).toBeGreaterThan(0);
          expect(namesOf(all, train).isDisjointFrom(namesOf(all, test))).toBe(true);
          expect(train.length + test.length).toBe(all.length);
        }
      }),
    );
  });
});

describe("timeSplit()", () => {
  const times = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 30, maxLength: 80 });

  it("puts later rows into later parts, and equal times together", () => {
    fc.assert(
      fc.property(times, (all) => {
        fc.pre(new Set(all).size > 25);
        const { train, test } = timeSplit(all, { train: 0.75, test: 0.25 });
        expect(sorted([...train, ...test])).toEqual([...all.keys()]);
        const latest = Math.max(...[...train].map((row) => all[row] ?? 0));
        expect(latest).toBeLessThan(Math.min(...[...test].map((row) => all[row] ?? 0)));
      }),
    );
  });

  it("takes shares exactly where times differ", () => {
    const all = Array.from({ length: 100 }, (_, row) => (row * 37) % 100);
    const { train, validation, test } = timeSplit(all, { train: 0.6, validation: 0.2, test: 0.2 });
    expect([train.length, validation.length, test.length]).toEqual([60, 20, 20]);
  });

  it("says what is impossible", () => {
    expect(() => timeSplit([1, 1, 1, 1], { train: 0.5, test: 0.5 })).toThrow("would be empty");
    expect(() => timeSplit([1, Number.NaN], { train: 0.5, test: 0.5 })).toThrow("row 1 has no time");
    expect(() => timeFolds([1, 1, 2, 2], 4)).toThrow(DataError);
  });
});

describe("timeFolds()", () => {
  it("trains on all that came before", () => {
    const all = Array.from({ length: 12 }, (_, row) => 11 - row);
    const folds = timeFolds(all, 3);
    expect(folds.map(({ train, test }) => [train.length, test.length])).toEqual([
      [3, 3],
      [6, 3],
      [9, 3],
    ]);
    for (const { train, test } of folds)
      expect(Math.max(...[...train].map((row) => all[row] ?? 0))).toBeLessThan(
        Math.min(...[...test].map((row) => all[row] ?? 0)),
      );
  });
});
