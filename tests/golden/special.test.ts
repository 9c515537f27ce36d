/** The special functions over hard sweeps, against values that were rounded to doubles once (make_special.py). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as S from "../../src/index.ts";

/** Ulp that results may be off, relative to the result; `absolute` where the function crosses zero on the way. */
interface Bound {
  readonly f: (x: S.Tensor) => S.Tensor;
  readonly f32: number;
  readonly f64: number;
  /** Errors are compared with ulp of this at least. */
  readonly scale?: number;
}

const bounds: { readonly [name: string]: Bound } = {
  atan: { f: S.atan, f32: 2, f64: 2 },
  asin: { f: S.asin, f32: 2, f64: 2 },
  acos: { f: S.acos, f32: 2, f64: 2 },
  erfc: { f: S.erfc, f32: 4, f64: 6 },
  erfinv: { f: S.erfinv, f32: 4, f64: 4 },
  ndtr: { f: S.ndtr, f32: 5, f64: 6 },
  ndtri: { f: S.ndtri, f32: 4, f64: 4 },
  logNdtr: { f: S.logNdtr, f32: 5, f64: 6 },
  lgamma: { f: S.lgamma, f32: 4, f64: 4, scale: 1 },
  digamma: { f: S.digamma, f32: 6, f64: 8, scale: 1 },
  trigamma: { f: (x) => S.polygamma(1, x), f32: 4, f64: 4 },
  polygamma4: { f: (x) => S.polygamma(4, x), f32: 80, f64: 24 },
  i0: { f: S.i0, f32: 4, f64: 4 },
  i1: { f: S.i1, f32: 4, f64: 4 },
};

interface Golden {
  readonly x: readonly number[] | readonly (readonly number[])[];
  readonly y: readonly number[];
}

const golden: Record<string, Golden> = JSON.parse(readFileSync(new URL("special.json", import.meta.url), "utf8"));

/** The arguments of what was noted, a list each. */
function argumentsOf({ x }: Golden): readonly (readonly number[])[] {
  const isNested = (list: Golden["x"]): list is readonly (readonly number[])[] => typeof list[0] === "object";
  return isNested(x) ? x : [x];
}

/** The distance of neighbours of `dtype` at y. */
function ulp(dtype: "f32" | "f64", y: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(y)));
  return dtype === "f32" ? 2 ** Math.max(exponent - 23, -149) : 2 ** Math.max(exponent - 52, -1074);
}

describe.each(Object.entries(bounds))("%s", (name, { f, scale = 0, ...limits }) => {
  it.each(["f32", "f64"] as const)("is within its bound in %s", async (dtype) => {
    const noted = golden[name] ?? { x: [], y: [] };
    const [x = []] = argumentsOf(noted);
    const { y } = noted;
    expect(x.length).toBeGreaterThan(80);
    const found = await f(S.tensor(new Float64Array(x), { dtype })).data();
    const { smallestNormal, max } = S.finfo(dtype);
    const faults = x.flatMap((each, index) => {
      const want = y[index] ?? NaN;
      if (Math.abs(want) < smallestNormal ? want !== 0 : Math.abs(want) > max) return [];
      const error = Math.abs((found[index] ?? NaN) - want) / ulp(dtype, Math.max(Math.abs(want), scale, 1e-300));
      return error <= limits[dtype] ? [] : [`${each}: ${found[index]} for ${want}, ${error.toFixed(1)} ulp`];
    });
    expect(faults).toEqual([]);
  });
});

/** Functions of several numbers, and how far their results may be from the exact ones, relative to these. */
const incomplete: { readonly [name: string]: readonly [f: (...given: S.Tensor[]) => S.Tensor, f64: number] } = {
  gammainc: [(a, x) => S.gammainc(a ?? 0, x ?? 0), 3e-14],
  gammaincc: [(a, x) => S.gammaincc(a ?? 0, x ?? 0), 8e-14],
  betainc: [(a, b, x) => S.betainc(a ?? 0, b ?? 0, x ?? 0), 2e-13],
};

describe.each(Object.entries(incomplete))("%s", (name, [f, relative]) => {
  it.each(["f32", "f64"] as const)("is within its bound in %s, for parameters from 0.01 to 9000", async (dtype) => {
    const noted = golden[name] ?? { x: [], y: [] };
    const given = argumentsOf(noted).map((list) => S.tensor(new Float64Array(list), { dtype }));
    const found = await f(...given).data();
    const faults = noted.y.flatMap((want, index) => {
      if (dtype === "f32" && want < S.finfo("f32").smallestNormal) return [];
      const error = Math.abs((found[index] ?? NaN) - want) / want;
      return error <= (dtype === "f64" ? relative : 2 ** -24) ? [] : [`${index}: ${found[index]} for ${want}`];
    });
    expect(noted.y.length).toBeGreaterThan(80);
    expect(faults).toEqual([]);
  });
});
