import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textColumn, textColumnOf } from "../../src/data/column.ts";
import { dateFormOf, readDate } from "../../src/data/dates.ts";
import { inferKinds } from "../../src/data/kinds.ts";
import { readTable } from "../../src/data/readTable.ts";
import { Table } from "../../src/data/table.ts";
import { DataError } from "../../src/support/errors.ts";

const kindOf = (cells: readonly string[]) => {
  const [finding] = inferKinds(readTable(["x", ...cells, ""].join("\n"), { separator: "|" }));
  return finding?.kind;
};

describe("inferKinds()", () => {
  it("knows numbers, booleans, dates, categories and free text, with a reason", () => {
    const table = readTable(
      "n,flag,tame,born,sex,weight\n1,0,yes,2020-05-01,f,4 kg\n2,1,no,2021-06-30,m,5 kg\n2,1,no,2021-07-30,x,5 kg\n",
    );
    expect(inferKinds(table)).toEqual([
      { name: "n", kind: "number", reason: "numbers" },
      { name: "flag", kind: "boolean", reason: "the numbers 0 and 1" },
      { name: "tame", kind: "boolean", reason: "yes and no" },
      { name: "born", kind: "date", reason: 'dates, such as "2020-05-01"', dateForm: "year-first" },
      { name: "sex", kind: "category", reason: "3 different texts" },
      { name: "weight", kind: "category", reason: "2 different texts" },
    ]);
  });

  it("takes text that seldom repeats for free text where it has several words, for categories otherwise", () => {
    const sentences = Array.from({ length: 60 }, (_, row) => `the animal number ${row} slept well`);
    expect(kindOf(sentences)).toBe("text");
    expect(kindOf(sentences.map((_, row) => `animal-${row}`))).toBe("category");
    expect(kindOf(sentences.map((_, row) => `one of ${row % 3} long names`))).toBe("category");
  });

  it("says so of columns that are constant or empty", () => {
    expect(inferKinds(readTable("a,b,c\n7,x,\n7,x,\n")).map(({ kind, reason }) => [kind, reason])).toEqual([
      ["number", "always 7"],
      ["category", "always the same text"],
      ["category", "no cell has a value"],
    ]);
  });

  it("goes by the texts that occur, not by those that a selection left unused", () => {
    const columns = new Map([["x", textColumnOf(Int32Array.of(0, 1, 0), ["yes", "no", "perhaps"])]]);
    expect(inferKinds(new Table(columns))[0]?.kind).toBe("boolean");
  });

  it("does as it is told, where that is possible", () => {
    const table = readTable("n,word,when\n1,a,1.2.2020\n2,b,31.12.2020\n3,c,3.3.2020\n");
    const kinds = { n: "category", word: "text", when: "date" } as const;
    expect(inferKinds(table, { kinds })).toEqual([
      { name: "n", kind: "category", reason: "told" },
      { name: "word", kind: "text", reason: "told" },
      { name: "when", kind: "date", reason: "told", dateForm: "day-first" },
    ]);
    expect(() => inferKinds(table, { kinds: { wrd: "text" } })).toThrow('Did you mean "word"?');
    expect(() => inferKinds(table, { kinds: { word: "number" } })).toThrow('line 2 says "a"');
    expect(() => inferKinds(table, { kinds: { word: "date" } })).toThrow('line 2: "a" is not a date');
    expect(() => inferKinds(table, { kinds: { n: "date" } })).toThrow("it holds numbers");
    expect(() => inferKinds(table, { kinds: { n: "boolean" } })).toThrow("more than two values");
    expect(() => inferKinds(table, { kinds: { n: "boolean" } })).toThrow(DataError);
  });

  it("says where the order of day and month had to be guessed", () => {
    const reasonOf = (texts: readonly string[]) =>
      inferKinds(new Table(new Map([["x", textColumn(texts)]])))[0]?.reason;
    expect(reasonOf(["03/04/2020", "05/06/2021"])).toContain("the day first would fit as well");
    expect(reasonOf(["03/04/2020", "25/06/2021"])).toBe('dates, such as "03/04/2020"');
    expect(reasonOf(["03/03/2020", "4 May 2021"])).toBe('dates, such as "03/03/2020"');
  });
});

describe("readDate()", () => {
  it.each([
    ["2024-02-29", "year-first", "2024-02-29T00:00:00.000Z"],
    ["2024/2/9", "year-first", "2024-02-09T00:00:00.000Z"],
    ["2024-02-29 13:45", "year-first", "2024-02-29T13:45:00.000Z"],
    ["2024-02-29T13:45:06.125+02:00", "year-first", "2024-02-29T11:45:06.125Z"],
    ["2024-02-29T13:45:06Z", "year-first", "2024-02-29T13:45:06.000Z"],
    ["12/31/1999 11:59 PM", "month-first", "1999-12-31T23:59:00.000Z"],
    ["12/31/1999 12:30 am", "month-first", "1999-12-31T00:30:00.000Z"],
    ["31.12.1999", "day-first", "1999-12-31T00:00:00.000Z"],
    ["3 Mar 2020", "year-first", "2020-03-03T00:00:00.000Z"],
    ["March 3, 2020", "year-first", "2020-03-03T00:00:00.000Z"],
    ["03-Sept-2020", "day-first", "2020-09-03T00:00:00.000Z"],
  ] as const)("reads %s with the %s form", (text, form, iso) => {
    expect(new Date(readDate(text, form)).toISOString()).toBe(iso);
  });

  it.each([
    "2023-02-29",
    "2024-13-01",
    "2024-1/2",
    "2024-01-01 24:00",
    "2024-01-01 10:60",
    "20240101",
    "3 Mai 2020",
    "2024",
    "",
    "0050-01-01x",
    "13/13/2020",
  ])("takes %j for no date", (text) => {
    expect(dateFormOf([text])).toBeUndefined();
  });

  it("reads every moment that JavaScript writes", () => {
    const moments = fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(moments, (moment) => {
        expect(readDate(moment.toISOString(), "year-first")).toBe(moment.getTime());
      }),
    );
  });
});
