/** Reads the numbers that make_golden.py wrote, and compares with them. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { selectRows } from "../../src/data/loader.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import type { Dtype } from "../../src/shape/dtype.ts";
import { at } from "../../src/support/invariant.ts";
import { type HostArray, hostArray } from "../../src/tensor/hostArray.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** How far results may be from PyTorch's, relative to the largest expected element beside them. */
export const tolerances = { f64: 1e-10, f32: 1e-5 } as const;

/** Arrays of both files. */
const arrays = new Map(["training.safetensors", "networks.safetensors"].flatMap((file) => [...arraysOf(file)]));

function arraysOf(file: string): ReadonlyMap<string, HostArray> {
  return decodeSafetensors(readFileSync(new URL(file, import.meta.url))).arrays;
}

/** Names of the arrays that begin with `prefix`, without it. */
export function goldenNames(prefix: string): readonly string[] {
  return [...arrays.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}

/** The array called `name`. */
export function golden(name: string): HostArray {
  const array = arrays.get(name);
  if (array === undefined) throw new Error(`no golden array ${name}`);
  return array;
}

/** Row `index` of `array`, without the first axis; floats as `dtype`. */
export function rowOf(array: HostArray, index: number, dtype: Dtype = array.dtype): HostArray {
  const { shape, data, dtype: own } = selectRows(array, [index]);
  return hostArray(data, shape.slice(1), own === "f64" || own === "f32" ? dtype : own);
}

/** Numbers as JSON has them: "inf" and "nan" are strings. */
export type JsonNumbers = number | string | readonly JsonNumbers[];

/** Flat numbers of `value`. */
export function flatNumbers(value: JsonNumbers): number[] {
  if (typeof value === "object") return value.flatMap(flatNumbers);
  if (typeof value === "number") return [value];
  return [{ inf: Infinity, "-inf": -Infinity, nan: NaN }[value] ?? Number.NaN];
}

/** Expects each element within `relative` of the one expected, or within `absolute`. */
export async function expectClose(
  given: Tensor,
  expected: ArrayLike<number>,
  relative: number,
  absolute: number,
  what = "",
): Promise<void> {
  const values = await given.data();
  expect(values.length, what).toBe(expected.length);
  for (let index = 0; index < values.length; index++) {
    const [value, wanted] = [at(values, index), at(expected, index)];
    if (Object.is(value, wanted) || value === wanted) continue;
    const bound = Math.max(relative * Math.abs(wanted), absolute);
    if (!(Math.abs(value - wanted) <= bound))
      expect.fail(`${what}[${index}] is ${value}, expected ${wanted} ± ${bound}`);
  }
}

/** Expects `given` within `relative` of `expected`, measured against the largest element. */
export function expectNear(given: Tensor, expected: HostArray, relative: number, what: string): Promise<void> {
  const numbers: readonly number[] = [...expected.data].map(Number);
  const largest = Math.max(0, ...numbers.map(Math.abs));
  return expectClose(given, numbers, 0, relative * Math.max(largest, 1e-300), what);
}
