/** Numbers as bytes: the text is that of the language, digit for digit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeCsvLines } from "../../src/cli/answerLines.ts";
import { ByteLines } from "../../src/cli/byteLines.ts";
import { Table } from "../../src/data/index.ts";

function written(write: (lines: ByteLines) => void): string {
  const lines = new ByteLines();
  write(lines);
  return new TextDecoder().decode(lines.bytes);
}

const few = fc.tuple(fc.integer({ min: -(2 ** 33), max: 2 ** 33 }), fc.nat(9)).map(([whole, places]) => {
  return whole / 10 ** places;
});

describe("numbers as bytes", () => {
  test("are spelled as String spells them", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), few, fc.integer()), (value) => {
        expect(written((lines) => lines.number(value))).toBe(String(value));
      }),
      { numRuns: 2000 },
    );
  });

  test("are rounded to their decimals, without zeros at the end", () => {
    fc.assert(
      fc.property(fc.oneof(few, fc.double({ min: -2, max: 2, noNaN: true })), fc.nat(9), (value, decimals) => {
        const rounded = Math.round(value * 10 ** decimals) / 10 ** decimals;
        const plain = Math.abs(rounded) < 1e-6 ? rounded.toFixed(decimals).replace(/\.?0+$/, "") : String(rounded);
        expect(written((lines) => lines.rounded(value, decimals))).toBe(plain === "-0" ? "0" : plain || "0");
      }),
      { numRuns: 2000 },
    );
    const shown = [0, 100, 0.5, -0.125, 2147483.647, 1e300].map((value) => written((l) => l.rounded(value, 3)));
    expect(shown).toEqual(["0", "100", "0.5", "-0.125", "2147483.647", "1e+300"]);
  });
});

describe("sets of classes", () => {
  test.each([2, 30, 31, 64])("are told from each other, with %i classes", (width) => {
    const classes = Array.from({ length: width }, (_, c) => `c${c}`);
    const rows = [[0], [width - 1], [0, width - 1], classes.map((_, c) => c), [], [0]];
    const sets = Uint8Array.from(rows.flatMap((row) => classes.map((_, c) => (row.includes(c) ? 1 : 0))));
    const answers = {
      kind: "classification",
      classes,
      probabilities: new Float64Array(sets.length),
      sets,
      inScope: new Uint8Array(rows.length).fill(1),
      distances: new Float64Array(rows.length),
      reason: () => "",
    } as const;
    const table = new Table(new Map([["x", { kind: "number", values: new Float64Array(rows.length) }]]));
    const text = written((lines) => writeCsvLines(lines, answers, table, { keep: [], withProbabilities: false }));
    const found = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(",")[3]);
    expect(found).toEqual(rows.map((row) => row.map((c) => `c${c}`).join("|")));
  });
});
