/** Linear algebra, Fourier transforms and random draws. */
import * as s from "../../../src/index.ts";
import { between, flatSizes, matrixSizes, sized, squareSizes } from "../inputs.ts";
import { call, type Family, type Given, type Line, node } from "../line.ts";

const around = between(-1, 1);
const close = { absolute: 1e-3, relative: 1e-3 };

/** Batches of matrices near the identity, far from singular. */
function regular(shape: readonly number[], seed = 1): Given {
  const size = shape.at(-1) ?? 1;
  const reach = 0.5 / Math.sqrt(size);
  const { data } = between(-reach, reach, seed)(shape);
  return { shape, data: data.map((value, index) => value + (onDiagonal(index, size) ? 1 : 0)) };
}

/** Batches of symmetric matrices whose diagonal outweighs the rest. */
function definite(shape: readonly number[]): Given {
  const size = shape.at(-1) ?? 1;
  const { data } = regular(shape);
  const place = (index: number): number => {
    const [row, column] = [Math.floor(index / size) % size, index % size];
    return index + (column - row) * size + (row - column);
  };
  return { shape, data: data.map((value, index) => value + (data[place(index)] ?? 0)) };
}

function onDiagonal(index: number, size: number): boolean {
  return Math.floor(index / size) % size === index % size;
}

const regulars = sized(squareSizes, (shape) => [regular(shape)]);
const definites = sized(squareSizes, (shape) => [definite(shape)]);
const products = sized(squareSizes, (shape) => [around(shape), between(-1, 1, 2)(shape)]);
const systems = sized(squareSizes, (shape) => [regular(shape), between(-1, 1, 2)(shape)]);
const matrices = sized(matrixSizes, (shape) => [around(shape)]);

const linear: readonly Line[] = [
  {
    name: "matmul",
    ours: (a, b) => s.matmul(a, b),
    sizes: products,
    agree: close,
    tf: "matMul",
    jax: "np.matmul",
    ort: "MatMul",
  },
  {
    name: "einsum",
    ours: (a, b) => s.einsum("bij,bkj->bik", a, b),
    sizes: products,
    agree: close,
    tf: { of: "einsum", inputs: "last", more: ["bij,bkj->bik"] },
    jax: { of: "np.einsum", inputs: "last", more: ["bij,bkj->bik"] },
    ort: node("Einsum", { equation: "bij,bkj->bik" }),
  },
  {
    name: "tensordot",
    ours: (a, b) =>
      s.tensordot(a, b, [
        [1, 2],
        [1, 2],
      ]),
    sizes: products,
    agree: close,
    jax: call("np.tensordot", [
      [1, 2],
      [1, 2],
    ]),
  },
  { name: "vecdot", ours: (a, b) => s.vecdot(a, b), sizes: products, agree: close, jax: "np.vecdot" },
  {
    name: "outer",
    ours: (a, b) => s.outer(a, b),
    sizes: matrixSizes.map((shape) => ({
      size: shape.reduce((a, b) => a * b, 1),
      make: () => shape.map((size) => around([size])),
    })),
    tf: "outerProduct",
    jax: "np.outer",
  },
  {
    name: "cross",
    ours: (a, b) => s.linalg.cross(a, b),
    sizes: sized(
      [
        [333, 3],
        [333_333, 3],
        [333_331, 3],
      ],
      (shape) => [around(shape), between(-1, 1, 2)(shape)],
    ),
    jax: "np.cross",
  },
  { name: "trace", ours: (x) => s.trace(x), sizes: matrices, agree: close, jax: "np.trace" },
  {
    name: "matrixNorm",
    ours: (x) => s.linalg.matrixNorm(x),
    sizes: regulars,
    agree: close,
    jax: "np.linalg.matrixNorm",
  },
  {
    name: "matrixPower",
    ours: (x) => s.linalg.matrixPower(x, 3),
    sizes: regulars,
    agree: close,
    jax: call("np.linalg.matrixPower", 3),
  },
  { name: "cholesky", ours: (x) => s.linalg.cholesky(x), sizes: definites, agree: close, jax: "np.linalg.cholesky" },
  {
    name: "triangularSolve",
    ours: (a, b) => s.linalg.triangularSolve(a, b),
    sizes: systems,
    agree: close,
    jax: call("lax.linalg.triangularSolve", { leftSide: true, lower: true }),
  },
  { name: "solve", ours: (a, b) => s.linalg.solve(a, b), sizes: systems, agree: close, jax: "np.linalg.solve" },
  { name: "inv", ours: (x) => s.linalg.inv(x), sizes: regulars, agree: close, jax: "np.linalg.inv" },
  { name: "det", ours: (x) => s.linalg.det(x), sizes: regulars, agree: close, jax: "np.linalg.det", ort: "Det" },
  {
    name: "slogdet",
    ours: (x) => {
      const [sign, logarithm] = s.linalg.slogdet(x);
      return [logarithm, sign];
    },
    sizes: regulars,
    agree: close,
    jax: { of: "np.linalg.slogdet", pick: 1 },
  },
  {
    name: "qr",
    ours: (x) => {
      const [q, r] = s.linalg.qr(x);
      return [r.abs(), q];
    },
    sizes: regulars,
    agree: close,
    tf: { of: "linalg.qr", pick: 1, magnitude: true },
  },
  { name: "svdvals", ours: (x) => s.linalg.svdvals(x), sizes: regulars, agree: close, jax: "np.linalg.svdvals" },
  { name: "eigvalsh", ours: (x) => s.linalg.eigvalsh(x), sizes: definites, agree: close, jax: "np.linalg.eigvalsh" },
];

const rowSizes: readonly (readonly number[])[] = [
  [1, 1000],
  [1000, 1000],
  [997, 1003],
];
const powers: readonly (readonly number[])[] = [
  [1, 1024],
  [1024, 1024],
];

/** Both planes, and what ONNX takes: pairs in a last axis of their own. */
function planes(shape: readonly number[]): readonly Given[] {
  const [real, imag] = [around(shape), between(-1, 1, 2)(shape)];
  const pairs = new Float32Array(2 * real.data.length);
  for (let index = 0; index < pairs.length; index++)
    pairs[index] = (index % 2 === 0 ? real : imag).data[index >> 1] ?? 0;
  return [real, imag, { shape: [...shape, 2], data: pairs }];
}

const fourier: readonly Line[] = [
  {
    name: "fft",
    ours: (real, imag) => s.fft.fft(s.complex(real, imag)),
    sizes: sized(rowSizes, planes),
    agree: { absolute: 0.05, relative: 1e-3 },
    jax: { of: "np.fft.fft", inputs: "complex", order: [0, 1], pick: "real" },
    ort: node("DFT", {}, { order: [2], isComplex: true }),
  },
  {
    name: "fft-powers",
    ours: (real, imag) => s.fft.fft(s.complex(real, imag)),
    sizes: sized(powers, planes),
    agree: { absolute: 0.05, relative: 1e-3 },
    tf: { of: "spectral.fft", inputs: "complex", order: [0, 1] },
    jax: { of: "np.fft.fft", inputs: "complex", order: [0, 1], pick: "real" },
    ort: node("DFT", {}, { order: [2], isComplex: true }),
  },
  {
    name: "ifft",
    ours: (real, imag) => s.fft.ifft(s.complex(real, imag)),
    sizes: sized(rowSizes, planes),
    jax: { of: "np.fft.ifft", inputs: "complex", order: [0, 1], pick: "real" },
    ort: node("DFT", { inverse: 1 }, { order: [2], isComplex: true }),
  },
  {
    name: "rfft",
    ours: (x) => s.fft.rfft(x),
    sizes: sized(rowSizes, (shape) => [around(shape), { ...around(shape), shape: [...shape, 1] }]),
    agree: { absolute: 0.05, relative: 1e-3 },
    jax: { of: "np.fft.rfft", order: [0], pick: "real" },
    ort: node("DFT", { onesided: 1 }, { order: [1], isComplex: true }),
  },
  {
    name: "rfft-powers",
    ours: (x) => s.fft.rfft(x),
    sizes: sized(powers, (shape) => [around(shape)]),
    agree: { absolute: 0.05, relative: 1e-3 },
    tf: "spectral.rfft",
    jax: { of: "np.fft.rfft", pick: "real" },
  },
  {
    name: "fft2",
    ours: (real, imag) => s.fft.fft2(s.complex(real, imag)),
    sizes: sized(matrixSizes, planes),
    agree: { absolute: 0.1, relative: 1e-3 },
    jax: { of: "np.fft.fft2", inputs: "complex", order: [0, 1], pick: "real" },
  },
  {
    name: "convolve",
    ours: (x, h) => s.signal.convolve(x, h),
    sizes: sized(flatSizes, (shape) => [around(shape), between(-1, 1, 2)([64])]),
    agree: close,
    jax: "np.convolve",
  },
];

type Peers = Pick<Line, "tf" | "jax" | "ort">;

/** Draws of the input's shape; the input itself is not looked at. */
function draw(
  name: string,
  ours: (shape: readonly number[]) => s.Tensor,
  peers: (shape: readonly number[]) => { tf?: readonly unknown[]; jax?: readonly unknown[]; ort?: string },
): Line {
  const shapeOf = (inputs: readonly Given[]): readonly number[] => inputs[0]?.shape ?? [];
  const known = peers([]);
  const calls: Peers = {
    ...(known.tf === undefined ? {} : { tf: (inputs) => drawCall(peers(shapeOf(inputs)).tf) }),
    ...(known.jax === undefined
      ? {}
      : { jax: (inputs) => ({ ...drawCall(peers(shapeOf(inputs)).jax), inputs: "key" }) }),
    ...(known.ort === undefined
      ? {}
      : { ort: (inputs) => node(known.ort ?? "", { shape: shapeOf(inputs) }, { order: [] }) }),
  };
  return {
    name,
    ours: (x) => ours(x.shape),
    sizes: sized(flatSizes, (shape) => [around(shape)]),
    agree: "moments",
    ...calls,
  };
}

function drawCall([of, ...more]: readonly unknown[] = []) {
  return { of: String(of), more, order: [] };
}

const random: readonly Line[] = [
  draw(
    "uniform",
    (shape) => s.random.uniform(shape),
    (shape) => ({ tf: ["randomUniform", shape], jax: ["random.uniform", shape], ort: "RandomUniform" }),
  ),
  draw(
    "normal",
    (shape) => s.random.normal(shape),
    (shape) => ({ tf: ["randomNormal", shape], jax: ["random.normal", shape], ort: "RandomNormal" }),
  ),
  draw(
    "bernoulli",
    (shape) => s.random.bernoulli(shape, 0.3),
    (shape) => ({ jax: ["random.bernoulli", 0.3, shape] }),
  ),
  draw(
    "integers",
    (shape) => s.random.integers(shape, 0, 100),
    (shape) => ({
      tf: ["randomUniformInt", shape, 0, 100],
      jax: ["random.randint", { minval: 0, maxval: 100, shape }],
    }),
  ),
  draw(
    "exponential",
    (shape) => s.random.exponential(shape),
    (shape) => ({ jax: ["random.exponential", shape] }),
  ),
  draw(
    "gumbel",
    (shape) => s.random.gumbel(shape),
    (shape) => ({ jax: ["random.gumbel", shape] }),
  ),
  draw(
    "laplace",
    (shape) => s.random.laplace(shape),
    (shape) => ({ jax: ["random.laplace", shape] }),
  ),
  draw(
    "logistic",
    (shape) => s.random.logistic(shape),
    (shape) => ({ jax: ["random.logistic", shape] }),
  ),
  draw(
    "gamma",
    (shape) => s.random.gamma(shape, 2),
    (shape) => ({ tf: ["randomGamma", shape, 2] }),
  ),
];

/** Linear algebra, Fourier transforms and random draws. */
export const algorithms: readonly Family[] = [
  { name: "linalg", lines: linear },
  { name: "fourier", lines: fourier },
  { name: "random", lines: random },
];
