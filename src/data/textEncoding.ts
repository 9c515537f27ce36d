/** From a text file's bytes, however encoded, to UTF-8: what the readers of text formats read. */
import { DataError } from "../support/errors.ts";
import type { TextEncoding } from "./csvLayout.ts";

/** Files that are taken for text by mistake, by their first bytes. */
const knownBinaries: readonly (readonly [string, readonly number[]])[] = [
  ["a ZIP file, perhaps a spreadsheet: save it as CSV", [0x50, 0x4b, 0x03, 0x04]],
  ["an old spreadsheet or document: save it as CSV", [0xd0, 0xcf, 0x11, 0xe0]],
  ["a gzip file: unpack it", [0x1f, 0x8b]],
  ["a Zstandard file: unpack it", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a PDF document: a table is needed", [0x25, 0x50, 0x44, 0x46]],
  ["a PNG image: a table is needed", [0x89, 0x50, 0x4e, 0x47]],
  ["a JPEG image: a table is needed", [0xff, 0xd8, 0xff]],
  ["a SQLite database: export the table as CSV", [..."SQLite format 3"].map((letter) => letter.charCodeAt(0))],
];

/**
 * The encoding of a file that begins with `head`: by byte order mark, by where zero bytes stand, UTF-8 where the bytes
 * are that, Windows-1252 otherwise. `isWhole` tells that there is nothing after the head.
 * @throws DataError where the bytes are no text.
 */
export function findEncoding(head: Uint8Array, isWhole: boolean): TextEncoding {
  for (const [what, magic] of knownBinaries)
    if (magic.every((byte, index) => head[index] === byte)) throw new DataError(`This is ${what}.`, { what });
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const zeros = countZeros(head.subarray(0, 4096));
  if (zeros.odd > 0 && zeros.even === 0 && zeros.odd > zeros.pairs / 2) return "utf-16le";
  if (zeros.even > 0 && zeros.odd === 0 && zeros.even > zeros.pairs / 2) return "utf-16be";
  checkText(head.subarray(0, 4096));
  return isUtf8(head, isWhole) ? "utf-8" : "windows-1252";
}

/** A decoder and encoder in one: takes bytes in `encoding`, gives the same text as UTF-8, without a byte order mark. */
export class Utf8Converter {
  readonly #decoder: TextDecoder;
  readonly #encoder = new TextEncoder();
  readonly #encoding: TextEncoding;
  #isStart = true;

  constructor(encoding: TextEncoding) {
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding);
  }

  /** The next bytes; what is left of a character at their end is kept for the next call, unless they are the last. */
  convert(bytes: Uint8Array, isLast: boolean): Uint8Array {
    if (this.#encoding !== "utf-8") return this.#encoder.encode(this.#decoder.decode(bytes, { stream: !isLast }));
    // The readers take UTF-8 as it is: they decode cell by cell and say where one is wrong
    const hasMark = this.#isStart && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#isStart = false;
    return hasMark ? bytes.subarray(3) : bytes;
  }
}

function countZeros(bytes: Uint8Array): { even: number; odd: number; pairs: number } {
  let even = 0;
  let odd = 0;
  bytes.forEach((byte, index) => {
    if (byte === 0 && index % 2 === 0) even++;
    if (byte === 0 && index % 2 === 1) odd++;
  });
  return { even, odd, pairs: bytes.length / 2 };
}

/** Control characters that text files have: tab, line feed, vertical tab, form feed, carriage return, end of file. */
const ordinaryControls = new Set([9, 10, 11, 12, 13, 26]);

/** @throws DataError where many of the bytes are control characters. Single ones are named by the reader. */
function checkText(head: Uint8Array): void {
  let odd = 0;
  for (const byte of head) if (byte < 32 && !ordinaryControls.has(byte)) odd++;
  if (odd < 8 || odd * 50 <= head.length) return;
  throw new DataError(
    `This is no text: ${odd} of its first ${head.length} bytes are control characters. Give a CSV, JSON lines, Parquet or Arrow file.`,
    { odd },
  );
}

function isUtf8(head: Uint8Array, isWhole: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: !isWhole });
    return true;
  } catch {
    return false;
  }
}
