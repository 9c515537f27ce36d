/** Protocol-buffer messages, written field by field: the few forms that TensorBoard's events need. */

/** The wire types: a number of variable length, eight bytes, bytes with their length before them, four bytes. */
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Gathers the fields of one message. Source: protobuf.dev, "Encoding". */
export class Message {
  readonly #bytes: number[] = [];

  /** A whole number: int64 and enumerations, below zero as two's complement of 64 bits. */
  integer(field: number, value: number): this {
    this.#key(field, wire.varint);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  double(field: number, value: number): this {
    this.#key(field, wire.fixed64);
    return this.#append(doubleBytes([value]));
  }

  float(field: number, value: number): this {
    this.#key(field, wire.fixed32);
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value, true);
    return this.#append(new Uint8Array(view.buffer));
  }

  /** A packed list of doubles. */
  doubles(field: number, values: readonly number[]): this {
    return this.bytes(field, doubleBytes(values));
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A message inside this one. */
  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  bytes(field: number, value: Uint8Array): this {
    this.#key(field, wire.bytes);
    this.#varint(BigInt(value.length));
    return this.#append(value);
  }

  /** The bytes of the fields so far. */
  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #key(field: number, type: number): void {
    this.#varint(BigInt(field * 8 + type));
  }

  #varint(value: bigint): void {
    let rest = value;
    while (rest >= 128n) {
      this.#bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest));
  }

  #append(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }
}

function doubleBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, index) => view.setFloat64(8 * index, value, true));
  return new Uint8Array(view.buffer);
}
