/** Random numbers: the bits are threefry's on every device, distributions are what they say, compiled draws are eager ones. */
import { describe, expect, it } from "vitest";
import { compile, Generator, random, seed, type Tensor, tensor, vmap } from "../../src/index.ts";
import { at } from "../../src/support/invariant.ts";
import { threefry } from "../../src/support/threefry.ts";
import { erf } from "./host.ts";
import { devices, onDevice, readAll } from "./run.ts";

it("threefry gives the known answers of Random123", () => {
  const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, "0"));
  expect(hex(threefry([0, 0], [0, 0]))).toEqual(["6b200159", "99ba4efe"]);
  expect(hex(threefry([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff]))).toEqual(["1cb996fc", "bb002be7"]);
  expect(hex(threefry([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3]))).toEqual(["c4923a9c", "483df7a0"]);
});

describe.each(devices)("on %s", (device) => {
  it("bits are threefry of position and call number", async () => {
    await onDevice(device, async () => {
      const generator = new Generator(0x1234567890ab);
      const [first, second] = await readAll([random.bits([3, 5], { generator }), random.bits([7], { generator })]);
      const key = [0x567890ab, 0x1234] as const;
      expect(first?.data).toEqual(Array.from({ length: 15 }, (_, index) => threefry(key, [index, 0])[0]));
      expect(second?.data).toEqual(Array.from({ length: 7 }, (_, index) => threefry(key, [index, 1])[0]));
    });
  });

  it("uniforms are the top bits", async () => {
    await onDevice(device, async () => {
      const key = tensor([7, 9], { dtype: "u32" });
      const [single, double] = await readAll([
        random.uniform([9], { key }),
        random.uniform([9], { key, dtype: "f64" }),
      ]);
      const words = Array.from({ length: 9 }, (_, index) => threefry([7, 9], [index, 0]));
      expect(single?.data).toEqual(words.map(([word]) => (word >>> 8) / 2 ** 24));
      expect(double?.data).toEqual(words.map(([high, low]) => ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53));
    });
  });

  it("normals have the moments and tails of the normal distribution", async () => {
    await onDevice(device, async () => {
      const n = device === "wasm" ? 400_000 : 5_000;
      const x = random.normal([n], { generator: new Generator(3) });
      const tails = x.abs().greater(3).sum();
      const [mean, square, cube, fourth, beyond] = await readAll([
        x.mean(),
        x.pow(2).mean(),
        x.pow(3).mean(),
        x.pow(4).mean(),
        tails,
      ]);
      const error = 5 / Math.sqrt(n);
      expect(Math.abs(mean?.data[0] ?? NaN)).toBeLessThan(error);
      expect(Math.abs((square?.data[0] ?? NaN) - 1)).toBeLessThan(error * Math.SQRT2);
      expect(Math.abs(cube?.data[0] ?? NaN)).toBeLessThan(error * Math.sqrt(15));
      expect(Math.abs((fourth?.data[0] ?? NaN) - 3)).toBeLessThan(error * Math.sqrt(96));
      expect(Math.abs((beyond?.data[0] ?? NaN) / n - 0.0026998)).toBeLessThan(error * 0.052);
    });
  });
});

it("normals go beyond five deviations, and the smallest word gives the largest", async () => {
  const x = await random
    .normal([2 ** 22], { generator: new Generator(1) })
    .abs()
    .max()
    .item();
  expect(x).toBeGreaterThan(4.8);
  expect(Number.isFinite(x)).toBe(true);
});

it("integers cover their range evenly", async () => {
  const counts = new Array<number>(6).fill(0);
  for (const value of await random.integers([60_000], -2, 4).data()) counts[value + 2] = (counts[value + 2] ?? 0) + 1;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  const wide = await random.integers([1000], 0, 2 ** 32 - 1, { dtype: "u32" }).data();
  expect(Math.max(...wide)).toBeGreaterThan(4.2e9);
});

it("integers are the high word of word times width", async () => {
  const width = 3_000_000_019;
  const values = await random.integers([50], 0, width, { dtype: "u32", key: tensor([1, 2], { dtype: "u32" }) }).data();
  const expected = Array.from({ length: 50 }, (_, index) =>
    Number((BigInt(threefry([1, 2], [index, 0])[0]) * BigInt(width)) >> 32n),
  );
  expect([...values]).toEqual(expected);
});

it("bernoulli holds as often as it should", async () => {
  const often = await random
    .bernoulli([20_000, 2], tensor([0.1, 0.7]))
    .astype("f32")
    .mean(0)
    .data();
  expect(Math.abs((often[0] ?? 0) - 0.1)).toBeLessThan(0.02);
  expect(Math.abs((often[1] ?? 0) - 0.7)).toBeLessThan(0.02);
});

it("permutation has each number once", async () => {
  const order = [...(await random.permutation(100).data())];
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
});

it("compiled draws are those of eager code, run after run", async () => {
  const draw = (generator: Generator) => [
    random.uniform([3], { generator }),
    random.permutation(5, { generator }),
    random.normal([2], { generator }).add(random.uniform([2], { generator })),
  ];
  const read = async (list: readonly { data(): Promise<ArrayLike<number>> }[]) =>
    Promise.all(list.map(async (each) => Array.from(await each.data())));
  const [eager, compiled] = [new Generator(5), new Generator(5)];
  const step = compile(() => draw(compiled));
  const seen: string[] = [];
  for (let run = 0; run < 3; run++) {
    const values = await read(step());
    expect(values).toEqual(await read(draw(eager)));
    seen.push(JSON.stringify(values));
  }
  expect(new Set(seen).size).toBe(3);
  expect(compiled.state).toEqual(eager.state);
  // Eager and compiled calls of one generator take turns
  const [mixed] = await read([random.uniform([3], { generator: compiled })]);
  expect([mixed]).toEqual(await read([random.uniform([3], { generator: eager })]));
});

it("seed repeats the global generator, state resumes one, forks differ", async () => {
  const draw = async (generator?: Generator) =>
    Array.from(await random.uniform([4], generator ? { generator } : {}).data());
  seed(11);
  const first = await draw();
  expect(await draw()).not.toEqual(first);
  seed(11);
  expect(await draw()).toEqual(first);
  const generator = new Generator(2);
  const saved = generator.state;
  const [a, b] = [await draw(generator), await draw(generator)];
  generator.restore(saved);
  expect([await draw(generator), await draw(generator)]).toEqual([a, b]);
  expect(await draw(generator.fork(1))).not.toEqual(await draw(generator.fork(2)));
  expect(await draw(generator.fork(1))).toEqual(await draw(generator.fork(1)));
});

it("keys under vmap give each entry its own numbers", async () => {
  const keys = tensor([1, 2, 3, 4], { shape: [2, 2], dtype: "u32" });
  const together = await vmap((key: Tensor) => random.uniform([3], { key }))(keys).data();
  const apart = await Promise.all(
    [0, 1].map(async (row) => [...(await random.uniform([3], { key: keys.slice(row) }).data())]),
  );
  expect([...together]).toEqual(apart.flat());
});

/** Σ (observed − expected)² / expected. */
function chiSquare(observed: ArrayLike<number>, expected: (index: number) => number): number {
  return Array.from(observed, (count, index) => (count - expected(index)) ** 2 / expected(index)).reduce(
    (a, b) => a + b,
    0,
  );
}

/** Numbers of equal values 0 … count − 1. */
function tally(values: ArrayLike<number>, count: number): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const value of Array.from(values)) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** The greatest distance of the distribution of `values` from `distribution`, times √n: 1.95 is exceeded once in a thousand times. */
function kolmogorovSmirnov(values: ArrayLike<number>, distribution: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const distances = sorted.map((x, index) => Math.max((index + 1) / n - distribution(x), distribution(x) - index / n));
  return Math.sqrt(n) * distances.reduce((a, b) => Math.max(a, b), 0);
}

describe("distributions, under fixed seeds", () => {
  const generator = () => new Generator(2026);

  it.each(["f32", "f64"] as const)("uniform and normal pass Kolmogorov and Smirnov's test in %s", async (dtype) => {
    const n = 50_000;
    const flat = await random.uniform([n], { low: -1, high: 3, dtype, generator: generator() }).data();
    expect(kolmogorovSmirnov(flat, (x) => (x + 1) / 4)).toBeLessThan(1.95);
    const bell = await random.normal([n], { mean: 1, deviation: 2, dtype, generator: generator() }).data();
    expect(kolmogorovSmirnov(bell, (x) => (1 + erf((x - 1) / Math.sqrt(8))) / 2)).toBeLessThan(1.95);
    // Neighbours do not know of each other
    const pairs = tally(
      Array.from(
        { length: n / 2 },
        (_, i) => 4 * Math.floor(at(flat, 2 * i) + 1) + Math.floor(at(flat, 2 * i + 1) + 1),
      ),
      16,
    );
    expect(chiSquare(pairs, () => n / 32)).toBeLessThan(37.7);
  });

  it.each(["f32", "f64"] as const)("categorical draws as often as softmax says, in %s", async (dtype) => {
    const n = 40_000;
    const logits = tensor([0, 1, -2, 2.5, -Infinity, 0.5], { dtype });
    const drawn = random.categorical(logits.broadcastTo([n, 6]), { generator: generator() });
    expect([drawn.dtype, drawn.shape]).toEqual(["i32", [n]]);
    const counts = tally(await drawn.data(), 6);
    const shares = await logits.softmax().data();
    expect(counts[4]).toBe(0);
    // Four degrees of freedom: 18.5 is exceeded once in a thousand times
    expect(chiSquare(counts.toSpliced(4, 1), (index) => n * at([...shares].toSpliced(4, 1), index))).toBeLessThan(18.5);
  });

  it("categorical takes an axis, and the same key gives the same draws everywhere", async () => {
    const key = tensor([3, 4], { dtype: "u32" });
    const logits = [0.5, 1, -1, 2, 0, 0.25, 1.5, -0.5];
    const drawn = () =>
      random
        .categorical(tensor(logits, { shape: [2, 4] }).broadcastTo([30, 2, 4]), {
          axis: 1,
          key: tensor([3, 4], { dtype: "u32" }),
        })
        .data();
    // One after the other: each gives the device back that it found
    const draws: ArrayLike<number>[] = [];
    for (const device of devices) draws.push(await onDevice(device, drawn));
    expect(draws[0]).toEqual(draws[1]);
    expect(random.categorical(tensor(logits, { shape: [4, 2] }), { axis: 0, key }).shape).toEqual([2]);
    expect(() => random.categorical(tensor([[]]), { key })).toThrow(/no elements along axis 1/);
  });

  it("dropout zeroes as many as it should and keeps the mean", async () => {
    const n = 100_000;
    const values = await random.dropout(tensor(new Float32Array(n).fill(3)), 0.3, { generator: generator() }).data();
    const kept = values.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(3 / 0.7)]));
    // Five deviations of a binomial distribution
    expect(Math.abs(kept.length - 0.7 * n)).toBeLessThan(5 * Math.sqrt(n * 0.21));
    const x = tensor([1, 2]);
    expect(random.dropout(x, 0)).toBe(x);
    expect(await random.dropout(x, 1).toArray()).toEqual([0, 0]);
    expect(() => random.dropout(x, 1.5)).toThrow(/probability is 1.5/);
  });

  it("permutation puts each number everywhere equally often", async () => {
    const source = generator();
    const counts = new Array<number>(25).fill(0);
    for (let draw = 0; draw < 2_000; draw++)
      for (const [place, value] of (await random.permutation(5, { generator: source }).data()).entries())
        counts[5 * place + value] = (counts[5 * place + value] ?? 0) + 1;
    // Sixteen degrees of freedom
    expect(chiSquare(counts, () => 400)).toBeLessThan(39.3);
  });
});
