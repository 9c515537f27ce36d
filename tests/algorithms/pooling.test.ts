/** Derivatives of pools: to which of equal elements they go, what they cost beside the pool, and derivatives of them. */
import { beforeEach, expect, it } from "vitest";
import {
  adaptiveMaxPool,
  adaptiveMaxPoolWithIndices,
  arange,
  averagePool,
  compile,
  explainPlan,
  fractionalMaxPool,
  grad,
  jvp,
  maxPool,
  maxPoolWithIndices,
  random,
  seed,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
  zeros,
} from "../../src/index.ts";
import { at } from "../../src/support/invariant.ts";

beforeEach(() => seed(1));

const image = [2, 3, 24, 24];

/** Pools, what their gradients cost at most as a multiple of their maxima, and in how many launches more. */
const pools: readonly (readonly [name: string, most: number, launches: number, pool: (x: Tensor) => Tensor])[] = [
  ["2×2", 10, 3, (x) => maxPool(x, [2, 2])],
  ["3×3 of stride 2", 5, 4, (x) => maxPool(x, [3, 3], { stride: 2, padding: 1 })],
  ["3×3 of stride 1", 10, 4, (x) => maxPool(x, [3, 3], { stride: 1, padding: "same" })],
  ["adaptive", 4, 3, (x) => adaptiveMaxPool(x, [8, 8])],
  ["fractional", 4, 3, (x) => fractionalMaxPool(x, [2, 2], { outputSize: [7, 7], randomSamples: zeros([2, 3, 2]) })],
];

it.each(pools)("the gradient of a maximum costs what finding its place does: %s", (_, most, launches, pool) => {
  const x = zeros(image);
  const upstream = zeros([...pool(x).shape]);
  const forward = explainPlan(compile(pool), x);
  const both = explainPlan(
    compile((given: Tensor, g: Tensor) => valueAndGrad((each: Tensor) => pool(each).multiply(g).sum())(given)),
    x,
    upstream,
  );
  expect(both.launches.length - forward.launches.length).toBeLessThanOrEqual(launches);
  expect(both.operations).toBeLessThan(most * forward.operations);
});

it.each([
  ["2×2", [2, 2], {}],
  ["3×3 of stride 2", [3, 3], { stride: 2, padding: 1 }],
  ["2×1 of strides 3 and 1, which leave positions out", [2, 1], { stride: [3, 1], ceilMode: true }],
] as const)("the gradient of an average looks at the few windows that a position is in: %s", (_, kernel, options) => {
  const x = zeros(image);
  const pool = (each: Tensor) => averagePool(each, kernel, options);
  const gradient = compile((g: Tensor) => grad((each: Tensor) => pool(each).multiply(g).sum())(x));
  const { launches, operations } = explainPlan(gradient, zeros([...pool(x).shape]));
  expect(launches.length).toBeLessThanOrEqual(2);
  expect(operations).toBeLessThan(24 * x.size);
});

it("maxima and their indices are one kernel, after the padding is there", () => {
  const both = (padding: number) =>
    explainPlan(
      compile((x: Tensor) => maxPoolWithIndices(x, [3, 3], { stride: 2, padding })),
      zeros(image),
    );
  expect(both(0).launches).toHaveLength(1);
  expect(both(1).launches).toHaveLength(2);
});

const gradientOf = (pool: (x: Tensor) => Tensor, x: Tensor) => grad((each: Tensor) => pool(each).sum())(x).toArray();

it("goes to the first of equal elements and to the first NaN, in one window after the other", async () => {
  const overlapping = (x: Tensor) => maxPool(x, [3], { stride: 1 });
  expect(await gradientOf(overlapping, tensor([2, 2, 1, 2, 2]))).toEqual([1, 1, 0, 1, 0]);
  expect(await gradientOf(overlapping, tensor([1, Number.NaN, 3, Number.NaN]))).toEqual([0, 2, 0, 0]);
  expect(await gradientOf((x) => adaptiveMaxPool(x, [2]), tensor([3, 3, 1, 1, 1]))).toEqual([1, 0, 1, 0, 0]);
  // Not to the padding, which is not larger
  expect(await gradientOf((x) => maxPool(x, [2], { padding: 1 }), tensor([-Infinity, 0]))).toEqual([1, 1]);
});

it("adds up windows of halves in f32", async () => {
  const x = tensor([0, 1, 0], { dtype: "bf16" });
  const g = tensor([256, 0.75, 0.75], { dtype: "bf16" });
  const dx = grad((each: Tensor) => maxPool(each, [3], { stride: 1, padding: 1 }).multiply(g).sum())(x);
  expect(await dx.toArray()).toEqual([0, 258, 0]);
});

it.each(pools)("derivatives of derivatives, forwards and backwards: %s", async (_, __, ___, pool) => {
  const x = random.normal([2, 3, 24, 24]);
  const direction = random.normal([2, 3, 24, 24]);
  const cube = (each: Tensor) => pool(each).square().multiply(pool(each)).sum();
  const backwards = grad((each: Tensor) => grad(cube)(each).multiply(direction).sum())(x);
  const [, forwards] = jvp(grad(cube), [x], [direction]);
  // 6 y of each window, at its largest element: the pool of what follows the same choice
  const [, change] = jvp(pool, [x], [direction]);
  const expected = grad((each: Tensor) => pool(each).multiply(pool(x).multiply(6).multiply(change)).sum())(x);
  const [one, two, three] = await Promise.all([backwards.data(), forwards.data(), expected.data()]);
  three.forEach((value, index) => {
    expect(one[index]).toBeCloseTo(Number(value), 3);
    expect(two[index]).toBeCloseTo(Number(value), 3);
  });
});

it("maps gradients over images, and over the samples that place fractional windows", async () => {
  const x = random.normal([3, 1, 2, 9]);
  const samples = random.uniform([3, 1, 2, 1]);
  const gradient = (each: Tensor, randomSamples: Tensor) =>
    grad((inner: Tensor) =>
      fractionalMaxPool(inner, [2], { outputSize: [4], randomSamples })
        .square()
        .sum(),
    )(each);
  const mapped = await vmap(gradient)(x, samples).toArray();
  const apart = [0, 1, 2].map((index) => gradient(x.slice(index), samples.slice(index)).toArray());
  expect(mapped).toEqual(await Promise.all(apart));
});

it("indices have no derivative and do not stop that of the maxima", async () => {
  const dx = grad((x: Tensor) => {
    const [values, indices] = adaptiveMaxPoolWithIndices(x, [1]);
    return values.multiply(indices.astype("f32")).sum();
  })(tensor([[1, 5, 2]]));
  expect(await dx.toArray()).toEqual([[0, 1, 0]]);
});

it.each([
  ["2×2", [2, 2], {}],
  ["2×2 with a border", [2, 2], { padding: 1 }],
  ["2×3 of strides 3 and 4, which leave positions out", [2, 3], { stride: [3, 4], padding: 1, ceilMode: true }],
  ["3×3 of stride 1", [3, 3], { stride: 1, padding: 1 }],
  [
    "3×2 of stride 1 with gaps",
    [3, 2],
    {
      stride: 1,
      padding: [
        [2, 1],
        [1, 0],
      ],
      dilation: 2,
    },
  ],
  ["3×3 of stride 2", [3, 3], { stride: 2, padding: 1, ceilMode: true }],
  ["2×2 with gaps", [2, 2], { stride: 2, dilation: 2, padding: 1 }],
  ["3×3 of strides 1 and 3", [3, 3], { stride: [1, 3], padding: [1, 2] }],
] as const)("maxima by themselves give back what maxima with indices do: %s", async (_, kernel, options) => {
  const values = [-Infinity, -Infinity, Number.NaN, Infinity, 0, 0, 1, 1, 2];
  for (const rate of [1, 7]) {
    const drawn = Array.from({ length: 2 * 3 * 8 * 9 }, (__, i) =>
      at(values, (i * i * rate + (i >> 3)) % values.length),
    );
    const given = (most: number) =>
      tensor(
        drawn.map((value, i) => (i % 7 < most ? -Infinity : value)),
        { shape: [2, 3, 8, 9] },
      );
    for (const x of [given(0), given(5), given(7)]) {
      const alone = maxPool(x, kernel, options);
      const [both] = maxPoolWithIndices(x, kernel, options);
      expect(await alone.toArray()).toEqual(await both.toArray());
      const upstream = arange(1, alone.size + 1)
        .reshape(alone.shape)
        .astype("f32");
      const gradient = (pool: (each: Tensor) => Tensor) => vjp(pool, x)[1](upstream)[0].toArray();
      expect(await gradient((each) => maxPool(each, kernel, options))).toEqual(
        await gradient((each) => maxPoolWithIndices(each, kernel, options)[0]),
      );
    }
  }
});
