/** Rows of `algorithms/special/`. Hard sweeps against SciPy are in tests/golden/special.test.ts. */
import * as S from "../../../src/index.ts";
import { erf, erfc } from "../host.ts";
import { binary, extremes, floating, type MapOptions, many, type OpRow, unary } from "../row.ts";

const plain: MapOptions = { result: floating, tolerance: many, special: [0, 1, -1, 0.5, Infinity, -Infinity, NaN] };
const positive: MapOptions = {
  ...plain,
  domain: [0.3, 9],
  wholeDomain: [1, 9],
  special: [1, 2, 0.5, 8, 100, Infinity, NaN],
};

/** Σ of the Stirling series at x + 12, and steps down. */
function digamma(x: number): number {
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  if (x < 12) return digamma(x + 1) - 1 / x;
  const z = 1 / (x * x);
  return (
    Math.log(x) -
    0.5 / x -
    z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - (z * 691) / 32760)))))
  );
}

function lgamma(x: number): number {
  if (x === Infinity) return x;
  if (x < 12) return lgamma(x + 1) - Math.log(Math.abs(x));
  const z = 1 / (x * x);
  return (
    (x - 0.5) * Math.log(x) -
    x +
    Math.log(2 * Math.PI) / 2 +
    (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / x
  );
}

/** ψ⁽ⁿ⁾ by 60 terms and the integral of the rest. */
function polygamma(n: number, x: number): number {
  if (x === Infinity) return 0;
  let total = 0;
  for (let k = 0; k < 60; k++) total += (x + k) ** -(n + 1);
  const far = x + 60;
  total +=
    far ** -n / n +
    far ** -(n + 1) / 2 +
    ((n + 1) * far ** -(n + 2)) / 12 -
    ((n + 1) * (n + 2) * (n + 3) * far ** -(n + 4)) / 720;
  let factorial = n % 2 === 0 ? -1 : 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return factorial * total;
}

/** Where a rising function is `target`, between −30 and 30. */
function solve(f: (x: number) => number, target: number): number {
  let [low, high] = [-30, 30];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (f(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const ndtr = (x: number) => erfc(-x / Math.SQRT2) / 2;
const erfinv = (x: number) => (!(Math.abs(x) <= 1) ? NaN : Math.abs(x) === 1 ? x * Infinity : solve((y) => erf(y), x));
const ndtri = (p: number) =>
  p < 0 || p > 1 || Number.isNaN(p) ? NaN : p === 0 ? -Infinity : p === 1 ? Infinity : solve(ndtr, p);
const logNdtr = (x: number) => (x < -30 ? -Infinity : x > 0 ? Math.log1p(-ndtr(-x)) : Math.log(ndtr(x)));

function bessel(order: number, x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) === Infinity) return order === 0 ? Infinity : x;
  let [term, total] = [order === 0 ? 1 : x / 2, 0];
  for (let k = 1; k < 80; k++) {
    total += term;
    term *= (x * x) / 4 / (k * (k + order));
  }
  return total;
}

/** Σ of the power series of P(a, x), for small x. */
function gammainc(a: number, x: number): number {
  if (x < 0 || Number.isNaN(x)) return NaN;
  if (x === Infinity) return 1;
  let [term, total] = [1 / a, 0];
  for (let k = 1; k < 200; k++) {
    total += term;
    term *= x / (a + k);
  }
  return total * Math.exp(a * Math.log(x) - x - lgamma(a));
}

/** Σ of the power series of Iₓ(a, b), for x below 1. */
function betainc(a: number, b: number, x: number): number {
  if (x < 0 || x > 1 || Number.isNaN(x)) return NaN;
  if (x === 1) return 1;
  let [term, total] = [1, 0];
  for (let k = 1; k < 2000; k++) {
    total += term / (a + k - 1);
    term *= ((k - b) / k) * x;
  }
  return total * x ** a * Math.exp(lgamma(a + b) - lgamma(a) - lgamma(b));
}

const parameters = {
  result: floating,
  tolerance: many,
  derivative: "once",
  domain: [0.3, 6],
  wholeDomain: [1, 9],
  special: [0, 1, 3.5, -1, Infinity, NaN],
} as const;

/** A derivative with respect to a parameter. */
const refused = (call: () => unknown) => [
  {
    label: "a derivative by a parameter",
    call,
    error: S.UnsupportedError,
    message: /no derivative with respect to its parameters/,
  },
];

/** Each of these is hundreds of steps to a device that does not fuse: fewer shapes than others have. */
const kept = ["f32[0]", "f32[7]", "f32[3,5]"];
const isKept = (label: string) => !label.startsWith("f32[") || label.includes("] f32") || kept.includes(label);
/** These run loops besides: one list and one number. The sweep in tests/golden has 300 numbers of each dtype. */
const loops = ["gammainc", "gammaincc", "betainc"];
const isShort = (label: string) => label === "f32[]" || label === "f64[6]";

const all: readonly OpRow[] = [
  unary("atan", (x) => S.atan(x), Math.atan, { result: floating }),
  unary("asin", (x) => S.asin(x), Math.asin, {
    ...plain,
    domain: [-0.9, 0.9],
    wholeDomain: [0, 1],
    special: [...(plain.special ?? []), -0, 2],
  }),
  unary("acos", (x) => S.acos(x), Math.acos, {
    ...plain,
    domain: [-0.9, 0.9],
    wholeDomain: [0, 0],
    special: [...(plain.special ?? []), -0, 2],
  }),
  binary("atan2", (a, b) => S.atan2(a, b), Math.atan2, { result: floating, special: extremes }),
  unary("erfinv", (x) => S.erfinv(x), erfinv, {
    ...plain,
    domain: [-0.95, 0.95],
    wholeDomain: [-1, 1],
    special: [...(plain.special ?? []), 2, -2],
  }),
  unary("ndtr", (x) => S.ndtr(x), ndtr, plain),
  unary("ndtri", (x) => S.ndtri(x), ndtri, {
    ...plain,
    domain: [0.02, 0.98],
    wholeDomain: [0, 1],
    special: [0, 1, 0.5, -1, 2, NaN, Infinity],
  }),
  unary("logNdtr", (x) => S.logNdtr(x), logNdtr, plain),
  unary("lgamma", (x) => S.lgamma(x), lgamma, positive),
  unary("digamma", (x) => S.digamma(x), digamma, positive),
  unary(
    "polygamma",
    (x) => S.polygamma(2, x),
    (x) => polygamma(2, x),
    {
      ...positive,
      errors: [
        {
          label: "half a derivative",
          call: () => S.polygamma(0.5, S.ones([2])),
          error: S.ArgumentError,
          message: /n is 0.5/,
        },
      ],
    },
  ),
  unary(
    "i0",
    (x) => S.i0(x),
    (x) => bessel(0, x),
    plain,
  ),
  unary(
    "gammainc",
    (x) => S.gammainc(2.5, x),
    (x) => gammainc(2.5, x),
    { ...parameters, errors: refused(() => S.grad((a: S.Tensor) => S.gammainc(a, 1).sum())(S.ones([1]))) },
  ),
  unary(
    "gammaincc",
    (x) => S.gammaincc(2.5, x),
    (x) => 1 - gammainc(2.5, x),
    { ...parameters, errors: refused(() => S.grad((a: S.Tensor) => S.gammaincc(a, 1).sum())(S.ones([1]))) },
  ),
  unary(
    "betainc",
    (x) => S.betainc(2.5, 1.5, x),
    (x) => betainc(2.5, 1.5, x),
    {
      ...parameters,
      domain: [0.05, 0.9],
      wholeDomain: [0, 1],
      errors: refused(() => S.grad((b: S.Tensor) => S.betainc(1, b, 0.5).sum())(S.ones([1]))),
    },
  ),
  unary(
    "i1",
    (x) => S.i1(x),
    (x) => bessel(1, x),
    plain,
  ),
];

/** Rows. */
export const rows: readonly OpRow[] = all.map((each) => ({
  ...each,
  samples: each.samples.filter(({ label }) => (loops.includes(each.name) ? isShort(label) : isKept(label))),
}));
