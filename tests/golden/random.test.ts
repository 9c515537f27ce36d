/** Draws lie as often below SciPy's quantiles as they should; the same numbers on every device; parameters are checked. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, Generator, grad, random, type Tensor, tensor, variance, vmap } from "../../src/index.ts";
import { ArgumentError, DtypeError, ShapeError, UnsupportedError } from "../../src/support/errors.ts";
import type { FloatRandomOptions } from "../../src/tensor/drawing.ts";
import { onDevice } from "../opTable/run.ts";

interface Quantiles {
  readonly values: readonly number[];
  readonly shares: readonly number[];
}

const golden: { readonly [name: string]: Quantiles } = JSON.parse(
  readFileSync(new URL("random.json", import.meta.url), "utf8"),
);

type Draw = (shape: number[], options: FloatRandomOptions) => Tensor;

const draws: { readonly [name: string]: Draw } = {
  "exponential 2.5": (shape, options) => random.exponential(shape, { rate: 2.5, ...options }),
  "laplace 1 2": (shape, options) => random.laplace(shape, { location: 1, scale: 2, ...options }),
  "gumbel -1 0.5": (shape, options) => random.gumbel(shape, { location: -1, scale: 0.5, ...options }),
  "logistic 2 3": (shape, options) => random.logistic(shape, { location: 2, scale: 3, ...options }),
  "cauchy 0 1": (shape, options) => random.cauchy(shape, options),
  "logNormal 0.3 0.7": (shape, options) => random.logNormal(shape, { mean: 0.3, deviation: 0.7, ...options }),
  "gamma 0.05": (shape, options) => random.gamma(shape, 0.05, options),
  "gamma 0.7": (shape, options) => random.gamma(shape, 0.7, options),
  "gamma 1": (shape, options) => random.gamma(shape, 1, options),
  "gamma 3.5 2": (shape, options) => random.gamma(shape, 3.5, { rate: 2, ...options }),
  "gamma 200": (shape, options) => random.gamma(shape, 200, options),
  "beta 0.3 0.2": (shape, options) => random.beta(shape, 0.3, 0.2, options),
  "beta 2 5": (shape, options) => random.beta(shape, 2, 5, options),
  "chiSquare 3": (shape, options) => random.chiSquare(shape, 3, options),
  "studentT 4": (shape, options) => random.studentT(shape, 4, options),
  "truncatedNormal 0 1 -2 2": (shape, options) => random.truncatedNormal(shape, options),
  "truncatedNormal 0 1 4 8": (shape, options) => random.truncatedNormal(shape, { low: 4, high: 8, ...options }),
  "truncatedNormal 1 2 -1 1.5": (shape, options) =>
    random.truncatedNormal(shape, { low: -1, high: 1.5, mean: 1, deviation: 2, ...options }),
  ...Object.fromEntries(
    [0.1, 3, 9.5, 12, 1000, 3_000_000].map((rate): [string, Draw] => [
      `poisson ${rate}`,
      (shape, options) => random.poisson(shape, rate, options),
    ]),
  ),
};

it("has draws for every golden distribution", () => {
  expect(Object.keys(draws).sort()).toEqual(Object.keys(golden).sort());
});

/** Is `value` so near 0 or 1 that f32 rounds draws across it? */
const isBeyondF32 = (value: number) => Math.abs(value) < 1e-37 || Math.abs(value - 1) < 1e-6;

describe.each(Object.entries(draws))("%s", (name, draw) => {
  it.each(["f32", "f64"] as const)("%s draws lie where SciPy says", async (dtype) => {
    const count = 8_000;
    const data = Array.from(await draw([count], { generator: new Generator(11), dtype }).data());
    const { values, shares } = golden[name] ?? { values: [], shares: [] };
    for (const [index, value] of values.entries()) {
      if (dtype === "f32" && isBeyondF32(value)) continue;
      const share = shares[index] ?? NaN;
      const below = data.filter((x) => x <= value).length / count;
      // Five standard deviations of a share of that many draws, and one draw
      const slack = 5 * Math.sqrt((share * (1 - share)) / count) + 1 / count;
      expect(Math.abs(below - share), `${share} below ${value}`).toBeLessThan(slack);
    }
  });

  it("draws the same on every device, compiled and eager", async () => {
    const key = tensor([3, 4], { dtype: "u32" });
    const eager = await draw([3, 5], { key, dtype: "f64" }).data();
    const compiled = compile((key: Tensor) => draw([3, 5], { key, dtype: "f64" }));
    const results = [await compiled(key).data()];
    await onDevice("interpreter", async () => {
      results.push(await draw([3, 5], { key: tensor([3, 4], { dtype: "u32" }), dtype: "f64" }).data());
    });
    for (const result of results)
      result.forEach((x, index) => {
        expect(Math.abs(x - (eager[index] ?? NaN))).toBeLessThanOrEqual(1e-9 * Math.abs(x));
      });
  });

  it("draws bf16, and none at all", async () => {
    const dtype = "bf16";
    const some = draw([100], { generator: new Generator(2), dtype });
    expect(some.dtype).toBe(dtype);
    expect([...(await some.data())].some(Number.isNaN)).toBe(false);
    expect(await draw([2, 0], { dtype }).toArray()).toEqual([[], []]);
  });
});

it("uniform, normal and categorical draw halves", async () => {
  for (const dtype of ["f16", "bf16"] as const) {
    const options = { generator: new Generator(1), dtype };
    const [uniform, normal] = [random.uniform([4000], options), random.normal([4000], options)];
    const data = Array.from(await uniform.data());
    expect(Math.max(...data)).toBeLessThan(1);
    expect(Math.abs((await uniform.astype("f32").mean().item()) - 0.5)).toBeLessThan(0.03);
    expect(Math.abs((await normal.astype("f32").square().mean().item()) - 1)).toBeLessThan(0.12);
    const logits = tensor([0, -50], { dtype });
    expect(await random.categorical(logits, { generator: options.generator }).item()).toBe(0);
  }
});

it("parameters may be tensors, elements that are out of range give NaN", async () => {
  const concentration = tensor([0.5, -1, NaN, 2, 0, Infinity]);
  const data = await random.gamma([4, 6], concentration, { generator: new Generator(3) }).data();
  data.forEach((x, index) => {
    expect(Number.isNaN(x)).toBe(![0, 3].includes(index % 6));
  });
  const means = await random
    .exponential([2000, 2], { rate: tensor([1, 100]), generator: new Generator(3) })
    .mean({ axis: 0 })
    .data();
  expect(Math.abs((means[0] ?? 0) - 1)).toBeLessThan(0.15);
  expect(Math.abs((means[1] ?? 0) - 0.01)).toBeLessThan(0.0015);
});

it("dirichlet draws shares of the given means", async () => {
  const concentration = tensor([1, 2, 5], { dtype: "f64" });
  const shares = random.dirichlet(concentration.broadcastTo([4000, 3]), { generator: new Generator(8) });
  for (const sum of await shares.sum({ axis: -1 }).data()) expect(Math.abs(sum - 1)).toBeLessThan(1e-12);
  const means = await shares.mean({ axis: 0 }).data();
  means.forEach((mean, index) => {
    expect(Math.abs(mean - ([1, 2, 5][index] ?? 0) / 8)).toBeLessThan(0.02);
  });
  // The variance of each is m (1 − m) / (total + 1)
  const spread = await variance(shares.slice("...", 2)).item();
  expect(Math.abs(spread - ((5 / 8) * (3 / 8)) / 9)).toBeLessThan(0.003);
});

it("has derivatives with respect to location, scale and rate, and says where there is none", async () => {
  const key = tensor([1, 2], { dtype: "u32" });
  const byScale = grad((scale: Tensor) => random.laplace([3], { key, scale }).sum());
  const standard = await random.laplace([3], { key }).sum().item();
  expect(Math.abs((await byScale(tensor(2)).item()) - standard)).toBeLessThan(1e-5);
  const byRate = grad((rate: Tensor) => random.gamma([3], 2, { key, rate }).sum());
  const drawn = await random.gamma([3], 2, { key }).sum().item();
  expect(Math.abs((await byRate(tensor(2)).item()) + drawn / 4)).toBeLessThan(1e-5);
  const byConcentration = grad((a: Tensor) => random.gamma([3], a, { key }).sum());
  expect(() => byConcentration(tensor(2))).toThrow(UnsupportedError);
  expect(() => byConcentration(tensor(2))).toThrow(/random\.gamma: .* have no derivative/);
});

it("multinomial draws in proportion, with and without replacement", async () => {
  const weights = tensor([1, 0, 3, 6]);
  const generator = new Generator(4);
  const shares = async (draws: Tensor) => {
    const data = Array.from(await draws.data());
    return [0, 1, 2, 3].map((place) => data.filter((value) => value === place).length / data.length);
  };
  const many = random.multinomial(weights, 20_000, { replacement: true, generator });
  for (const [place, share] of (await shares(many)).entries())
    expect(Math.abs(share - ([0.1, 0, 0.3, 0.6][place] ?? 0))).toBeLessThan(0.02);
  const rows = random.multinomial(weights.broadcastTo([20_000, 4]), 3, { generator });
  const first = await shares(rows.slice("...", 0));
  const last = await shares(rows.slice("...", 2));
  // First as above; the third is what the first two left: its chances by the six orders of the three that have a weight
  for (const [place, share] of first.entries())
    expect(Math.abs(share - ([0.1, 0, 0.3, 0.6][place] ?? 0))).toBeLessThan(0.02);
  const left = [0.6 * (3 / 4) + 0.3 * (6 / 7), 0, 0.6 * (1 / 4) + 0.1 * (6 / 9), 0.3 * (1 / 7) + 0.1 * (3 / 9)];
  for (const [place, share] of last.entries()) expect(Math.abs(share - (left[place] ?? 0))).toBeLessThan(0.02);
  expect(await random.multinomial(weights, 0).toArray()).toEqual([]);
  expect(() => random.multinomial(weights, 5)).toThrow(/5 cannot be drawn along the last axis of shape \[4\] without/);
  expect(() => random.multinomial(tensor([1, 2], { dtype: "i32" }), 1)).toThrow(DtypeError);
  expect(() => random.multinomial(weights, 1.5)).toThrow(/count is 1\.5/);
});

it("choice takes each as often, or each once", async () => {
  const generator = new Generator(6);
  const all = await random.choice(20, [4, 5], { replace: false, generator }).data();
  expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  const counts = new Array<number>(5).fill(0);
  for (const value of await random.choice(tensor([0, 1, 2, 3, 4]), [10_000], { generator }).data())
    counts[value] = (counts[value] ?? 0) + 1;
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  const rows = random.choice(
    tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    [2, 2],
    { axis: 1, generator },
  );
  expect(rows.shape).toEqual([2, 2, 2]);
  const sure = random.choice(tensor([7, 8]), [50], { probabilities: tensor([0, 1]), generator });
  expect(new Set(await sure.data())).toEqual(new Set([8]));
  const compiled = compile(() => random.choice(10, [3], { replace: false, generator }));
  const [one, two] = [await compiled().data(), await compiled().data()];
  expect(new Set(one).size).toBe(3);
  expect([...one]).not.toEqual([...two]);
  expect(() => random.choice(3, [4], { replace: false })).toThrow(/4 cannot be chosen of 3/);
  expect(() => random.choice(0, [1])).toThrow(/there are 0 things/);
  expect(() => random.choice(3, [1], { probabilities: tensor([1, 1]) })).toThrow(ShapeError);
});

it("counts of events have no derivative, and elements without a rate are NaN", async () => {
  const rates = tensor([2, -1, NaN, 50, 0, Infinity]);
  const data = await random.poisson([3, 6], rates, { generator: new Generator(1) }).data();
  data.forEach((x, index) => {
    expect(Number.isNaN(x)).toBe([1, 2, 5].includes(index % 6));
  });
  expect(await grad((rate: Tensor) => random.poisson([4], rate).sum())(tensor(3)).item()).toBe(0);
  expect(() => random.poisson([1], -1)).toThrow(/rate is -1; it has to be 0 or above/);
  expect(() => random.truncatedNormal([1], { low: 1, high: 1 })).toThrow(/low has to be below high/);
});

it("draws by trial under vmap as one by one", async () => {
  const keys = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const together = await vmap((key: Tensor) => random.gamma([5], 0.7, { key }))(tensor(keys, { dtype: "u32" })).data();
  const apart = await Promise.all(
    keys.map(async (key) => [...(await random.gamma([5], 0.7, { key: tensor(key, { dtype: "u32" }) }).data())]),
  );
  expect([...together]).toEqual(apart.flat());
});

it("refuses parameters that make no distribution", () => {
  expect(() => random.gamma([2], 0)).toThrow(/gamma: concentration is 0; it has to be above 0/);
  expect(() => random.exponential([2], { rate: -1 })).toThrow(ArgumentError);
  expect(() => random.laplace([2], { scale: NaN })).toThrow(/scale is NaN/);
  expect(() => random.gumbel([2], { location: Infinity })).toThrow(
    /location is Infinity; it has to be a finite number/,
  );
  expect(() => random.gamma([2], 1, { dtype: "i32" })).toThrow(DtypeError);
  expect(() => random.gamma([2], tensor([1, 2, 3]))).toThrow(ShapeError);
  expect(() => random.dirichlet(tensor(1))).toThrow(/dirichlet: the concentration has shape \[\]/);
});
