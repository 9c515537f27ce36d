/**
 * LZ4 frames, unpacked: what Arrow files are packed with unless told otherwise. Source: Collet, "LZ4 Frame Format
 * Description" 1.6 and "LZ4 Block Format Description". Checksums are skipped.
 */
import { DataError } from "../support/errors.ts";

const magic = 0x184d2204;
/** The most that a block may hold, by the size code of the frame. */
const blockSizes = [0, 0, 0, 0, 2 ** 16, 2 ** 18, 2 ** 20, 2 ** 22] as const;

/** The content of the frame that `input` holds. @throws DataError where it is no such frame, or is damaged. */
export function decompressLz4(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7 || view.getUint32(0, true) !== magic) throw damaged();
  const flags = view.getUint8(4);
  const blockSize = blockSizes[(view.getUint8(5) >> 4) & 7] ?? 0;
  const hasBlockChecksums = (flags & 16) !== 0;
  // Content size and dictionary id, if they are there, and the header's checksum
  let position = 7 + ((flags & 8) !== 0 ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0);
  const output = new GrowingBytes();
  for (;;) {
    if (position + 4 > input.length) throw damaged();
    const word = view.getUint32(position, true);
    if (word === 0) return output.taken();
    const size = word & 0x7fffffff;
    const from = position + 4;
    position = from + size;
    if (position > input.length) throw damaged();
    const limit = output.size + blockSize;
    if (word >>> 31 === 1) output.append(input.subarray(from, position));
    else decompressBlock(input, from, position, output, limit);
    if (output.size > limit) throw damaged();
    if (hasBlockChecksums) position += 4;
  }
}

/** Sequences: a token, literals, and a copy of what was written before. The last one has no copy. */
function decompressBlock(input: Uint8Array, from: number, to: number, output: GrowingBytes, limit: number): void {
  let position = from;
  const readLength = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (let byte = 255; byte === 255; length += byte) {
      if (position >= to) throw damaged();
      byte = input[position++] ?? 0;
    }
    return length;
  };
  while (position < to) {
    const token = input[position++] ?? 0;
    const literals = readLength(token >> 4);
    if (position + literals > to) throw damaged();
    output.append(input.subarray(position, position + literals));
    position += literals;
    if (position >= to) return;
    const distance = (input[position] ?? 0) | ((input[position + 1] ?? 0) << 8);
    position += 2;
    const length = readLength(token & 15) + 4;
    if (distance === 0 || distance > output.size || output.size + length > limit) throw damaged();
    output.repeat(distance, length);
  }
}

class GrowingBytes {
  size = 0;
  #bytes = new Uint8Array(2 ** 16);

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  /** Copies `length` bytes that begin `distance` before the end; they may overlap what is being written. */
  repeat(distance: number, length: number): void {
    this.#reserve(length);
    const bytes = this.#bytes;
    for (let end = this.size + length; this.size < end; this.size++)
      bytes[this.size] = bytes[this.size - distance] ?? 0;
  }

  taken(): Uint8Array {
    return this.#bytes.slice(0, this.size);
  }

  #reserve(more: number): void {
    if (this.size + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.size + more, this.#bytes.length * 2));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

function damaged(): DataError {
  return new DataError("LZ4: the data are damaged or cut off.");
}
