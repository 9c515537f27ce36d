/** The coefficients of a baseline JPEG scan: Huffman codes to blocks of 64 numbers. Source: ITU-T T.81, annex F. Next: `samples.ts`. */

/** Codes of one table: what the first nine bits mean, and what longer codes begin with. */
export interface HuffmanTable {
  /** length · 256 + symbol for codes of nine bits or fewer, by those bits; 0 for longer ones. */
  readonly short: Uint16Array;
  /** By length, from 1 to 16: the first number of 16 bits above all codes of this length, −1 where there are none; then where its symbols begin less its first code. */
  readonly above: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

const shortBits = 9;

/** A table from the counts of codes by length and their symbols; undefined where the counts are no code. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | undefined {
  const short = new Uint16Array(1 << shortBits);
  const [above, offsets] = [new Int32Array(17).fill(-1), new Int32Array(17)];
  let [code, index] = [0, 0];
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0;
    offsets[length] = index - code;
    if (length <= shortBits)
      for (let each = 0; each < count; each++) {
        const start = (code + each) << (shortBits - length);
        short.fill((length << 8) | (symbols[index + each] ?? 0), start, start + (1 << (shortBits - length)));
      }
    code += count;
    index += count;
    if (code > 1 << length) return undefined;
    if (count > 0) above[length] = code << (16 - length);
    code <<= 1;
  }
  return { short, above, offsets, symbols };
}

/** A component as the scan has it. */
export interface ScanComponent {
  /** Blocks across and down in each unit of the scan. */
  readonly across: number;
  readonly down: number;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
  /** In zigzag order. */
  readonly quantization: Uint16Array;
}

/** Place in a block, row by row, of each number in zigzag order. */
const zigzag = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23],
  ...[30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);

/** Reads blocks out of the packed bits of a scan. What is damaged sets `isDamaged`, and zeros follow. */
export class ScanReader {
  /** Row by row, times the quantization. Zeros before each `read`: who uses them clears them. */
  readonly block = new Int32Array(64);
  /** The sum of the sizes of its numbers. */
  weight = 0;
  isDamaged = false;
  /** Of the code that was read last, where it is long. */
  #length = 0;
  readonly #data: Uint8Array;
  /** In bits. */
  #place = 0;
  readonly #end: number;

  /** @param data packed bits without stuffed bytes, with four bytes to spare */
  constructor(data: Uint8Array) {
    this.#data = data;
    this.#end = 8 * (data.length - 4);
  }

  /** Says whether all bits were used but those that fill the last byte. */
  isAtEnd(): boolean {
    return this.#place <= this.#end && this.#end - this.#place < 8;
  }

  /**
   * Reads a block whose first number follows `before`; gives that number, before quantization. One look at the bits is enough for a code and the
   * number behind it, mostly.
   */
  read({ dc, ac, quantization }: ScanComponent, before: number): number {
    const { block } = this;
    const first = before + this.#number(this.#symbol(dc));
    const start = first * (quantization[0] ?? 0);
    block[0] = start;
    let weight = start < 0 ? -start : start;
    const { short } = ac;
    const data = this.#data;
    let place = this.#place;
    for (let index = 1; index < 64; index++) {
      const bits = bitsFrom(data, place);
      const known = short[bits >>> (32 - shortBits)] ?? 0;
      const symbol = known === 0 ? this.#long(ac, bits) : known & 255;
      const length = known === 0 ? this.#length : known >> 8;
      const size = symbol & 15;
      place += length;
      if (size === 0) {
        if (symbol === 0xf0) {
          index += 15;
          continue;
        }
        if (symbol !== 0) this.isDamaged = true;
        break;
      }
      index += symbol >> 4;
      if (index > 63) {
        this.isDamaged = true;
        break;
      }
      // What was looked at has 25 bits or more
      let value = (length + size <= 25 ? bits << length : bitsFrom(data, place)) >>> (32 - size);
      place += size;
      if (value < 1 << (size - 1)) value += 1 - (1 << size);
      value = Math.imul(value, quantization[index] ?? 0);
      block[zigzag[index] ?? 0] = value;
      weight += value < 0 ? -value : value;
    }
    this.#place = place;
    this.weight = weight;
    if (this.#place > this.#end) this.isDamaged = true;
    return first;
  }

  #symbol(table: HuffmanTable): number {
    const bits = bitsFrom(this.#data, this.#place);
    const known = table.short[bits >>> (32 - shortBits)] ?? 0;
    const symbol = known === 0 ? this.#long(table, bits) : known & 255;
    this.#place += known === 0 ? this.#length : known >> 8;
    return symbol;
  }

  /** The symbol of a code of more than nine bits, whose length it keeps. */
  #long({ above, offsets, symbols }: HuffmanTable, bits: number): number {
    const code = bits >>> 16;
    for (let length = shortBits + 1; length <= 16; length++)
      if (code < (above[length] ?? 0)) {
        this.#length = length;
        return symbols[(offsets[length] ?? 0) + (code >> (16 - length))] ?? 0;
      }
    this.isDamaged = true;
    this.#length = 16;
    return 0;
  }

  /** A number of `size` bits, with sign. */
  #number(size: number): number {
    if (size === 0) return 0;
    const value = bitsFrom(this.#data, this.#place) >>> (32 - size);
    this.#place += size;
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }
}

/** 25 bits or more from bit `place` on, from the highest down. */
function bitsFrom(data: Uint8Array, place: number): number {
  const byte = place >> 3;
  const word =
    ((data[byte] ?? 0) << 24) | ((data[byte + 1] ?? 0) << 16) | ((data[byte + 2] ?? 0) << 8) | (data[byte + 3] ?? 0);
  return word << (place & 7);
}
