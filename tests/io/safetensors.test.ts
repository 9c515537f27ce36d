import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors.ts";
import { allDtypes, dtypes } from "../../src/shape/dtype.ts";
import { DataError } from "../../src/support/errors.ts";
import { type HostArray, hostArray } from "../../src/tensor/hostArray.ts";

const arrays = new Map<string, HostArray>([
  ["0.weight", hostArray(new Float32Array([1, -2.5, NaN, Infinity, -0, 6]), [2, 3])],
  ["flag", hostArray([1, 0, 1], [3], "bool")],
  ["count", hostArray(new Int32Array([-7]), [])],
  ["empty", hostArray(new Float64Array(0), [0, 4])],
  ["precise", hostArray(new Float64Array([Math.PI]))],
  ["words", hostArray(new Uint32Array([2 ** 32 - 1]))],
  ["bytes", hostArray(new Uint8Array([0, 255]))],
]);
const metadata = new Map([
  ["made by", "a test"],
  ["quote", '"\\\n\u{1F408}'],
]);

/** A file with `header` as it stands and `size` bytes of data. */
function file(header: string, size = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (dtype: string, shape: string, begin: number, end: number) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe("encodeSafetensors()", () => {
  it("is read back by decodeSafetensors(), bit for bit", () => {
    const content = decodeSafetensors(encodeSafetensors(arrays, metadata));
    expect(new Map([...content.arrays].sort())).toEqual(new Map([...arrays].sort()));
    expect(content.metadata).toEqual(metadata);
  });

  it("writes the same bytes for the same content in any order", () => {
    expect(encodeSafetensors(new Map([...arrays].reverse()))).toEqual(encodeSafetensors(arrays));
  });

  it("aligns the header to 8 bytes and larger elements first", () => {
    const bytes = encodeSafetensors(arrays);
    expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
    const order = [...decodeSafetensors(bytes).arrays.values()].map(({ dtype }) => dtypes[dtype].bytes);
    expect(order).toEqual(order.toSorted((a, b) => b - a));
  });

  it("keeps any content", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
    const array = fc
      .tuple(shape, fc.constantFrom(...allDtypes), fc.infiniteStream(fc.nat(255)))
      .map(([sizes, dtype, values]) => {
        const count = sizes.reduce((product, size) => product * size, 1);
        return hostArray([...values.take(count)], sizes, dtype);
      });
    const name = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed() && text !== "__metadata__");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, array)), (entries) => {
        const given = new Map(entries);
        const read = decodeSafetensors(encodeSafetensors(given)).arrays;
        expect(read.size).toBe(given.size);
        for (const [key, value] of given) expect(read.get(key)).toEqual(value);
      }),
      { numRuns: 40 },
    );
  });

  it("refuses reserved names and data that do not fit", () => {
    expect(() => encodeSafetensors(new Map([["__metadata__", hostArray([1])]]))).toThrow(DataError);
    expect(() => encodeSafetensors(new Map([["x", { dtype: "f32", shape: [3], data: new Float32Array(2) }]]))).toThrow(
      DataError,
    );
    expect(() => encodeSafetensors(new Map([["x", { dtype: "f64", shape: [2], data: new Float32Array(2) }]]))).toThrow(
      DataError,
    );
  });
});

describe("decodeSafetensors()", () => {
  it("reads what other writers wrote: data at odd places, blanks, any order of keys", () => {
    const header =
      ` {"b": ${entry("U8", "[1]", 0, 1)} ,\n"a":{"shape":[1],"data_offsets":[1,5],"dtype":"F32"}}   `.trimStart();
    const bytes = file(header, 5);
    bytes.set([9, 0, 0, 128, 63], bytes.length - 5);
    const read = decodeSafetensors(bytes);
    expect(read.arrays.get("a")?.data).toEqual(new Float32Array([1]));
    expect(read.arrays.get("b")?.data).toEqual(new Uint8Array([9]));
  });

  it("reads from the middle of a buffer", () => {
    const bytes = encodeSafetensors(arrays);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(decodeSafetensors(larger.subarray(3)).arrays.get("precise")?.data).toEqual(new Float64Array([Math.PI]));
  });

  it("reads PyTorch's golden numbers", () => {
    const read = decodeSafetensors(readFileSync(new URL("../golden/training.safetensors", import.meta.url)));
    expect(read.arrays.get("classify.x")?.shape).toEqual([5, 16, 3]);
  });

  it.each([
    ["no bytes", new Uint8Array(0), "the file has 0 bytes"],
    ["half a length", new Uint8Array(7), "the file has 7 bytes"],
    [
      "a header over the limit",
      Uint8Array.from([1, 225, 245, 5, 0, 0, 0, 0, 123, 125]),
      "the header claims 100000001 bytes",
    ],
    ["an absurd length", new Uint8Array(16).fill(255), "the header claims 18446744073709551615 bytes"],
    ["a file cut off", file("{}").subarray(0, 9), "may be cut off"],
    ["an empty header", file(""), 'begin with "{"'],
    ["a blank before the brace", file(" {}"), 'begin with "{"'],
    ["bytes that are not UTF-8", Uint8Array.from([3, 0, 0, 0, 0, 0, 0, 0, 123, 255, 125]), "not UTF-8"],
    ["no end", file("{"), "character 1"],
    ["text after the end", file("{}x"), "something follows"],
    ["a trailing comma", file(`{"a":${entry("U8", "[0]", 0, 0)},}`), "should be a string"],
    ["a name twice", file(`{"a":${entry("U8", "[0]", 0, 0)},"a":${entry("U8", "[0]", 0, 0)}}`), '"a" occurs twice'],
    [
      "a name twice by escapes",
      file(`{"a":${entry("U8", "[0]", 0, 0)},"\\u0061":${entry("U8", "[0]", 0, 0)}}`),
      "occurs twice",
    ],
    ["a key twice", file('{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), '"dtype" twice'],
    ["an unknown key", file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}'), 'has "x"'],
    ["a missing key", file('{"a":{"dtype":"U8","data_offsets":[0,0]}}'), "lacks its dtype or shape"],
    ["three offsets", file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}'), "data_offsets of two"],
    ["half of a surrogate pair", file('{"\\ud800":1}'), "not a proper string"],
    ["a control character in a name", file('{"a\nb":1}'), "not a proper string"],
    ["an open string", file('{"a'), "not a proper string"],
    ["metadata that are not strings", file('{"__metadata__":{"a":1}}'), "should be a string"],
    ["metadata twice", file('{"__metadata__":{"a":"1","a":"2"}}'), '"a" twice'],
    ["a negative size", file(`{"a":${entry("U8", "[-1]", 0, 0)}}`), "whole numbers"],
    ["a fraction", file(`{"a":${entry("U8", "[1.5]", 0, 0)}}`), "should stand here"],
    ["a leading zero", file(`{"a":${entry("U8", "[01]", 0, 1)}}`, 1), "whole numbers"],
    ["a size beyond exact numbers", file(`{"a":${entry("U8", "[9007199254740993]", 0, 0)}}`), "whole numbers"],
    ["an unknown dtype", file(`{"a":${entry("F8", "[0]", 0, 0)}}`), 'dtype "F8"'],
    ["too many elements", file(`{"a":${entry("U8", "[65536,65536]", 0, 0)}}`), "more than"],
    [
      "sizes whose product overflows",
      file(`{"a":${entry("U8", "[9007199254740991,9007199254740991,0]", 0, 0)}}`),
      "more than",
    ],
    ["too many axes", file(`{"a":${entry("U8", `[${new Array(65).fill(1)}]`, 0, 1)}}`, 1), "65 axes"],
    ["a shape that does not fit", file(`{"a":${entry("F32", "[2]", 0, 4)}}`, 4), "takes 8 bytes and was given 4"],
    ["offsets past the file", file(`{"a":${entry("U8", "[9]", 0, 9)}}`, 8), "end within 8"],
    ["offsets that run backward", file(`{"a":${entry("U8", "[1]", 1, 0)}}`, 1), "should begin at byte 0"],
    ["a gap", file(`{"a":${entry("U8", "[1]", 0, 1)},"b":${entry("U8", "[1]", 2, 3)}}`, 3), "begin at byte 1"],
    ["an overlap", file(`{"a":${entry("U8", "[2]", 0, 2)},"b":${entry("U8", "[2]", 1, 3)}}`, 3), "begin at byte 2"],
    ["data left over", file(`{"a":${entry("U8", "[1]", 0, 1)}}`, 2), "the tensors end at byte 1"],
    [
      "a boolean of 2",
      (() => {
        const bytes = file(`{"a":${entry("BOOL", "[1]", 0, 1)}}`, 1);
        bytes[bytes.length - 1] = 2;
        return bytes;
      })(),
      "element 0 is 2",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(DataError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it("answers mutated bytes with what they hold or a DataError", () => {
    const original = encodeSafetensors(arrays, metadata);
    const change = fc.record({
      at: fc.nat(original.length - 1),
      to: fc.nat(255),
      kind: fc.constantFrom("set", "cut", "insert", "remove", "repeat"),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = [...original];
        for (const { at, to, kind } of changes) {
          if (kind === "set" && at < bytes.length) bytes[at] = to;
          else if (kind === "cut") bytes = bytes.slice(0, at);
          else if (kind === "insert") bytes.splice(at, 0, to);
          else if (kind === "remove") bytes.splice(at, 1 + (to % 16));
          else bytes.splice(at, 0, ...bytes.slice(at, at + to));
        }
        try {
          for (const { dtype, shape, data } of decodeSafetensors(Uint8Array.from(bytes)).arrays.values()) {
            expect(data).toBeInstanceOf(dtype === "i64" ? BigInt64Array : dtypes[dtype].array);
            expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: process.env["SMILODON_TESTS"] === "all" ? 20_000 : 1000 },
    );
  });

  it("answers mutated headers with what they hold or a DataError", () => {
    const header = `{"__metadata__":{"k":"v"},"a":${entry("F32", "[1,2]", 0, 8)},"b":${entry("U8", "[]", 8, 9)}}`;
    const piece = fc.constantFrom(
      '"',
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      "\\",
      "0",
      "1",
      "9",
      "-",
      ".",
      "e",
      " ",
      "null",
      '"a"',
      "\u0000",
      "é",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(header.length), fc.nat(3), piece), { minLength: 1, maxLength: 3 }),
        (changes) => {
          let text = header;
          for (const [at, removed, inserted] of changes) text = text.slice(0, at) + inserted + text.slice(at + removed);
          try {
            decodeSafetensors(file(text, 9));
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        },
      ),
      { numRuns: process.env["SMILODON_TESTS"] === "all" ? 20_000 : 1000 },
    );
  });
});
