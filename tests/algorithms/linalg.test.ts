/**
 * Factorizations as LAPACK's own tests have it: what is put together again differs from the matrix by at most ten times epsilon times
 * the size, and bases are as orthogonal. Also of matrices that are hard: without inverse, graded, of zeros, not finite.
 */
import { describe, expect, it } from "vitest";
import {
  compile,
  explainPlan,
  eye,
  full,
  grad,
  linalg,
  linspace,
  ones,
  random,
  seed,
  type Tensor,
  zeros,
} from "../../src/index.ts";

type Dtype = "f32" | "f64";
const epsilonOf = { f32: 2 ** -23, f64: 2 ** -52 } as const;
const most = async (x: Tensor): Promise<number> => (x.size === 0 ? 0 : Number(await x.abs().max().item()));

/** How many times epsilon · size · |x| the difference is. */
async function residual(x: Tensor, again: Tensor): Promise<number> {
  const size = Math.max(...x.shape);
  const norm = Number(await linalg.matrixNorm(x).item()) || 1;
  return (await most(x.subtract(again))) / (epsilonOf[x.dtype as Dtype] * size * norm);
}

const orthogonality = (q: Tensor): Promise<number> => {
  const size = q.shape.at(-1) ?? 1;
  return residual(eye(size, size, { dtype: q.dtype }), q.matrixTranspose().matmul(q));
};

/** Matrices [m, n] by what is hard with them. */
function matrices(m: number, n: number, dtype: Dtype): Record<string, Tensor> {
  seed(m * 100 + n);
  const plain = random.normal([m, n], { dtype });
  const steps = linspace(0, -12, n).astype(dtype).multiply(Math.LN10).exp();
  const low = random.normal([m, 1], { dtype }).matmul(random.normal([1, n], { dtype }));
  return { plain, graded: plain.multiply(steps), low, zero: zeros([m, n], { dtype }) };
}

const sizes: readonly (readonly [number, number])[] = [
  [1, 1],
  [5, 3],
  [3, 5],
  [35, 35],
];
const hard = sizes.flatMap(([m, n]) =>
  (m === 35 ? (["f32", "f64"] as const) : (["f64"] as const)).flatMap((dtype) =>
    Object.entries(matrices(m, n, dtype)).map(([kind, x]) => [`${kind} ${dtype}[${m}, ${n}]`, x] as const),
  ),
);

describe.each(hard)("%s", (_, x) => {
  it("is Q·R, P·L·U and U·S·Vᵀ", async () => {
    const [q, r] = linalg.qr(x);
    expect(await residual(x, q.matmul(r))).toBeLessThan(10);
    expect(await orthogonality(q)).toBeLessThan(10);
    const [p, l, u] = linalg.lu(x);
    expect(await residual(x, p.matmul(l).matmul(u))).toBeLessThan(10);
    const [left, s, right] = linalg.svd(x);
    const k = Math.min(...x.shape);
    expect(
      await residual(
        x,
        left
          .slice(null, [0, k])
          .multiply(s)
          .matmul(right.slice([0, k])),
      ),
    ).toBeLessThan(10);
    expect(await orthogonality(left)).toBeLessThan(10);
    expect(await orthogonality(right)).toBeLessThan(10);
    expect(
      await s
        .slice([0, -1])
        .less(s.slice([1]))
        .any()
        .item(),
    ).toBe(0);
  });

  if (x.shape[0] !== x.shape[1]) return;
  it("has eigenvectors, and x·xᵀ + 1 a root", async () => {
    const symmetric = x.add(x.matrixTranspose());
    const [values, vectors] = linalg.eigh(symmetric);
    expect(await residual(symmetric, vectors.multiply(values).matmul(vectors.matrixTranspose()))).toBeLessThan(10);
    expect(await orthogonality(vectors)).toBeLessThan(10);
    expect(
      await values
        .slice([1])
        .less(values.slice([0, -1]))
        .any()
        .item(),
    ).toBe(0);
    const positive = x.matmul(x.matrixTranspose()).add(eye(x.shape[0] ?? 1, x.shape[0] ?? 1, { dtype: x.dtype }));
    const root = linalg.cholesky(positive);
    expect(await residual(positive, root.matmul(root.matrixTranspose()))).toBeLessThan(10);
  });
});

it("solves systems of condition 1e12 with a small residual", async () => {
  seed(1);
  const [q] = linalg.qr(random.normal([40, 40], { dtype: "f64" }));
  const a = q.multiply(linspace(0, -12, 40).astype("f64").multiply(Math.LN10).exp()).matmul(q.matrixTranspose());
  const x = linalg.solve(a, random.normal([40, 2], { dtype: "f64" }).matmul(ones([2, 1], { dtype: "f64" })));
  const b = a.matmul(x);
  const again = a.matmul(linalg.solve(a, b));
  expect(await most(again.subtract(b))).toBeLessThan(10 * 40 * 2 ** -52 * (await most(x)));
});

it("ends with NaN where something is not finite", async () => {
  for (const value of [NaN, Infinity]) {
    const x = full([4, 4], value, { dtype: "f64" });
    for (const result of [
      linalg.svdvals(x),
      linalg.eigvalsh(x),
      linalg.inv(x),
      linalg.qr(x)[1].slice(0),
      linalg.expm(x),
    ])
      expect(await result.isFinite().any().item()).toBe(0);
  }
});

it("has nothing to do where there is nothing", () => {
  const none = zeros([2, 0, 0]);
  expect([linalg.inv(none).shape, linalg.cholesky(none).shape, linalg.eigh(none)[0].shape]).toEqual([
    [2, 0, 0],
    [2, 0, 0],
    [2, 0],
  ]);
  expect(linalg.svd(zeros([3, 0])).map(({ shape }) => shape)).toEqual([[3, 3], [0], [0, 0]]);
  expect(linalg.qr(zeros([3, 0]), { mode: "complete" }).map(({ shape }) => shape)).toEqual([
    [3, 3],
    [3, 0],
  ]);
});

it("knows the derivative of symmetric functions of equal eigenvalues", async () => {
  const same = eye(3, 3, { dtype: "f64" }).multiply(2);
  const slope = grad((x: Tensor) => linalg.eigvalsh(x).square().sum())(same);
  expect(await most(slope.subtract(same.multiply(2)))).toBeLessThan(1e-14);
});

it("has plans that do not grow with the matrix", () => {
  const launches = (n: number) =>
    explainPlan(
      compile((x: Tensor) => linalg.cholesky(x)),
      zeros([n, n]),
    ).launches.length;
  expect(launches(200)).toBe(launches(70));
});
