/** Intervals, agreement, data cards: against published and hand-worked values. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareRaters, makeDataCard, wilsonInterval } from "../../src/audit/index.ts";

describe("Wilson interval", () => {
  test("COMPAS rows of reference/care.md 4.4", () => {
    const small = wilsonInterval(3, 8);
    expect([small.lower, small.upper].map((value) => value.toFixed(3))).toEqual(["0.137", "0.694"]);
    const large = wilsonInterval(805, 1795);
    expect([large.lower, large.upper].map((value) => value.toFixed(4))).toEqual(["0.4256", "0.4716"]);
  });

  test("holds the share and stays within 0 and 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (total, part) => {
        const count = Math.min(part, total);
        const { value, lower, upper } = wilsonInterval(count, total);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(lower).toBeLessThanOrEqual(value);
        expect(value).toBeLessThanOrEqual(upper);
        expect(upper).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("a count above the total is refused", () => expect(() => wilsonInterval(3, 2)).toThrow(/3 of 2/));
});

describe("agreement", () => {
  test("Cohen's own kind of table", () => {
    // 20 both yes, 5 and 10 mixed, 15 both no: agreement 0.7, chance 0.5, κ 0.4.
    const first = [...Array(25).fill(1), ...Array(25).fill(0)];
    const second = [...Array(20).fill(1), ...Array(5).fill(0), ...Array(10).fill(1), ...Array(15).fill(0)];
    const result = compareRaters(first, second, 2);
    expect(result.agreement.value).toBeCloseTo(0.7, 12);
    expect(result.kappa).toBeCloseTo(0.4, 12);
    expect(result.counts).toEqual([
      [15, 10],
      [5, 20],
    ]);
    expect(result.differences).toHaveLength(15);
    expect(result.differences[0]).toBe(20);
  });

  test("κ is 1 for equal columns and does not depend on who is first", () => {
    const labels = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(labels, (rows) => {
        const first = rows.map(([a]) => a);
        const second = rows.map(([, b]) => b);
        const kappa = compareRaters(first, second, 3).kappa;
        expect(compareRaters(second, first, 3).kappa).toBeCloseTo(kappa, 12);
        if (new Set(first).size > 1) expect(compareRaters(first, first, 3).kappa).toBeCloseTo(1, 12);
      }),
    );
  });

  test("columns of different length and strange labels are refused", () => {
    expect(() => compareRaters([0, 1], [0], 2)).toThrow(/2 and 1 labels/);
    expect(() => compareRaters([0, 2], [0, 1], 2)).toThrow(/label 2 of row 1/);
  });
});

describe("data card", () => {
  const about = { title: "t", origin: "simulated", notFor: [], licence: "CC0" };

  test("measures numbers and texts, and counts what is missing", () => {
    const card = makeDataCard(about, [
      { name: "x", meaning: "a number", unit: "mm", values: [4, 1, Number.NaN, 3, 2] },
      { name: "y", meaning: "a text", values: ["cat", "dog", "", "cat", "dog"] },
    ]);
    expect(card.rows).toBe(5);
    expect(card.columns[0]).toMatchObject({
      lowest: 1,
      lowerQuartile: 1.75,
      median: 2.5,
      upperQuartile: 3.25,
      highest: 4,
      missing: 1,
    });
    expect(card.columns[1]).toMatchObject({ kind: "text", counts: { cat: 2, dog: 2 }, missing: 1 });
  });

  test("of very many texts the most frequent are named, the others counted", () => {
    const values = [...Array.from({ length: 200 }, (_, row) => `name ${row}`), "often", "often", ""];
    const [column] = makeDataCard(about, [{ name: "who", meaning: "a name", values }]).columns;
    expect(column).toMatchObject({ missing: 1, others: { texts: 151, rows: 151 } });
    expect(column?.kind === "text" ? Object.keys(column.counts) : []).toHaveLength(50);
    expect(column?.kind === "text" ? column.counts["often"] : 0).toBe(2);
  });

  test("columns of different length are refused", () => {
    const columns = [
      { name: "x", meaning: "", values: [1] },
      { name: "y", meaning: "", values: [1, 2] },
    ];
    expect(() => makeDataCard(about, columns)).toThrow(/column y has 2 rows/);
  });
});
