/** Scope: what is far is withheld, what is like the training rows mostly is not, and the reason names the right feature. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitScope, scopeJudge } from "../../src/audit/index.ts";
import { fitWhitening, whitenRows } from "../../src/audit/whitening.ts";
import { threefry } from "../../src/support/threefry.ts";

/** Rows of two positive features that go together: b is about a². */
function pairs(count: number, key: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const [first, second] = threefry([key, 0], [index, 0]);
    const a = 1 + (9 * first) / 2 ** 32;
    return [a, a * a * Math.exp(0.2 * (second / 2 ** 32 - 0.5))];
  }).flat();
}

const features = ["a", "b"];
const rule = fitScope(pairs(300, 1), { features, scale: "logarithm" });
const { judge, distance } = scopeJudge(rule);

describe("scope", () => {
  test("about the chosen share of fresh rows is withheld", () => {
    for (const withheldShare of [0.02, 0.05, 0.2]) {
      const judgeOf = scopeJudge(fitScope(pairs(400, 2), { features, scale: "logarithm", withheldShare }));
      const fresh = pairs(2000, 3);
      const withheld = Array.from(
        { length: 2000 },
        (_, row) => judgeOf.judge(fresh.slice(2 * row, 2 * row + 2)).inScope,
      );
      expect(Math.abs(withheld.filter((inScope) => !inScope).length / 2000 - withheldShare)).toBeLessThan(0.03);
    }
  });

  test("a value beyond all training values is named with its limit", () => {
    const answer = judge([100, 10000]);
    expect(answer.inScope).toBe(false);
    expect(answer.reason.kind).toBe("beyond");
    expect(answer.asUnusual).toBe(1 / 301);
    if (answer.reason.kind === "beyond") {
      expect(answer.reason.deviations).toBeGreaterThan(0);
      expect(answer.reason.limit).toBeGreaterThan(9);
    }
    expect(judge([0.01, 0.0001]).reason).toMatchObject({ kind: "beyond" });
  });

  test("a combination that was not seen is withheld though each value was", () => {
    const answer = judge([3, 60]);
    expect(answer.inScope).toBe(false);
    expect(answer.reason.kind).toBe("combination");
    if (answer.reason.kind === "combination" && answer.reason.feature === "b") {
      expect(answer.reason.expected).toBeCloseTo(9, -1);
      expect(answer.reason.upper).toBeLessThan(60);
    }
  });

  test("changing the unit of a feature changes nothing", () => {
    const scaled = rule.rows.map((value, index) => (index % 2 === 0 ? value : value * 1000));
    const other = scopeJudge(fitScope(scaled, { features, scale: "logarithm" }));
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        (a, b) => {
          expect(other.judge([a, 1000 * b]).ratio).toBeCloseTo(judge([a, b]).ratio, 6);
        },
      ),
    );
  });

  test("distances agree with a plain search over all rows", () => {
    // With uncorrelated raw features of unit variance the distance is the ordinary one, up to scale.
    const rows = Array.from({ length: 50 }, (_, i) => [Math.cos(i), Math.sin(i)]).flat();
    const plain = scopeJudge(fitScope(rows, { features, neighbours: 1 }));
    const far = plain.distance([1000, 0]) / plain.distance([2000, 0]);
    expect(far).toBeCloseTo(0.5, 2);
    expect(distance(rule.rows.slice(10, 12))).toBeLessThan(rule.threshold * 2);
  });

  test("distances of thousands of rows are those of a search over all training rows to the last bit", () => {
    for (const neighbours of [1, 5]) {
      const trained = pairs(300, 4);
      const many = scopeJudge(fitScope(trained, { features, neighbours }));
      // Like the training rows, between them, far outside of them, and themselves
      const apart = pairs(300, 5).map((value, index) => value * (index % 3 === 0 ? 1.4 : 0.9) - (index % 7));
      const rows = [...pairs(1000, 6), ...apart, ...apart.map((value) => value * 50), ...trained];
      const whitening = fitWhitening(trained, features);
      const points = whitenRows(whitening, trained);
      const asked = whitenRows(whitening, rows);
      const plain = Array.from({ length: rows.length / 2 }, (_, row) => {
        const squares = Array.from({ length: 300 }, (_, point) => {
          const gaps = [0, 1].map((column) => (points[2 * point + column] ?? 0) - (asked[2 * row + column] ?? 0));
          return gaps.reduce((sum, gap) => sum + gap * gap, 0);
        });
        const nearest = squares.sort((a, b) => a - b).slice(0, neighbours);
        return nearest.reduce((sum, square) => sum + Math.sqrt(square), 0) / neighbours;
      });
      expect(Array.from(many.distances(rows))).toEqual(plain);
    }
  });

  test("a rule that went through JSON judges the same to the last bit", () => {
    const revived: typeof rule = JSON.parse(JSON.stringify(rule));
    const again = scopeJudge(revived);
    for (let row = 0; row < 20; row++) {
      const sample = pairs(20, 9).slice(2 * row, 2 * row + 2);
      expect(again.judge(sample)).toEqual(judge(sample));
    }
  });

  test("what cannot be judged is refused by name", () => {
    expect(() => judge([1, 0])).toThrow(/b is 0; it has to be a finite number above 0/);
    expect(() => judge([Number.NaN, 1])).toThrow(/a is NaN/);
    expect(() => judge([1])).toThrow(/1 values and there are 2 features/);
    expect(() => fitScope([1, 1, 2, 1, 3, 1, 4, 1, 5, 1, 6, 1, 7, 1], { features })).toThrow(/feature b never varies/);
    expect(() => fitScope([1, 2, 3], { features })).toThrow(/do not fill rows/);
    expect(() => fitScope([1, 2, 3, 4], { features })).toThrow(/5 neighbours need more/);
  });
});
