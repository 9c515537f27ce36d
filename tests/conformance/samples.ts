/** Numbers to try: the edges of each dtype, and ordinary ones. */
import { roundTo } from "../../src/kernel/meaning.ts";
import { type Dtype, dtypes, type StoredData } from "../../src/shape/dtype.ts";
import { dataOf } from "./launch.ts";

const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3.7,
  -7.25,
  1e-3,
  100,
  -88.5,
  1e10,
  -3e9,
  4.2e9,
  1e-40,
  NaN,
  Infinity,
  -Infinity,
];
const integers = [0, 1, 2, 3, 5, 7, 8, 31, 32, 33, 100, 255, 256, 65537, 2 ** 31 - 1, -1, -2, -7, -8, -255, -(2 ** 31)];

const edges: { readonly [D in Dtype]: readonly number[] } = {
  bool: [0, 1, 1, 0, 0],
  u8: integers,
  i8: integers,
  i16: integers,
  i32: integers,
  u32: integers,
  i64: [...integers, 2 ** 40, -(2 ** 53), 2 ** 62 + 2 ** 40, -(2 ** 63)],
  f16: [...floats, 65504, 65519, 65520, 6e-8, 3e-8, 2.9e-8, 6.1e-5, 1.0005, 1.0015],
  bf16: [...floats, 3.4e38, 1.003, 1.0059, 1.2e-38],
  f32: [...floats, 3.4e38, 1.2e-38],
  f64: [...floats, 1e300, 5e-324],
};

/** `count` samples of `dtype`; another `shift` gives another order, so that two of them meet in many pairs. */
export function samples(dtype: Dtype, count: number, shift = 0): StoredData {
  const list = edges[dtype];
  return dataOf(
    dtype,
    Array.from({ length: count }, (_, position) => {
      const turn = Math.floor(position / list.length);
      return roundTo(dtype, list[(position + turn * shift) % list.length] ?? 0);
    }),
  );
}

/** `count` small whole numbers: sums and products of them are exact in every order. */
export function wholeNumbers(dtype: Dtype, count: number, seed = 1): StoredData {
  let state = seed;
  return dataOf(
    dtype,
    Array.from({ length: count }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return roundTo(dtype, ((state >>> 16) % 7) - (dtypes[dtype].lowest === 0 ? 0 : 3));
    }),
  );
}
