/**
 * Numbers in decimal notation, from text and, fast, from bytes. Both give exactly what `Number` gives for the same
 * characters. Where they are needed: `csvReader.ts`.
 */

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^[+-]?inf(?:inity)?$/i;

/**
 * The number that `text` spells, if it does. Only decimal notation and infinity: what `Number` takes besides
 * (hexadecimal, blanks) is text.
 */
export function parseNumber(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  if (!infinite.test(text)) return undefined;
  return text.startsWith("-") ? -Infinity : Infinity;
}

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** Whole numbers below are exact in a double. */
const exactBelow = 2 ** 53;
/** So many digits fit a 32-bit number. */
const groupSize = 9;
const group = 1e9;
const point = 46;

/** `0000`: exclusive-or with it makes digits of their characters. */
const fourZeros = 0x30303030;
/** What brings a byte above 9 into its upper half. */
const sixes = 0x06060606;
const highHalves = 0xf0f0f0f0;

/** The number of four digits, the first in the lowest byte: pairs, then the pair of pairs. */
function fourDigits(word: number): number {
  const pairs = Math.imul(word, 10) + (word >>> 8);
  return ((pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff)) | 0;
}

/** Reads numbers at places in bytes. */
export class NumberScanner {
  /** Where the exponent that was read last ends; −1 where it has no digits. */
  #exponentEnd = 0;
  readonly #decimalMark: number;
  readonly #text = new TextDecoder();
  /** The bytes that `#view` looks at, four at once, up to position `#lastWord`. */
  #viewed: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#viewed.buffer);
  #lastWord = -4;

  /** `decimalMark` is the byte between a number's whole part and its fraction. */
  constructor(decimalMark = point) {
    this.#decimalMark = decimalMark;
  }

  /**
   * Puts the number that begins at `from` into `values[place]` and gives the position after it; −1, and nothing put, where none
   * does. Some byte after it has to be no digit: a separator or line break. Digits are counted up in 32-bit numbers, nine
   * at a time; what two numbers for the fraction do not hold is left to `Number`. (A result that is a fraction would be
   * put into an object of its own for each call: here it goes where it belongs.)
   */
  scan(bytes: Uint8Array, from: number, values: Float64Array, place: number): number {
    let position = from;
    const sign = bytes[position] ?? 0;
    if (sign === 45 || sign === 43) position++;
    const begin = position;
    let digit = (bytes[position] ?? 0) - 48;
    let whole = 0;
    while (digit >>> 0 < 10) {
      whole = (whole * 10 + digit) | 0;
      digit = (bytes[++position] ?? 0) - 48;
    }
    const wholeSize = position - begin;
    let fraction = 0;
    let fractionSize = 0;
    let zeros = 0;
    let rest = 0;
    let restSize = 0;
    if (digit === this.#decimalMark - 48) {
      const afterMark = ++position;
      digit = (bytes[position] ?? 0) - 48;
      // Zeros before the first digit that counts only shift it
      if (whole === 0 && wholeSize <= groupSize) while (digit === 0) digit = (bytes[++position] ?? 0) - 48;
      zeros = position - afterMark;
      const fractionBegin = position;
      const fractionLimit = position + groupSize;
      if (bytes !== this.#viewed) this.#look(bytes);
      const view = this.#view;
      const lastWord = this.#lastWord;
      for (let count = 0; count < 2 && position <= lastWord; count++) {
        const word = view.getUint32(position, true) ^ fourZeros;
        if ((word | (word + sixes)) & highHalves) break;
        fraction = (fraction * 10_000 + fourDigits(word)) | 0;
        position += 4;
      }
      digit = (bytes[position] ?? 0) - 48;
      while (digit >>> 0 < 10 && position < fractionLimit) {
        fraction = (fraction * 10 + digit) | 0;
        digit = (bytes[++position] ?? 0) - 48;
      }
      fractionSize = position - fractionBegin;
      if (digit >>> 0 < 10) {
        for (let count = 0; count < 2 && position <= lastWord; count++) {
          const word = view.getUint32(position, true) ^ fourZeros;
          if ((word | (word + sixes)) & highHalves) break;
          rest = (rest * 10_000 + fourDigits(word)) | 0;
          position += 4;
        }
        digit = (bytes[position] ?? 0) - 48;
        while (digit >>> 0 < 10) {
          rest = (rest * 10 + digit) | 0;
          digit = (bytes[++position] ?? 0) - 48;
        }
      }
      restSize = position - fractionBegin - fractionSize;
    }
    if (wholeSize + zeros + fractionSize === 0) return -1;
    let scale = -zeros - fractionSize - restSize;
    // e or E
    if ((digit | 32) === 53) {
      scale += this.#scanExponent(bytes, position + 1);
      position = this.#exponentEnd;
      if (position < 0) return -1;
    }
    if (restSize > groupSize || scale > 22 || scale < -22) {
      values[place] = this.#readText(bytes, from, position);
      return position;
    }
    const wholePart = wholeSize > groupSize ? countUp(bytes, begin, begin + wholeSize) : whole;
    const mantissa = wholePart * (powers[fractionSize] ?? group) + fraction;
    const value = mantissa < exactBelow ? scaled(mantissa, rest, restSize, scale) : Number.NaN;
    if (Number.isNaN(value)) values[place] = this.#readText(bytes, from, position);
    else values[place] = sign === 45 ? -value : value;
    return position;
  }

  #look(bytes: Uint8Array): void {
    this.#viewed = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#lastWord = bytes.length - 4;
  }

  /** The exponent that begins at `from`; `#exponentEnd` says where it ends, −1 where there is none. */
  #scanExponent(bytes: Uint8Array, from: number): number {
    let position = from;
    const sign = bytes[position] ?? 0;
    if (sign === 45 || sign === 43) position++;
    const begin = position;
    let exponent = 0;
    for (let digit = (bytes[position] ?? 0) - 48; digit >>> 0 < 10; digit = (bytes[++position] ?? 0) - 48)
      exponent = Math.min(exponent * 10 + digit, 1e6);
    this.#exponentEnd = position === begin ? -1 : position;
    return sign === 45 ? -exponent : exponent;
  }

  #readText(bytes: Uint8Array, from: number, to: number): number {
    const text = this.#text.decode(bytes.subarray(from, to));
    return Number(this.#decimalMark === point ? text : text.replace(String.fromCharCode(this.#decimalMark), "."));
  }
}

/** The whole number that the digits at `from` … `to` − 1 spell: exact below 2^53, and not below it where it is not. */
function countUp(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let position = from; position < to; position++) value = value * 10 + ((bytes[position] ?? 0) - 48);
  return value;
}

/**
 * `(mantissa · 10^restSize + rest) · 10^scale`, correctly rounded, or NaN where that cannot be told here. Without a rest
 * both operands are exact, and so one operation rounds correctly (Clinger 1990, "How to read floating point numbers
 * accurately").
 */
function scaled(mantissa: number, rest: number, restSize: number, scale: number): number {
  const power = powers[scale < 0 ? -scale : scale] ?? 1;
  if (restSize === 0) return scale < 0 ? mantissa / power : mantissa * power;
  const shift = powers[restSize] ?? 1;
  const product = mantissa * shift;
  const below = productError(mantissa, shift, product) + rest;
  const high = product + below;
  const low = below - (high - product);
  return scale < 0 ? roundedQuotient(high, low, power) : roundedProduct(high, low, power);
}

function roundedProduct(high: number, low: number, power: number): number {
  const first = high * power;
  return rounded(first, productError(high, power, first) + low * power);
}

function roundedQuotient(high: number, low: number, power: number): number {
  const first = high / power;
  const back = first * power;
  return rounded(first, (high - back - productError(first, power, back) + low) / power);
}

/**
 * `high + low`, which carry twice the digits of a double (Dekker 1971, "A floating-point technique for extending the
 * available precision"), if every number within their error, below 2^−100, rounds to the same double (Ziv 1991, "Fast
 * evaluation of elementary mathematical functions with correctly rounded last bit"); else NaN.
 */
function rounded(high: number, low: number): number {
  const result = high + low;
  const remainder = low - (result - high);
  const margin = result * 2 ** -98;
  return result + (remainder + margin) === result && result + (remainder - margin) === result ? result : Number.NaN;
}

/** What `product`, the rounded `a · b`, lacks of the exact one (Veltkamp's splitting). */
function productError(a: number, b: number, product: number): number {
  const splitA = 134217729 * a;
  const highA = splitA - (splitA - a);
  const lowA = a - highA;
  const splitB = 134217729 * b;
  const highB = splitB - (splitB - b);
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}
