import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/data/csv.ts";
import { type CsvLayout, missingOf } from "../../src/data/csvLayout.ts";
import { CsvPass } from "../../src/data/csvPass.ts";
import { readTable } from "../../src/data/readTable.ts";
import { DataError } from "../../src/support/errors.ts";

const layout: CsvLayout = {
  encoding: "utf-8",
  separator: ",",
  decimal: ".",
  thousands: "",
  quotes: true,
  hasHeader: false,
  ...missingOf([]),
};
const encoder = new TextEncoder();

/** Rows and lines of `text`, which has `width` columns of text, given in blocks of `size` bytes. */
function readInBlocks(text: string, width: number, size: number): { rows: string[][]; lines: number[] } {
  const names = Array.from({ length: width }, (_, index) => String(index));
  const columns = names.map((name) => ({ name, kind: "text", isTold: false }) as const);
  const pass = new CsvPass({ layout, columns, start: 0, line: 1, recordSize: 1 }, columns, 1);
  const bytes = encoder.encode(text);
  for (let from = 0; from < bytes.length; from += size) {
    pass.feed(bytes.subarray(from, from + size));
    pass.advance(Infinity);
  }
  pass.end();
  pass.advance(Infinity);
  const table = pass.reader.take();
  const texts = names.map((name) => table.texts(name));
  const rows = Array.from({ length: table.rowCount }, (_, row) => texts.map((column) => column[row] ?? ""));
  return { rows, lines: [...(table.lines as Uint32Array)] };
}

const messageOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  }
};

describe("CsvReader", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", " ", ",", ",", '"', '"', "\n", "\r", "\r\n") });
  const size = fc.integer({ min: 1, max: 9 });

  it("finds the records that parseCsv() finds, however the bytes are cut, and the same mistakes", () => {
    fc.assert(
      fc.property(text, size, (content, blockSize) => {
        let records: ReturnType<typeof parseCsv> = [];
        const mistake = messageOf(() => {
          records = parseCsv(content);
        });
        if (mistake !== undefined) {
          // The clear reader knows nothing of widths: cells that are too many may be noticed before a wrong quote
          expect(messageOf(() => readInBlocks(content, 3, blockSize))).toBeDefined();
          return;
        }
        const width = records[0]?.cells.length ?? 1;
        const even = records.every(({ cells }) => cells.length === width);
        if (!even) {
          expect(messageOf(() => readInBlocks(content, width, blockSize))).toContain("cells where the first line has");
          return;
        }
        expect(readInBlocks(content, width, blockSize)).toEqual({
          rows: records.map(({ cells }) => cells.map((cell) => cell.trim())),
          lines: records.map(({ line }) => line),
        });
      }),
      { numRuns: 3000 },
    );
  });

  it("says where quotes are wrong in the words of parseCsv()", () => {
    for (const wrong of ['a\n"open', 'b\n"x"y', 'é\n"x\ny"z', 'c\nin"side']) {
      const [place] = (messageOf(() => parseCsv(wrong)) ?? "").split(". ");
      expect(messageOf(() => readInBlocks(wrong, 1, 100))).toContain(place);
    }
  });

  it("reads cells by their bytes and finds equal texts that are spelled differently", () => {
    const { codes, categories } = readTable('a,b\ncat,1\n"cat",2\n cat ,3\nNA,4\n"?",5\ndog,6\n').column("a") as never;
    expect(categories).toEqual(["cat", "dog"]);
    expect(codes).toEqual(Int32Array.of(0, 0, 0, -1, -1, 1));
  });

  it("keeps many different texts apart", () => {
    const ids = Array.from({ length: 20_000 }, (_, row) => `id-${(row * 7919) % 20_011}`);
    expect(readTable(["id", ...ids].join("\n")).texts("id")).toEqual(ids);
  });
});
