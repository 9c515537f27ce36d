/** The report's drawing: scales, contours and words by hand. tests/cli/demo.slow.test.ts looks at a whole page. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossingPath, regionPath } from "../../src/systems/contour.ts";
import { boneAt, fitTrend, gridBones, placeOf, ticksOf, type View } from "../../src/systems/femurs/report/view.ts";
import { standOut } from "../../src/systems/femurs/standOut.ts";
import { chance, escapeMarkup, measured, percent, signed } from "../../src/systems/reportText.ts";

const view: View = { lengths: [50, 500], weights: [1, 1000], width: 300, height: 200 };
const sheared: View = { ...view, weights: [0.5, 2], trend: { coefficient: 1e-5, exponent: 3 } };

describe("views", () => {
  test("places and bones are each other's inverse, with and without a trend", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.constantFrom(view, sheared), (x, y, chosen) => {
        const place = { x: 300 * x, y: 200 * y };
        const back = placeOf(chosen, boneAt(chosen, place));
        expect(back.x).toBeCloseTo(place.x, 6);
        expect(back.y).toBeCloseTo(place.y, 6);
      }),
    );
  });

  test("grids begin at the top left and end at the bottom right", () => {
    const { lengths, weights } = gridBones(view, 3, 3);
    expect(lengths[0]).toBeCloseTo(50, 9);
    expect(weights[0]).toBeCloseTo(1000, 6);
    expect(lengths[8]).toBeCloseTo(500, 6);
    expect(weights[8]).toBeCloseTo(1, 9);
  });

  test("the trend of a power law is that power law", () => {
    const lengths = [60, 90, 140, 250];
    const { coefficient, exponent } = fitTrend(
      lengths,
      lengths.map((length) => 2e-5 * length ** 2.9),
    );
    expect(exponent).toBeCloseTo(2.9, 9);
    expect(coefficient).toBeCloseTo(2e-5, 12);
  });

  test("axes get round numbers, four or more", () => {
    expect(ticksOf([50, 500])).toEqual([50, 100, 200, 500]);
    expect(ticksOf([78, 165])).toEqual([80, 100, 120, 150]);
    expect(ticksOf([0.62, 1.5])).toEqual([0.8, 1, 1.2, 1.5]);
  });
});

describe("contours", () => {
  const extent = { width: 2, height: 2 };
  const grid = (values: number[]) => ({ columns: 3, rows: 3, values });

  test("a grid above the level is filled row by row, one below is empty", () => {
    expect(regionPath(grid(new Array(9).fill(1)), 0.5, extent)).toBe("M0 0H2V1H0ZM0 1H2V2H0Z");
    expect(regionPath(grid(new Array(9).fill(0)), 0.5, extent)).toBe("");
    expect(crossingPath(grid(new Array(9).fill(1)), 0.5, extent)).toBe("");
  });

  test("a slope is cut where the level is", () => {
    const slope = grid([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect(crossingPath(slope, 0.5, extent)).toBe("M0.5 0L0.5 1M0.5 1L0.5 2");
    expect(regionPath(slope, 0.5, extent)).toContain("M0.5 0L1 0L1 1L0.5 1Z");
  });

  test("what is above and what is below a level fill the picture together", () => {
    // A value at the level itself belongs to both sides.
    const value = fc.double({ min: -1, max: 1, noNaN: true }).filter((one) => Math.abs(one) > 0.001);
    const values = fc.array(value, { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(values, (list) => {
        const far = { width: 200, height: 200 };
        const above = areaOf(regionPath(grid(list), 0, far));
        const below = areaOf(regionPath(grid(list.map((value) => -value)), 0, far));
        // Saddles are filled on both sides or on none; otherwise the parts meet along the line.
        if (!hasSaddle(list)) expect(Math.abs(above + below - 40_000)).toBeLessThan(120);
      }),
    );
  });
});

/** Sum of the areas of the polygons of a path that has only M, L, H, V and Z. */
function areaOf(path: string): number {
  let total = 0;
  for (const shape of path.split("Z").filter((part) => part !== "")) {
    const points: [number, number][] = [];
    for (const [, sign = "", text = ""] of shape.matchAll(/([MLHV])([^MLHV]*)/g)) {
      const numbers = text.trim().split(" ").map(Number);
      const [x, y] = points.at(-1) ?? [0, 0];
      points.push(
        sign === "H" ? [numbers[0] ?? 0, y] : sign === "V" ? [x, numbers[0] ?? 0] : [numbers[0] ?? 0, numbers[1] ?? 0],
      );
    }
    total +=
      Math.abs(
        points.reduce((sum, [x, y], index) => {
          const [u, v] = points[(index + 1) % points.length] ?? [0, 0];
          return sum + x * v - u * y;
        }, 0),
      ) / 2;
  }
  return total;
}

function hasSaddle(values: readonly number[]): boolean {
  return [0, 1, 3, 4].some((corner) => {
    const signs = [0, 1, 4, 3].map((step) => (values[corner + step] ?? 0) >= 0);
    return signs[0] === signs[2] && signs[1] === signs[3] && signs[0] !== signs[1];
  });
}

describe("words", () => {
  test("numbers for people", () => {
    expect(percent(0.9473)).toBe("94.7\u202f%");
    expect([signed(1.24), signed(-0.3), signed(0.01)]).toEqual(["+1.2", "−0.3", "0.0"]);
    expect([measured(0.05), measured(11.5), measured(104.96), measured(18000)]).toEqual([
      "0.05",
      "11.5",
      "105",
      "18,000",
    ]);
    expect([chance(0.9999), chance(0.5)]).toEqual(["over 99.9\u202f%", "50.0\u202f%"]);
    expect(escapeMarkup(`<a href="x">'&`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  });

  test("how a bone stands out", () => {
    const beyond = { kind: "beyond", feature: "weight", value: 900, limit: 214, deviations: 2 } as const;
    expect(standOut(beyond)).toBe("its weight, 900 g, is 4.2 times that of the heaviest training bone, 214 g");
    expect(standOut({ ...beyond, feature: "length", value: 15, limit: 82 })).toContain("1/5.5 of that of the shortest");
    expect(standOut({ ...beyond, value: 220 })).toContain("beyond that of the heaviest");
    const odd = {
      kind: "combination",
      feature: "weight",
      value: 30,
      expected: 11,
      lower: 9,
      upper: 14,
      deviations: 6,
    } as const;
    expect(standOut(odd)).toContain("weight should be 9 to 14 g, and it is 30 g");
  });
});
