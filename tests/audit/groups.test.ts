/** Figures by group against published values of COMPAS, intervals that cover, and groups too small to be compared. */
import { describe, expect, test } from "vitest";
import {
  type GroupReport,
  groupColumn,
  type groupRates,
  measureGroups,
  normalQuantile,
} from "../../src/audit/index.ts";
import { draw, readReal, rowsOf, tableOf, tablePath } from "./tables.ts";

describe("COMPAS, score above Low against what happened (needs SMILODON_DATA)", () => {
  const path = tablePath("compas-two-years.csv");

  function report(minimum: number, names: readonly string[], keep = (_: string) => true): GroupReport {
    const whole = readReal(path ?? "");
    const race = whole.texts("race");
    const table = whole.select(rowsOf(whole.rowCount, (row) => row).filter((row) => keep(race[row] ?? "")));
    const decisions = table.texts("score_text").map((text) => (text === "Low" ? 0 : 1));
    const truths = table.numbers("two_year_recid");
    const columns = names.map((name) => groupColumn(table, name));
    return measureGroups(columns, { truths, decisions, classes: ["no", "yes"] }, { minimum });
  }

  const figure = (found: GroupReport, values: readonly string[], rate: keyof typeof groupRates) =>
    found.groups.find((group) => group.values.join() === values.join())?.figures[rate];
  const differenceIn = (found: GroupReport, columns: string, rate: string) =>
    found.differences.find((each) => each.columns.join() === columns && each.rate === rate);

  test.skipIf(path === undefined)("rates by race and sex", () => {
    const found = report(30, ["race", "sex"]);
    for (const [group, n, fpr, fnr, ppv, selected, accuracy] of [
      ["African-American", 3696, 0.4485, 0.2799, 0.6297, 0.5882, 0.6383],
      ["Caucasian", 2454, 0.2345, 0.4772, 0.5913, 0.348, 0.6699],
      ["Hispanic", 637, 0.2148, 0.556, 0.5421, 0.2983, 0.6609],
      ["Native American", 18, 0.375, 0.1, 0.75, 0.6667, 0.7778],
      ["Male", 5819, 0.3242, 0.3709, 0.6354, 0.4685, 0.6537],
      ["Female", 1395, 0.3211, 0.3916, 0.5127, 0.4237, 0.6538],
    ] as const) {
      const own = found.groups.find(({ values }) => values.join() === group);
      expect(own?.n).toBe(n);
      expect(own?.isSmall).toBe(n < 30);
      const values = {
        falsePositiveRate: fpr,
        falseNegativeRate: fnr,
        precision: ppv,
        selectionRate: selected,
        accuracy,
      };
      for (const [rate, value] of Object.entries(values))
        expect(own?.figures[rate as keyof typeof groupRates]?.value).toBeCloseTo(value, 4);
    }
    expect(figure(found, ["African-American"], "falsePositiveRate")).toMatchObject({
      lower: expect.closeTo(0.4256, 4),
      upper: expect.closeTo(0.4716, 4),
    });
    expect(figure(found, ["Caucasian"], "falsePositiveRate")).toMatchObject({
      lower: expect.closeTo(0.2137, 4),
      upper: expect.closeTo(0.2567, 4),
    });
    expect(figure(found, ["Native American"], "falsePositiveRate")).toMatchObject({
      lower: expect.closeTo(0.137, 3),
      upper: expect.closeTo(0.694, 3),
    });
  });

  test.skipIf(path === undefined)(
    "differences: two races, sex, both crossed; six races only where tiny groups count",
    () => {
      const two = report(30, ["race", "sex"], (race) => race === "African-American" || race === "Caucasian");
      expect(differenceIn(two, "race", "selectionRate")?.difference.value).toBeCloseTo(0.2402, 6);
      expect(differenceIn(two, "race", "falsePositiveRate")?.difference.value).toBeCloseTo(0.213925, 6);
      expect(differenceIn(two, "race", "truePositiveRate")?.difference.value).toBeCloseTo(0.197373, 6);
      expect(differenceIn(two, "race", "falsePositiveRate")?.isClear).toBe(true);
      expect(differenceIn(two, "race", "falsePositiveRate")?.message).toMatch(
        /^By race, negative rows that are called positive: 44\.8 % for African-American, 23\.5 % for Caucasian; a difference of 21\.4 percentage points \(17\.\d to 25\.\d\), more than chance explains\.$/,
      );
      expect(differenceIn(two, "race,sex", "selectionRate")?.difference.value).toBeCloseTo(0.269619, 6);
      expect(differenceIn(report(30, ["sex"]), "sex", "selectionRate")?.difference.value).toBeCloseTo(0.044809, 6);
      const six = differenceIn(report(0, ["race"]), "race", "selectionRate");
      expect(six).toMatchObject({ highest: ["Native American"], lowest: ["Other"] });
      expect(six?.difference.value).toBeCloseTo(0.457118, 6);
      // With the minimum the eighteen do not decide.
      expect(differenceIn(report(30, ["race"]), "race", "selectionRate")?.highest).toEqual(["African-American"]);
    },
  );
});

describe("groups", () => {
  test("by hand: all figures of a binary model", () => {
    const side = { name: "side", values: ["l", "l", "l", "l", "r", "r", ""] };
    const outcomes = {
      truths: [1, 1, 0, 0, 1, 0, 1],
      decisions: [1, 0, 1, 0, 1, 0, 1],
      classes: ["no", "yes"],
      probabilities: [0.2, 0.8, 0.6, 0.4, 0.4, 0.6, 0.8, 0.2, 0.1, 0.9, 0.9, 0.1, 0.5, 0.5],
      inScope: [1, 0, 1, 1, 1, 1, 1],
    };
    const { groups, positive, differences } = measureGroups([side], outcomes, { minimum: 2 });
    expect(positive).toBe("yes");
    expect(groups.map(({ values, n }) => [values[0], n])).toEqual([
      ["l", 4],
      ["r", 2],
      ["(missing)", 1],
    ]);
    const rates = Object.fromEntries(
      Object.entries(groups[0]?.figures ?? {}).map(([rate, { value }]) => [rate, value]),
    );
    expect(rates).toEqual({
      accuracy: 0.5,
      withheld: 0.25,
      baseRate: 0.5,
      selectionRate: 0.5,
      truePositiveRate: 0.5,
      falsePositiveRate: 0.5,
      falseNegativeRate: 0.5,
      precision: 0.5,
      calibrationGap: expect.closeTo(0, 12),
    });
    expect(groups[2]?.isSmall).toBe(true);
    // Rates among the two positives of "l" and the single one of "r" are not compared: too few.
    expect(differences.map(({ rate }) => rate)).not.toContain("truePositiveRate");
    expect(differences.find(({ rate }) => rate === "accuracy")).toMatchObject({
      highest: ["r"],
      lowest: ["l"],
      isClear: false,
    });
  });

  test("numbers: who is overestimated; several classes: accuracy and calibration", () => {
    const column = { name: "g", values: rowsOf(400, (row) => (row % 2 === 0 ? "a" : "b")) };
    const truths = rowsOf(400, (row) => draw(row, 1));
    const decisions = truths.map((value, row) => value + (row % 2 === 0 ? 0.5 : 0) + 0.1 * (draw(row, 2) - 0.5));
    const [first] = measureGroups([column], { truths, decisions }).differences;
    expect(first).toMatchObject({ rate: "meanError", highest: ["a"], lowest: ["b"], isClear: true });
    expect(first?.difference.value).toBeCloseTo(0.5, 1);
    const classes = ["x", "y", "z"];
    const labels = rowsOf(400, (row) => row % 3);
    const probabilities = labels.flatMap((label) => classes.map((_, index) => (index === label ? 0.9 : 0.05)));
    const found = measureGroups([column], { truths: labels, decisions: labels, classes, probabilities });
    expect(Object.keys(found.groups[0]?.figures ?? {})).toEqual(["accuracy", "calibrationGap"]);
    expect(found.groups[0]?.figures.calibrationGap?.value).toBeCloseTo(-0.1, 10);
  });

  test("where groups do not differ, a clear difference is found in few of many trials", () => {
    let clear = 0;
    for (let trial = 0; trial < 150; trial++) {
      const values = rowsOf(300, (row) => `g${Math.floor(5 * draw(row, 3 * trial))}`);
      const truths = rowsOf(300, (row) => (draw(row, 3 * trial + 1) < 0.4 ? 1 : 0));
      const decisions = rowsOf(300, (row) => (draw(row, 3 * trial + 2) < 0.4 ? 1 : 0));
      const { differences } = measureGroups(
        [{ name: "g", values }],
        { truths, decisions, classes: ["n", "y"] },
        { minimum: 20 },
      );
      if (differences.some(({ isClear }) => isClear)) clear++;
    }
    // At most 5 % of the trials by Bonferroni; 150 trials leave room for chance.
    expect(clear / 150).toBeLessThan(0.1);
  });

  test("columns as groups: texts, few numbers, quarters of many, the rare put together", () => {
    const table = tableOf({
      age: [...rowsOf(40, (row) => row + 20), Number.NaN],
      stars: rowsOf(41, (row) => row % 5),
      town: rowsOf(41, (row) => (row === 40 ? "" : `t${row}`)),
    });
    const ages = groupColumn(table, "age").values;
    expect([...new Set(ages)]).toEqual(["20 to 30", "30 to 40", "40 to 50", "50 to 59", ""]);
    expect(ages.filter((label) => label === "30 to 40")).toHaveLength(10);
    expect(new Set(groupColumn(table, "stars").values).size).toBe(5);
    const towns = new Set(groupColumn(table, "town").values);
    expect([towns.size, towns.has("(others)"), towns.has("")]).toEqual([32, true, true]);
  });

  test("what does not fit is refused", () => {
    const side = { name: "side", values: ["l"] };
    expect(() => measureGroups([side], { truths: [], decisions: [] })).toThrow(/no rows/);
    expect(() => measureGroups([side], { truths: [1, 1], decisions: [1, 1] })).toThrow(/side has 1 values where 2/);
    expect(() => measureGroups([side], { truths: [2], decisions: [1], classes: ["a", "b"] })).toThrow(
      /row 0 holds class 2/,
    );
    expect(() => measureGroups([side], { truths: [1], decisions: [1], classes: ["a", "b"], positive: 5 })).toThrow(
      /class 5/,
    );
  });

  test("quantiles of the normal distribution", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 8);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
    expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424308822899, 7);
    expect(normalQuantile(0.999999)).toBeCloseTo(4.753424308822899, 7);
    expect(() => normalQuantile(1)).toThrow(/1 does not lie/);
  });
});
