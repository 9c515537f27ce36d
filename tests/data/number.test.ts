import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NumberScanner, parseNumber } from "../../src/data/number.ts";

const encoder = new TextEncoder();
const scanner = new NumberScanner();
const scan = (text: string, of = scanner) => {
  const values = new Float64Array(1).fill(Number.NaN);
  const end = of.scan(encoder.encode(`x${text},`), 1, values, 0);
  return { value: values[0], length: end - 1 };
};
const digits = (most: number) => fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: most });
const sign = fc.constantFrom("", "-", "+");

describe("NumberScanner", () => {
  const check = (text: string) => {
    const { value, length } = scan(text);
    expect(value, text).toBe(Number(text));
    expect(length, text).toBe(text.length);
  };

  it("reads every double as Number() does", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => check(String(value))),
      {
        numRuns: 2000,
      },
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), (value) => check(String(value))),
      {
        numRuns: 2000,
      },
    );
    fc.assert(fc.property(fc.double({ noNaN: true, min: -1, max: 1 }), (value) => check(value.toFixed(18))));
  });

  it("reads all decimal notation as Number() does, bit for bit", () => {
    const exponent = fc.option(
      fc.tuple(fc.constantFrom("e", "E"), sign, digits(3)).map((parts) => parts.join("")),
      { nil: "" },
    );
    fc.assert(
      fc.property(sign, digits(20), fc.option(digits(24), { nil: undefined }), exponent, (mark, whole, part, power) => {
        check(`${mark}${whole}${part === undefined ? "" : `.${part}`}${power}`);
      }),
      { numRuns: 5000 },
    );
  });

  it("rounds as Number() does where a number lies halfway between two doubles, or next to halfway", () => {
    for (const text of ["9007199254740993", "9007199254740993.0000000000001", "0.1000000000000000055511151231257827"])
      check(text);
    const between = fc.tuple(fc.integer({ min: 2 ** 20, max: 2 ** 21 }), fc.integer({ min: 1, max: 22 }));
    fc.assert(
      fc.property(between, fc.constantFrom("", "1", "0000001"), ([whole, bits], more) => {
        const exact = (BigInt(whole) * 2n + 1n) * 5n ** BigInt(bits);
        const text = String(exact).padStart(bits + 1, "0");
        check(`${text.slice(0, -bits)}.${text.slice(-bits)}${more}`);
      }),
    );
    const odd = fc.bigInt({ min: 2n ** 53n, max: 2n ** 60n });
    fc.assert(
      fc.property(odd, fc.integer({ min: 0, max: 18 }), (value, scale) => {
        const text = String(value).padStart(scale + 1, "0");
        check(scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    "0",
    "-0",
    "+7",
    "5.",
    ".5",
    "-.5e1",
    "1e308",
    "1e400",
    "-1e400",
    "1e-400",
    "4.9e-324",
    "2.2250738585072014e-308",
    "00012",
    "1e22",
    "1e23",
    "123456789012",
    "0.000000000000000",
    // Whole parts that come out as 0 in 32 bits
    "4294967296.0001",
    "8589934592.5",
    "0.00012345678901234567",
    "0.0000000000000000001234567",
  ])("reads %s", check);

  it.each(["", "-", "x", ".", "e5", "-.e1"])("finds no number in %j", (text) => {
    expect(scan(text)).toEqual({ value: Number.NaN, length: -2 });
  });

  it("stops where the number ends, and finds none where an exponent has no digits", () => {
    expect(scan("12a")).toEqual({ value: 12, length: 2 });
    expect(scan("1.5.5")).toEqual({ value: 1.5, length: 3 });
    expect(scan("3e").length).toBe(-2);
  });

  it("reads decimal commas", () => {
    const commas = new NumberScanner(44);
    expect(scan("-1,25;", commas).value).toBe(-1.25);
    expect(scan("0,1234567890123456789012345;", commas).value).toBe(0.12345678901234568);
    expect(scan("1.25;", commas).value).toBe(1);
  });
});

describe("parseNumber()", () => {
  it("takes decimal notation and infinity, and nothing else", () => {
    expect(["12", "-1.5e3", ".5", "inf", "-Infinity", "+INF"].map(parseNumber)).toEqual([
      12,
      -1500,
      0.5,
      Infinity,
      -Infinity,
      Infinity,
    ]);
    expect(["", "0x10", "1,5", "1e", "12 kg", "NaN", "∞"].map(parseNumber)).toEqual(Array(7).fill(undefined));
  });
});
