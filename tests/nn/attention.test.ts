/** Attention against loops, long sequences against all scores at once, and what both cost. */
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  arange,
  compile,
  DtypeError,
  grad,
  nn,
  random,
  ShapeError,
  seed,
  softmax,
  type Tensor,
  tensor,
  vmap,
  where,
} from "../../src/index.ts";
import type { Plan } from "../../src/kernel/plan.ts";

const attend = nn.scaledDotProductAttention;

function drawn(...shapes: readonly (readonly number[])[]): Tensor[] {
  seed(7);
  return shapes.map((shape) => random.normal(shape));
}

function three(shape: readonly number[]): readonly [Tensor, Tensor, Tensor] {
  const [q, k, v] = drawn(shape, shape, shape);
  if (q === undefined || k === undefined || v === undefined) throw new Error("three shapes give three tensors");
  return [q, k, v];
}

async function numbers(x: Tensor): Promise<number[]> {
  return [...(await x.data())];
}

async function expectSame(actual: Tensor, expected: Tensor, places = 5): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [await numbers(actual), await numbers(expected)];
  const worst = a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
  expect(worst).toBeLessThan(10 ** -places);
}

/** All scores at once, from what the package has besides. */
function direct(q: Tensor, k: Tensor, v: Tensor, mask?: Tensor): Tensor {
  const scores: Tensor = q.matmul(k.matrixTranspose()).multiply(1 / Math.sqrt(q.shape.at(-1) ?? 1));
  const seen = mask === undefined ? scores : mask.dtype === "bool" ? where(mask, scores, -Infinity) : scores.add(mask);
  return softmax(seen).matmul(v);
}

function causal(length: number): Tensor {
  const places = arange(length);
  return places.reshape([1, length]).lessEqual(places.reshape([length, 1]));
}

function planOf(f: (...given: Tensor[]) => unknown, given: readonly Tensor[]): Plan {
  const compiled = compile(f);
  compiled(...given);
  const plan = compiled.traces[0]?.plan;
  if (plan === undefined) throw new Error("a call makes a trace");
  return plan;
}

const loss = (options: nn.AttentionOptions) => (q: Tensor, k: Tensor, v: Tensor) =>
  attend(q, k, v, options).square().sum();
const gradients = (f: (q: Tensor, k: Tensor, v: Tensor) => Tensor, given: readonly [Tensor, Tensor, Tensor]) =>
  grad(f, { argument: [0, 1, 2] })(...given);

describe("scaledDotProductAttention", () => {
  test("weighs values as loops do", async () => {
    const [queries, keys, features, outputs] = [2, 3, 4, 5];
    const [q, k, v] = drawn([queries, features], [keys, features], [keys, outputs]);
    if (q === undefined || k === undefined || v === undefined) throw new Error("three tensors");
    const [a, b, c] = [await numbers(q), await numbers(k), await numbers(v)];
    const expected: number[] = [];
    for (let i = 0; i < queries; i++) {
      const scores = Array.from({ length: keys }, (_, j) =>
        Array.from({ length: features }, (_, f) => (a[i * features + f] ?? 0) * (b[j * features + f] ?? 0)),
      ).map((products) => Math.exp(products.reduce((x, y) => x + y, 0) * 0.3));
      const total = scores.reduce((x, y) => x + y, 0);
      for (let o = 0; o < outputs; o++)
        expected.push(scores.reduce((sum, score, j) => sum + (score / total) * (c[j * outputs + o] ?? 0), 0));
    }
    const actual = await numbers(attend(q, k, v, { scale: 0.3 }));
    actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 5));
  });

  test("scales by the root of the features, and broadcasts heads", async () => {
    const [q, k, v] = drawn([2, 3, 5, 4], [3, 6, 4], [6, 7]);
    if (q === undefined || k === undefined || v === undefined) throw new Error("three tensors");
    await expectSame(attend(q, k, v), direct(q, k, v));
  });

  test("sees what a mask lets it see", async () => {
    const [q, k, v] = three([2, 9, 4]);
    await expectSame(attend(q, k, v, { isCausal: true }), direct(q, k, v, causal(9)));
    await expectSame(attend(q, k, v, { mask: causal(9) }), direct(q, k, v, causal(9)));
    const bias = random.normal([2, 9, 9]);
    await expectSame(attend(q, k, v, { mask: bias }), direct(q, k, v, bias));
    const keysOnly = arange(9).less(4);
    await expectSame(attend(q, k, v, { mask: keysOnly }), direct(q, k, v, keysOnly));
  });

  test("gives 0 where nothing is seen, and its derivatives are 0 there", async () => {
    const given = three([3, 4]);
    for (const mask of [
      tensor([
        [true, false, true],
        [false, false, false],
        [true, true, true],
      ]),
      tensor([
        [0, -Infinity, 0],
        [-Infinity, -Infinity, -Infinity],
        [0, 0, 0],
      ]),
    ]) {
      const seen = await attend(...given, { mask }).toArray();
      expect(seen).toHaveProperty("1", [0, 0, 0, 0]);
      const [q, k, v] = gradients(loss({ mask }), given);
      expect(await q.slice(1).toArray()).toEqual([0, 0, 0, 0]);
      for (const each of [q, k, v]) expect((await numbers(each)).every(Number.isFinite)).toBe(true);
    }
  });

  test("drops weights at random, and scales the others", async () => {
    const [q, k] = [tensor([[0]]).expandDims(0), tensor(new Float32Array(4000), { shape: [1, 4000, 1] })];
    const ones = k.add(1);
    seed(3);
    const kept = await attend(q, k, ones, { dropout: 0.25 }).item();
    // 4,000 weights of which about three quarters stay: a deviation of √(0.25 / 0.75 / 4000) = 0.009
    expect(Math.abs(kept - 1)).toBeLessThan(0.03);
    expect(kept).not.toBe(1);
    expect(await attend(q, k, ones, { dropout: 1 }).item()).toBe(0);
  });

  test("is what it is for each entry of a batch, and compiled", async () => {
    const given = three([3, 5, 4]);
    const one = (q: Tensor, k: Tensor, v: Tensor) => attend(q, k, v, { isCausal: true });
    await expectSame(vmap(one)(...given), one(...given));
    await expectSame(compile(one)(...given), one(...given));
  });

  test("is three kernels besides those that pack, eight with its derivatives", () => {
    const given = three([2, 4, 64, 32]);
    const options = { isCausal: true };
    const isPacking = (plan: Plan) => plan.commands.filter((each) => each.kind !== "kernel" || each.label !== "pack");
    expect(isPacking(planOf((q, k, v) => attend(q as Tensor, k as Tensor, v as Tensor, options), given)).length).toBe(
      3,
    );
    const derived = (...each: Tensor[]) =>
      gradients(loss(options), [each[0] as Tensor, each[1] as Tensor, each[2] as Tensor]);
    expect(isPacking(planOf(derived, given)).length).toBeLessThanOrEqual(8);
  });

  test("says what does not fit", () => {
    const [q, k, v] = three([3, 4]);
    expect(() => attend(q, k.slice(null, [0, 3]), v)).toThrow(ShapeError);
    expect(() => attend(q, k, v.slice([0, 2]))).toThrow(/key \[3, 4\], value \[2, 4\].*as many positions/);
    expect(() => attend(q, k, v, { mask: tensor([[true, false]]) })).toThrow(ShapeError);
    expect(() => attend(q, k, v, { mask: arange(3) })).toThrow(DtypeError);
    expect(() => attend(q.astype("i32"), k, v)).toThrow(/query is i32/);
    expect(() => attend(q.slice(0), k, v)).toThrow(/query has shape \[4\]/);
    expect(() => attend(q, k, v, { mask: causal(3), isCausal: true })).toThrow(ArgumentError);
    expect(() => attend(q, k, v, { dropout: 2 })).toThrow(/dropout is 2/);
  });
});

describe("long sequences", () => {
  const length = 530;

  test("give what all scores at once give, and so do their derivatives", async () => {
    const given = three([2, length, 8]);
    const biased = random.normal([length, length]);
    const someKeys = arange(length).less(100);
    const cases: readonly (readonly [nn.AttentionOptions, Tensor | undefined])[] = [
      [{}, undefined],
      [{ isCausal: true }, causal(length)],
      [{ mask: causal(length) }, causal(length)],
      [{ mask: biased }, biased],
      [{ mask: someKeys }, someKeys],
    ];
    for (const [options, mask] of cases) {
      await expectSame(attend(...given, options), direct(...given, mask));
      const expected = gradients((q, k, v) => direct(q, k, v, mask).square().sum(), given);
      const actual = gradients(loss(options), given);
      await expectSame(actual[0], expected[0], 4);
      await expectSame(actual[1], expected[1], 4);
      await expectSame(actual[2], expected[2], 4);
    }
  });

  test("drop other weights in each block", async () => {
    const [q, k] = [
      tensor(new Float32Array(length), { shape: [length, 1] }),
      tensor(new Float32Array(length), { shape: [length, 1] }),
    ];
    const sums = await numbers(attend(q, k, k.add(1), { dropout: 0.5 }));
    expect(new Set([0, 64, 128, 192, 256].map((row) => sums[row])).size).toBeGreaterThan(1);
  });

  test("take memory that grows with their length, not with its square", () => {
    const bytes = [1024, 2048, 4096].map((each) => {
      const given = three([2, each, 16]);
      const derived = (...x: Tensor[]) =>
        gradients(loss({ isCausal: true }), [x[0] as Tensor, x[1] as Tensor, x[2] as Tensor]);
      return planOf(derived, given).arenaBytes;
    });
    expect(bytes).toEqual([2621568, 5243072, 10486080]);
  });
});
