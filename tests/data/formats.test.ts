import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { textColumn } from "../../src/data/column.ts";
import { openTable } from "../../src/data/openTable.ts";
import { readTable, writeTable } from "../../src/data/readTable.ts";
import { Table } from "../../src/data/table.ts";
import { DataError } from "../../src/support/errors.ts";

const encoder = new TextEncoder();
const bytesOf = (content: string | Uint8Array | ArrayBuffer): Uint8Array =>
  typeof content === "string" ? encoder.encode(content) : new Uint8Array(content);
const read = async (content: string | Uint8Array | ArrayBuffer, options = {}) =>
  (await openTable(bytesOf(content), options)).readAll();
const contentOf = (table: Table) =>
  Object.fromEntries([...table.columns].map(([name, { kind, values }]) => [name, [kind, ...values]]));

/** Chunks of `content` as their columns' values, joined. */
async function readChunks(content: string | Uint8Array | ArrayBuffer, rows: number, options = {}) {
  const source = await openTable(bytesOf(content), { ...options, rows });
  const sizes: number[] = [];
  const columns: Record<string, unknown[]> = {};
  for await (const chunk of source) {
    sizes.push(chunk.rowCount);
    expect([...chunk.columns].map(([name, { kind }]) => ({ name, kind }))).toEqual(
      source.columns.map(({ name, kind }) => ({ name, kind })),
    );
    for (const [name, { kind, values }] of chunk.columns) (columns[name] ??= [kind]).push(...values);
  }
  return { sizes, columns };
}

const animals = {
  length: ["number", 110.5, Number.NaN, 205],
  species: ["text", "cat", "", "dog"],
  tame: ["text", "true", "false", "true"],
  born: ["text", "2020-05-01", "2021-06-30T12:30:00.000Z", ""],
};
const written = {
  csv: "length,species,tame,born\n110.5,cat,true,2020-05-01\n,,false,2021-06-30T12:30:00.000Z\n205,dog,true,\n",
  "json-lines":
    '{"length": 110.5, "species": "cat", "tame": true, "born": "2020-05-01"}\n' +
    '{"tame": false, "born": "2021-06-30T12:30:00.000Z", "species": null}\n\n' +
    '{"length": 205, "species": "dog", "tame": true}',
  json: '[{"length": 110.5, "species": "cat", "tame": true, "born": "2020-05-01"}, {"tame": false, "born": "2021-06-30T12:30:00.000Z"}, {"length": 205, "species": "dog", "tame": true}]',
  parquet: parquetWriteBuffer({
    columnData: [
      { name: "length", data: [110.5, null, 205], type: "DOUBLE" },
      { name: "species", data: ["cat", null, "dog"], type: "STRING" },
      { name: "tame", data: [true, false, true], type: "BOOLEAN" },
      { name: "born", data: [new Date("2020-05-01"), new Date("2021-06-30T12:30Z"), null], type: "TIMESTAMP" },
    ],
    rowGroupSize: 2,
  }),
  arrow: tableToIPC(
    tableFromArrays({
      length: [110.5, null, 205],
      species: ["cat", null, "dog"],
      tame: [true, false, true],
      born: [new Date("2020-05-01"), new Date("2021-06-30T12:30Z"), null],
    }),
    {},
  ) as Uint8Array,
} as const;
const formats = ["csv", "json-lines", "json", "parquet", "arrow"] as const;
// Parquet has mutations of its own, in parquet.test.ts
const checkedFormats = ["csv", "json-lines", "json", "arrow"] as const;

describe("openTable()", () => {
  it.each(formats)("reads %s, whole and in chunks, and tells it by its content", async (format) => {
    expect(contentOf(await read(written[format]))).toEqual(animals);
    expect(await readChunks(written[format], 2)).toEqual({ sizes: [2, 1], columns: animals });
    expect(contentOf(await read(written[format], { columns: ["tame", "length"] }))).toEqual({
      length: animals.length,
      tame: animals.tame,
    });
  });

  it.each(formats)("says where a cell of %s is not what was told, and which columns there are", async (format) => {
    await expect(read(written[format], { kinds: { species: "number" } })).rejects.toThrow(/"cat" is not a number/);
    await expect(read(written[format], { kinds: { lenght: "number" } })).rejects.toThrow('Did you mean "length"?');
    expect((await read(written[format], { kinds: { length: "category" } })).texts("length")).toEqual([
      "110.5",
      "",
      "205",
    ]);
  });

  it("reads files, blobs and what was packed by others as well", async () => {
    const blob = new Blob([written.csv]);
    expect(contentOf(await (await openTable(blob)).readAll())).toEqual(animals);
    const stream = tableToIPC(tableFromArrays({ a: [1, 2] }), { format: "stream" }) as Uint8Array;
    expect(contentOf(await read(stream))).toEqual({ a: ["number", 1, 2] });
  });

  it.each(["UNCOMPRESSED", "SNAPPY"] as const)("reads Parquet that is %s", async (codec) => {
    const data = Array.from({ length: 1000 }, (_, row) => row % 7);
    const bytes = parquetWriteBuffer({ columnData: [{ name: "x", data, type: "INT32" }], codec });
    expect([...(await read(bytes)).numbers("x")]).toEqual(data);
  });
});

describe("whole numbers that a double does not hold", () => {
  const large = 9007199254740993n;
  const parquet = (data: bigint[], statistics: boolean) =>
    parquetWriteBuffer({ columnData: [{ name: "id", data, type: "INT64" }], statistics });

  it("become text, so that none is changed", async () => {
    const texts = ["text", "1", String(large)];
    expect(contentOf(await read(`{"id": 1}\n{"id": ${large}}\n`))).toEqual({ id: texts });
    expect(contentOf(await read(`[{"id": 1}, {"id": ${large}}]`))).toEqual({ id: texts });
    expect(contentOf(await read(parquet([1n, large], true)))).toEqual({ id: texts });
    expect((await readChunks(parquet([1n, large], true), 1)).columns).toEqual({ id: texts });
    const arrow = tableToIPC(tableFromArrays({ id: BigInt64Array.of(1n, large) }), {}) as Uint8Array;
    expect(contentOf(await read(arrow))).toEqual({ id: texts });
  });

  it("are an error in the midst of a stream of numbers, unless rounding was asked for", async () => {
    await expect(readChunks(parquet([1n, large], false), 1)).rejects.toThrow(
      'Parquet, row 1, column "id": 9007199254740993 is too large for a number to hold exactly. Say what the column is: kinds: { "id": "category" }',
    );
    expect((await readChunks(parquet([1n, large], false), 1, { kinds: { id: "number" } })).columns).toEqual({
      id: ["number", 1, 9007199254740992],
    });
  });
});

describe("JSON", () => {
  it("widens columns and takes fields that come later, but not in the midst of a stream", async () => {
    const padding = `${JSON.stringify({ a: 1 })}\n`.repeat(140_000);
    const table = await read(`${padding}{"a": "x", "b": 2}\n`);
    expect([table.column("a").kind, table.numbers("b").at(-1), table.numbers("b")[0]]).toEqual(["text", 2, Number.NaN]);
    await expect(readChunks(`${padding}{"a": "x"}\n`, 1000)).rejects.toThrow(
      'JSON, line 140001, column "a": "x" is not a number',
    );
    await expect(readChunks(`${padding}{"b": 2}\n`, 1000)).rejects.toThrow('the field "b" was not seen before');
  });

  it.each([
    ['{"a": [1, 2]}\n', 'JSON, line 1: column "a" holds a list'],
    ['{"a": {"b": 1}}\n', 'column "a" holds nested values'],
    ['{"a": 1}\n{"a": 2', "JSON lines, line 2: this is not JSON"],
    ['{"a": 1}\n[1]\n', "JSON lines, line 2: [1] is no object"],
    ['[{"a": 1}, 2]', "JSON, row 1: 2 is no object"],
    ['[{"a": 1}', "this is not JSON"],
  ])("refuses %j", async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });
});

describe("damaged files", () => {
  it("end with a DataError, whatever bytes are changed, cut off or made up", async () => {
    const change = fc.record({
      format: fc.constantFrom(...checkedFormats),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ format, at, bytes, cut }) => {
        const content = bytesOf(written[format]).slice();
        const position = Math.floor(at * content.length);
        for (const [index, byte] of bytes.entries())
          if (position + index < content.length) content[position + index] = byte;
        const damaged = cut ? content.slice(0, position) : content;
        try {
          await read(damaged, { format });
          await readChunks(damaged, 2, { format });
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 600 },
    );
  });

  it("end with a DataError where they are junk", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(undefined, ...formats),
        async (bytes, format) => {
          try {
            await read(bytes, format === undefined ? {} : { format });
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("writing and reading", () => {
  const text = fc
    .string({ unit: fc.constantFrom("a", "b", "7", ",", ";", "\t", "|", '"', "\n", "é", "😀", "-", " ") })
    .map((cell) => cell.trim())
    .filter((cell) => !["-", "--"].includes(cell));
  const column = fc.oneof(
    fc
      .array(fc.double(), { minLength: 5, maxLength: 5 })
      .map((values) => ({ kind: "number", values: Float64Array.from(values) }) as const),
    fc.array(text, { minLength: 5, maxLength: 5 }).map(textColumn),
  );

  it("gives the same table, separator and kinds being told or found", () => {
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(",", ";", "\t", "|"),
        (columns, separator) => {
          const table = new Table(new Map(columns.map((each, index) => [`name ${index}`, each])));
          const kinds = Object.fromEntries(columns.map(({ kind }, index) => [`name ${index}`, kind]));
          const again = readTable(writeTable(table, { separator }), { kinds, header: true });
          for (const [name, { kind, values }] of table.columns) {
            expect(again.column(name).kind).toBe(kind);
            expect([...again.column(name).values]).toEqual([...values]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
