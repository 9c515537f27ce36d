/** Bytes that grow, with the number formats of the WebAssembly binary format. */

/** More bytes than this are kept as they come. */
const mostCopied = 32;

/** Writes bytes one after the other. Most of them are written before the engine has optimized anything: in few calls. */
export class ByteWriter {
  /** What comes before `#bytes`. */
  readonly #pieces: Uint8Array[] = [];
  #bytes: number[] = [];

  byte(value: number): void {
    this.#bytes.push(value);
  }

  bytes(values: ArrayLike<number>): void {
    if (values.length <= mostCopied) {
      this.#bytes.push(...Array.from(values));
      return;
    }
    this.#pieces.push(Uint8Array.from(this.#bytes), Uint8Array.from(values));
    this.#bytes = [];
  }

  /** A byte, and then an unsigned LEB128 number below 2^32. */
  pair(first: number, second: number): void {
    if (second < 0x80) {
      this.#bytes.push(first, second);
      return;
    }
    this.#bytes.push(first);
    this.unsigned(second);
  }

  /** An unsigned LEB128 number below 2^32. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A signed LEB128 number of 32 bits. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -0x40 || rest > 0x3f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** A signed LEB128 number of 64 bits. */
  signedWide(value: bigint): void {
    let rest = value;
    while (rest < -0x40n || rest > 0x3fn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  f32(value: number): void {
    this.bytes(new Uint8Array(Float32Array.of(value).buffer));
  }

  f64(value: number): void {
    this.bytes(new Uint8Array(Float64Array.of(value).buffer));
  }

  /** A length and that many bytes. */
  sized(values: ArrayLike<number>): void {
    this.unsigned(values.length);
    this.bytes(values);
  }

  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  finish(): Uint8Array<ArrayBuffer> {
    let start = this.#pieces.reduce((length, piece) => length + piece.length, 0);
    const all = new Uint8Array(start + this.#bytes.length);
    all.set(this.#bytes, start);
    for (const piece of this.#pieces.toReversed()) all.set(piece, (start -= piece.length));
    return all;
  }
}
