/** Methods of `Complex` against the definitions, its corners against C's annex G and NumPy, and `Complex` as a branch of trees. */
import { describe, expect, it } from "vitest";
import { Complex, compile, complex, grad, isComplex, jvp, type Tensor, tensor, vjp, vmap } from "../../src/index.ts";
import { flattenTree, treeStructure } from "../../src/support/tree.ts";

type Pair = readonly [real: number, imag: number];

const many: readonly Pair[] = [
  [1, 2],
  [-0.5, 3],
  [2, -1],
  [-3, -0.25],
  [0, 1.5],
  [4, 0],
];
const others: readonly Pair[] = [...many.slice(2), ...many.slice(0, 2)];

function of(pairs: readonly Pair[], dtype: "f32" | "f64" = "f64"): Complex {
  const part = (index: 0 | 1) =>
    tensor(
      pairs.map((each) => each[index]),
      { dtype },
    );
  return complex(part(0), part(1));
}

async function expectPairs(given: Complex, expected: readonly Pair[], digits = 12): Promise<void> {
  const data = await given.data();
  expect(data.length).toBe(2 * expected.length);
  expected.flat().forEach((value, index) => {
    if (Number.isFinite(value)) expect(data[index], `[${index}]`).toBeCloseTo(value, digits);
    else expect(data[index], `[${index}]`).toBe(value);
  });
}

const product = ([a, b]: Pair, [c, d]: Pair): Pair => [a * c - b * d, a * d + b * c];
const quotient = ([a, b]: Pair, [c, d]: Pair): Pair => {
  const size = c * c + d * d;
  return [(a * c + b * d) / size, (b * c - a * d) / size];
};
const pairwise = (f: (a: Pair, b: Pair) => Pair) => many.map((each, index) => f(each, others[index] ?? [0, 0]));

describe("arithmetic", () => {
  const [z, w] = [of(many), of(others)];

  it("is that of complex numbers", async () => {
    await expectPairs(
      z.add(w),
      pairwise(([a, b], [c, d]) => [a + c, b + d]),
    );
    await expectPairs(
      z.subtract(w),
      pairwise(([a, b], [c, d]) => [a - c, b - d]),
    );
    await expectPairs(z.multiply(w), pairwise(product));
    await expectPairs(z.divide(w), pairwise(quotient));
    await expectPairs(
      z.reciprocal(),
      many.map((each) => quotient([1, 0], each)),
    );
    await expectPairs(
      z.negative().conj(),
      many.map(([a, b]) => [-a, b]),
    );
    await expectPairs(
      z.exp(),
      many.map(([a, b]) => [Math.exp(a) * Math.cos(b), Math.exp(a) * Math.sin(b)]),
    );
    const sizes = await z.abs().data();
    const angles = await z.angle().data();
    many.forEach(([a, b], index) => {
      expect(sizes[index]).toBeCloseTo(Math.hypot(a, b), 12);
      expect(angles[index]).toBeCloseTo(Math.atan2(b, a), 12);
    });
  });

  it("takes real operands, and broadcasts", async () => {
    const real = tensor([[1], [2]], { dtype: "f64" });
    expect([z.add(real).shape, z.multiply(2).dtype, z.divide(real).shape]).toEqual([[2, 6], "f64", [2, 6]]);
    await expectPairs(
      z.multiply(real).slice(1),
      many.map(([a, b]) => [2 * a, 2 * b]),
    );
    await expectPairs(
      z.subtract(1),
      many.map(([a, b]) => [a - 1, b]),
    );
    await expectPairs(
      z.divide(4),
      many.map(([a, b]) => [a / 4, b / 4]),
    );
    expect(z.add(tensor(1).broadcastTo([2, 1])).imag.shape).toEqual([2, 6]);
    expect(await z.equal(w).toArray()).toEqual(many.map(() => false));
    expect(await of(many).equal(z).all().toArray()).toBe(true);
    expect(await of(many).notEqual(z).any().toArray()).toBe(false);
    expect(
      await of([[2, 0]])
        .equal(2)
        .toArray(),
    ).toEqual([true]);
    expect(() => z.add("1" as unknown as number)).toThrow(/add: .*not a Tensor|add/);
    expect(() => z.astype("i32" as "f32")).toThrow(/pairs of f32 or f64, not of i32/);
  });

  it("multiplies matrices, complex and real", async () => {
    const [a, b] = [z.reshape([2, 3]), w.reshape([3, 2])];
    const expected = [0, 1].flatMap((row) =>
      [0, 1].map((column) =>
        [0, 1, 2]
          .map((inner) => product(many[3 * row + inner] ?? [0, 0], others[2 * inner + column] ?? [0, 0]))
          .reduce(([x, y], [u, v]): Pair => [x + u, y + v]),
      ),
    );
    await expectPairs(a.matmul(b).flatten(), expected);
    await expectPairs(a.matmul(b.real).flatten(), await pairsOf(a.matmul(complex(b.real)).flatten()));
  });
});

async function pairsOf(z: Complex): Promise<readonly Pair[]> {
  const data = await z.data();
  return Array.from({ length: data.length / 2 }, (_, index): Pair => [data[2 * index] ?? 0, data[2 * index + 1] ?? 0]);
}

describe("corners", () => {
  it("neither overflow nor underflow on the way", async () => {
    const [huge, tiny] = [1.5e38, 1e-38];
    await expectPairs(of([[huge, huge]], "f32").divide(of([[huge, huge]], "f32")), [[1, 0]], 6);
    await expectPairs(of([[tiny, tiny]], "f32").divide(of([[tiny, -tiny]], "f32")), [[0, 1]], 6);
    expect(
      await of([[huge, huge]], "f32")
        .abs()
        .item(),
    ).toBeCloseTo(2.1213203e38, -32);
    expect(
      (await of([[tiny, tiny]], "f32")
        .abs()
        .item()) / 1.4142135e-38,
    ).toBeCloseTo(1, 5);
  });

  it("are those of C", async () => {
    const inf = Infinity;
    const absolute = await of([
      [inf, NaN],
      [NaN, -inf],
      [0, 0],
      [NaN, 1],
      [3, -4],
    ])
      .abs()
      .data();
    expect([...absolute]).toEqual([inf, inf, 0, NaN, 5]);
    await expectPairs(
      of([
        [-inf, inf],
        [-inf, 1],
        [inf, 0],
        [0, 0],
      ]).exp(),
      [
        [0, 0],
        [0, 0],
        [inf, 0],
        [1, 0],
      ],
    );
    await expectPairs(of([[1, 0]]).divide(of([[0, 0]])), [[inf, NaN]]);
    await expectPairs(of([[1, 1]]).divide(of([[inf, 0]])), [[0, 0]]);
  });

  it("have PyTorch's gradients", async () => {
    const slope = await grad((z: Complex) => z.abs().sum())(
      of([
        [0, 0],
        [3, 4],
        [-2, 0],
      ]),
    ).data();
    expect([...slope].map((each) => Math.round(1e9 * each) / 1e9)).toEqual([0, 0, 0.6, 0.8, -1, 0]);
    // |z²|² = |z|⁴, whose gradient is 4 |z|² z
    const fourth = grad((z: Complex) => z.multiply(z).abs().square().sum())(of(many));
    await expectPairs(
      fourth,
      many.map(([a, b]) => [4 * (a * a + b * b) * a, 4 * (a * a + b * b) * b]),
      9,
    );
  });
});

describe("as a tree", () => {
  const z = of(many);

  it("is a branch with two leaves, and no plain object", () => {
    const isTensor = (value: unknown): value is Tensor =>
      typeof value === "object" && value !== null && "node" in value;
    expect(flattenTree({ z }, isTensor).paths).toEqual(["z.imag", "z.real"]);
    expect(flattenTree([z], isTensor).rebuild([z.imag, z.real])).toEqual([z]);
    expect(treeStructure(z, isTensor)).not.toBe(treeStructure({ real: z.real, imag: z.imag }, isTensor));
  });

  it("goes through compile, vmap, vjp and jvp", async () => {
    const square = (w: Complex) => w.multiply(w);
    const expected = many.map((each) => product(each, each));
    const compiled = compile(square)(z);
    expect(isComplex(compiled)).toBe(true);
    await expectPairs(compiled, expected);
    await expectPairs(vmap(square)(z.reshape([3, 2])).flatten(), expected);
    const [value, pullBack] = vjp(square, z);
    await expectPairs(value, expected);
    // The conjugate of the derivative times the cotangent
    const back = pullBack(of(others))[0];
    await expectPairs(
      back,
      pairwise(([a, b], other) => product([2 * a, -2 * b], other)),
    );
    const [, change] = jvp(square, [z], [of(others)]);
    await expectPairs(
      change,
      pairwise(([a, b], other) => product([2 * a, 2 * b], other)),
    );
  });
});

describe("views", () => {
  const z = of(many).reshape([2, 3]);

  it("do to both parts what they do to tensors", async () => {
    expect(z.permuteDims([1, 0]).shape).toEqual([3, 2]);
    expect(await z.matrixTranspose().real.toArray()).toEqual(await z.real.matrixTranspose().toArray());
    expect(z.moveAxis(0, 1).expandDims(0).squeeze().shape).toEqual([3, 2]);
    expect(z.slice(0).broadcastTo([4, 3]).shape).toEqual([4, 3]);
    expect(await z.flip(1).roll(1, 1).imag.toArray()).toEqual(await z.imag.flip(1).roll(1, 1).toArray());
    expect(
      z.pad([
        [0, 1],
        [1, 1],
      ]).shape,
    ).toEqual([3, 5]);
    expect([Complex.concat([z, z.real], 1).shape, Complex.stack([z, z]).shape]).toEqual([
      [2, 6],
      [2, 2, 3],
    ]);
    await expectPairs(z.sum({ axis: 1 }), [
      [2.5, 4],
      [1, 1.25],
    ]);
    await expectPairs(z.mean().reshape([1]), [[3.5 / 6, 5.25 / 6]]);
    expect(await z.sum().item()).toEqual([3.5, 5.25]);
    expect([z.size, z.rank, String(z)]).toEqual([6, 2, "Complex(f64[2, 3])"]);
    expect(await z.slice(0).toArray()).toEqual(many.slice(0, 3).map((each) => [...each]));
    expect([...z.dataSync()]).toEqual(many.flat());
  });
});
