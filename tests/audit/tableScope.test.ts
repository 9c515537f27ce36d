/** Scope of encoded tables: the chosen share is withheld, what is far or unseen too, the search agrees with a plain one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitTableScope, judgeRows, type ScopeFeature, type TableScopeRule } from "../../src/audit/index.ts";
import { compactRows, NearestRows, squaresBetween } from "../../src/audit/nearestRows.ts";
import { draw, rowsOf } from "./tables.ts";

const features: readonly ScopeFeature[] = [
  { name: "length", kind: "number", start: 0, width: 1 },
  { name: "weight", kind: "number", start: 1, width: 1 },
  { name: "color", kind: "category", start: 2, width: 4 },
  { name: "tame", kind: "boolean", start: 6, width: 1 },
];

/** Weight goes with length; of four colors the last is never seen. */
function animals(count: number, key: number): Float32Array {
  return Float32Array.from(
    rowsOf(count, (row) => {
      const length = 4 * (draw(row, key) - 0.5);
      const color = Math.floor(3 * draw(row, key + 1) ** 1.5);
      const weight = length + 0.3 * (draw(row, key + 2) - 0.5);
      return [
        length,
        weight,
        ...[0, 1, 2, 3].map((code) => (code === color ? 1 : 0)),
        draw(row, key + 3) < 0.5 ? -1 : 1,
      ];
    }).flat(),
  );
}

const rule = fitTableScope(animals(3000, 1), features, { heldOut: animals(1500, 11) });
const usual = [0.5, 0.5, 1, 0, 0, 0, 1];

describe("scope of a table", () => {
  test("about the chosen share of fresh rows is withheld", () => {
    for (const withheldShare of [0.02, 0.05, 0.2]) {
      const own = fitTableScope(animals(3000, 1), features, { heldOut: animals(2000, 21), withheldShare });
      const { inScope } = judgeRows(own, animals(3000, 31));
      const withheld = inScope.reduce((sum, value) => sum + 1 - value, 0) / 3000;
      // Two sources of chance: the held-out rows and the fresh ones.
      const deviation = Math.sqrt(withheldShare * (1 - withheldShare) * (1 / 2000 + 1 / 3000));
      expect(Math.abs(withheld - withheldShare)).toBeLessThan(4 * deviation);
    }
  });

  test("far beyond, unseen, and not together: withheld, with the reason", () => {
    const rows = Float32Array.from([
      ...usual,
      ...[9, 9, 1, 0, 0, 0, 1],
      ...[0.5, 0.5, 0, 0, 0, 1, 1],
      ...[1.9, -1.9, 1, 0, 0, 0, 1],
    ]);
    const { inScope, ratio, reason } = judgeRows(rule, rows);
    expect([...inScope]).toEqual([1, 0, 0, 0]);
    expect(ratio[1]).toBeGreaterThan(2);
    expect(reason(1)).toMatchObject({ kind: "beyond" });
    expect(reason(2)).toMatchObject({ kind: "unseen", feature: "color" });
    expect(reason(2).share).toBeGreaterThan(0.9);
    expect(reason(3)).toMatchObject({ kind: "combination" });
    expect(["length", "weight"]).toContain(reason(3).feature);
  });

  test("one number far beyond is seen among two hundred columns", () => {
    const many = rowsOf(
      200,
      (column): ScopeFeature => ({ name: `c${column}`, kind: "number", start: column, width: 1 }),
    );
    const make = (count: number, key: number) =>
      Float32Array.from({ length: 200 * count }, (_, index) => 2 * draw(index, key) - 1);
    const own = fitTableScope(make(200, 1), many, { heldOut: make(100, 2) });
    const row = make(1, 3);
    expect(judgeRows(own, row).inScope[0]).toBe(1);
    row[17] = 4;
    expect(judgeRows(own, row).reason(0)).toMatchObject({ kind: "beyond", feature: "c17" });
    expect(judgeRows(own, row).inScope[0]).toBe(0);
  });

  test("distances agree with a comparison with every reference", () => {
    const metric = { ...rule, width: 7 };
    const references = compactRows(metric, rule.references);
    const search = new NearestRows(metric, references, rule.neighbours);
    const fresh = animals(60, 41);
    const found = search.distances(compactRows(metric, fresh));
    for (let row = 0; row < 60; row++) {
      const own = compactRows(metric, fresh.subarray(row * 7, row * 7 + 7));
      const squares = rowsOf(references.count, (other) => {
        const reference = compactRows(metric, rule.references.subarray(other * 7, other * 7 + 7));
        return squaresBetween(metric, own, reference).reduce((sum, value) => sum + value, 0);
      }).sort((a, b) => a - b);
      const mean = squares.slice(0, 5).reduce((sum, square) => sum + Math.sqrt(square), 0) / 5;
      expect(found[row]).toBeCloseTo(mean, 10);
    }
  });

  test("each feature counts alike: the unit of a number changes nothing", () => {
    const scaled = (rows: Float32Array) => rows.map((value, index) => (index % 7 === 0 ? value * 64 : value));
    const other = fitTableScope(scaled(animals(500, 1)), features, { heldOut: scaled(animals(300, 11)) });
    const same = fitTableScope(animals(500, 1), features, { heldOut: animals(300, 11) });
    const fresh = animals(200, 51);
    const [a, b] = [judgeRows(other, scaled(fresh)).ratio, judgeRows(same, fresh).ratio];
    a.forEach((value, row) => expect(value).toBeCloseTo(b[row] ?? 0, 6));
  });

  test("a rule that went through JSON and a file of tensors judges the same to the last bit", () => {
    const { references, ...plain } = rule;
    const revived: TableScopeRule = { ...JSON.parse(JSON.stringify(plain)), references: Float32Array.from(references) };
    const fresh = animals(100, 61);
    expect(judgeRows(revived, fresh).ratio).toEqual(judgeRows(rule, fresh).ratio);
  });

  test("the same rows judged together and alone", () => {
    const fresh = animals(30, 71);
    const together = judgeRows(rule, fresh).ratio;
    together.forEach((ratio, row) => expect(judgeRows(rule, fresh.slice(7 * row, 7 * row + 7)).ratio[0]).toBe(ratio));
  });

  test("few rows, equal rows, one row: a rule all the same, with finite numbers", () => {
    for (const rows of [animals(1, 1), animals(6, 1), Float32Array.from(rowsOf(40, () => usual).flat())]) {
      const own = fitTableScope(rows, features);
      expect(JSON.stringify(own)).not.toMatch(/null/);
      expect(judgeRows(own, rows.slice(0, 7)).inScope[0]).toBe(1);
      expect(judgeRows(own, Float32Array.from([90, 90, 1, 0, 0, 0, 1])).inScope[0]).toBe(0);
    }
  });

  test("any rows get finite ratios and reasons that name a feature", () => {
    const cell = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 7, maxLength: 7 }), (row) => {
        const answer = judgeRows(rule, Float32Array.from(row));
        expect(Number.isFinite(answer.ratio[0])).toBe(true);
        expect(features.map(({ name }) => name)).toContain(answer.reason(0).feature);
      }),
    );
  });

  test("what cannot be is refused", () => {
    expect(() => judgeRows(rule, Float32Array.of(1, 2))).toThrow(/2 values are not whole rows of 7/);
    expect(() => judgeRows(rule, Float32Array.from([Number.NaN, ...usual.slice(1)]))).toThrow(
      /row 0 holds NaN in column 0/,
    );
    expect(() => fitTableScope(animals(9, 1), features, { withheldShare: 0 })).toThrow(/share of 0/);
    expect(() => fitTableScope(new Float32Array(0), features)).toThrow(/of 0 rows/);
  });
});
