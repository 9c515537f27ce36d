/**
 * Arrays in plain JavaScript, and loops over them: what the op table's reference functions are written with. Nothing
 * here uses the engine; numbers are doubles and are rounded to the dtype once, at the end.
 */
import { type Dtype, dtypes } from "../../src/shape/dtype.ts";

/** A tensor as plain numbers, row by row. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly data: readonly number[];
}

/** The number of elements of `shape`. */
export function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `value` as `dtype` holds it. */
export function rounded(dtype: Dtype, value: number): number {
  if (dtype === "bool") return value !== 0 ? 1 : 0;
  if (dtype === "f16") return Math.f16round(Math.fround(value));
  if (dtype === "bf16") return roundedToEight(Math.fround(value));
  if (dtype === "i64") return Number.isFinite(value) ? Number(BigInt.asIntN(64, BigInt(Math.trunc(value)))) : 0;
  return new dtypes[dtype].array([value])[0] ?? 0;
}

/** The nearest number of eight significant bits, halves to even. */
function roundedToEight(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -126) - 7);
  const [steps, floor] = [value / step, Math.floor(value / step)];
  const isUp = steps - floor > 0.5 || (steps - floor === 0.5 && floor % 2 !== 0);
  return Math.fround((isUp ? floor + 1 : floor) * step) >= 2 ** 128 ? Infinity : (isUp ? floor + 1 : floor) * step;
}

/** A host tensor of numbers, rounded to its dtype. */
export function host(shape: readonly number[], dtype: Dtype, data: readonly number[]): HostTensor {
  if (data.length !== count(shape)) throw new Error(`${data.length} numbers for shape [${shape}]`);
  return { shape, dtype, data: data.map((value) => rounded(dtype, value)) };
}

/** The same numbers as another dtype. */
export function as(dtype: Dtype, x: HostTensor): HostTensor {
  return host(x.shape, dtype, x.data);
}

/** All positions of `shape`, row by row. */
export function positions(shape: readonly number[]): number[][] {
  return Array.from({ length: count(shape) }, (_, index) => {
    let rest = index;
    const position = new Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      position[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    return position;
  });
}

/** The element of `x` at `position`; axes are aligned at the last one, and those of size 1 are repeated. */
export function read(x: HostTensor, position: readonly number[]): number {
  let index = 0;
  const missing = position.length - x.shape.length;
  x.shape.forEach((size, axis) => {
    index = index * size + (size === 1 ? 0 : (position[missing + axis] ?? 0));
  });
  return x.data[index] ?? NaN;
}

/** A host tensor whose element at each position is what `element` says. */
export function build(shape: readonly number[], dtype: Dtype, element: (position: number[]) => number): HostTensor {
  return host(shape, dtype, positions(shape).map(element));
}

/** The shape that shapes broadcast to. */
export function broadcast(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** `f` of the elements of `inputs`, broadcast. */
export function mapped(dtype: Dtype, f: (...values: number[]) => number, ...inputs: readonly HostTensor[]): HostTensor {
  const shape = broadcast(...inputs.map((input) => input.shape));
  return build(shape, dtype, (position) => f(...inputs.map((input) => read(input, position))));
}

/** `f` of the list of elements along `axes` (all by default), at each position of the others. */
export function reduced(
  x: HostTensor,
  axes: readonly number[] | undefined,
  keepDims: boolean,
  dtype: Dtype,
  f: (values: number[]) => number,
): HostTensor {
  const gone = (axes ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const outer = x.shape.map((size, axis) => (gone.includes(axis) ? 1 : size));
  const inner = x.shape.map((size, axis) => (gone.includes(axis) ? size : 1));
  const kept = build(outer, dtype, (position) =>
    f(
      positions(inner).map((offset) =>
        read(
          x,
          position.map((each, axis) => each + (offset[axis] ?? 0)),
        ),
      ),
    ),
  );
  return keepDims ? kept : { ...kept, shape: outer.filter((_, axis) => !gone.includes(axis)) };
}

/** The sum of products over named axes: letters of `equation` as einsum has them, without dots. */
export function summedProducts(equation: string, dtype: Dtype, ...inputs: readonly HostTensor[]): HostTensor {
  const [left = "", output = ""] = equation.split("->");
  const terms = left.split(",");
  const sizes = new Map<string, number>();
  terms.forEach((term, index) =>
    [...term].forEach((letter, axis) => sizes.set(letter, inputs[index]?.shape[axis] ?? 1)),
  );
  const summed = [...sizes.keys()].filter((letter) => !output.includes(letter));
  const sizeOf = (letter: string) => sizes.get(letter) ?? 1;
  const inner = positions(summed.map(sizeOf));
  return build([...output].map(sizeOf), dtype, (position) => {
    let total = 0;
    for (const offset of inner) {
      const at = (letter: string) =>
        (output.includes(letter) ? position[output.indexOf(letter)] : offset[summed.indexOf(letter)]) ?? 0;
      total += terms.reduce(
        (product, term, index) => product * read(inputs[index] ?? { shape: [], dtype, data: [1] }, [...term].map(at)),
        1,
      );
    }
    return total;
  });
}

/** Repeatable random numbers of [0, 1): mulberry32 under a key made of a text. */
export function randomOf(text: string): () => number {
  let state = [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** erf by its series near 0 and its continued fraction far from it. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let total = a;
    for (let n = 1; n < 100; n++) {
      term *= (-a * a) / n;
      total += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * total) / Math.sqrt(Math.PI);
  }
  return Math.sign(x) * (1 - erfc(a));
}

/** 1 − erf, by the continued fraction where erf is nearly 1. */
export function erfc(x: number): number {
  if (!(x >= 2.5)) return 1 - erf(x);
  let fraction = 0;
  for (let n = 200; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / ((x + fraction) * Math.sqrt(Math.PI));
}

/** Elements of the rows that `lists` names, axis by axis. */
export function picked(
  lists: readonly (readonly number[])[],
  shape: readonly number[] = lists.map((list) => list.length),
): (x: HostTensor) => HostTensor {
  return (x) => ({
    ...build(
      lists.map((list) => list.length),
      x.dtype,
      (position) =>
        read(
          x,
          position.map((place, axis) => lists[axis]?.[place] ?? 0),
        ),
    ),
    shape,
  });
}

/** 0, 1, … below `end`. */
export const upTo = (end: number) => Array.from({ length: end }, (_, index) => index);
