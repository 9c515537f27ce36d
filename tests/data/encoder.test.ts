/** The encoder: blocks, their numbers, what is missing or new, and the way through JSON. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encoderOf, fitEncoder, readTable, type Table } from "../../src/data/index.ts";
import { DataError } from "../../src/support/errors.ts";

const pets = readTable(
  [
    "born,weight,kind,tame,price",
    "2020-01-01,1,cat,1,10",
    "2020-01-02,2,cat,0,20",
    "2020-01-03,3,dog,1,30",
    "2020-01-04,,dog,0,40",
    "2020-01-05,5,,1,50",
    "",
  ].join("\n"),
);

/** The block of `name` in each row. */
function blockOf(table: Table, encoder: ReturnType<typeof fitEncoder>, name: string): number[][] {
  const rows = encoder.encode(table);
  const feature = encoder.features.find((entry) => entry.name === name);
  if (feature === undefined) throw new Error(name);
  return Array.from({ length: table.rowCount }, (_, row) =>
    Array.from(rows.subarray(row * encoder.width + feature.start, row * encoder.width + feature.start + feature.width)),
  );
}

describe("fitEncoder", () => {
  const encoder = fitEncoder(pets, { target: "price" });

  test("gives each column a block, and the target none", () => {
    expect(encoder.features.map(({ name, kind, start, width }) => [name, kind, start, width])).toEqual([
      ["born", "date", 0, 5],
      ["weight", "number", 5, 2],
      ["kind", "category", 7, 4],
      ["tame", "boolean", 11, 1],
    ]);
    expect(encoder.width).toBe(12);
  });

  test("keeps a few absurd numbers from drowning all others", () => {
    const cells = Array.from({ length: 200 }, (_, row) => (row === 7 ? "1e308" : row === 90 ? "-1e308" : String(row)));
    const table = readTable(`size\n${cells.join("\n")}\n`);
    const rows = blockOf(table, fitEncoder(table), "size").map(([cell = Number.NaN]) => cell);
    expect([rows[7], rows[90]]).toEqual([16, -16]);
    const others = rows.filter((_, row) => row !== 7 && row !== 90);
    expect(others.every((cell) => Math.abs(cell) < 2)).toBe(true);
    expect(others.slice(1).every((cell, index) => cell > (others[index] ?? Infinity))).toBe(true);
  });

  test("centers numbers by the median and scales them by the quartiles", () => {
    // Known: 1 2 3 5; median 2.5, quartiles 1.75 and 3.5
    const scale = 1.75 / 1.349;
    expect(blockOf(pets, encoder, "weight")[0]?.[0]).toBeCloseTo(-1.5 / scale, 6);
    expect(blockOf(pets, encoder, "weight")[3]).toEqual([0, 1]);
  });

  test("gives categories a column each, any other one and what is missing one", () => {
    expect(blockOf(pets, encoder, "kind")).toEqual([
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ]);
  });

  test("puts a new category into the column for others", () => {
    const fresh = readTable("born,weight,kind,tame\n2021-05-05,2,fox,1\n");
    expect(blockOf(fresh, encoder, "kind")).toEqual([[0, 0, 1, 0]]);
  });

  test("counts a category that is missing for the first time as the average of all", () => {
    const known = readTable("kind,size\ncat,1\ncat,2\ncat,3\ndog,4\ndog,5\n");
    const fitted = fitEncoder(known);
    const [block = []] = blockOf(readTable("kind,size\n,1\n"), fitted, "kind");
    expect(block[0]).toBeCloseTo(0.6);
    expect(block[1]).toBeCloseTo(0.4);
  });

  test("does not mind the order of columns, and names those that it ignores", () => {
    const turned = readTable("tame,extra,kind,weight,born\n1,x,cat,1,2020-01-01\n");
    expect(encoder.encode(turned)).toEqual(encoder.encode(pets.select([0])));
    expect(encoder.ignored(turned)).toEqual(["extra"]);
  });

  test("names a missing column and the nearest that there is", () => {
    const misspelt = readTable("born,wieght,kind,tame\n2020-01-01,1,cat,1\n");
    expect(() => encoder.encode(misspelt)).toThrow(/"weight" is missing.*wieght/s);
  });

  test("names column, line and cell that cannot be encoded", () => {
    const words = readTable("born,weight,kind,tame\n2020-01-01,1,cat,1\n2020-01-02,heavy,cat,1\n");
    expect(() => encoder.encode(words)).toThrow(/"weight".*line 3.*heavy/s);
    const dates = readTable("born,weight,kind,tame\n2020-01-01,1,cat,1\nsoon,2,cat,1\n");
    expect(() => encoder.encode(dates)).toThrow(/"born", line 3: "soon"/);
  });

  test("is the same after the way through JSON", () => {
    const again = encoderOf(JSON.parse(JSON.stringify(encoder.state)));
    expect(again.encode(pets)).toEqual(encoder.encode(pets));
    expect(() => encoderOf({ version: 1, parts: [{ kind: "number" }] })).toThrow(DataError);
  });

  test("leaves out empty columns, and says when none is left", () => {
    const table = readTable("a,b,y\n,1,1\n,2,2\n");
    expect(fitEncoder(table, { target: "y" }).features.map(({ name }) => name)).toEqual(["b"]);
    expect(() => fitEncoder(table, { target: "y", exclude: ["b"] })).toThrow(/No column is left/);
  });

  test("keeps numbers finite and in order whatever they are", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 30 }), (values) => {
        const table = readTable(`x,y\n${values.map((value) => `${value},1`).join("\n")}\n`, {
          kinds: { x: "number" },
        });
        const rows = fitEncoder(table, { kinds: { x: "number" }, exclude: ["y"] }).encode(table);
        const order = values.map((_, row) => row).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
        expect(rows.every(Number.isFinite)).toBe(true);
        order.forEach((row, place) => {
          expect(rows[row] ?? 0).toBeGreaterThanOrEqual(rows[order[Math.max(0, place - 1)] ?? 0] ?? 0);
        });
      }),
    );
  });

  test("hashes words to vectors of length 1, the same for the same words", () => {
    const sentences = Array.from({ length: 40 }, (_, row) => `sentence number ${row} about cats`);
    const table = readTable(`note,y\n${sentences.map((text, row) => `${text},${row}`).join("\n")}\n`);
    const fitted = fitEncoder(table, { target: "y" });
    expect(fitted.features[0]?.kind).toBe("text");
    for (const block of blockOf(table, fitted, "note")) expect(Math.hypot(...block)).toBeCloseTo(1, 5);
  });
});
