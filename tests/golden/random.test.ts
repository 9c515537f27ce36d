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
};

it("has draws for every golden distribution", () => {
  expect(Object.keys(draws).sort()).toEqual(Object.keys(golden).sort());
});

/** Is `value` so near 0 or 1 that f32 rounds draws across it? */
const isBeyondF32 = (value: number) => Math.abs(value) < 1e-37 || Math.abs(value - 1) < 1e-6;

describe.each(Object.entries(draws))("%s", (name, draw) => {
  it.each(["f32", "f64"] as const)("%s draws lie where SciPy says", async (dtype) => {
    const count = 20_000;
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

  it.each(["f16", "bf16"] as const)("draws %s, and none at all", async (dtype) => {
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
