/** Checks of tables: real ones lose no honest column, made ones show each fault, and nothing is left out without a word. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkParts,
  checkTable,
  duplicateGroups,
  namesLeftOut,
  sharedRows,
  type TableWarning,
} from "../../src/audit/index.ts";
import { relatedToken, wordsOf } from "../../src/audit/leakage.ts";
import { readTable } from "../../src/data/index.ts";
import { draw, readReal, rowsOf, tableOf, tablePath } from "./tables.ts";

/** Kind, columns and action of each warning. */
function brief(warnings: readonly TableWarning[]): string[] {
  return warnings.map(({ kind, columns, action }) => `${kind} ${columns.join("+")} ${action}`);
}

const classification = { target: "y", task: "classification" } as const;
const regression = { target: "y", task: "regression" } as const;

/** Two honest numbers and a class that depends on both, with noise. */
function honest(count: number, key = 1): Record<string, number[] | string[]> {
  const a = rowsOf(count, (row) => draw(row, key));
  const b = rowsOf(count, (row) => draw(row, key + 1));
  const y = rowsOf(count, (row) => (a[row] ?? 0) + (b[row] ?? 0) + 0.5 * (draw(row, key + 2) - 0.5) > 1);
  return { a, b, y: y.map((isHigh) => (isHigh ? "high" : "low")) };
}

const is = (table: Record<string, number[] | string[]>, row: number): boolean => table["y"]?.[row] === "high";

describe("real tables", () => {
  const cases = [
    { file: "penguins.csv", target: "species", task: "classification", expected: [] },
    {
      file: "adult-train.csv",
      target: "income",
      task: "classification",
      expected: ["same-information education+education-num flagged", "duplicate-rows  flagged"],
    },
    { file: "german-credit.csv", target: "credit", task: "classification", expected: [] },
    { file: "california-housing.csv", target: "median_house_value", task: "regression", expected: [] },
    {
      file: "compas-two-years.csv",
      target: "two_year_recid",
      task: "classification",
      expected: [
        "leakage is_recid left out",
        "model-output decile_score flagged",
        "model-output score_text flagged",
        "identifier id left out",
        "duplicate-rows  flagged",
      ],
    },
  ] as const;
  for (const { file, target, task, expected } of cases) {
    const path = tablePath(file);
    test.skipIf(path === undefined)(`${file}: what is found, and nothing else (needs SMILODON_DATA)`, () => {
      expect(brief(checkTable(readReal(path ?? ""), { target, task }))).toEqual(expected);
    });
  }

  const compas = tablePath("compas-two-years.csv");
  test.skipIf(compas === undefined)("compas without names: behaviour alone flags the score and the copy", () => {
    const table = readReal(compas ?? "");
    const names = new Map(table.names.map((name, index) => [name, `c${index}`]));
    const renamed = tableOf(
      Object.fromEntries(
        [...table.columns].map(([name, column]) => [
          names.get(name) ?? name,
          Array.from<number | string>(column.values) as number[],
        ]),
      ),
    );
    const found = brief(checkTable(renamed, { target: names.get("two_year_recid") ?? "", task: "classification" }));
    expect(found).toContain(`leakage ${names.get("is_recid")} flagged`);
    expect(found).toContain(`model-output ${names.get("decile_score")} flagged`);
  });
});

describe("leakage", () => {
  test("a copy of the target in other words is left out; a strong honest column is not", () => {
    const base = honest(400);
    const copy = rowsOf(400, (row) => (is(base, row) ? 7 : 3));
    const strong = rowsOf(400, (row) => (is(base, row) ? 1 : 0) + 1.2 * draw(row, 9));
    const found = checkTable(tableOf({ ...base, copy, strong }), classification);
    expect(brief(found)).toEqual(["leakage copy left out"]);
    expect(found[0]?.message).toMatch(/"copy" gives "y" away and is left out: it alone tells "y" right in 100\.0 %/);
  });

  test("a related name with a strong column is left out, without the name it is flagged", () => {
    const base = honest(600);
    // Nearly the target: wrong in one row of thirty.
    const nearly = rowsOf(600, (row) => (is(base, row) !== draw(row, 5) < 1 / 30 ? 1 : 0));
    const { y, ...features } = base;
    const named = { ...features, reoffended_soon: nearly, reoffended: y ?? [] };
    expect(brief(checkTable(tableOf(named), { ...classification, target: "reoffended" }))).toEqual([
      "leakage reoffended_soon left out",
    ]);
    expect(brief(checkTable(tableOf({ ...base, other: nearly }), classification))).toEqual(["leakage other flagged"]);
  });

  test("a measurement, or an answer with mistakes on both sides, is not left out for a related name", () => {
    const base = honest(600);
    const { y = [], ...features } = base;
    const target = { ...classification, target: "tumour_kind" };
    // A strong measurement: about nineteen of twenty right
    const tumour_radius = rowsOf(600, (row) => (is(base, row) ? 1 : 0) + 1.1 * draw(row, 11));
    const measured = checkTable(tableOf({ ...features, tumour_radius, tumour_kind: y }), target);
    expect(brief(measured)).toEqual(["leakage tumour_radius flagged"]);
    expect(measured[0]?.message).toMatch(/its name says "tumour".+It is used/);
    const first = (wrong: (row: number) => boolean) => rowsOf(600, (row) => (is(base, row) !== wrong(row) ? 1 : 0));
    const check = (tumour_test: number[]) =>
      brief(checkTable(tableOf({ ...features, tumour_test, tumour_kind: y }), target));
    expect(check(first((row) => draw(row, 6) < 1 / 15))).toEqual(["leakage tumour_test flagged"]);
    // Wrong as often, but never of one class: it follows from the target
    expect(check(first((row) => is(base, row) && draw(row, 6) < 1 / 8))).toEqual(["leakage tumour_test left out"]);
  });

  test("what is left out is left out with the way to use it", () => {
    const base = honest(400);
    const table = tableOf({ ...base, "the copy": rowsOf(400, (row) => (is(base, row) ? 7 : 3)) });
    const [warning] = checkTable(table, classification);
    expect(warning?.message).toMatch(/use it: --use 'the copy' \(in TypeScript keep: \["the copy"\]\)\.$/);
    const hostile = "$(reboot) `x` 'y'";
    const column = rowsOf(400, (row) => (is(base, row) ? 7 : 3));
    const [named] = checkTable(tableOf({ ...base, [hostile]: column }), classification);
    expect(named?.message).toContain("--use '$(reboot) `x` '\\''y'\\''' (in TypeScript");
    const [kept] = checkTable(table, { ...classification, keep: ["the copy"] });
    expect(kept?.message).not.toContain("--use");
  });

  test("a column that is only filled in for one class is left out", () => {
    const base = honest(300);
    const boat = rowsOf(300, (row) => (is(base, row) ? `boat ${row % 9}` : ""));
    const found = checkTable(tableOf({ ...base, boat }), classification);
    expect(brief(found)).toEqual(["leakage boat left out"]);
    expect(found[0]?.message).toMatch(
      /filled in for \d+\.\d % of the rows, and that alone tells the class in 100\.0 %/,
    );
  });

  test("a target in another unit is left out of a regression, an honest estimate flagged", () => {
    const y = rowsOf(300, (row) => 100 * draw(row, 1));
    const inches = y.map((value) => value / 2.54 + 3);
    const estimate = y.map((value, row) => value + 20 * (draw(row, 2) - 0.5));
    const size = y.map((value, row) => value + 200 * (draw(row, 3) - 0.5));
    expect(brief(checkTable(tableOf({ inches, estimate, size, y }), regression))).toEqual([
      "leakage inches left out",
      "model-output estimate flagged",
    ]);
  });

  test("too few rows prove nothing, and the last column is used", () => {
    const tiny = { a: [1, 2, 1, 2, 1, 2], b: [5, 3, 4, 1, 2, 9], y: ["u", "v", "u", "v", "u", "v"] };
    expect(brief(checkTable(tableOf(tiny), classification))).toEqual(["rare-class y flagged"]);
    const alone = { code: rowsOf(200, (row) => row % 2), y: rowsOf(200, (row) => (row % 2 === 0 ? "u" : "v")) };
    const [warning] = checkTable(tableOf(alone), classification);
    expect(warning).toMatchObject({ kind: "leakage", action: "flagged" });
    expect(warning?.message).toMatch(/no other column is left/);
  });

  test("columns that are kept are flagged, those excluded not mentioned", () => {
    const base = honest(400);
    const table = tableOf({ ...base, copy: rowsOf(400, (row) => (is(base, row) ? 7 : 3)) });
    expect(brief(checkTable(table, { ...classification, keep: ["copy"] }))).toEqual(["leakage copy flagged"]);
    expect(checkTable(table, { ...classification, exclude: ["copy"] })).toEqual([]);
  });

  test("among thousands of columns and few rows none is accused by chance", () => {
    const columns = Object.fromEntries(
      rowsOf(3000, (column) => [`c${column}`, rowsOf(24, (row) => draw(row, 100 + column))]),
    );
    const y = rowsOf(24, (row) => (draw(row, 5) < 0.5 ? "u" : "v"));
    expect(checkTable(tableOf({ ...columns, y }), classification).filter(({ kind }) => kind === "leakage")).toEqual([]);
  });

  test("names are related by words that say something", () => {
    expect(relatedToken("is_recid", "two_year_recid")).toBe("recid");
    expect(relatedToken("RecidivismWithin", "two_year_recid")).toBe("recidivism");
    expect(relatedToken("target_encoded", "species")).toBe("target");
    expect(relatedToken("housing_median_age", "median_house_value")).toBeUndefined();
    expect(relatedToken("first_year", "two_year_recid")).toBeUndefined();
    expect(wordsOf("isRecid_2-Größe")).toEqual(["is", "recid", "2", "größe"]);
  });
});

describe("model outputs", () => {
  test("a calibrated probability that goes with the others is flagged whatever its name, even numbers by chance are not", () => {
    const a = rowsOf(3000, (row) => draw(row, 1));
    const b = rowsOf(3000, (row) => draw(row, 4));
    const p = a.map((value, row) => ((value + (b[row] ?? 0)) / 2) ** 2);
    const y = p.map((value, row) => (draw(row, 2) < value ? "yes" : "no"));
    const found = checkTable(tableOf({ x: p, a, b, y }), classification);
    expect(brief(found)).toEqual(["model-output x flagged"]);
    expect(found[0]?.message).toMatch(/agree with how often (anything but "no"|"yes") occurs/);
    // Of even numbers a and b, "a + b > 1" is as frequent as a itself says.
    expect(checkTable(tableOf(honest(3000)), classification)).toEqual([]);
  });

  test("grades that follow from their neighbours, as pixels do, are no scores, but for the one that tells most", () => {
    const signal = rowsOf(2000, (row) => draw(row, 1));
    const pixels = Object.fromEntries(
      rowsOf(8, (pixel) => [
        `pixel${pixel}`,
        signal.map((value, row) => Math.floor(9 * (value + (0.3 + 0.05 * pixel) * draw(row, 10 + pixel)))),
      ]),
    );
    const two = signal.map((value, row) => (value + 0.3 * draw(row, 5) > 0.6 ? "u" : "v"));
    const outputs = (y: string[]) =>
      checkTable(tableOf({ ...pixels, y }), classification).filter(({ kind }) => kind === "model-output");
    expect(outputs(two).length).toBeLessThanOrEqual(1);
    expect(outputs(signal.map((value) => `c${Math.floor(5 * value)}`))).toEqual([]);
  });

  test("labels in the target's own words are flagged where they agree beyond chance, yes and no are not", () => {
    const truth = rowsOf(300, (row) => (draw(row, 1) < 0.5 ? "cat" : "dog"));
    const second = truth.map((word, row) => (draw(row, 2) < 0.85 ? word : word === "cat" ? "dog" : "cat"));
    const guess = rowsOf(300, (row) => (draw(row, 3) < 0.5 ? "cat" : "dog"));
    const found = checkTable(
      tableOf({ size: rowsOf(300, (row) => draw(row, 4)), second, guess, y: truth }),
      classification,
    );
    expect(brief(found)).toEqual(["model-output second flagged"]);
    const plain = (words: readonly string[]) => words.map((word) => (word === "cat" ? "yes" : "no"));
    const answers = tableOf({ size: rowsOf(300, (row) => draw(row, 4)), second: plain(second), y: plain(truth) });
    expect(brief(checkTable(answers, classification))).toEqual([]);
  });

  test("a name alone is not enough: it has to go with the target", () => {
    const base = honest(1000);
    const score = rowsOf(1000, (row) => draw(row, 40));
    expect(checkTable(tableOf({ ...base, test_score: score }), classification)).toEqual([]);
    const telling = rowsOf(1000, (row) => (is(base, row) ? 0.4 : 0) + draw(row, 41));
    expect(brief(checkTable(tableOf({ ...base, test_score: telling }), classification))).toEqual([
      "model-output test_score flagged",
    ]);
  });
});

describe("columns", () => {
  test("row numbers, codes, and what only looks like them", () => {
    const base = honest(200);
    const table = tableOf({
      ...base,
      customer_id: rowsOf(200, (row) => 1000 + 7 * row),
      hash: rowsOf(200, (row) => `x${Math.floor(1e9 * draw(row, 6)).toString(36)}`),
      counted: rowsOf(200, (row) => row),
      year: rowsOf(200, (row) => 1800 + row),
      when: rowsOf(200, (row) => `${1800 + row}-01-01`),
      said: rowsOf(200, (row) => `a few words about row ${row}`),
      store_id: rowsOf(200, (row) => row % 9),
    });
    expect(brief(checkTable(table, classification))).toEqual([
      "identifier customer_id left out",
      "identifier hash left out",
      "identifier counted flagged",
    ]);
  });

  test("empty, constant, nearly empty, mixed and impossible columns", () => {
    const base = honest(200);
    const table = tableOf({
      ...base,
      empty: rowsOf(200, () => Number.NaN),
      same: rowsOf(200, () => "x"),
      few: rowsOf(200, (row) => (row < 4 ? row : Number.NaN)),
      mixed: rowsOf(200, (row) => (row === 7 ? "n/a" : String(row % 13))),
      huge: rowsOf(200, (row) => (row === 5 ? 1e308 : draw(row, 8))),
      again: base["a"] ?? [],
      code: rowsOf(200, (row) => `k${row % 3}`),
      name: rowsOf(200, (row) => ["u", "v", "w"][row % 3] ?? ""),
    });
    const found = checkTable(table, classification);
    expect(brief(found)).toEqual([
      "all-missing empty left out",
      "mostly-missing few flagged",
      "constant same left out",
      "same-information a+again flagged",
      "same-information code+name flagged",
      "mixed-types mixed flagged",
      "extreme-numbers huge flagged",
    ]);
    expect(found.map(({ message }) => message).join("\n")).toMatch(/1 of its cells are no numbers \("n\/a", row 7\)/);
    expect(namesLeftOut(found)).toEqual(["empty", "same"]);
  });

  test("the target: missing, rare, nearly all", () => {
    const y = rowsOf(300, (row) => (row === 0 ? "" : row < 4 ? "rare" : "common"));
    const found = checkTable(tableOf({ a: rowsOf(300, (row) => draw(row, 1)), y }), classification);
    expect(brief(found)).toEqual(["missing-target y flagged", "rare-class y flagged", "imbalance y flagged"]);
    expect(() => checkTable(tableOf({ a: [1], b: [2] }), { target: "c", task: "regression" })).toThrow(/no column "c"/);
  });
});

describe("duplicate rows", () => {
  test("are found whatever the columns hold, missing cells included", () => {
    const table = readTable('a,b\n1,x\n,x\n1,x\n-0,"y"\n,x\n0,y\n');
    expect([...duplicateGroups(table)]).toEqual([0, 1, 0, 3, 1, 3]);
    expect([...duplicateGroups(table, { except: ["a"] })]).toEqual([0, 0, 0, 3, 0, 3]);
  });

  test("across parts: order and kind of columns do not matter", () => {
    const train = readTable("id,a,b\n1,1,x\n2,2,y\n");
    const heldOut = readTable("b,a,id\nz,3,9\ny,2,8\nx,1,7\n");
    expect([...sharedRows(train, heldOut, { except: ["id"] })]).toEqual([1, 2]);
    expect(checkParts(train, heldOut, { except: ["id"] })?.message).toMatch(
      /^2 of 3 held-out rows \(66\.7 %\).*line 3/,
    );
    expect(checkParts(train, heldOut)).toBeUndefined();
    expect(() => sharedRows(train, readTable("q\n1\n"))).toThrow(/no column in common/);
  });

  test("agree with a comparison of all pairs", () => {
    const cell = fc.constantFrom("", "x", "y", "1", "2");
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 30 }), (rows) => {
        const table = tableOf({ a: rows.map(([a]) => a), b: rows.map(([, b]) => b) });
        const expected = rows.map(([a, b]) => rows.findIndex(([c, d]) => a === c && b === d));
        expect([...duplicateGroups(table)]).toEqual(expected);
      }),
    );
  });
});

describe("any table", () => {
  test("ends with warnings that name their columns, whatever the cells are", () => {
    const cell = fc.oneof(
      fc.constantFrom("", "NaN", "1e308", "-1e308", "0", "x", "id"),
      fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 40 })
          .chain((rows) =>
            fc.array(fc.array(cell, { minLength: rows, maxLength: rows }), { minLength: 1, maxLength: 6 }),
          ),
        fc.constantFrom("classification", "regression") as fc.Arbitrary<"classification" | "regression">,
        (columns, task) => {
          const named = Object.fromEntries(columns.map((cells, index) => [`c${index}`, cells]));
          const numbers = Object.fromEntries(columns.map((cells, index) => [`n${index}`, cells.map(Number)]));
          const table = tableOf({ ...named, ...numbers });
          const target = task === "regression" ? "n0" : "c0";
          for (const { columns: about, message } of checkTable(table, { target, task })) {
            for (const name of about) expect(message).toContain(JSON.stringify(name));
            expect(message).not.toMatch(/undefined|NaN %/);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
