/** Parquet as others write it, in all its ways to pack values; and files that are damaged, which have to end with a DataError. */
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { openTable } from "../../src/data/openTable.ts";
import { checkPages } from "../../src/data/parquetPages.ts";
import { DataError } from "../../src/support/errors.ts";
import { threefry, WordStream } from "../../src/support/threefry.ts";

const rows = 300;
const upTo = <T>(make: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => make(row));
const numbers = upTo((row) => (row % 9 === 4 ? null : row * 1.5));
const whole = upTo((row) => (row * 37) % 1000);
const words = upTo((row) => (row % 7 === 0 ? null : `word ${row % 5}`));
const texts = upTo((row) => `text that is shared ${row}`);
const flags = upTo((row) => row % 3 === 0);
const large = upTo((row) => BigInt(row) * 1000n);

const columnData = [
  { name: "number", data: numbers, type: "DOUBLE", encoding: "PLAIN" },
  { name: "split", data: numbers, type: "DOUBLE", encoding: "BYTE_STREAM_SPLIT" },
  { name: "delta", data: whole, type: "INT32", encoding: "DELTA_BINARY_PACKED" },
  { name: "large", data: large, type: "INT64", encoding: "DELTA_BINARY_PACKED" },
  { name: "word", data: words, type: "STRING" },
  { name: "lengths", data: texts, type: "STRING", encoding: "DELTA_LENGTH_BYTE_ARRAY" },
  { name: "shared", data: texts, type: "STRING", encoding: "DELTA_BYTE_ARRAY" },
  { name: "plain", data: texts, type: "STRING", encoding: "PLAIN" },
  { name: "flag", data: flags, type: "BOOLEAN", encoding: "RLE" },
] as const;

const packers = {
  UNCOMPRESSED: (bytes: Uint8Array) => bytes,
  GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
  ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bytes)),
};
const codecs = ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD"] as const;

function written(codec: (typeof codecs)[number], change: { pageSize?: number } = {}): Uint8Array {
  const options = {
    columnData: columnData.map((each) => ({ ...each })),
    codec,
    compressors: packers,
    rowGroupSize: 200,
  };
  return new Uint8Array(parquetWriteBuffer({ ...options, ...change }));
}

const read = async (bytes: Uint8Array) => (await openTable(bytes, { format: "parquet" })).readAll();

describe("openParquet()", () => {
  it.each(codecs)("reads every way to pack values, in pages that are %s", async (codec) => {
    for (const pageSize of codec === "BROTLI" ? [100_000] : [100, 100_000]) {
      const table = await read(written(codec, { pageSize }));
      expect(Array.from(table.numbers("number"))).toEqual(numbers.map((value) => value ?? Number.NaN));
      expect(table.numbers("split")).toEqual(table.numbers("number"));
      expect(Array.from(table.numbers("delta"))).toEqual(whole);
      expect(Array.from(table.numbers("large"))).toEqual(large.map(Number));
      expect(table.texts("word")).toEqual(words.map((word) => word ?? ""));
      for (const name of ["lengths", "shared", "plain"]) expect(table.texts(name)).toEqual(texts);
      expect(table.texts("flag")).toEqual(flags.map(String));
    }
  });

  it.each(codecs)(
    "comes to an end with a DataError or a table, whatever bytes of a file %s are changed",
    async (codec) => {
      // Brotli is unpacked slowly: fewer pages, and fewer changes
      const [pageSize, runs] = codec === "BROTLI" ? [100_000, 25] : [400, 150];
      const content = written(codec, { pageSize });
      const words = new WordStream(threefry([0, 0], [0x70617271, codecs.indexOf(codec)]), 0);
      let refused = 0;
      for (let run = 0; run < runs; run++) {
        const damaged = content.slice();
        // A byte of the pages, or one of what describes them at the end
        const from = run % 2 === 0 ? 0 : Math.floor(content.length * 0.7);
        damaged[from + (words.next() % (content.length - from))] = words.next() & 255;
        const error = await read(damaged).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(DataError);
        if (error !== undefined) refused++;
      }
      expect(refused).toBeGreaterThan(runs / 6);
    },
  );
});

/** A page of the first version: a header in Thrift's compact protocol, then the body. */
function firstPage(values: number, encoding: number, body: readonly number[]): number[] {
  const zigzag = (value: number): number[] => {
    const bytes: number[] = [];
    let rest = (value << 1) ^ (value >> 31);
    for (rest >>>= 0; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    return [...bytes, rest];
  };
  const size = zigzag(body.length);
  const own = [0x15, ...zigzag(values), 0x15, ...zigzag(encoding), 0x15, 6, 0x15, 6, 0];
  return [0x15, 0, 0x15, ...size, 0x15, ...size, 0x2c, ...own, 0, ...body];
}

const check = (bytes: readonly number[], change: Partial<Parameters<typeof checkPages>[0]> = {}) =>
  checkPages({
    bytes: Uint8Array.from([...bytes, 0]),
    rows: 8,
    type: "INT32",
    codec: "UNCOMPRESSED",
    typeLength: undefined,
    levels: 1,
    ...change,
  });

describe("checkPages()", () => {
  const values = new Array<number>(32).fill(1);

  it("takes a page whose levels and values fit", () => {
    expect(check(firstPage(8, 0, [2, 0, 0, 0, 16, 1, ...values]))).toEqual([]);
    expect(check(firstPage(8, 0, [2, 0, 0, 0, 3, 0xff, ...values]))).toEqual([]);
  });

  it.each([
    [
      "a run of two thousand million levels",
      [6, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1, ...values],
      "a run is too long",
    ],
    ["as many packed ones", [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, ...values], "packed numbers is too long"],
    ["levels that end after the page", [200, 0, 0, 0, 16, 1, ...values], "end after it"],
    ["a level that there is none of", [2, 0, 0, 0, 16, 2, ...values], "holds 2 where 2 is too much"],
    ["fewer values than levels", [2, 0, 0, 0, 16, 1, 0, 0], "fewer bytes than its values take"],
  ])("refuses %s", (_, body, message) => {
    expect(() => check(firstPage(8, 0, body))).toThrow(message);
  });

  it("refuses more values than rows, and blocks of differences that lead backwards", () => {
    expect(() => check(firstPage(9, 0, [2, 0, 0, 0, 16, 1, ...values]))).toThrow("9 values where 8 are possible");
    const delta = [0x80, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 8, 0, ...values];
    expect(() => check(firstPage(8, 5, delta), { levels: 0 })).toThrow("blocks of an impossible size");
    expect(() => check(firstPage(8, 8, [1, 16, 1]), { levels: 0 })).toThrow("no dictionary");
  });

  it("refuses a column that has fewer values than the file says, and headers that go on for ever", () => {
    expect(() => check(firstPage(8, 0, [2, 0, 0, 0, 16, 1, ...values]), { rows: 9 })).toThrow(
      "8 values where its rows are 9",
    );
    expect(() => check(new Array<number>(100).fill(0x1c))).toThrow("nested too deeply");
    expect(() => check([0x16, ...new Array<number>(100).fill(0xff)])).toThrow("too long");
  });
});
