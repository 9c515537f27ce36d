import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTable } from "../../src/data/openTable.ts";
import { readTable } from "../../src/data/readTable.ts";
import { openTableFile, readTableFile } from "../../src/data/tableFile.node.ts";

const encoder = new TextEncoder();
const open = (content: string | Uint8Array, options = {}) =>
  openTable(typeof content === "string" ? encoder.encode(content) : content, { format: "csv", ...options });
const read = async (content: string | Uint8Array, options = {}) => (await open(content, options)).readAll();

const utf16 = (text: string, isBig: boolean) => {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), !isBig);
  return bytes;
};

describe("how a file is written", () => {
  it.each([
    ["a,b\n1,x\n2,y\n", "CSV"],
    ["a;b\n1,5;x\n2;y\n", 'CSV, separated by ";", with decimal commas'],
    ["a\tb\n1.5\tx\n2\t\n", "CSV, separated by tabs"],
    ["a|b\n1|x\n", 'CSV, separated by "|"'],
    ["sep=;\na;b\n1;x\n", 'CSV, separated by ";"'],
    ['a;b\n"1;5, or";x\n', 'CSV, separated by ";"'],
    ["1.5,x\n2,y\n", "CSV, without a header"],
    ["a b\n1\n", "CSV"],
    ["\uFEFFa,b\n1,2\n", "CSV"],
  ])("is found in %j: %s", async (text, format) => {
    expect((await open(text)).format).toBe(format);
  });

  it("may be told instead", async () => {
    expect((await read("a b\n1 2\n", { separator: " " })).names).toEqual(["a", "b"]);
    expect((await read("a;b\n1,5;2\n", { decimal: "." })).texts("a")).toEqual(["1,5"]);
    expect([...(await read("a;b\n1.234,5;2\n", { decimal: ",", thousands: "." })).numbers("a")]).toEqual([1234.5]);
    expect([...(await read('a\n"1,234,567.5"\n12\n', { thousands: "," })).numbers("a")]).toEqual([1234567.5, 12]);
    expect((await read('a\n"12,34"\n', { thousands: "," })).texts("a")).toEqual(["12,34"]);
    expect((await read("x\ny\n", { header: false })).texts("column1")).toEqual(["x", "y"]);
    expect((await read("1,2\n3,4\n", { header: true })).names).toEqual(["1", "2"]);
    expect((await read('a\tb\n5"\t"x\n', { quotes: false })).texts("b")).toEqual(['"x']);
    expect([...(await read("a\n-99\n1\n", { missing: ["-99"] })).numbers("a")]).toEqual([Number.NaN, 1]);
    await expect(open("a\n1\n", { separator: ",", decimal: "," })).rejects.toThrow("separator and decimal are both");
    await expect(open("a\n1\n", { separator: "é" })).rejects.toThrow("it has to be one ASCII character");
  });

  it("is found in UTF-16 and Windows-1252, with and without a byte order mark", async () => {
    const text = "name,größe\nJosé,1.5\nÉva,2\n";
    const latin = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    for (const [bytes, format] of [
      [utf16(`\uFEFF${text}`, false), "CSV, UTF-16"],
      [utf16(`\uFEFF${text}`, true), "CSV, UTF-16"],
      [utf16(text, false), "CSV, UTF-16"],
      [latin, "CSV, Windows-1252"],
      [encoder.encode(text), "CSV"],
    ] as const) {
      const source = await open(bytes);
      expect(source.format).toBe(format);
      const table = await source.readAll();
      expect([table.texts("name"), [...table.numbers("größe")]]).toEqual([
        ["José", "Éva"],
        [1.5, 2],
      ]);
    }
    await expect(read(latin, { encoding: "utf-8" })).rejects.toThrow('encoding: "windows-1252"');
  });

  it("shows in the header: text above numbers is one, numbers above numbers are none, missing cells tell nothing", () => {
    const names = (text: string) => readTable(text).names;
    expect(names("5.1,3.5,setosa\n4.9,3.0,setosa\n")).toEqual(["column1", "column2", "column3"]);
    expect(names("NA,3.5\n4.9,3.0\n")).toEqual(["column1", "column2"]);
    expect(names("label,0,1\n5,0,0\n3,0,255\n")).toEqual(["label", "0", "1"]);
    expect(names("sex,species\nf,cat\nm,dog\n")).toEqual(["sex", "species"]);
    expect(names("x,x\ny,z\n")).toEqual(["column1", "column2"]);
    expect(names(",length,\n0,1,a\n1,2,b\n")).toEqual(["column1", "length", "column3"]);
  });
});

describe("odd files", () => {
  it("reads infinity, 1e308 and quoted, signed, spaced numbers", () => {
    const table = readTable('a,b\n1e308, +5 \n-Infinity,"7"\ninf, -.5e-3\nNaN,""\n');
    expect([...table.numbers("a")]).toEqual([1e308, -Infinity, Infinity, Number.NaN]);
    expect([...table.numbers("b")]).toEqual([5, 7, -0.0005, Number.NaN]);
  });

  it("takes usual signs of missing cells for missing, more of them among numbers", () => {
    const table = readTable("a,b,c\n1,-,?\n-,+,x\nunknown,-,null\n");
    expect([...table.numbers("a")]).toEqual([1, Number.NaN, Number.NaN]);
    expect(table.texts("b")).toEqual(["-", "+", "-"]);
    expect(table.texts("c")).toEqual(["", "x", ""]);
  });

  it("reads a column as text where a late cell is none of its numbers; a stream says what to tell", async () => {
    const text = `id,x,pad\n${`007,1,${"p".repeat(100)}\n`.repeat(10_000)}A7,2,\n`;
    const table = await read(text);
    expect([table.texts("id")[0], table.texts("id").at(-1), table.numbers("x").length]).toEqual(["007", "A7", 10_001]);
    const stream = async (options: object) => {
      let rows = 0;
      for await (const chunk of await open(text, options)) rows += chunk.rowCount;
      return rows;
    };
    await expect(stream({})).rejects.toThrow(
      'CSV, line 10002, column "id": "A7" is not a number. The cells before it are. Say what the column is: kinds: { "id": "category" }.',
    );
    expect(await stream({ kinds: { id: "category" } })).toBe(10_001);
    await expect(read(text, { kinds: { id: "number" } })).rejects.toThrow("line 10002");
  });

  it("reads 100,000 columns, and lists few of them in messages", async () => {
    const names = Array.from({ length: 100_000 }, (_, column) => `c${column}`);
    const row = names.map((_, column) => column % 10).join(",");
    const source = await open(`${names.join(",")}\n${row}\n${row}\n`);
    const table = await source.readAll();
    expect([table.names.length, table.numbers("c99999")]).toEqual([100_000, Float64Array.of(9, 9)]);
    expect(() => table.column("d5")).toThrow(/c19 … and 99,980 more\.$/);
  });

  it.each([
    ["", "the file is empty"],
    ["\n\n", "the file is empty"],
    ["a,b\n1,2\n3", "line 3: 1 cells where the header has 2 (a, b). The file ends there: was it cut off?"],
    ['a,b\n1,2\n3,"op', "line 3, column 3: this quote is never closed"],
    ["a,b\n1,2\n3,x\0y\n", "line 3, column 4: a zero byte"],
    ['a,b\n1,2\n3,"x\0y"\n', "line 3, column 3: a zero byte"],
    ["a,b\n1,2\n3,4,5\n", "line 3: 3 cells where the header has 2"],
    ["1,2\n3\n", "line 2: 1 cells where the first line has 2"],
    ["a,b,a\n1,2,3\n", 'line 1: two columns are named "a" (column 1 and column 3)'],
    ["PK\x03\x04xxxx", "This is a ZIP file"],
    ["\x01\x02\x03\x04\x05\x06\x07\x0e\x0f", "This is no text"],
  ])("says what is wrong in %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("reads a header without rows, and chunks of none", async () => {
    const source = await open("a,b\n");
    expect([(await source.readAll()).rowCount, source.columns.length]).toEqual([0, 2]);
    for await (const _ of source) expect.unreachable();
    await expect(open("a\n1\n", { rows: 0 })).rejects.toThrow("1 or more");
  });
});

describe("files on disk", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "smilodon-files-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("are streamed in chunks that know their lines, and every loop begins anew", async () => {
    const path = join(folder, "long.csv");
    const lines = Array.from({ length: 150_000 }, (_, row) => `${row},${row % 3 === 0 ? "cat" : "dog"}`);
    await writeFile(path, ["id,species", ...lines].join("\r\n"));
    const source = await openTableFile(path, { rows: 40_000 });
    for (let round = 0; round < 2; round++) {
      let next = 0;
      for await (const chunk of source) {
        expect(chunk.numbers("id")[0]).toBe(next);
        expect(chunk.place(1)).toBe(`line ${next + 3}`);
        expect(chunk.texts("species")[0]).toBe(next % 3 === 0 ? "cat" : "dog");
        next += chunk.rowCount;
      }
      expect(next).toBe(150_000);
    }
    expect((await source.readAll()).rowCount).toBe(150_000);
  });

  it("may have columns that are named like what every object has", async () => {
    const source = await open("__proto__,constructor,toString\n1,2,a\n3,4,b\n", { kinds: { toString: "text" } });
    const table = await source.readAll();
    expect([...table.columns.values()].map(({ kind }) => kind)).toEqual(["number", "number", "text"]);
    const lines = await openTable(encoder.encode('{"constructor": 1, "__proto__": 2}\n'), { format: "json-lines" });
    const read = await lines.readAll();
    expect([read.numbers("constructor")[0], read.numbers("__proto__")[0]]).toEqual([1, 2]);
  });

  it("begin each message with their path", async () => {
    await expect(readTableFile(join(folder, "none.csv"))).rejects.toThrow("none.csv: there is no such file.");
    await expect(readTableFile(folder)).rejects.toThrow("this is a folder");
    await expect(readTableFile("/dev/null")).rejects.toThrow("this is a pipe or a device");
    await writeFile(join(folder, "late.csv"), `a,pad\n${`1,${"p".repeat(100)}\n`.repeat(11_000)}x,\n`);
    const source = await openTableFile(join(folder, "late.csv"));
    await expect(
      (async () => {
        for await (const _ of source);
      })(),
    ).rejects.toThrow('late.csv: CSV, line 11002, column "a": "x" is not a number');
  });
});
