/** Functions of the Python array API standard against NumPy: special values, integers at their ends, axes and empty arrays. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as S from "../../src/index.ts";

type Plain = number | "nan" | "inf" | "-inf" | "-0";

interface Numbers {
  readonly dtype: S.Dtype;
  readonly shape: readonly number[];
  readonly data: readonly Plain[];
}

interface Case {
  readonly call: string;
  readonly given: readonly unknown[];
  readonly result: Numbers;
  readonly relative?: number;
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL("standard.json", import.meta.url), "utf8"));

const words = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 } as const;
const numbersOf = ({ data }: Numbers): number[] => data.map((each) => (typeof each === "string" ? words[each] : each));

const isNumbers = (value: unknown): value is Numbers =>
  typeof value === "object" && value !== null && "dtype" in value && "data" in value;

const read = (value: unknown): unknown =>
  isNumbers(value) ? S.tensor(new Float64Array(numbersOf(value)), { shape: value.shape, dtype: value.dtype }) : value;

/** What differs between the numbers of one case and NumPy's, or nothing. */
async function faultOf({ call, given, result, relative = 0 }: Case): Promise<string> {
  const made: S.Tensor = Reflect.apply(Reflect.get(S, call), undefined, given.map(read));
  const told = `${call}(${JSON.stringify(given).slice(0, 300)})`;
  if (made.dtype !== result.dtype || `${made.shape}` !== `${result.shape}`)
    return `${told} is ${String(made)}, expected ${result.dtype}[${result.shape}]`;
  const [values, expected] = [await made.data(), numbersOf(result)];
  const wrong = expected.findIndex((wanted, index) => {
    const value = values[index] ?? NaN;
    return !Object.is(value, wanted) && !(Math.abs(value - wanted) <= relative * Math.abs(wanted) && wanted !== 0);
  });
  return wrong < 0 ? "" : `${told}[${wrong}] is ${values[wrong]}, expected ${expected[wrong]}`;
}

describe.each([...new Set(cases.map(({ call }) => call))])("%s", (call) => {
  it("is what NumPy gives", async () => {
    const faults: string[] = [];
    for (const each of cases.filter((other) => other.call === call)) faults.push(await faultOf(each));
    expect(faults.filter((fault) => fault !== "").join("\n")).toBe("");
  });
});
