/** Inputs from fixed seeds, in the three sizes: a thousand elements, a million, and an odd number near it. */
import { noise } from "../cpu/problems.ts";
import type { Given, Line } from "./line.ts";

/** A thousand, a million, and the largest prime below it. */
export const flatSizes: readonly (readonly number[])[] = [[1000], [1_000_000], [999_983]];

/** The same as matrices; the odd one has odd sides. */
export const matrixSizes: readonly (readonly number[])[] = [
  [25, 40],
  [1000, 1000],
  [997, 1003],
];

/** The same as batches of square matrices. */
export const squareSizes: readonly (readonly number[])[] = [
  [10, 10, 10],
  [100, 100, 100],
  [97, 101, 101],
];

/** The same as images with channels first: batch, channels, height, width. */
export const imageSizes: readonly (readonly number[])[] = [
  [1, 4, 16, 16],
  [4, 16, 125, 125],
  [3, 17, 139, 141],
];

/** Rows of each of `shapes`; the size is the number of elements of the first input. */
export function sized(
  shapes: readonly (readonly number[])[],
  make: (shape: readonly number[]) => readonly Given[],
): Line["sizes"] {
  return shapes.map((shape) => ({ size: shape.reduce((a, b) => a * b, 1), make: () => make(shape) }));
}

/** Numbers between `low` and `high`. */
export function between(low: number, high: number, seed = 1): (shape: readonly number[]) => Given {
  return (shape) => {
    const given = noise(seed, shape, (high - low) / 2);
    const middle = (high + low) / 2;
    return { shape, data: given.data.map((value) => value + middle) };
  };
}

/** Whole numbers from `low` up to below `high`, 32 bits wide. */
export function integers(low: number, high: number, seed = 1): (shape: readonly number[]) => Given {
  return (shape) => {
    const { data } = noise(seed, shape);
    return { shape, data: Int32Array.from(data, (value) => low + Math.floor(((value + 1) / 2) * (high - low))) };
  };
}

/** Booleans, half of them true. */
export function booleans(seed: number): (shape: readonly number[]) => Given {
  return (shape) => ({ shape, data: Uint8Array.from(noise(seed, shape).data, (value) => (value > 0 ? 1 : 0)) });
}
