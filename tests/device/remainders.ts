/** What is left over after whole vectors has the same bits as the same element inside a longer tensor. */
import { expect, it } from "vitest";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import type { Dtype } from "../../src/index.ts";
import * as S from "../../src/index.ts";

const longest = 64;

type Map = (x: S.Tensor, y: S.Tensor, z: S.Tensor, a: S.Tensor, b: S.Tensor) => S.Tensor;

/** Functions of three tensors and two numbers: element i of the result comes of elements i alone. */
const maps: { readonly [name: string]: Map } = {
  "x·y + z": (x, y, z) => x.multiply(y).add(z),
  "z − x·y": (x, y, z) => z.subtract(x.multiply(y)),
  "x·y − z": (x, y, z) => x.multiply(y).subtract(z),
  "x·y + y·z": (x, y, z) => x.multiply(y).add(y.multiply(z)),
  "a product used twice": (x, y, z) => x.multiply(y).add(z).multiply(x.multiply(y)),
  "a·b + x": (x, _y, _z, a, b) => a.multiply(b).add(x),
  "a·b + a + x": (x, _y, _z, a, b) => a.multiply(b).add(a).add(x),
  "a·x + b": (x, _y, _z, a, b) => a.multiply(x).add(b),
  exp: (x) => x.exp(),
  log: (x) => x.abs().log(),
  sin: (x) => x.multiply(1e4).sin(),
  tan: (x) => x.tan(),
  tanh: (x) => x.tanh(),
  erf: (x) => x.erf(),
  asinh: (x) => x.asinh(),
  gelu: (x) => x.gelu(),
  silu: (x) => x.silu(),
  pow: (x, y) => x.abs().pow(y),
  remainder: (x, y) => x.remainder(y),
  "products of rows, summed": (x, y, z) =>
    S.stack([x, y, z])
      .multiply(S.stack([y, z, x]))
      .sum(0),
  "products of rows, summed and multiplied": (x, y, z) =>
    S.stack([x, y, z])
      .multiply(S.stack([y, z, x]))
      .sum(0)
      .multiply(x)
      .add(z),
};

/** Registers the tests, on a device that may round a·b + c once, or may not. */
export function remaindersAgree(isRelaxed: boolean): void {
  S.registerDevice("wasm", () => new WasmDevice({ isRelaxed, threads: 1 }));
  for (const dtype of ["f32", "f64"] as const)
    it.each(Object.entries(maps))(`%s in ${dtype}`, async (_name, map) => {
      const whole = await valuesAt(map, dtype, longest);
      for (let size = 1; size < 20; size++) expect(await valuesAt(map, dtype, size)).toEqual(whole.slice(0, size));
    });
}

async function valuesAt(map: Map, dtype: Dtype, size: number): Promise<number[]> {
  const numbers = (seed: number) =>
    S.tensor(
      Array.from({ length: size }, (_, index) => 3 * Math.sin(seed + 1.7 * index * index)),
      { dtype },
    );
  const [a, b] = [S.tensor(1.1, { dtype }), S.tensor(0.7, { dtype })];
  return Array.from(await map(numbers(1), numbers(2), numbers(3), a, b).data(), Number);
}
