import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decompressLz4 } from "../../src/data/lz4.ts";
import { DataError } from "../../src/support/errors.ts";

/** Packed by the tool `lz4 -9 -BD --no-frame-crc`. */
const packed = Uint8Array.from(
  atob("BCJNGGBAgjkAAADwAHRoZSBjYXQgc2F0IG9uIA8AX21hdCwgGAAFMWFuZA0A32RvZyBhcyB3ZWxsOyBFAHJQZWxsOyAAAAAA"),
  (letter) => letter.charCodeAt(0),
);
const text = "the cat sat on the mat, the cat sat on the mat, and the dog as well; ".repeat(3);

describe("decompressLz4()", () => {
  it("unpacks what the tool packed", () => {
    expect(new TextDecoder().decode(decompressLz4(packed))).toBe(text);
  });

  it("unpacks blocks that are not packed, and several", () => {
    const raw = [3, 0, 0, 128, 97, 98, 99];
    const frame = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, ...raw, ...raw, 0, 0, 0, 0);
    expect(new TextDecoder().decode(decompressLz4(frame))).toBe("abcabc");
  });

  it("ends with a DataError where bytes are changed or cut off", () => {
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.nat(255), fc.boolean(), (position, byte, isCut) => {
        const damaged = packed.slice(0, isCut ? position : packed.length);
        damaged[position] = byte;
        try {
          decompressLz4(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
    );
  });
});
