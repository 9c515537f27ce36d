/** Sorting, sets, counting and quantiles against NumPy, SciPy and PyTorch, on every element. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Tensor } from "../../src/index.ts";
import * as S from "../../src/index.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly dtype: S.Dtype;
  readonly data: readonly (number | "nan" | "inf" | "-inf")[];
}

interface Case {
  readonly call: string;
  readonly inputs: readonly Numbers[];
  readonly options: Readonly<Record<string, never>>;
  readonly results: readonly Numbers[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL("sorting.json", import.meta.url), "utf8"));

const strings = { nan: NaN, inf: Infinity, "-inf": -Infinity } as const;

const numbersOf = ({ data }: Numbers): number[] =>
  data.map((each) => (typeof each === "string" ? strings[each] : each));

const read = (given: Numbers): Tensor =>
  S.tensor(new Float64Array(numbersOf(given)), { shape: given.shape, dtype: given.dtype });

type Results = Tensor | readonly Tensor[] | Promise<Tensor | readonly Tensor[]>;

/** How each case is called. */
const calls: Readonly<Record<string, (x: Tensor, second: Tensor | undefined, options: Case["options"]) => Results>> = {
  sort: (x, _, options) => S.sort(x, options),
  argsort: (x, _, options) => S.argsort(x, options),
  topK: (x, _, { k, ...options }: { k?: number }) => {
    const { values, indices } = S.topK(x, k ?? 0, options);
    return [values, indices];
  },
  searchSorted: (x, values, options) => S.searchSorted(x, values ?? x, options),
  uniqueAll: async (x) => {
    const { values, indices, inverseIndices, counts } = await S.uniqueAll(x);
    return [values, indices, inverseIndices, counts];
  },
  quantile: (x, _, { q, ...options }: { q?: number[] }) => S.quantile(x, q ?? 0, options),
  nanQuantile: (x, _, { q, ...options }: { q?: number[] }) => S.nanQuantile(x, q ?? 0, options),
  median: (x, _, options) => S.median(x, options),
  nanMedian: (x, _, options) => S.nanMedian(x, options),
  mode: (x, _, options) => {
    const { values, indices, counts } = S.mode(x, options);
    return [values, indices, counts];
  },
  nonzero: (x) => S.nonzero(x),
  argwhere: (x) => S.argwhere(x),
  maskedSelect: (x, mask) => S.maskedSelect(x, mask ?? x),
  booleanMask: (x, mask) => S.booleanMask(x, mask ?? x),
  isIn: (x, elements) => S.isIn(x, elements ?? x),
  bincount: (x, weights, options) => S.bincount(x, { ...options, ...(weights && { weights }) }),
  histogram: (x, weights, options) => {
    const { counts, edges } = S.histogram(x, { ...options, ...(weights && { weights }) });
    return [counts, edges];
  },
};

const names = [...new Set(cases.map(({ call }) => call))];

it.each(names)("%s gives what the references give", async (name) => {
  for (const { call, inputs, options, results } of cases.filter((each) => each.call === name)) {
    const [first, second] = inputs;
    const given = first && (await calls[call]?.(read(first), second && read(second), options));
    const tensors = given instanceof S.Tensor ? [given] : (given ?? []);
    const label = `${call} of ${inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`)} ${JSON.stringify(options)}`;
    const expected = call === "histogram" ? results.slice(0, inputs.length > 1 ? 1 : 2) : results;
    for (const [index, result] of expected.entries()) {
      const tensor = tensors[index];
      expect(tensor?.shape, label).toEqual(result.shape);
      expect(tensor?.dtype, label).toBe(result.dtype);
      const data = [...((await tensor?.data()) ?? [])];
      numbersOf(result).forEach((value, place) => {
        if (Number.isInteger(value) || !Number.isFinite(value)) expect(data[place], `${label} at ${place}`).toBe(value);
        else expect(Math.abs((data[place] ?? NaN) - value), `${label} at ${place}`).toBeLessThanOrEqual(1e-12);
      });
    }
  }
});
