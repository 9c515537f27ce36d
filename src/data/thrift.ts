/** Thrift's compact protocol, as far as headers of Parquet pages use it; numbers that do not fit are damage. */

/** Fields by number. Texts and lists are passed over: they are undefined. */
export type CompactStruct = ReadonlyMap<number, number | boolean | CompactStruct | undefined>;

/** A header of a page has structures in structures, not towers of them. */
const deepest = 8;

/**
 * Reads the structure that begins at `start`.
 * @throws Error where it is none, or does not end within `bytes`.
 */
export function readCompactStruct(bytes: Uint8Array, start: number): { value: CompactStruct; end: number } {
  const reader = new CompactReader(bytes, start);
  const value = reader.struct(0);
  return { value, end: reader.offset };
}

class CompactReader {
  readonly #bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  struct(depth: number): CompactStruct {
    if (depth > deepest) throw new Error("a header is nested too deeply");
    const fields = new Map<number, number | boolean | CompactStruct | undefined>();
    let field = 0;
    for (let head = this.#byte(); (head & 15) !== 0; head = this.#byte()) {
      field = head >> 4 === 0 ? zigzag(this.#varint(5)) : field + (head >> 4);
      fields.set(field, this.#element(head & 15, depth));
    }
    return fields;
  }

  #element(type: number, depth: number): number | boolean | CompactStruct | undefined {
    switch (type) {
      case 1:
      case 2:
        return type === 1;
      case 3:
        return this.#skip(1);
      case 4:
      case 5:
        return zigzag(this.#varint(5));
      case 6:
        this.#varint(10);
        return undefined;
      case 7:
        return this.#skip(8);
      case 8:
        return this.#skip(this.#varint(5));
      case 9:
        return this.#list(depth);
      case 12:
        return this.struct(depth + 1);
      default:
        throw new Error(`a header has a field of type ${type}`);
    }
  }

  #list(depth: number): undefined {
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint(5) : head >> 4;
    const type = head & 15;
    // True and false take a byte each here
    for (let index = 0; index < count; index++) this.#element(type <= 2 ? 3 : type, depth + 1);
    return undefined;
  }

  #skip(count: number): undefined {
    if (this.offset + count > this.#bytes.length) throw new Error("a header ends after its column");
    this.offset += count;
    return undefined;
  }

  #byte(): number {
    const byte = this.#bytes[this.offset++];
    if (byte === undefined) throw new Error("a header ends after its column");
    return byte;
  }

  /** A number of at most `most` bytes, seven bits in each; only the low 32 bits of it are meant. */
  #varint(most: number): number {
    let value = 0;
    for (let index = 0; index < most; index++) {
      const byte = this.#byte();
      if (index < 5) value |= (byte & 127) << (7 * index);
      if (byte < 128) return value >>> 0;
    }
    throw new Error("a number in a header is too long");
  }
}

function zigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
