import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeClasses } from "../../src/data/classes.ts";
import { shuffledOrder } from "../../src/data/shuffle.ts";
import { stratifiedFolds, stratifiedSplit } from "../../src/data/split.ts";
import { standardizationOf, standardize, unstandardize } from "../../src/data/standardization.ts";

const labels = fc.array(fc.constantFrom("cat", "dog", "fox"), { minLength: 2, maxLength: 60 });

function countOf(all: readonly string[], rows: Iterable<number>, label: string): number {
  return [...rows].filter((row) => all[row] === label).length;
}

describe("shuffledOrder()", () => {
  it("is a permutation that depends on seed, purpose and index", () => {
    expect([...shuffledOrder(50, 1, "shuffle")].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
    const first = shuffledOrder(50, 1, "shuffle");
    expect(shuffledOrder(50, 1, "shuffle")).toEqual(first);
    expect(shuffledOrder(50, 2, "shuffle")).not.toEqual(first);
    expect(shuffledOrder(50, 1, "split")).not.toEqual(first);
    expect(shuffledOrder(50, 1, "shuffle", 1)).not.toEqual(first);
    expect(shuffledOrder(50, 1 + 2 ** 32, "shuffle")).not.toEqual(first);
  });

  it("stays the same from version to version", () => {
    expect([...shuffledOrder(10, 42, "shuffle", 3)]).toMatchInlineSnapshot(`
      [
        4,
        0,
        6,
        8,
        5,
        2,
        7,
        9,
        1,
        3,
      ]
    `);
  });

  it("makes all orders of three about equally likely", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = String(shuffledOrder(3, seed, "shuffle"));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Six standard deviations of a count of 1000
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(1000 * (5 / 6)));
  });
});

describe("stratifiedSplit()", () => {
  it("gives each row to one part, with each class's share within one row", () => {
    fc.assert(
      fc.property(labels, fc.nat(), (all, seed) => {
        const parts = stratifiedSplit(all, { train: 0.7, validation: 0.2, test: 0.1 }, seed);
        const rows = [...parts.train, ...parts.validation, ...parts.test];
        expect(rows.sort((a, b) => a - b)).toEqual(all.map((_, row) => row));
        expect(Math.abs(parts.train.length - 0.7 * all.length)).toBeLessThan(1 + 1e-9);
        for (const label of ["cat", "dog", "fox"]) {
          const total = all.filter((each) => each === label).length;
          expect(Math.abs(countOf(all, parts.train, label) - 0.7 * total)).toBeLessThan(2);
        }
      }),
    );
  });

  it("depends on the seed alone", () => {
    const all = Array.from({ length: 40 }, (_, row) => (row % 3 === 0 ? "cat" : "dog"));
    expect(stratifiedSplit(all, { a: 0.5, b: 0.5 }, 5)).toEqual(stratifiedSplit(all, { a: 0.5, b: 0.5 }, 5));
    expect(stratifiedSplit(all, { a: 0.5, b: 0.5 }, 5)).not.toEqual(stratifiedSplit(all, { a: 0.5, b: 0.5 }, 6));
  });

  it("refuses shares that do not sum to 1, and seeds that are none", () => {
    expect(() => stratifiedSplit(["a"], { train: 0.7, test: 0.2 }, 0)).toThrow("sum to 1");
    expect(() => stratifiedSplit(["a"], { train: 1.5, test: -0.5 }, 0)).toThrow("zero or more");
    expect(() => stratifiedSplit(["a"], { train: 1 }, -1)).toThrow("seed");
  });
});

describe("stratifiedFolds()", () => {
  it("tests each row once, folds and classes differing by one row at most", () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 5 }), fc.nat(), (all, count, seed) => {
        fc.pre(all.length >= count);
        const folds = stratifiedFolds(all, count, seed);
        expect(folds.flatMap((fold) => [...fold.test]).sort((a, b) => a - b)).toEqual(all.map((_, row) => row));
        for (const { train, test } of folds) expect(train.length + test.length).toBe(all.length);
        for (const label of ["cat", "dog", "fox"]) {
          const counts = folds.map((fold) => countOf(all, fold.test, label));
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
        const sizes = folds.map((fold) => fold.test.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("encodeClasses()", () => {
  it("numbers classes by the alphabet, or as told", () => {
    expect(encodeClasses(["dog", "cat", "dog"])).toEqual({
      classes: ["cat", "dog"],
      indices: new Int32Array([1, 0, 1]),
    });
    expect(encodeClasses(["dog"], ["dog", "cat"]).indices).toEqual(new Int32Array([0]));
  });

  it("says where a class is missing or unknown", () => {
    expect(() => encodeClasses(["cat", ""])).toThrow("row 1: the class is missing");
    expect(() => encodeClasses(["cta"], ["cat", "dog"], (row) => `line ${row + 2}`)).toThrow(
      'line 2: "cta" is none of the classes cat, dog. Did you mean "cat"?',
    );
  });
});

describe("standardizationOf()", () => {
  it("gives mean 0 and deviation 1, and is undone", () => {
    const matrix = new Float64Array([1, 100, 5, 2, 100, 7, 6, 100, 9]);
    const statistics = standardizationOf(matrix, 3);
    expect(statistics).toEqual({ means: [3, 100, 7], deviations: [Math.sqrt(14 / 3), 1, Math.sqrt(8 / 3)] });
    const standard = standardize(matrix, statistics);
    expect([standard[1], standard[4], standard[7]]).toEqual([0, 0, 0]);
    unstandardize(standard, statistics).forEach((value, index) => expect(value).toBeCloseTo(matrix[index] ?? NaN, 12));
  });

  it("takes a column of one value for constant, however it is rounded", () => {
    expect(standardizationOf(new Float64Array(7).fill(0.1), 1).deviations).toEqual([1]);
  });

  it("refuses what is not finite and what is not whole rows", () => {
    expect(() => standardizationOf([1, NaN], 1)).toThrow("column 0, row 1 is NaN");
    expect(() => standardizationOf([1, 2, 3], 2)).toThrow("not whole rows");
  });
});
