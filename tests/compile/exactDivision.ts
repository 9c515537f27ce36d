/** Division toward minus infinity in rational numbers, rounded once: what `exactDivision.test.ts` compares with. */

/** What a dtype rounds to: bits of a significand, and the exponent of its last place among the smallest numbers. */
interface Format {
  readonly bits: number;
  readonly lowest: number;
}

export const formats = { f32: { bits: 24, lowest: -149 }, f64: { bits: 53, lowest: -1074 } } as const;

/** ⌊a/b⌋, rounded to the dtype once. */
export function exactQuotient(dtype: "f32" | "f64", a: number, b: number): number {
  if (b === 0) return a / b;
  if (Number.isNaN(b) || !Number.isFinite(a)) return NaN;
  const isAlike = isBelow(a) === isBelow(b);
  const zero = isAlike ? 0 : -0;
  if (!Number.isFinite(b)) return a === 0 || isAlike ? zero : -1;
  const { quotient } = divide(a, b);
  return quotient === 0n ? zero : toNumber(quotient, 0, formats[dtype]);
}

/** a − ⌊a/b⌋·b, rounded to the dtype once, with the sign of b. */
export function exactRemainder(dtype: "f32" | "f64", a: number, b: number): number {
  if (b === 0 || Number.isNaN(b) || !Number.isFinite(a)) return NaN;
  const zero = isBelow(b) ? -0 : 0;
  if (a === 0) return zero;
  if (!Number.isFinite(b)) return isBelow(a) === isBelow(b) ? a : b;
  const { rest, exponent } = divide(a, b);
  return rest === 0n ? zero : toNumber(rest, exponent, formats[dtype]);
}

/** Is the sign bit set? */
function isBelow(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** a = quotient · b + rest · 2^exponent. */
function divide(a: number, b: number): { quotient: bigint; rest: bigint; exponent: number } {
  const [x, y] = [partsOf(a), partsOf(b)];
  const exponent = Math.min(x.exponent, y.exponent);
  const over = x.whole << BigInt(x.exponent - exponent);
  const under = y.whole << BigInt(y.exponent - exponent);
  const toZero = over / under;
  const isMoved = over % under !== 0n && over < 0n !== under < 0n;
  const quotient = isMoved ? toZero - 1n : toZero;
  return { quotient, rest: over - quotient * under, exponent };
}

const view = new DataView(new ArrayBuffer(8));

/** value = whole · 2^exponent. */
function partsOf(value: number): { whole: bigint; exponent: number } {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const stored = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & (2n ** 52n - 1n);
  const size = stored === 0 ? fraction : fraction + 2n ** 52n;
  return { whole: value < 0 ? -size : size, exponent: Math.max(stored, 1) - 1075 };
}

/** whole · 2^exponent, rounded to nearest, halves to even. */
function toNumber(whole: bigint, exponent: number, { bits, lowest }: Format): number {
  const size = whole < 0n ? -whole : whole;
  const excess = Math.max(size.toString(2).length - bits, lowest - exponent, 0);
  const unit = 1n << BigInt(excess);
  const [kept, lost] = [size / unit, 2n * (size % unit)];
  const isUp = lost > unit || (lost === unit && kept % 2n === 1n);
  const rounded = Number(isUp ? kept + 1n : kept) * 2 ** (exponent + excess);
  const value = whole < 0n ? -rounded : rounded;
  // beyond the range it is infinite
  return bits === 24 ? Math.fround(value) : value;
}
