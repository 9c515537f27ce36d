import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, textColumn, textColumnOf } from "../../src/data/column.ts";
import { formatCsv, parseCsv } from "../../src/data/csv.ts";
import { readTable, writeTable } from "../../src/data/readTable.ts";
import { Table } from "../../src/data/table.ts";
import { DataError } from "../../src/support/errors.ts";

const cells = (text: string, separator = ",") => parseCsv(text, { separator }).map((row) => row.cells);

describe("parseCsv()", () => {
  it("reads quotes, doubled quotes, quoted separators and line breaks, and a byte order mark", () => {
    expect(cells('\uFEFFa,b\r\n"1,5","say ""hi"""\r\n"two\r\nlines",\r\n')).toEqual([
      ["a", "b"],
      ["1,5", 'say "hi"'],
      ["two\r\nlines", ""],
    ]);
  });

  it("takes LF, CRLF and CR for line ends, and no last one", () => {
    expect(cells("a,b\n1,2\r\n3,4\r5,6")).toEqual([
      ["a", "b"],
      ["1", "2"],
      ["3", "4"],
      ["5", "6"],
    ]);
  });

  it("knows the line of each record, also after quoted line breaks and empty lines", () => {
    expect(parseCsv('a\n\n"x\ny"\nb\n').map((row) => row.line)).toEqual([1, 3, 5]);
  });

  it("keeps empty cells and rows of one quoted empty cell", () => {
    expect(cells(',\n""\n')).toEqual([["", ""], [""]]);
  });

  it("takes other separators", () => {
    expect(cells("a;b\n1,5;2", ";")).toEqual([
      ["a", "b"],
      ["1,5", "2"],
    ]);
  });

  it.each([
    ['a,b\n1,"open', "line 2, column 3: this quote is never closed"],
    ['a,b\n1,"two\nlines', "line 2, column 3: this quote is never closed"],
    ['a\n"x"y', "line 2, column 4: text after a closing quote"],
    ['a,b\n1,in"side', "line 2, column 5: a quote inside a cell"],
    ['a\n"x\ny"z', "line 3, column 3: text after a closing quote"],
  ])("says where %j is wrong", (text, message) => {
    expect(() => parseCsv(text)).toThrow(message);
    expect(() => parseCsv(text)).toThrow(DataError);
  });

  it("reads back what formatCsv() wrote", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "\r", " ", "é", "\uFEFF") });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (rows) => {
        expect(cells(formatCsv(rows))).toEqual(rows);
      }),
    );
  });

  it("throws nothing but DataErrors", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r") }), (text) => {
        try {
          parseCsv(text);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
    );
  });
});

describe("textColumn()", () => {
  it("holds each text once, and missing cells as −1", () => {
    const column = textColumn(["dog", "", "dog", "cat"]);
    expect(column.codes).toEqual(Int32Array.of(0, -1, 0, 1));
    expect(column.categories).toEqual(["dog", "cat"]);
    expect(column.values).toEqual(["dog", "", "dog", "cat"]);
    expect(textColumnOf(Int32Array.of(1, -1), ["a", "b"]).values).toEqual(["b", ""]);
  });

  it("keeps categories when rows are selected", () => {
    const { columns } = readTable("a\nx\ny\n").select([1]);
    expect(columns.get("a")).toEqual(textColumnOf(Int32Array.of(1), ["x", "y"]));
  });
});

describe("readTable()", () => {
  const text = "length,species,note\n110.5,cat,\n NA ,dog,x\n205,dog,\n";

  it("finds numbers and text, and missing cells", () => {
    const table = readTable(text);
    expect(table.rowCount).toBe(3);
    expect(table.numbers("length")).toEqual(new Float64Array([110.5, NaN, 205]));
    expect(table.texts("species")).toEqual(["cat", "dog", "dog"]);
    expect(table.texts("note")).toEqual(["", "x", ""]);
  });

  it("reads columns as told", () => {
    expect(readTable("id\n007\n", { kinds: { id: "text" } }).texts("id")).toEqual(["007"]);
    expect(() => readTable(text, { kinds: { species: "number" } })).toThrow(
      'CSV, line 2, column "species": "cat" is not a number',
    );
    expect(() => readTable(text, { kinds: { lenght: "number" } })).toThrow('Did you mean "length"?');
  });

  it.each([
    ["", "the file is empty"],
    ["a,b\n1\n", "line 2: 1 cells where the header has 2"],
    ["a,b\n1,2,3\n", "line 2: 3 cells where the header has 2"],
    ["a,a\n", 'two columns are named "a"'],
  ])("refuses %j", (wrong, message) => {
    expect(() => readTable(wrong)).toThrow(message);
  });

  it("names the line in later messages, also after select()", () => {
    const table = readTable(text);
    expect(() => table.matrix(["length"])).toThrow('Column "length", line 3: the number is missing');
    expect(() => table.select([2, 1]).matrix(["length"])).toThrow("line 3");
    expect(() => table.numbers("species")).toThrow('line 2 says "cat"');
    expect(() => table.numbers("weight")).toThrow("The columns are: length, species, note");
    expect(() => table.select([3])).toThrow(DataError);
  });

  it("survives writing and reading", () => {
    const columns = new Map<string, Column>([
      ["x", { kind: "number", values: new Float64Array([0.1, NaN, -1e300]) }],
      ["note, with comma", textColumn(['"', "", "a\nb"])],
    ]);
    expect(readTable(writeTable(new Table(columns))).columns).toEqual(columns);
  });

  it("makes a matrix row by row", () => {
    expect([...readTable("a,b\n1,2\n3,4\n").matrix(["b", "a"])]).toEqual([2, 1, 4, 3]);
  });
});
