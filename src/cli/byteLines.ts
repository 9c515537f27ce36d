/**
 * Lines of text written as bytes, for millions of rows: strings of strings would cost more than the answers. Numbers with a
 * few decimals, which most are, are spelled digit by digit; the text is that of `String(value)` all the same.
 */

const zero = 48;
const point = 46;
const minus = 45;

/** Numbers up to this, with their decimals made whole, are spelled digit by digit. */
const mostWhole = 2 ** 31 - 1;

/** Powers of ten by their exponents. */
const powers = Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);

/** A buffer that grows, filled from its start. */
export class ByteLines {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** What was written since the last `clear`; valid until something else is written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Bytes that were encoded before. */
  copy(bytes: Uint8Array): void {
    const room = this.#room(bytes.length);
    const start = this.#length;
    // A loop is faster than `set` for the few bytes of a word
    for (let index = 0; index < bytes.length; index++) room[start + index] = bytes[index] ?? 0;
    this.#length += bytes.length;
  }

  /** One ASCII character. */
  character(code: number): void {
    this.#room(1)[this.#length++] = code;
  }

  /** Any text. */
  text(text: string): void {
    const { written } = new TextEncoder().encodeInto(text, this.#room(text.length * 3).subarray(this.#length));
    this.#length += written;
  }

  /** `value` as `String` spells it. */
  number(value: number): void {
    const whole = Math.round(value * 1000);
    // Equality is what makes this exact: the decimals are those of the shortest text that means the value
    if (whole / 1000 === value && Math.abs(whole) <= mostWhole && !Object.is(value, -0)) this.#decimal(whole, 3);
    else this.#ascii(String(value));
  }

  /** `value` rounded to `decimals`, without zeros at the end. */
  rounded(value: number, decimals: number): void {
    const scale = powers[decimals] ?? 10 ** decimals;
    const whole = Math.round(value * scale);
    if (Math.abs(whole) <= mostWhole) this.#decimal(whole, decimals);
    else this.#ascii(String(Number.isFinite(value) ? whole / scale : value));
  }

  /** whole / 10^decimals without zeros at the end. */
  #decimal(whole: number, decimals: number): void {
    const room = this.#room(16);
    let rest = Math.abs(whole) | 0;
    let count = decimals;
    // Hundreds first: most numbers with fewer decimals than there may be lack several
    while (count > 1 && rest % 100 === 0) {
      rest = (rest / 100) | 0;
      count -= 2;
    }
    if (count > 0 && rest % 10 === 0) {
      rest = (rest / 10) | 0;
      count--;
    }
    if (whole < 0) room[this.#length++] = minus;
    // At least one digit stands in front of the point
    let digits = count + 1;
    while (digits < 10 && rest >= (powers[digits] ?? 0)) digits++;
    const end = this.#length + digits + (count > 0 ? 1 : 0);
    let place = end;
    if (count > 0) {
      for (let digit = 0; digit < count; digit++) {
        const next = (rest / 10) | 0;
        room[--place] = zero + rest - next * 10;
        rest = next;
      }
      room[--place] = point;
    }
    while (place > this.#length) {
      const next = (rest / 10) | 0;
      room[--place] = zero + rest - next * 10;
      rest = next;
    }
    this.#length = end;
  }

  #ascii(text: string): void {
    const room = this.#room(text.length);
    for (let index = 0; index < text.length; index++) room[this.#length++] = text.charCodeAt(index);
  }

  #room(bytes: number): Uint8Array {
    if (this.#length + bytes > this.#bytes.length) {
      const larger = new Uint8Array(2 * Math.max(this.#bytes.length, bytes));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
