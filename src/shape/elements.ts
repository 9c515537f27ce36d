/**
 * Elements as they lie in memory: numbers of 16 bits as their bits, whole numbers of 64 bits as bigints. Everything
 * that carries data between JavaScript and a device goes through here.
 */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type Data, type Dtype, dtypeOfData, dtypes, type HalfDtype, isHalf, type StoredData } from "./dtype.ts";

/** One element as JavaScript computes with it: a bigint for i64, else a number. */
export type Scalar = number | bigint;

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** The bits of `value`, rounded to f32 and then to the nearest number of 16 bits, halves to even; one pattern stands for NaN. */
export function halfBits(dtype: HalfDtype, value: number): number {
  single[0] = value;
  const bits = at(singleBits, 0);
  const isWide = dtype === "bf16";
  if (Number.isNaN(value)) return isWide ? 0x7fc0 : 0x7e00;
  if (isWide) return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  const sign = (bits >>> 16) & 0x8000;
  const size = Math.abs(at(single, 0));
  if (size >= 65520) return sign | 0x7c00;
  // below the normal range steps are even: adding and taking away 2^52 rounds
  if (size < 2 ** -14) return sign | (size * 2 ** 24 + 2 ** 52 - 2 ** 52);
  return sign | (((bits & 0x7fffffff) - (112 << 23) + 0xfff + ((bits >>> 13) & 1)) >>> 13);
}

/** The number that 16 bits stand for. */
export function halfValue(dtype: HalfDtype, bits: number): number {
  if (dtype === "bf16") {
    singleBits[0] = bits << 16;
    return at(single, 0);
  }
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 0x3ff];
  const infinite = fraction === 0 ? Infinity : NaN;
  const size =
    exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? infinite : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

/** Element `position` of what is stored as `dtype`. */
export function readElement(dtype: Dtype, elements: StoredData, position: number): Scalar {
  const value = at<Scalar>(elements, position);
  if (dtype === "bool") return value === 0 ? 0 : 1;
  return isHalf(dtype) ? halfValue(dtype, Number(value)) : value;
}

/** Stores `value`, which `dtype` can hold, at `position`. */
export function writeElement(dtype: Dtype, elements: StoredData, position: number, value: Scalar): void {
  if (elements instanceof BigInt64Array) elements[position] = BigInt(value);
  else elements[position] = isHalf(dtype) ? halfBits(dtype, Number(value)) : Number(value);
}

/**
 * `values` as they are stored: whole numbers lose their fraction and wrap, floats are rounded, booleans ask "is not
 * zero". Data that are stored already stay what they are.
 */
export function storedAs(dtype: Dtype, values: ArrayLike<Scalar>): StoredData {
  const isNumber = !isHalf(dtype) && dtype !== "bool";
  if (isNumber && ArrayBuffer.isView(values) && dtypeOfData(values) === dtype) return values as unknown as StoredData;
  if (dtype === "i64") return BigInt64Array.from(values, wholeOf);
  const convert = isHalf(dtype)
    ? (value: Scalar) => halfBits(dtype, Number(value))
    : (value: Scalar) => (dtype === "bool" ? Number(Boolean(value)) : Number(value));
  const elements = new dtypes[dtype].stored(values.length);
  for (let position = 0; position < values.length; position++) elements[position] = convert(at(values, position));
  return elements;
}

/** `count` times `value`, which `dtype` can hold, as it is stored. */
export function filledWith(dtype: Dtype, count: number, value: Scalar): StoredData {
  const elements = new dtypes[dtype].stored(count);
  if (elements instanceof BigInt64Array) return elements.fill(BigInt(value));
  return elements.fill(isHalf(dtype) ? halfBits(dtype, Number(value)) : Number(value));
}

/** The bytes of `values` as they are stored. */
export function bytesAs(dtype: Dtype, values: ArrayLike<Scalar>): Uint8Array {
  const { buffer, byteOffset, byteLength } = storedAs(dtype, values);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** `value` without its fraction; NaN and the infinities count as 0, as in JavaScript's other arrays. */
function wholeOf(value: Scalar): bigint {
  return typeof value === "bigint" ? value : Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

/**
 * Engines keep typed arrays of so few bytes with other objects; asking one for its buffer moves its contents out, which
 * takes longer than copying them twice.
 */
const fewBytes = 64;
const between = new Uint8Array(new ArrayBuffer(fewBytes));

/** The stored elements of `dtype` in `bytes`: the same memory, or a copy where there are few. */
export function storedIn(dtype: Dtype, bytes: Uint8Array): StoredData {
  const { stored, bytes: size } = dtypes[dtype];
  const count = bytes.byteLength / size;
  if (bytes.byteLength > fewBytes) return new stored(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  between.set(bytes);
  return new stored(between.buffer, 0, count).slice();
}

/**
 * Stored elements of `dtype` as JavaScript numbers.
 * @throws DataError where an i64 is beyond ±2⁵³: no JavaScript number holds it.
 */
export function numbersOf(dtype: Dtype, elements: StoredData): Data {
  if (elements instanceof Uint16Array) {
    const half = dtype === "bf16" ? dtype : "f16";
    return Float32Array.from(elements, (bits) => halfValue(half, bits));
  }
  if (!(elements instanceof BigInt64Array)) return elements;
  return Float64Array.from(elements, (value, position) => {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new DataError(
      `Element ${position} is ${value}, beyond what a JavaScript number holds exactly. Read it with bigints().`,
      { position, value },
    );
  });
}
